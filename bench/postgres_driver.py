"""What get, list and create cost on PostgreSQL, beside the same work by hand over the bare driver.

    .venv/bin/python -m bench.postgres_driver [ROUNDS]

It starts a server of its own, with durable writes, and fills a book with 20,000 orders of some 1.2
kB. Both ways are measured in turns, and the medians of the rounds are given in microseconds per order
or page: one at a time, and sixteen at once.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
import uvloop
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.order import Address, Line, Order, Reference, Totals
from orderglot.core.ports import Book
from orderglot.core.query import Sort, Window
from orderglot.stores import document
from orderglot.stores.postgres import PostgresStore
from tests.postgres import kill, started

FILLED, BATCH = 20_000, 500
READS, WRITES = 320, 96
Work = Callable[[int], Awaitable[Any]]
NEWEST = Window(sort=(Sort("created", True),), limit=25)

GET = (
    "SELECT o.document FROM orders AS o WHERE o.seller = $1 AND o.id = (SELECT r.order_id"
    " FROM order_references AS r WHERE r.seller = $1 AND r.name = $2 AND r.dialect = $3)"
)
LIST = (
    "SELECT o.document FROM orders AS o WHERE o.seller = $1 AND o.test = 0"
    " ORDER BY o.created DESC NULLS LAST, o.id DESC NULLS LAST LIMIT 26"
)
ORDER = (
    "INSERT INTO orders (seller, id, version, test, kind, status, created, modified, currency,"
    " total, lines, document) VALUES ($1, $2, 1, 0, 'sale', 'open', $3, $3, 'USD', 0, 8, $4)"
)
EVENT = (
    "INSERT INTO order_events (seller, order_id, version, at, what, who)"
    " VALUES ($1, $2, 1, $3, 'placed', 'bench')"
)


_ids = count(2_000_000_000)


def draft(number: int) -> Order:
    """Make a new order of eight lines."""
    address = Address(
        company="Example Gifts", line_1=f"{number} Main St", city="Reno", country="US"
    )
    lines = tuple(
        Line(number=n, sku=f"AA{n}", title="Glass ball, red", quantity=n, total=Decimal("12.50"))
        for n in range(1, 9)
    )
    return Order(
        po_number=f"PO-{number}",
        currency="USD",
        bill_to=address,
        ship_to=address,
        lines=lines,
        totals=Totals(total=Decimal("100.00")),
    )


def kept(number: int) -> Order:
    """Make one that has a vendor's id."""
    return replace(draft(number), references=(Reference("kole", f"K{number}"),))


class ByHand:
    """The same work, written for this one purpose over the driver and its pool."""

    def __init__(self, pool: asyncpg.Pool | OneConnection, seller: int) -> None:
        self.pool = pool
        self.seller = seller

    async def get(self, number: int) -> Order:
        """Get an order by reference."""
        async with self.pool.acquire() as connection:
            found = await connection.fetchval(GET, self.seller, f"K{number % FILLED}", "kole")
        return document.read_order(found)

    async def list(self, _number: int) -> list[Order]:
        """Get the newest orders."""
        async with self.pool.acquire() as connection:
            rows = await connection.fetch(LIST, self.seller)
        return [document.read_order(found) for (found,) in rows[:25]]

    async def create(self, number: int) -> None:
        """Add an order and its event in one transaction."""
        id, text, now = next(_ids), document.write(draft(number)).decode(), int(time.time() * 10**6)
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.execute(ORDER, self.seller, id, now, text)
            await connection.execute(EVENT, self.seller, id, now)


class OneConnection(ByHand):
    """By hand on a connection without a pool: with this driver it cannot cost less."""

    def __init__(self, connection: asyncpg.Connection, seller: int) -> None:
        super().__init__(self, seller)
        self.connection = connection

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[asyncpg.Connection]:
        """Give the one connection."""
        yield self.connection


class Ours:
    """The book."""

    def __init__(self, book: Book) -> None:
        self.book = book

    async def get(self, number: int) -> Order:
        """Get an order by reference."""
        return await self.book.get(Reference("kole", f"K{number % FILLED}"))

    async def list(self, _number: int) -> tuple[Order, ...]:
        """Get the newest orders."""
        return (await self.book.page(NEWEST)).orders

    async def create(self, number: int) -> None:
        """Place an order."""
        await self.book.place(draft(number))


async def timed(work: Work, times: int, concurrency: int) -> float:
    """Do something so many times, so many at once, and give the microseconds it took each time."""
    numbers = iter(range(times))

    async def worker() -> None:
        for number in numbers:
            await work(number * 7)

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(concurrency)))
    return (time.perf_counter() - began) / times * 1e6


async def measured(url: str, rounds: int) -> None:
    """Fill a book, then measure all ways in turns."""
    store = PostgresStore(url)
    book = store.of(Caller(seller=(await store.add_seller("example")).id))
    for first in range(0, FILLED, BATCH):
        await book.keep(*(kept(number) for number in range(first, first + BATCH)))
    connection = await asyncpg.connect(url)
    await connection.execute("VACUUM ANALYZE")
    pool = await asyncpg.create_pool(url, min_size=8, max_size=8)
    ways: dict[int, dict[str, ByHand | Ours]] = {
        1: {
            "one connection": OneConnection(connection, 1),
            "by hand": ByHand(pool, 1),
            "book": Ours(book),
        },
        16: {"by hand": ByHand(pool, 1), "book": Ours(book)},
    }
    for what, times in (("get", READS), ("list", READS // 4), ("create", WRITES)):
        for concurrency, several in ways.items():
            found: dict[str, list[float]] = {name: [] for name in several}
            for _ in range(rounds + 1):
                for name, way in several.items():
                    found[name].append(await timed(getattr(way, what), times, concurrency))
            show(what, concurrency, {name: taken[1:] for name, taken in found.items()})
    await pool.close()
    await connection.close()
    await store.close()


def show(what: str, concurrency: int, found: dict[str, list[float]]) -> None:
    """Print the medians of the rounds, and what the book reaches of the best by hand."""
    medians = {name: statistics.median(taken) for name, taken in found.items()}
    best = min(median for name, median in medians.items() if name != "book")
    figures = "  ".join(f"{name} {median:7.1f} µs" for name, median in medians.items())
    print(
        f"{what:7} {concurrency:3} at once: {figures}  ratio {best / medians['book']:.2f}",
        flush=True,
    )


def main(rounds: str = "15") -> None:
    """Measure on a server of one's own."""
    with TemporaryDirectory(prefix="orderglot-bench-") as folder:
        server = started(Path(folder) / "server")
        try:
            uvloop.run(measured(server.get_uri(), int(rounds)))
        finally:
            kill(server)
            server.cleanup()


if __name__ == "__main__":
    main(*sys.argv[1:])
