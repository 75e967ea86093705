"""Houses: whatever has orders, with a way in from behind to put some there.

A store's implementation is its book. A dialect's implementation is its client face talking to its server face over a
memory book: a whole line without a socket.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import CREATE, Caller
from orderglot.core.customer import Customer, identity
from orderglot.core.order import Address, Identity, Line, Order, Reference, Totals, native
from orderglot.core.ports import Book
from orderglot.core.values import Status
from orderglot.faces.client import Client
from orderglot.faces.server import Server
from orderglot.stores.memory import MemoryStore
from orderglot.stores.sqlite import SqliteStore
from orderglot.stores.store import BookStore
from orderglot.wire.dialect import Dialect
from orderglot.wire.loss import carried
from tests import citus
from tests.conformance.specimens import Specimen, book_of, request_at, shelve, welcome
from tests.postgres import BorrowedBackend

HOME = "elsewhere"
"""The dialect under whose ids a store's implementation knows its orders."""

NOON = datetime(2024, 5, 21, 12, tzinfo=UTC)
NEEDS = ("place", "get", "page", "linked")


@dataclass(frozen=True)
class Implementation:
    """Something that has orders. What it knows an order by are ids of the dialect ``name``."""

    name: str
    orders: Book | Client
    book: Book
    """The seller's whole book that stands behind it."""
    customer: Identity
    draft: Order
    """A new order that can be placed."""
    size: int = 100
    dialect: Dialect | None = None

    def ref(self, order: Order) -> Reference:
        """Give the id that an order is known by here."""
        return Reference(self.name, native(order, self.name))

    def seen(self, order: Order) -> Order:
        """Give an order of the book as it is seen from here."""
        return carried(order, self.dialect.name, self.dialect.can) if self.dialect else order

    async def fill(self, *orders: Order) -> tuple[Order, ...]:
        """Put orders into the book from behind, as the customer's."""
        mine = [replace(order, customer=self.customer) for order in orders]
        return tuple([kept.order for kept in await self.book.keep(*mine)])

    def numbered(self, *numbers: int) -> tuple[Order, ...]:
        """Make orders that came from elsewhere, each a minute after the one before."""
        return tuple(
            Order(
                references=(Reference(self.name, str(70_000 + number)),),
                po_number=f"PO-{number}",
                status=list(Status)[number % 3 + 2],
                created=NOON + timedelta(minutes=number),
                modified=NOON + timedelta(minutes=number),
                lines=(Line(number=1, sku=f"AA{100 + number % 7}", quantity=number + 1),),
            )
            for number in numbers
        )

    async def filled(self, count: int) -> list[str]:
        """Put so many orders into the book and give their ids."""
        kept = await self.fill(*self.numbered(*range(count)))
        return [self.ref(order).id for order in kept]


Opened = Callable[[Path], AbstractAsyncContextManager[Implementation]]

DRAFT = Order(
    po_number="PO-7",
    notes="Ring twice",
    created=NOON,
    ship_to=Address(company="Sample Store", line_1="2 Sample Road", city="Reno", country="US"),
    lines=(Line(number=1, sku="AA124", quantity=24, total=Decimal("28.80")),),
    totals=Totals(total=Decimal("28.80")),
)


T = TypeVar("T")

Clock = Callable[[], datetime]

STORES: dict[str, Callable[[Path, Clock], BookStore]] = {
    "memory": lambda folder, clock: MemoryStore(clock),
    "sqlite": lambda folder, clock: SqliteStore(folder / "book.db", clock),
    "postgres": lambda _folder, clock: BookStore(BorrowedBackend(), clock),
}
if citus.COORDINATOR:
    STORES["citus"] = lambda _folder, clock: BookStore(citus.BorrowedClusterBackend(), clock)


