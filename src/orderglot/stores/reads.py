"""Reads: what a caller can read of a seller's book, and nothing beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.customer_items import kind_of
from orderglot.core.errors import Damaged, Forbidden, NotFound
from orderglot.core.keepable import keepable
from orderglot.core.left_out import note
from orderglot.core.order import Order, Reference
from orderglot.core.ports import DUPLICATE, Event, Feed, Note
from orderglot.core.product import Product
from orderglot.core.query import EVERYTHING, LargePage, Page, Query, Window, asks
from orderglot.core.repeats import stands
from orderglot.core.seller import Seller
from orderglot.core.values import Omits
from orderglot.stores import selection
from orderglot.stores.backend import LOOKED, Backend, Scope

T = TypeVar("T")

Clock = Callable[[], datetime]
"""Gives the time as an aware UTC instant."""


def utc_now() -> datetime:
    """Give the time of the machine's clock."""
    return datetime.now(UTC)


STRIDE = 100
"""How many orders a walk holds at a time."""


async def without_damaged(
    read: Callable[[Collection[int]], Awaitable[tuple[T, ...]]], ids: Collection[int]
) -> tuple[T, ...]:
    """Give those of some things that can be read; the others are noted as left out."""
    if not ids:
        return ()
    try:
        return await read(ids)
    except Damaged as error:
        if len(ids) == 1:
            note(error.message)
            return ()
    return tuple([one for id in sorted(ids) for one in await without_damaged(read, (id,))])


