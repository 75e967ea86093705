"""Pages of orders that are damaged: served without them, and said so."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from orderglot import demo
from orderglot.cli.demo_address import BASE
from tests.cli.program import Serving, serving
from tests.postgres import new_database
from tests.stores.test_damage import damage

PLACES: dict[str, Callable[[], str]] = {
    "sqlite": lambda: "sqlite:///book.db",
    "postgres": new_database,
}

pytestmark = pytest.mark.long


LISTS = {"adobe": 9, "catalyst": 25, "kole": 25}
"""The dialects for which the demo shows how to ask for a list, and for how many orders each is asked."""


def answers(server: Serving) -> dict[str, tuple[int, str, str]]:
    """Ask for pages of orders; gives status, the header of what is missing, and body."""
    found = {}
    for name, line in zip(demo.names(), server.curls, strict=True):
        if name not in LISTS:
            continue
        asked = re.sub(r"limit=\d+", f"limit={LISTS[name]}", line.replace("offset=3", "offset=0"))
        printed = subprocess.run(
            asked.replace("curl ", "curl -s -i ", 1).replace(BASE, server.base),
            shell=True,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        head, _, body = printed.partition("\n\n")
        left = re.search(r"^orderglot-left-out: (\d+)$", head, re.MULTILINE | re.IGNORECASE)
        found[name] = (int(head.split()[1]), left[1] if left else "", body)
    assert LISTS.keys() == found.keys()
    return found


@pytest.mark.parametrize("kind", PLACES)
def test_a_page_is_served_without_what_is_damaged(kind: str, folder: Path) -> None:
    url = PLACES[kind]()
    with serving(folder, "--demo", "--database", url) as server:
        whole = answers(server)
        assert {(200, "")} == {(status, left) for status, left, _ in whole.values()}
    damage(url, "orders", "TRUE")
    with serving(folder, "--database", url) as server:
        without = answers(server)
        assert server.get("/readyz")[0] == 200
        _, logged = server.end()

    for name, (status, left, body) in without.items():
        assert (status, int(left or 0) > 0) in ((200, True), (204, True)), name
        assert body != whole[name][2]
    lines = [json.loads(line) for line in logged.splitlines()]
    events = [line["event"] for line in lines if line["event"].startswith("left out: ")]
    assert sum(int(left) for _, left, _ in without.values()) == len(events)
    assert all(" of seller " in one for one in events)