class Shop:
    """New stores of one kind, all of them closed in the end."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind = kind
        self.folder = folder
        self.opened: list[BookStore] = []

    def store(self, clock: Clock) -> BookStore:
        """Open an empty store."""
        folder = self.folder / str(len(self.opened))
        folder.mkdir()
        self.opened.append(STORES[self.kind](folder, clock))
        return self.opened[-1]

    def run(self, work: Awaitable[T]) -> T:
        """Await something and close the stores that it opened."""

        async def run() -> T:
            try:
                return await work
            finally:
                for store in self.opened:
                    await store.close()

        return asyncio.run(run())


def store_house(name: str) -> Opened:
    """Build a implementation that is a store's own book."""

    @asynccontextmanager
    async def opened(folder: Path) -> AsyncIterator[Implementation]:
        store = STORES[name](folder, lambda: NOON)
        try:
            seller = await store.add_seller("demo")
            book = store.of(Caller(seller=seller.id))
            customer = await book.keep_customer(Customer(name="Example Gifts", number="C-1"))
            yield Implementation(HOME, book, book, identity(customer), DRAFT)
        finally:
            await store.close()

    return opened


def client_implementation(name: str) -> Opened:
    """Build a implementation that is a dialect's two faces, back to back."""

    @asynccontextmanager
    async def opened(_folder: Path) -> AsyncIterator[Implementation]:
        dialect = dialects.dialect(name)
        store = MemoryStore(lambda: book_of(name).now)
        seller = await shelve(store, dialect, orders=False)
        book = store.of(Caller(seller=seller))
        caller = await orderer(dialect, store)
        credentials = credentials_of(dialect, caller, book_of(name).placer)
        client = Client(dialect, Server(dialect, store), credentials, store.now)
        customer = Identity(id=caller.customer or 0)
        yield Implementation(
            name, client, book, customer, draft_of(name), dialect.can.max_size, dialect
        )

    return opened


def can(implementation: str, need: str) -> bool:
    """Tell whether what has orders in a implementation of that name offers a need of the hub."""
    name = implementation.removeprefix(CLIENT)
    return implementation in STORES or getattr(dialects.dialect(name).flows, need) is not None


CLIENT = "client-of-"

IMPLEMENTATIONS: dict[str, Opened] = {
    **{name: store_house(name) for name in STORES},
    **{f"{CLIENT}{name}": client_implementation(name) for name in dialects.names()},
}


async def orderer(dialect: Dialect, store: BookStore, seller: int = 1) -> Caller:
    """Give the caller of the dialect's specimens who places orders, else who is let in.

    ``seller`` is the one that the specimens' book was put into the store under.
    """
    calls = sorted(welcome(dialect.name), key=_rank)
    request = request_at(dialect, calls[0].request, seller)
    return await dialect.auth.identify(request, store.keyring)


def _rank(specimen: Specimen) -> tuple[bool, bool, bool]:
    """Put what creates orders before what creates others, that before what changes and what reads."""
    operation = specimen.operation
    endpoint = operation and operation.endpoint
    writes = bool(endpoint and endpoint.idempotent)
    creates = bool(writes and endpoint and endpoint.right == CREATE)
    return not creates, not (operation and operation.places), not writes


def credentials_of(dialect: Dialect, caller: Caller, id: str = "") -> dict[str, str]:
    """Give a caller's key, or that of another id, as the dialect's client takes it."""
    id = id or caller.name.partition(":")[2]
    proof = next(
        one for one in book_of(dialect.name).credentials if (one.id, one.kind) == (id, "key")
    )
    credentials = dict(zip(dialect.auth.fields, (proof.id, proof.secret), strict=True))
    return credentials | ({dialect.customer: proof.customer} if dialect.customer else {})


def draft_of(name: str) -> Order:
    """Give the order that a specimen places, as it was before it had a place in the book."""
    if (draft := book_of(name).draft) is not None:
        return draft
    for specimen in sorted(welcome(name), key=_rank):
        created = specimen.orders
        if not isinstance(created, Order) or specimen.operation is None:
            continue
        if specimen.operation.endpoint.idempotent:
            return replace(created, id=0, version=0, references=())
    return DRAFT
