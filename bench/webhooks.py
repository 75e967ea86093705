"""Webhooks: how many deliveries a second go to one receiver that is well, signed and written down."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from multiprocessing.connection import Connection
from pathlib import Path

from msgspec import Struct

from bench.copies import Copies, Databases, Files
from bench.output import log
from bench.postgres import postgres
from bench.rounds import Spread, short, spread
from orderglot.core.caller import Caller
from orderglot.core.order import Order
from orderglot.core.webhook_addresses import Addresses
from orderglot.core.webhooks import Endpoint
from orderglot.hub.books import open_store
from orderglot.webhooks.delivering import Deliverer

LOOPBACK = Addresses([ip_network("127.0.0.0/8")])
TOGETHER = 100
"""So many orders are placed in one commit, before anything is measured."""


class Delivered(Struct, frozen=True, kw_only=True):
    """The deliveries of one store: so many a second, and the processor time of each in µs."""

    store: str
    rate: Spread
    cost: float


class Effort(Struct, frozen=True, kw_only=True):
    """How much to measure; ``events`` are those of a round."""

    events: int = 5_000
    rounds: int = 5


QUICK = Effort(events=500, rounds=2)


def measured(folder: Path, effort: Effort) -> list[Delivered]:
    """Measure both stores."""
    with postgres() as server, receiver() as url:
        places: tuple[Copies, ...] = (Files(folder), Databases(server))
        return [asyncio.run(_measured(copies, url, effort)) for copies in places]


async def _measured(copies: Copies, url: str, effort: Effort) -> Delivered:
    store = open_store(copies.url, create=True)
    seller = (await store.add_seller("acme")).id
    store.webhooks.addresses = LOOPBACK
    await store.webhooks.add(seller, Endpoint(url=url))
    book, deliverer = store.of(Caller(seller=seller)), Deliverer(store)
    rates, costs, tries = list[float](), list[float](), (0, 0)
    for _ in range(effort.rounds):
        for _ in range(effort.events // TOGETHER):
            async with book.together() as unit:
                for _ in range(TOGETHER):
                    await unit.place(Order(currency="USD"))
        began, before = time.perf_counter(), time.process_time()
        tries = await deliverer.settle()
        rates.append(effort.events / (time.perf_counter() - began))
        costs.append((time.process_time() - before) / effort.events * 1e6)
    await deliverer.close()
    await store.close()
    assert tries == (effort.rounds * effort.events, 0)
    one = Delivered(store=copies.store, rate=spread(rates), cost=short(spread(costs).median))
    log(f"webhooks: {one.store}, {one.rate.median:,.0f} deliveries/s, {one.cost:.0f} µs each")
    return one


@contextmanager
def receiver() -> Iterator[str]:
    """Run a receiver in a process of its own, and give its URL."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_receive, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}/hooks"
    finally:
        process.terminate()
        process.join()


def _receive(pipe: Connection) -> None:
    asyncio.run(_serve(pipe))


async def _serve(pipe: Connection) -> None:
    server = await asyncio.get_running_loop().create_server(_Taking, "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


class _Taking(asyncio.Protocol):
    """Takes whatever comes, once all of it is here."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._got = b""

    def data_received(self, data: bytes) -> None:
        self._got += data
        while (end := self._got.find(b"\r\n\r\n")) >= 0:
            head = self._got[:end].lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            if len(self._got) < end + 4 + length:
                return
            self._got = self._got[end + 4 + length :]
            self._transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")
