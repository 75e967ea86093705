"""The backend: the few primitive calls in which a book asks whatever keeps its rows.

All that the trade means by scope, keeping, changing and linking stands above it, once. A backend
reads within a scope, hands out numbers, and commits a list of writes wholly or not at all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Collection
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from msgspec import Struct

from orderglot.core.customer import Customer
from orderglot.core.keyring import Credential
from orderglot.core.order import Order, Reference
from orderglot.core.ports import Answered, Event, Feed, Note
from orderglot.core.product import Product
from orderglot.core.query import Query, Sort
from orderglot.core.seller import Seller
from orderglot.core.tokens import Token
from orderglot.core.values import Omits
from orderglot.stores import writes
from orderglot.stores.sweeping import Rewritten, Row, Swept


class Raced(Exception):
    """Somebody else's commit came first and what this one was made from is no longer so."""


class Unready(Exception):
    """The book cannot be used just now; the message says why, and not where the book is."""


class Entity(StrEnum):
    """What gets a number of its own from the hub."""

    ORDER = "order"
    CUSTOMER = "customer"


FIRST = {Entity.ORDER: 1_000_000_001, Entity.CUSTOMER: 100_001}
"""Where the hub's own numbers begin in every seller's book."""

LAST_NAME = chr(0x10FFFF)
"""No note has a name behind it."""

HUB_ITSELF = 0
"""Whose notes are those that are no seller's: keys and acts of operators."""

EVENT = "event"
"""What the events of a seller are counted as, from 1 on, beside the things that get numbers."""

THINNED = "thinned"
"""What stands beside those counters: behind which event the feed of a seller begins, by one more."""

BEGINNINGS = {**{thing.value: first for thing, first in FIRST.items()}, EVENT: 1}
"""Where the numbers of each kind begin in every seller's book."""

LOOKED = 1_000
"""So many numbers of a feed at most are looked at for one read, whoever may see how few of them."""


class Scope(Struct, frozen=True, gc=False):
    """Whose orders are in sight: a seller's, perhaps only one customer's.

    Test orders are among them or not, and so is what was deleted; none is of a kind or in a status that
    it ``omits``. ``key`` is the name of the key that reads, whose expensive reads are limited; "" where
    none are.
    """

    seller: int
    customer: int | None = None
    test: bool = True
    deleted: bool = True
    key: str = ""
    omits: Omits = frozenset()


class Position(Struct, frozen=True):
    """A place in a sorted list: right behind the order with these values in the sort keys."""

    values: tuple[Any, ...]
    id: int


class Selection(Struct, frozen=True, kw_only=True):
    """A checked window: which orders, sorted how, whose ``after`` is read and whose tree is checked.

    ``total`` asks how many match in all.
    """

    where: Query
    sort: tuple[Sort, ...]
    limit: int
    offset: int = 0
    behind: Position | None = None
    total: bool = False


class Selected(Struct, frozen=True):
    """The orders of a selection, whether there are more behind them, and how many match in all.

    So many are ``left_out`` since they cannot be read.
    """

    orders: tuple[Order, ...]
    more: bool
    total: int | None = None
    left_out: int = 0


class Thinned(Struct, frozen=True):
    """Up to which event a feed is thinned out, which was given last, and whether more may go."""

    floor: int
    last: int
    more: bool


class Counts(Struct, frozen=True, kw_only=True):
    """What is in a seller's book; ``sums`` are the turnover by currency, where known.

    ``unpriced`` counts the orders of that turnover whose total is not known. ``adds_up`` counts them by whether they
    add up, those under "" of whom nobody has looked yet.
    """

    orders: int = 0
    lines: int = 0
    customers: int = 0
    products: int = 0
    sums: dict[str, Decimal] = {}
    unpriced: int = 0
    adds_up: dict[str, int] = {}


