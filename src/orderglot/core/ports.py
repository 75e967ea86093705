"""The ports: what may be asked of whatever has orders, be it a store or a vendor."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from msgspec import Struct

from orderglot.core.acts import Person
from orderglot.core.administration import Administered
from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.journal import Journal
from orderglot.core.keyring import Keyring
from orderglot.core.order import Order, Reference
from orderglot.core.product import Product
from orderglot.core.query import EVERYTHING, Page, Query, Window
from orderglot.core.seller import Seller
from orderglot.core.values import Omits

T = TypeVar("T")


class Orders(Protocol):
    """Whatever has orders: one seller's book in a store, or a vendor behind a client face."""

    async def place(self, order: Order) -> Order:
        """Add a new order and give it back as it now stands, with its ids."""
        ...

    async def get(self, ref: Reference) -> Order:
        """Give the order that a dialect's clients know under an id; raise NotFound without one."""
        ...

    def walk(self, where: Query = EVERYTHING) -> AsyncIterator[Order]:
        """Give every match once, oldest first where the place can sort."""
        ...

    async def linked(self, ref: Reference) -> tuple[Order, ...]:
        """Give the orders linked to one directly, either way, without itself, by rising id."""
        ...


class Outcome(StrEnum):
    """What keeping something came to."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


class Kept(Struct, frozen=True, gc=False):
    """An order as it is in the book after being kept, and whether that changed anything."""

    order: Order
    outcome: Outcome


Check = Callable[[Order, Order], None]
"""Is told of an order that is there and of one that comes in its place, and may raise."""


NO_ORDER = 0
"""Of which order an event is that is of none."""


class Event(Struct, frozen=True, kw_only=True, gc=False):
    """One change of one order: what was done, when, by whom, why, and the version it made.

    Some say what happened to a version without making one; ``other`` is another order that an event
    speaks of as well. ``details`` are what else it says, by names: ``unknown`` what a client sent that
    no shape has. ``why`` is "" where nobody gave a reason, ``exchange`` the id of the request that made
    the event, "" where none did. One that is of ``NO_ORDER`` speaks of something else, which its
    ``details`` name. ``sequence`` is its number in the seller's feed, 0 until it has one.
    """

    order: int = NO_ORDER
    version: int = 0
    what: str
    at: datetime
    who: str = ""
    other: int | None = None
    details: dict[str, Any] = {}
    sequence: int = 0
    why: str = ""
    exchange: str = ""


class Feed(Struct, frozen=True, gc=False):
    """Some events of a seller by rising sequence, and the one behind which to go on.

    That moves on also where no event was in sight; ``more`` tells whether there are some by now. Events up
    to ``floor`` have been thinned out.
    """

    events: tuple[Event, ...]
    after: int
    more: bool
    floor: int = 0


PLACED = "placed"
"""What an event says of an order that came in here as a new one."""

KEPT = "kept"
"""What an event says of an order that came from elsewhere."""

REPEATED = "repeated"
"""What an event says of an order whose request came again and got the first answer."""

DUPLICATE = "suspected duplicate"
"""What an event says of an order that is like an ``other`` one."""


class Answered(Struct, frozen=True, kw_only=True, gc=False):
    """The first answer to a request that may be repeated, kept to be given again.

    ``asked`` is a fingerprint of the request. ``answer`` is the answer as the face written it.
    """

    dialect: str
    key: str
    asked: str
    answer: bytes
    expires: datetime


class Note(Struct, frozen=True, kw_only=True):
    """What the hub itself has to remember of a seller's business, under a name of its kind.

    ``version`` is 0 until it is in the book; a note takes the place of the version it was made from.
    """

    kind: str
    name: str
    version: int = 0
    document: bytes = b""


class Book(Orders, Protocol):
    """One seller's order book as one caller may see it. Nothing in it leaves the caller's scope.

    What was deleted is not there, for any question but one that asks about ``deleted`` itself. What the
    book ``omits`` is not there, but for a rule that counts all orders and so asks for ``omitted`` ones.
    """

    @property
    def caller(self) -> Caller:
        """Who is looking."""
        ...

    def now(self) -> datetime:
        """Give the time that new things are stamped with."""
        ...

    def together(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a unit: what is written to it is kept all at once at its end, or not at all."""
        ...

    async def transact(self, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        """Do some work in a unit, and all of it again in a new one where somebody else was faster.

        Raises Conflict where that is so time and again. In a unit it is a part of that one.
        """
        ...

    async def guard(self, family: str) -> None:
        """Ask a rule over several orders, from now on, of which none may change till the unit ends.

        All that are read from now on are expected to be as they are, and of all units that are
        guarded by the same family only one at a time is committed; another ends in Conflict.
        What does not ask the rule is held up by nothing. Raises RuntimeError outside of a unit.
        """
        ...

    async def get(self, ref: Reference, *, omitted: bool = False) -> Order:
        """Give the order that a dialect's clients know under an id; raise NotFound without one."""
        ...

    def walk(self, where: Query = EVERYTHING, *, omitted: bool = False) -> AsyncIterator[Order]:
        """Give every match once, oldest first."""
        ...

    async def linked(self, ref: Reference, *, omitted: bool = False) -> tuple[Order, ...]:
        """Give the orders linked to one directly, either way, without itself, by rising id."""
        ...

    async def page(self, window: Window, *, omitted: bool = False) -> Page:
        """Give the orders of a window."""
        ...

    async def ids_at(self, channel: str, where: Query = EVERYTHING) -> tuple[str, ...]:
        """Give the ids by which a channel's vendor knows the orders that match, in any order."""
        ...

    async def with_po_number(self, po_number: str, most: int) -> tuple[Order, ...]:
        """Give the orders among the newest ``most`` of a PO number, the newest first."""
        ...

    async def keep(self, *orders: Order, check: Check | None = None) -> tuple[Kept, ...]:
        """Keep orders that came from elsewhere under their references; the newest version wins.

        Their customers and the orders they point at are found by reference or number; a customer
        who is not there yet is made. All are kept in one transaction. Raises Conflict where two
        orders would be known under one id, and what ``check`` raises of an order that is there.
        """
        ...

    async def change(
        self, order: Order, what: str = "changed", *, touches: bool = True, why: str = ""
    ) -> Order:
        """Put a new version in the place of the one it was made from; ``what`` names the event.

        Where it ``touches`` nothing that anybody knows of, the order was not modified by that. Where
        no reason is given, ``why`` is the reason of a hold or cancellation that the version brings.
        Raises NotFound, or Conflict where somebody else was faster.
        """
        ...

    async def events(self, order: int) -> tuple[Event, ...]:
        """Give what happened to an order, oldest first."""
        ...

    async def feed(self, after: int = 0, limit: int = 100) -> Feed:
        """Give the events behind a sequence, or behind those thinned out; so many at most, never more than 1,000.

        Numbers have no gaps, and what is committed later has a later one: whoever goes on behind
        the last one misses none and gets none twice.
        """
        ...

    async def duplicates(self) -> tuple[tuple[Order, Order], ...]:
        """Give the orders that may double an earlier one, each with that one, if both still stand."""
        ...

    async def seller(self) -> Seller:
        """Give the seller whose book this is."""
        ...

    async def tally(self, what: str, until: datetime) -> int:
        """Count one more of something and give how many there were; a new ``until`` begins anew.

        It is counted at once, for all processes alike, whatever becomes of the unit.
        """
        ...

    async def customer(self, ref: Reference) -> Customer:
        """Give the customer that a dialect's clients know under an id, or raise NotFound."""
        ...

    async def customers(self, after: int = 0, limit: int = 100) -> tuple[Customer, ...]:
        """Give customers by rising hub id, from the one behind ``after`` on."""
        ...

    async def customers_called(self, *names: str) -> tuple[Customer, ...]:
        """Give the customers that have one of these as number, name or id, by rising hub id.

        A name is theirs, their last one, their company's or a mail address; an id any that anybody
        knows them by.
        """
        ...

    async def owners(self, orders: Sequence[Order]) -> dict[int, Customer]:
        """Give what is on record of the customers of some orders, by hub id."""
        ...

    async def keep_customer(self, customer: Customer) -> Customer:
        """Add a customer, or put a new version in place of the one with its id."""
        ...

    async def item_numbers(self, customer: int, *numbers: str) -> dict[str, str]:
        """Give the SKUs that a customer's own item numbers stand for; of no numbers, of all.

        Raises Forbidden where the caller is another customer's.
        """
        ...

    async def with_skus(self, *orders: Order) -> tuple[Order, ...]:
        """Give orders with the SKUs that their customers' own item numbers stand for.

        ``keep`` does the same of itself.
        """
        ...

    async def products(self, skus: Sequence[str]) -> dict[str, Product]:
        """Give the products that exist among those SKUs."""
        ...

    async def every_product(self, after: str = "", limit: int = 100) -> tuple[Product, ...]:
        """Give products by rising SKU, from the one behind ``after`` on."""
        ...

    async def products_called(self, *names: str) -> tuple[Product, ...]:
        """Give the products that have one of these as SKU, product code or title, by rising SKU."""
        ...

    async def keep_product(self, product: Product, *, new: bool = False) -> Product:
        """Add a product, or put a new version in its place; a ``new`` one raises Conflict where one is."""
        ...

    async def notes(self, kind: str, *names: str) -> tuple[Note, ...]:
        """Give the notes of a kind by rising name, of all names for none.

        They are the seller's alone: a customer's caller is Forbidden.
        """
        ...

    async def notes_behind(
        self, kind: str, name: str = "", limit: int = 100, *, newest: bool = False
    ) -> tuple[Note, ...]:
        """Give so many notes of a kind by rising name, from behind one on; ``newest`` by falling name.

        They are the seller's alone: a customer's caller is Forbidden.
        """
        ...


class UnitOfWork(Book, Protocol):
    """A book whose writes wait for the end of the unit; ``get`` already sees them."""

    def touched(self) -> tuple[int, ...]:
        """Give the ids of the orders that were read one by one, made or changed here so far."""
        ...

    async def known(
        self, references: Sequence[Reference], *, by_hub_id: bool = False
    ) -> tuple[Order | None, ...]:
        """Give for each reference the order that has it; with ``by_hub_id`` as ``get`` finds it."""
        ...

    async def place(self, order: Order, *, why: str = "") -> Order:
        """Add a new order and give it back as it will stand; ``why`` goes with its event."""
        ...

    async def change(
        self,
        order: Order,
        what: str = "changed",
        *,
        touches: bool = True,
        why: str = "",
        other: int | None = None,
    ) -> Order:
        """Put a new version in the place of the one it was made from, as a book does.

        ``other`` is the hub id of another order that the event speaks of as well.
        """
        ...

    def rely_on(self, customer: Customer) -> None:
        """Commit only if a customer, of whom something is written beside them, is as they were read."""
        ...

    def leave_counting_to(self, channel: str) -> None:
        """Give nothing back to orders of a channel, whose vendor says himself how much is left of them.

        From now on that is so of a return or switch that this unit changes; the orders of others get
        back what it took when it is given up.
        """
        ...

    @property
    def placed(self) -> tuple[Order, ...]:
        """The orders that were placed in this unit so far."""
        ...

    def record(self, order: Order, what: str, other: int | None = None) -> None:
        """Record an event of an order that changes nothing of it, in the same transaction."""
        ...

    def remember(self, answered: Answered) -> None:
        """Keep an answer in the same transaction as the writes that it speaks of."""
        ...

    def happened(self, what: str, details: Mapping[str, Any]) -> None:
        """Record what happened to no order, of the type ``what``, in the same transaction."""
        ...

    def acted(self, person: Person, what: str, about: str) -> None:
        """Write down that a person did something, in the same transaction."""
        ...

    def note(self, note: Note) -> None:
        """Write a note in the same transaction as what it speaks of.

        The unit ends in Conflict where another version of it is there by then.
        """
        ...

    async def drop_customer(self, customer: Customer) -> None:
        """Take out a customer in this version.

        Raises Conflict where orders, keys or item numbers of theirs are in the book.
        """
        ...

    async def drop_product(self, product: Product) -> None:
        """Take out a product in this version; raises Conflict where orders have a line of it."""
        ...

    def strike(self, note: Note) -> None:
        """Take a note out of the book; one that is another version by then ends in Conflict."""
        ...


class Store(Protocol):
    """Where orders are kept, seen only through a caller."""

    def acting(self, person: Person) -> Administered:
        """Give the store's sellers and keys as one person has them, whose acts are written down."""
        ...

    @property
    def keyring(self) -> Keyring:
        """Who may come in."""
        ...

    journal: Journal
    """What came and what left, as far as it is kept."""

    def now(self) -> datetime:
        """Give the time by the store's clock."""
        ...

    def of(
        self,
        caller: Caller,
        largest: int | None = None,
        exchange: str = "",
        omits: Omits = frozenset(),
    ) -> Book:
        """Open the caller's book, of which a page of more orders than ``largest`` raises LargePage.

        ``exchange`` is the id of the request that it is opened for, which stands in its events. What
        is of a kind or in a status that it ``omits`` is not there.
        """
        ...

    async def answered(self, caller: Caller, dialect: str, key: str) -> Answered | None:
        """Give the first answer to a request of this caller that was made under this key."""
        ...