class Reads:
    """The reads of a book, each within the caller's scope."""

    def __init__(
        self,
        backend: Backend,
        caller: Caller,
        clock: Clock,
        *,
        largest: int | None = None,
        omits: Omits = frozenset(),
    ) -> None:
        self._backend = backend
        self._largest = largest
        self._caller = caller
        self._clock = clock
        key = "" if caller.unlimited else caller.name
        sight = caller.test or caller.tests
        self._scope = Scope(caller.seller, caller.customer, sight, caller.deleted, key, omits)

    @property
    def caller(self) -> Caller:
        """Who is looking."""
        return self._caller

    def now(self) -> datetime:
        """Give the time that new things are stamped with."""
        return self._clock()

    async def get(self, ref: Reference, *, omitted: bool = False) -> Order:
        """Give the order that a dialect's clients know under an id; raise NotFound without one."""
        found = await self._find(ref, self._sight(omitted)) if keepable(ref.id) else None
        if found is None:
            raise NotFound(f"There is no order {ref.id!r} here; check the id.")
        return found

    @property
    def _whole(self) -> Scope:
        """The scope with what is omitted."""
        return replace(self._scope, omits=frozenset())

    def _sight(self, omitted: bool) -> Scope:
        return self._whole if omitted else self._scope

    def _find(self, ref: Reference, scope: Scope) -> Awaitable[Order | None]:
        return self._backend.order_known(scope, ref)

    async def walk(
        self, where: Query = EVERYTHING, *, omitted: bool = False
    ) -> AsyncIterator[Order]:
        """Give every match once, oldest first."""
        window: Window | None = Window(where=where, limit=STRIDE)
        while window is not None:
            page = await self.page(window, omitted=omitted)
            for order in page.orders:
                yield order
            window = page.next

    async def page(self, window: Window, *, omitted: bool = False) -> Page:
        """Give the orders of a window; without a sort the oldest come first.

        Raises LargePage where they may be more than this book gives at a time.
        """
        if self._largest is not None and window.limit > self._largest:
            raise LargePage
        asked = selection.selection(window)
        scope = self._scope_of(window, self._sight(omitted))
        selected = await self._backend.select(scope, asked)
        while window.after and selected.more and not selected.orders and selected.left_out:
            # One that goes on behind an order needs one that can be read.
            asked = replace(asked, limit=2 * asked.limit)
            selected = await self._backend.select(scope, asked)
        if len(selected.orders) > window.limit:
            selected = replace(selected, orders=selected.orders[: window.limit], more=True)
        return selection.page(window, selected)

    async def ids_at(self, channel: str, where: Query = EVERYTHING) -> tuple[str, ...]:
        """Give the ids by which a channel's vendor knows the orders that match, in any order."""
        window = Window(where=where)
        checked = selection.selection(window).where
        return await self._backend.ids_at(self._scope_of(window, self._scope), channel, checked)

    async def with_po_number(self, po_number: str, most: int) -> tuple[Order, ...]:
        """Give the orders among the newest ``most`` of a PO number, the newest first."""
        if not keepable(po_number):
            return ()
        return (await self._backend.orders_with_po_number(self._scope, po_number, most))[::-1]

    def _scope_of(self, window: Window, scope: Scope) -> Scope:
        """Give what a question is about: what was deleted only where it asks for that itself."""
        return replace(scope, deleted=True) if asks(window.where, "deleted") else scope

    async def linked(self, ref: Reference, *, omitted: bool = False) -> tuple[Order, ...]:
        """Give the orders linked to one directly, either way, without itself, by rising id."""
        order, scope = await self.get(ref, omitted=omitted), self._sight(omitted)
        backend = self._backend
        targets = {link.order.id for link in order.links if link.order.id}
        found = (
            *await without_damaged(lambda some: backend.orders_with(scope, some), targets),
            *await self._backend.orders_pointing(scope, (order,)),
        )
        others = {other.id: other for other in found if other.id != order.id}
        return tuple(others[id] for id in sorted(others))

    async def events(self, order: int) -> tuple[Event, ...]:
        """Give what happened to an order, oldest first; nothing where there is no such order."""
        return await self._backend.events(self._scope, order)

    async def feed(self, after: int = 0, limit: int = 100) -> Feed:
        """Give the events behind a sequence, so many at most, and never more than 1,000."""
        limit = min(max(limit, 1), LOOKED)
        return await self._backend.feed(self._scope, max(after, 0), limit)

    async def duplicates(self) -> tuple[tuple[Order, Order], ...]:
        """Give the orders that may double an earlier one, each with that one, if both still stand."""
        pairs = [
            (event.order, event.other)
            for event in await self._backend.duplicates(self._scope)
            if event.what == DUPLICATE and event.other is not None
        ]
        ids = {id for pair in pairs for id in pair}
        backend = self._backend
        orders = await without_damaged(lambda some: backend.orders_with(self._scope, some), ids)
        found = {one.id: one for one in orders}
        standing = {id: order for id, order in found.items() if stands(order)}
        return tuple(
            (standing[new], standing[first])
            for new, first in pairs
            if new in standing and first in standing
        )

    async def seller(self) -> Seller:
        """Give the seller whose book this is."""
        found = await self._backend.seller(self._scope.seller)
        if found is None:
            raise NotFound("There is no such seller.")
        return found

    async def tally(self, what: str, until: datetime) -> int:
        """Count one more of something and give how many there were; a new ``until`` begins anew."""
        return await self._backend.tally(self._scope.seller, what, until, self.now())

    async def customer(self, ref: Reference) -> Customer:
        """Give the customer that a dialect's clients know under an id, or raise NotFound."""
        found = await self._find_customer(ref) if keepable(ref.id) else None
        if found is None or self._scope.customer not in (None, found.id):
            raise NotFound(f"There is no customer {ref.id!r} here; check the id.")
        return found

    def _find_customer(self, ref: Reference) -> Awaitable[Customer | None]:
        return self._backend.customer_known(self._scope.seller, ref)

    async def customers(self, after: int = 0, limit: int = 100) -> tuple[Customer, ...]:
        """Give customers by rising hub id, from the one behind ``after`` on."""
        scope, own = self._scope, self._scope.customer
        if own is None:
            return await self._backend.customers_after(scope, after, limit)
        return await self._backend.customers_with(scope, (own,)) if after < own and limit else ()

    async def customers_called(self, *names: str) -> tuple[Customer, ...]:
        """Give the customers in sight that have one of these as number, name or id, by rising hub id."""
        asked = [one for one in names if keepable(one)]
        found = await self._backend.customers_called(self._scope.seller, asked) if asked else ()
        own = self._scope.customer
        return tuple(one for one in found if own in (None, one.id))

    async def owners(self, orders: Sequence[Order]) -> dict[int, Customer]:
        """Give what is on record of the customers of some orders, by hub id."""
        ids = {order.customer.id for order in orders if order.customer is not None}
        own = self._scope.customer
        asked = ids if own is None else ids & {own}
        backend = self._backend
        found = await without_damaged(lambda some: backend.customers_with(self._scope, some), asked)
        return {customer.id: customer for customer in found}

    async def products(self, skus: Sequence[str]) -> dict[str, Product]:
        """Give the products that exist among those SKUs."""
        asked = [sku for sku in skus if keepable(sku)]
        found = await self._backend.products(self._scope.seller, asked) if asked else ()
        return {product.sku: product for product in found}

    async def every_product(self, after: str = "", limit: int = 100) -> tuple[Product, ...]:
        """Give products by rising SKU, from the one behind ``after`` on."""
        return await self._backend.products_after(self._scope.seller, after, limit)

    async def products_called(self, *names: str) -> tuple[Product, ...]:
        """Give the products that have one of these as SKU, product code or title, by rising SKU."""
        asked = [one for one in names if keepable(one)]
        return await self._backend.products_called(self._scope.seller, asked) if asked else ()

    async def item_numbers(self, customer: int, *numbers: str) -> dict[str, str]:
        """Give the SKUs that a customer's own item numbers stand for; of no numbers, of all."""
        if self._scope.customer not in (None, customer):
            raise Forbidden("This account may not read another customer's item numbers.")
        asked = [one for one in numbers if keepable(one)]
        if numbers and not asked:
            return {}
        found = await self._backend.notes(self._scope.seller, kind_of(customer), asked)
        return {note.name: note.document.decode() for note in found}

    async def notes(self, kind: str, *names: str) -> tuple[Note, ...]:
        """Give the notes of a kind by rising name, of all names for none."""
        if self._scope.customer is not None:
            raise Forbidden("This account may not read the seller's notes.")
        return await self._backend.notes(self._scope.seller, kind, names)

    async def notes_behind(
        self, kind: str, name: str = "", limit: int = 100, *, newest: bool = False
    ) -> tuple[Note, ...]:
        """Give so many notes of a kind by rising name, from behind one on; ``newest`` by falling name."""
        if self._scope.customer is not None:
            raise Forbidden("This account may not read the seller's notes.")
        seller = self._scope.seller
        return await self._backend.notes_behind(seller, kind, name, limit, newest=newest)