class Backend(Protocol):
    """What keeps the rows of a store.

    Every read but those of the keyring and the list of sellers is within one seller. Lists come by
    rising id. A reference here means exactly that reference, never a hub id.
    """

    made: bool
    """Whether the book was made when it was opened; known once something was asked."""

    async def order_known(self, scope: Scope, ref: Reference) -> Order | None:
        """Give the order that has the reference, else the one with that hub id and no such one."""
        ...

    async def orders_known(
        self, scope: Scope, references: Collection[Reference]
    ) -> tuple[Order, ...]:
        """Give the orders that have any of the references."""
        ...

    async def orders_numbered(self, scope: Scope, numbers: Collection[str]) -> tuple[Order, ...]:
        """Give the orders that have any of the seller's own numbers."""
        ...

    async def orders_with_po_number(
        self, scope: Scope, po_number: str, most: int
    ) -> tuple[Order, ...]:
        """Give the orders among the ``most`` of the seller's with the greatest ids that have it."""
        ...

    async def orders_with(self, scope: Scope, ids: Collection[int]) -> tuple[Order, ...]:
        """Give the orders that have any of the hub ids."""
        ...

    async def orders_pointing(self, scope: Scope, orders: Collection[Order]) -> tuple[Order, ...]:
        """Give the orders with a link to any of the orders.

        That is one with its id, or one without an id but with a reference or number of it.
        """
        ...

    async def select(self, scope: Scope, selection: Selection) -> Selected:
        """Give the orders of a selection in its order, and their exact number where it is asked.

        Raises TooMany where that takes longer than the key may take.
        """
        ...

    async def ids_at(self, scope: Scope, channel: str, where: Query) -> tuple[str, ...]:
        """Give the ids that the orders for which a checked tree holds have at a channel."""
        ...

    async def events(self, scope: Scope, order: int) -> tuple[Event, ...]:
        """Give what happened to an order, by rising version; nothing where it is not in scope."""
        ...

    async def feed(self, scope: Scope, after: int, limit: int) -> Feed:
        """Give events in scope by rising sequence, from behind one on, so many at most."""
        ...

    async def thin(self, seller: int, before: datetime, most: int) -> Thinned:
        """Have the feed begin behind so many more events at most that are from before a moment.

        It stops at the first one that is not. The events themselves stay with their orders.
        """
        ...

    async def duplicates(self, scope: Scope) -> tuple[Event, ...]:
        """Give the events of orders in scope that speak of another order, by the order's id."""
        ...

    async def customer_known(self, seller: int, ref: Reference) -> Customer | None:
        """Give the customer that has the reference, else the one with that hub id and no such."""
        ...

    async def customers_known(
        self, seller: int, references: Collection[Reference]
    ) -> tuple[Customer, ...]:
        """Give the customers that have any of the references."""
        ...

    async def customers_numbered(
        self, seller: int, numbers: Collection[str]
    ) -> tuple[Customer, ...]:
        """Give the customers that have any of the seller's own numbers."""
        ...

    async def customers_with(self, scope: Scope, ids: Collection[int]) -> tuple[Customer, ...]:
        """Give the seller's customers that have any of the hub ids."""
        ...

    async def customers_after(self, scope: Scope, after: int, limit: int) -> tuple[Customer, ...]:
        """Give so many customers behind a hub id."""
        ...

    async def customers_called(self, seller: int, names: Collection[str]) -> tuple[Customer, ...]:
        """Give the customers that have one of these as number, name, mail address or company.

        Or as last name, or as an id that anybody knows them by.
        """
        ...

    async def products(self, seller: int, skus: Collection[str]) -> tuple[Product, ...]:
        """Give the products among those SKUs, by rising SKU."""
        ...

    async def products_after(self, seller: int, after: str, limit: int) -> tuple[Product, ...]:
        """Give so many products behind a SKU, by rising SKU."""
        ...

    async def products_called(self, seller: int, names: Collection[str]) -> tuple[Product, ...]:
        """Give the products that have one of these as SKU, product code or title."""
        ...

    async def sellers(self) -> tuple[Seller, ...]:
        """Give every seller."""
        ...

    async def seller(self, id: int) -> Seller | None:
        """Give the seller of that id."""
        ...

    async def counts(self, scope: Scope) -> Counts:
        """Count what is in a seller's book; the orders within the scope."""
        ...

    async def numbers(self, seller: int, thing: Entity, count: int) -> tuple[int, ...]:
        """Hand out so many numbers for good, less those that somebody else is known by."""
        ...

    async def credential(self, dialect: str, fingerprint: str) -> Credential | None:
        """Give the key of that fingerprint."""
        ...

    async def former(self, dialect: str, fingerprint: str) -> Credential | None:
        """Give what is kept of a fingerprint that a key had before."""
        ...

    async def key(self, dialect: str, id: str) -> Credential | None:
        """Give the key of that id."""
        ...

    async def credentials(self, seller: int) -> tuple[Credential, ...]:
        """Give every key of a seller, and the fingerprints that they had before, oldest first."""
        ...

    async def token(
        self, seller: int, dialect: str, kind: str, fingerprint: str
    ) -> tuple[Token, Credential] | None:
        """Give the token of that fingerprint, and its key."""
        ...

    async def answer(self, seller: int, customer: int, dialect: str, key: str) -> Answered | None:
        """Give the answer that was kept under a key."""
        ...

    async def notes(self, seller: int, kind: str, names: Collection[str]) -> tuple[Note, ...]:
        """Give the notes of a kind by rising name, of all names for none; of no seller the hub's own."""
        ...

    async def notes_behind(
        self, seller: int, kind: str, name: str, limit: int, *, newest: bool = False
    ) -> tuple[Note, ...]:
        """Give so many notes of a kind by rising name, from behind one on; ``newest`` by falling name.

        Where that is "" they begin with the first, or the last.
        """
        ...

    async def tally(self, seller: int, what: str, until: datetime, now: datetime) -> int:
        """Count one more until then, for good; tallies that were over by ``now`` may go."""
        ...

    async def purge(self, seller: int, now: datetime) -> int:
        """Let go of some answers, counts and tokens that were over by then, and give how many."""
        ...

    async def sweep(self, seller: int, table: Swept, behind: Row, most: int) -> list[Row]:
        """Give so many rows of a seller behind a key, by rising key: the keys, and the texts behind them."""
        ...

    async def rewrite(self, seller: int, table: Swept, rows: list[Rewritten]) -> None:
        """Write texts in the place of those that were read, where they are still the same."""
        ...

    async def compact(self) -> None:
        """Leave nothing of what was struck out or changed, as far as files of this store have it.

        Raises Upstream where others are in the way.
        """
        ...

    async def merge_counts(self, seller: int, /) -> int:
        """Merge what the counts of a seller's orders are behind by, and give how much that was."""
        ...

    def commit(self, seller: int, batch: Collection[writes.Write]) -> Awaitable[None]:
        """Write all of it, in order, or nothing; raises Raced where a version or name is taken."""
        ...

    async def check_ready(self) -> None:
        """Raise Unready unless this is still the book that was opened, and it can be written to.

        Raises Upstream where it cannot be asked at all.
        """
        ...

    async def close(self) -> None:
        """Let go of whatever is held open; nothing may be asked afterwards."""
        ...
