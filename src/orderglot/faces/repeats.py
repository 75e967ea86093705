"""Repeats: a new order that comes again without a key, known by what it says.

The answer to a create is lost, and the client, which has no key for it, sends it once more. So within
a window that the seller sets, a create of the same account with the same PO number, ship-to and lines
is the same request; beyond the window it is a new order, and suspected to double the earlier one.
A client in test mode sends the same order again on purpose.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import Conflict, NotFound, Rule, invalid
from orderglot.core.order import Identity, Order, Reference, native
from orderglot.core.ports import DUPLICATE, REPEATED, Book, Store, UnitOfWork
from orderglot.core.repeats import can_repeat, digest, is_alike, is_owned, stands
from orderglot.core.seller import Seller
from orderglot.core.values import Omits
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Response
from orderglot.wire.operation import Operation

MOST = 100
"""So many orders of a PO number are looked at, the newest ones of all customers."""

SETTING = "{dialect}.repeats"
"""What a seller sets the window by, in minutes; zero turns it off."""

LONGEST = 7 * 24 * 60
"""So many minutes a window may last."""


class Repeat(Struct, frozen=True):
    """A new order without a key: what it is known by, for how long, and one that is like it.

    ``read`` gives the order that an answer to it speaks of, by the id that it says.
    """

    order: Order
    name: str
    lasts: timedelta
    alike: Order | None
    omits: Omits
    read: Callable[[Response], Order]

    def suspect(self, unit: UnitOfWork) -> None:
        """Record of an order that is placed after all that it may double another one."""
        for placed in unit.placed if self.alike is not None else ():
            unit.record(placed, DUPLICATE, self.alike.id if self.alike else None)


def check_window(name: str, minutes: Any) -> None:
    """Raise Invalid where a seller's window is no number of minutes."""
    if type(minutes) is not int or not 0 <= minutes <= LONGEST:
        reason = f"this is a whole number of minutes, from 0 for none to {LONGEST}."
        raise invalid(name, Rule.RANGE, reason)


class Repeats:
    """What one dialect's server face knows of new orders that come again without a key."""

    def __init__(self, dialect: Dialect, store: Store) -> None:
        self.dialect = dialect
        self.store = store
        self.setting = SETTING.format(dialect=dialect.name)

    async def find(
        self, operation: Operation[Any, Any], caller: Caller, ask: Callable[[], Any]
    ) -> Repeat | None:
        """Tell what a request is known by that has no key; None where it is new every time."""
        if operation.places is None or caller.test:
            return None
        order = operation.places(ask())
        if order is None or not can_repeat(order):
            return None
        if caller.customer is not None:
            order = replace(order, customer=Identity(id=caller.customer))
        book = self._book(caller)
        seller = await book.seller()
        lasts, omits = self._window(seller), self._omits(seller)
        if not lasts:
            return None
        alike = await _alike(book, order)
        # What was cancelled or deleted, or is not shown any more, may be ordered again.
        there = [one for one in alike if _is_there(one, omits)]
        gone = max([one.id for one in alike if one not in there], default=0)
        name = f"live:content:{operation.name}:{digest(order)}:{gone}"
        first = there[0] if there else None
        return Repeat(
            order, name, lasts, first, omits, lambda answer: operation.response.read(answer, ask())
        )

    async def record(
        self, caller: Caller, repeat: Repeat, answer: Response, exchange: str
    ) -> int | None:
        """Record of the first order that its request came again.

        Gives its id where it is not the client's any more, and so no answer to this request.
        """
        first = await self._answered(caller, repeat, answer)
        if first is None:
            return None
        if not (_is_there(first, repeat.omits) and is_owned(repeat.order, first)):
            return first.id
        # Where it came twice in the very same moment, one record says the same.
        with suppress(Conflict):
            async with self._book(caller, exchange).together() as unit:
                unit.record(first, REPEATED)
        return None

    async def _answered(self, caller: Caller, repeat: Repeat, answer: Response) -> Order | None:
        """Give the order that an answer speaks of, whosever it is by now."""
        named = native(repeat.read(answer), self.dialect.name)
        try:
            whole = self._book(replace(caller, customer=None))
            return await whole.get(Reference(self.dialect.name, named))
        except NotFound:
            return None

    def _omits(self, seller: Seller) -> Omits:
        can = self.dialect.can
        return can.omits if can.omits_at is None else can.omits | can.omits_at(seller)

    def _book(self, caller: Caller, exchange: str = "") -> Book:
        """Open the caller's book with what was deleted or is omitted, which no client sees."""
        return self.store.of(replace(caller, deleted=True), exchange=exchange)

    def _window(self, seller: Seller) -> timedelta:
        minutes = seller.tables.get(self.setting)
        return self.dialect.repeats if minutes is None else timedelta(minutes=minutes)


async def _alike(book: Book, order: Order) -> list[Order]:
    """Give the orders in a book that say the same, the newest first."""
    found = await book.with_po_number(order.po_number, MOST)
    return [one for one in found if is_alike(order, one)]


def _is_there(order: Order, omits: Omits) -> bool:
    """Tell whether an order stands, and clients of an API that ``omits`` some see it."""
    return stands(order) and omits.isdisjoint((order.kind, order.status))
