"""Pages of every dialect with a damaged order: served without it, and said so."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from orderglot import demo
from tests.cli.program import Serving, serving
from tests.postgres import new_database
from tests.stores.test_damage import damage

PLACES: dict[str, Callable[[], str]] = {
    "sqlite": lambda: "sqlite:///book.db",
    "postgres": new_database,
}

pytestmark = pytest.mark.long


def answers(server: Serving) -> dict[str, tuple[int, str, str]]:
    """Ask every dialect for its page of orders; gives status, the header of what is missing, and body."""
    found = {}
    for name, line in zip(demo.names(), server.curls, strict=True):
        words = shlex.split(line.replace("http://127.0.0.1:8400", server.base))
        printed = subprocess.run(
            [*words, "--include", "--silent"], check=True, capture_output=True, text=True
        ).stdout
        head, _, body = printed.replace("\r\n", "\n").rpartition("\n\n")
        left = re.search(r"^orderglot-left-out: (\d+)$", head, re.MULTILINE | re.IGNORECASE)
        status = re.findall(r"^HTTP/\S+ (\d+)", head, re.MULTILINE)[-1]
        found[name] = (int(status), left[1] if left else "", body)
    return found


@pytest.mark.parametrize("kind", PLACES)
def test_every_dialect_serves_its_page_without_it(kind: str, folder: Path) -> None:
    url = PLACES[kind]()
    with serving(folder, "--demo", "--database", url) as server:
        whole = answers(server)
        assert {(200, "")} == {(status, left) for status, left, _ in whole.values()}
    damage(url, "orders", "id = (SELECT min(id) FROM orders)")
    with serving(folder, "--database", url) as server:
        without = answers(server)
        assert server.get("/readyz")[0] == 200
        _, logged = server.end()

    assert {200} == {status for status, _, _ in without.values()}
    seen = {name for name, (_, left, _) in without.items() if left == "1"}
    assert seen
    for name, (_, left, body) in without.items():
        assert (body == whole[name][2]) is not bool(left), name
    lines = [json.loads(line) for line in logged.splitlines()]
    said = [line["event"] for line in lines if line["event"].startswith("left out: ")]
    assert len(said) >= len(seen)
    assert all(" of seller " in one for one in said)
