"""A shop for the tests of the stores: one seller's book in a store of any kind, without a loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.order import Order, Reference
from orderglot.core.ports import Book, UnitOfWork
from orderglot.core.query import EVERYTHING, Query
from orderglot.core.values import Omits
from orderglot.stores.backend import Backend
from orderglot.stores.memory.backend import MemoryBackend
from orderglot.stores.sqlite.backend import SqliteBackend
from orderglot.stores.store import BookStore
from tests import citus
from tests.clock import Clock
from tests.postgres import BorrowedBackend

T = TypeVar("T")


SHELVES: dict[str, Callable[[Path], Backend]] = {
    "memory": lambda folder: MemoryBackend(),
    "sqlite": lambda folder: SqliteBackend(folder / "book.db"),
    "postgres": lambda folder: BorrowedBackend(),
}
if citus.COORDINATOR:
    SHELVES["citus"] = lambda folder: citus.BorrowedClusterBackend()


class Shop:
    """A seller's book and what the tests do with it."""

    def __init__(self, runner: asyncio.Runner, backend: Backend) -> None:
        self.runner = runner
        self.backend = backend
        self.clock = Clock()
        self.store = BookStore(backend, self.clock)
        self.seller = self.run(self.store.add_seller("example"))
        self.book = self.opened()

    def run(self, work: Awaitable[T]) -> T:
        async def awaited() -> T:
            return await work

        return self.runner.run(awaited())

    def gathered(self, *works: Awaitable[T]) -> list[T | BaseException]:
        """Do several things at once, and give what came of each, an error among it."""

        async def all_of_them() -> list[T | BaseException]:
            return await asyncio.gather(*works, return_exceptions=True)

        return self.run(all_of_them())

    def opened(
        self,
        *,
        seller: int = 0,
        customer: int | None = None,
        test: bool = False,
        tests: bool = False,
        deleted: bool = False,
        omits: Omits = frozenset(),
    ) -> Book:
        """Open the book as another caller sees it."""
        caller = Caller(seller=seller or self.seller.id, customer=customer, name="kole:X1")
        caller = replace(caller, test=test, tests=tests, deleted=deleted)
        return self.store.of(caller, omits=omits)

    def customer(self, **fields: object) -> Customer:
        """Put a new customer into the book."""
        return self.run(self.book.keep_customer(Customer(**fields)))  # type: ignore[arg-type]

    def placed(self, book: Book | None = None, **fields: object) -> Order:
        """Position a new order."""
        return self.run((book or self.book).place(Order(**fields)))  # type: ignore[arg-type]

    def kept(self, *orders: Order, book: Book | None = None) -> list[Order]:
        """Keep orders and give them as they are in the book."""
        return [one.order for one in self.run((book or self.book).keep(*orders))]

    def outcomes(self, *orders: Order, book: Book | None = None) -> list[str]:
        """Keep orders and tell what came of it."""
        return [one.outcome.value for one in self.run((book or self.book).keep(*orders))]

    def get(self, dialect: str, id: str, book: Book | None = None) -> Order:
        """Get an order by what a dialect's clients know it by."""
        return self.run((book or self.book).get(Reference(dialect, id)))

    def walked(self, where: Query = EVERYTHING, book: Book | None = None) -> list[Order]:
        """Walk through all matches."""

        async def walk() -> list[Order]:
            return [order async for order in (book or self.book).walk(where)]

        return self.run(walk())

    def happened(self, order: Order) -> list[tuple[int, str]]:
        """Give the versions of an order and what made them."""
        return [(one.version, one.what) for one in self.run(self.book.events(order.id))]

    def together(self, work: Callable[[UnitOfWork], Awaitable[T]], book: Book | None = None) -> T:
        """Do some work in one unit."""

        async def done() -> T:
            async with (book or self.book).together() as unit:
                return await work(unit)

        return self.run(done())
