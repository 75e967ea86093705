"""A customer is erased by the server's own jobs, beside requests, and goes on after a kill."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from orderglot.core.caller import ADMIN, RIGHTS, Caller
from orderglot.hub.opening import opened
from tests.cli.program import Serving, serving
from tests.hub.test_erasing import ASCII, filled, stored, url

__all__ = ["url"]

KEY = "og_" + "0" * 63 + "9"
PATIENCE = 90.0
"""So many seconds it may take until who was killed has lost the lease and another went on to the end."""

pytestmark = pytest.mark.long


async def prepared(url: str) -> int:
    """Fill a book, with a key that may administer; gives the customer's id."""
    async with opened(url, create=True) as hub:
        mine, _ = await filled(hub)
        seller = await hub.seller("acme")
        caller = Caller(seller=seller.id, may=RIGHTS | {ADMIN}, name="orderglot:admin")
        await hub.store.keyring.plant_key("orderglot", caller, "admin", KEY)
        return mine.id


def asked(server: Serving, method: str, customer: int) -> tuple[int, dict[str, object]]:
    request = urllib.request.Request(
        f"{server.base}/orderglot/v1/customers/{customer}/erase",
        method=method,
        headers={"authorization": f"Bearer {KEY}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read())


def test_a_server_erases_who_is_asked_for_and_another_goes_on_where_it_was_killed(
    url: str, tmp_path: Path
) -> None:
    customer = asyncio.run(prepared(url))
    with serving(tmp_path, "--database", url, "--workers", "2") as server:
        status, progress = asked(server, "POST", customer)
        assert (202, "customers") == (status, progress["step"])
        children = Path(f"/proc/{server.process.pid}/task").glob("*/children")
        for child in [int(one) for lists in children for one in lists.read_text().split()]:
            os.kill(child, signal.SIGKILL)
        server.process.kill()
    with serving(tmp_path, "--database", url) as server:
        end = time.monotonic() + PATIENCE
        while asked(server, "GET", customer)[0] != 404:
            assert time.monotonic() < end, asked(server, "GET", customer)
            assert 200 == server.get("/healthz")[0]
            time.sleep(0.2)
        server.end()

    assert ASCII.encode() not in stored(url)
