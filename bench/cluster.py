"""What creates and reads cost on a cluster, over all its machines, beside the same on plain PostgreSQL.

``ORDERGLOT_TEST_CITUS`` names the cluster; its machines have to be servers on this one, which nobody else uses
meanwhile. Plain PostgreSQL is a database of the coordinator's that is no part of the cluster. A cost is the
processor time of all servers together, for each order or page.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import urlsplit

import asyncpg
import psutil
import uvloop
from msgspec import Struct

from bench.load import Wrong
from bench.output import log
from bench.postgres_driver import Ours, draft, kept
from bench.rounds import Spread, ratio, spread
from orderglot.core.caller import Caller
from orderglot.stores.postgres import PostgresStore
from orderglot.stores.postgres.machines import at_host
from tests import citus

SELLERS = 4
FILLED, BATCH = 2_000, 250

Work = Callable[[int], Awaitable[object]]


class Cost(NamedTuple):
    """Microseconds of processor time each, and how many a second."""

    time: float
    rate: float


class Costs(Struct, frozen=True, kw_only=True):
    """The figures of one kind of work: microseconds each on both, and how many a second, plain PostgreSQL's first."""

    what: str
    plain: Spread
    cluster: Spread
    times: Spread
    rates: tuple[float, float]


class Effort(Struct, frozen=True, kw_only=True):
    """How much to measure: so many rounds, and what share of the usual number in each."""

    rounds: int = 5
    share: float = 1.0


QUICK = Effort(rounds=2, share=0.25)


class Side:
    """Books of some sellers in one database."""

    def __init__(self, url: str, nodes: Iterable[tuple[str, int]] = ()) -> None:
        self.nodes = [at_host(url, *node) for node in nodes] or [url]
        self.store = PostgresStore(url)
        self.books: list[Ours] = []
        self.number = FILLED

    async def open(self) -> None:
        """Fill the books."""
        for name in range(SELLERS):
            seller = await self.store.add_seller(f"seller {name}")
            book = self.store.of(Caller(seller=seller.id))
            self.books.append(Ours(book))
            for first in range(0, FILLED, BATCH):
                await book.keep(*(kept(number) for number in range(first, first + BATCH)))
        # Each machine has statistics of its own.
        for url in self.nodes:
            connection = await asyncpg.connect(url)
            await connection.execute("ANALYZE")
            await connection.close()

    def of(self, number: int) -> Ours:
        """Give the book of one of the sellers."""
        return self.books[number % SELLERS]

    async def get(self, number: int) -> None:
        """Get an order by its reference."""
        await self.of(number).book.get(kept(number % FILLED).references[0])

    async def list(self, number: int) -> None:
        """Get the newest orders."""
        await self.of(number).list(number)

    async def create(self, number: int) -> None:
        """Place an order."""
        await self.of(number).book.place(draft(number))


def servers(ports: Iterable[int]) -> list[psutil.Process]:
    """Find the servers that listen at some ports of this machine."""
    listening = {
        one.laddr.port: one.pid
        for one in psutil.net_connections("tcp")
        if one.status == psutil.CONN_LISTEN and one.laddr
    }
    return [psutil.Process(listening[port]) for port in ports]


def processor_time(processes: Iterable[psutil.Process]) -> float:
    """Add up what servers and their sessions have taken, in seconds."""
    taken = 0.0
    for server in processes:
        own = server.cpu_times()
        taken += own.user + own.system + own.children_user + own.children_system
        for child in server.children():
            try:
                times = child.cpu_times()
            except psutil.NoSuchProcess:
                continue
            taken += times.user + times.system
    return taken


async def measured_one(
    work: Work, times: int, at_once: int, processes: list[psutil.Process]
) -> Cost:
    """Do something so many times, so many at once."""
    numbers = iter(range(times))

    async def worker() -> None:
        for number in numbers:
            await work(number)

    before, began = processor_time(processes), time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(at_once)))
    seconds = time.perf_counter() - began
    return Cost((processor_time(processes) - before) / times * 1e6, times / seconds)


WORKS = {
    "create, 1 at once": ("create", 400, 1),
    "create, 16 at once": ("create", 1_600, 16),
    "create, 64 at once": ("create", 3_200, 64),
    "get, 1 at once": ("get", 4_000, 1),
    "get, 16 at once": ("get", 12_800, 16),
    "list, 16 at once": ("list", 800, 16),
}


async def compared(plain: str, cluster: str, effort: Effort) -> list[Costs]:
    """Measure both in turns."""
    processes = servers(port for _, port in citus.nodes())
    sides = {"plain": Side(plain), "cluster": Side(cluster, citus.nodes())}
    costs = list[Costs]()
    for side in sides.values():
        await side.open()
    for name, (what, times, at_once) in WORKS.items():
        found: dict[str, list[Cost]] = {side: [] for side in sides}
        for number in range(effort.rounds + 1):
            for turn in (*sides,)[:: 1 if number % 2 else -1]:
                work, often = getattr(sides[turn], what), round(times * effort.share)
                found[turn].append(await measured_one(work, often, at_once, processes))
        # The first round is for the connections to be opened, and for what they keep.
        costs.append(_costs(name, found["plain"][1:], found["cluster"][1:]))
        log(f"{name}: {costs[-1].times.median} times")
    for side in sides.values():
        await side.store.close()
    return costs


def _costs(name: str, plain: list[Cost], cluster: list[Cost]) -> Costs:
    return Costs(
        what=name,
        plain=spread([one.time for one in plain]),
        cluster=spread([one.time for one in cluster]),
        times=ratio([one.time for one in cluster], [one.time for one in plain]),
        rates=(median(one.rate for one in plain), median(one.rate for one in cluster)),
    )


def measured(_folder: Path, effort: Effort) -> list[Costs]:
    """Measure on the cluster that the environment names."""
    if not citus.COORDINATOR:
        raise Wrong("ORDERGLOT_TEST_CITUS names no cluster")
    name = "plain_bench"
    plain = urlsplit(citus.COORDINATOR)._replace(path=f"/{name}").geturl()
    asyncio.run(_made(name))
    try:
        return uvloop.run(compared(plain, citus.new_book(), effort))
    finally:
        citus.leave()
        asyncio.run(_made(name, again=False))


async def _made(name: str, *, again: bool = True) -> None:
    connection = await asyncpg.connect(citus.COORDINATOR)
    await connection.execute("SET citus.enable_create_database_propagation = off")
    await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    if again:
        await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
