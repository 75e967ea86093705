"""The floors do the same work: what was written by hand answers as Orderglot does."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from bench.equivalence import Answer, demand_same
from bench.floors.asgi import application
from bench.floors.sqlite import SqliteRows
from bench.load import endless, once
from bench.request_bytes import CREATE, WIRES, Wire, new_order, workloads
from bench.sample_orders import filled
from bench.serving import ROOT, ceiling, environment, orderglot, serving
from orderglot.core.caller import Caller
from orderglot.core.order import Order
from orderglot.hub.books import open_store
from orderglot.hub.faces import faces
from orderglot.stores.store import BookStore

ORDERS = 60
RESPONSE = b"HTTP/1.1 200 OK\r\ndate: then\r\nserver: nobody\r\ncontent-length: 2\r\n\r\nok"
WHAT_A_WORKER_IMPORTS = """
import sys, bench.floors.__main__
from bench.floors import adobe, catalyst, kodaris, kole, komet, postgres, served, sqlite
print(*(name for name in sys.modules if name.partition(".")[0] == "orderglot"))
"""
BY_LINES = ("adobe", "kodaris", "kole")
"""Dialects whose new orders come with their lines."""


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[BookStore]:
    store = open_store(f"sqlite:///{path}", create=True)
    try:
        yield store
    finally:
        await store.close()


async def ask(app: Any, request: bytes) -> Answer:
    """Ask an ASGI application what is written as HTTP/1.1."""
    head, _, body = next(endless([request])).partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    method, target, _ = first.split(b" ")
    path, _, query = target.partition(b"?")
    headers = [(name, value.strip()) for name, _, value in (one.partition(b":") for one in lines)]
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method.decode(),
        "path": path.decode(),
        "raw_path": target,
        "query_string": query,
        "headers": headers,
        "scheme": "http",
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], b"", sent[1]["body"]


async def answer_alike(path: Path, wire: Wire, *, grouped: bool) -> None:
    async with opened(path) as store:
        shop = await filled(store, wire.dialect, ORDERS)
        rows = SqliteRows(str(path), grouped=grouped)
        by_hand = application(partial(import_module(f"bench.floors.{wire.dialect}").answer, rows))
        ours = faces(store, (wire.dialect,))
        for one in await workloads(store, wire, shop):
            for request in one.requests:
                demand_same(one, await ask(ours, request), await ask(by_hand, request))
        rows.close()


async def made_by_hand(path: Path, wire: Wire, times: int = 1) -> list[Order]:
    """Send a create so many times to what was written by hand, and give the orders that it made."""
    async with opened(path) as store:
        shop = await filled(store, wire.dialect, ORDERS)
        rows = SqliteRows(str(path), grouped=True)
        by_hand = application(partial(import_module(f"bench.floors.{wire.dialect}").answer, rows))
        (create,) = [one for one in await workloads(store, wire, shop) if one.call == CREATE]
        book = store.of(Caller(seller=shop.seller.id))
        before = {order.id async for order in book.walk()}
        request = next(endless(create.requests))
        for _ in range(times):
            status, _, _ = await ask(by_hand, request)
            assert status < 300
        rows.close()
        return [order async for order in book.walk() if order.id not in before]


@pytest.mark.parametrize("grouped", [True, False], ids=["grouped", "single"])
@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)
def test_what_was_written_by_hand_answers_as_we_do(
    tmp_path: Path, wire: Wire, grouped: bool
) -> None:
    asyncio.run(answer_alike(tmp_path / "book.db", wire, grouped=grouped))


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)
def test_an_order_that_was_made_by_hand_is_an_order(tmp_path: Path, wire: Wire) -> None:
    (made,) = asyncio.run(made_by_hand(tmp_path / "book.db", wire))
    lines = new_order(wire.dialect).lines if wire.dialect in BY_LINES else ()
    assert [(line.sku, line.quantity) for line in lines] == [
        (line.sku, line.quantity) for line in made.lines
    ]


@pytest.mark.parametrize("name", ["adobe", "kodaris", "kole", "kole-xml"])
def test_a_create_that_comes_again_makes_one_order_by_hand_too(tmp_path: Path, name: str) -> None:
    (wire,) = [one for one in WIRES if one.name == name]
    assert 1 == len(asyncio.run(made_by_hand(tmp_path / "book.db", wire, times=2)))


def test_a_floor_imports_nothing_of_orderglot() -> None:
    command = (sys.executable, "-c", WHAT_A_WORKER_IMPORTS)
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, check=True)
    assert b"" == done.stdout.strip()


def test_a_floor_is_served_as_orderglot_is(tmp_path: Path) -> None:
    (tmp_path / "response.http").write_bytes(RESPONSE)
    request = endless([b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n"])
    url = f"sqlite:///{tmp_path / 'book.db'}"
    asyncio.run(open_store(url, create=True).close())
    with (
        serving(orderglot(url)) as ours,
        serving(ceiling(tmp_path / "response.http")) as floor,
    ):
        heads = [once(server.port, request)[1] for server in (ours, floor)]
    servers = [
        [line for line in head.lower().split(b"\r\n") if line.startswith(b"server:")]
        for head in heads
    ]
    assert [[b"server: granian"]] * 2 == servers
