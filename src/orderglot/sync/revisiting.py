"""Revisiting: orders that are asked for by their ids, because the list may not show them again."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.errors import Conflict, Forbidden, HubError, Invalid, NotFound, Upstream
from orderglot.core.order import Reference
from orderglot.core.ports import Book, UnitOfWork
from orderglot.core.query import EVERYTHING, And, Compare, Operator, Query
from orderglot.core.rejects import REJECT, Reject, rejects_of
from orderglot.core.values import Status
from orderglot.sync.notes import note_of
from orderglot.sync.reconciling import Arrived, take
from orderglot.sync.rejects import name_of, put_aside
from orderglot.sync.retrying import written
from orderglot.sync.vendor import Vendor
from orderglot.wire.flow import Unreadable

OPEN = (Status.DRAFT, Status.RECEIVED, Status.PROCESSING, Status.CHARGED, Status.PACKING)
SENT = (Status.PARTLY_SHIPPED, Status.SHIPPED)
UNFINISHED: Query = Compare("status", Operator.IN, (*OPEN, *SENT, Status.ON_HOLD))
"""Orders of which more is to be expected."""

MANY = 500
"""Where more orders than so many are asked for one by one, a person is told."""


MOST_FAILED = 3
"""Where the vendor fails at so many of them in a row, it is he that fails."""

Notify = Callable[[str], None]


class Revisited(Struct, frozen=True, kw_only=True):
    """What asking by id came to. ``there`` are those that the vendor has, ``gone`` those he has not."""

    new: int = 0
    changed: int = 0
    same: int = 0
    conflicts: int = 0
    aside: int = 0
    there: int = 0
    gone: int = 0


async def not_seen(
    book: Book, vendor: Vendor, customer: str, seen: Collection[str], where: Query = EVERYTHING
) -> list[str]:
    """Give the vendor's ids of his orders here that were not seen in this pull of a customer's, or all."""
    whose = await _of(book, vendor, customer)
    known = await book.ids_at(vendor.name, And((whose, where)))
    return sorted(id for id in known if id not in seen)


async def _of(book: Book, vendor: Vendor, customer: str) -> Query:
    """Describe the orders of a customer, by the vendor's id of them or their number; of all for ""."""
    if not customer:
        return EVERYTHING
    try:
        known = await book.customer(Reference(vendor.name, customer))
    except NotFound:
        return Compare("customer.number", Operator.EQ, customer)
    return Compare("customer.id", Operator.EQ, known.id)


async def aside(book: Book, vendor: Vendor, customer: str, began: datetime) -> list[Reject]:
    """Give what was put aside before this pull, and has not been met in it."""
    return [
        reject
        for _, reject in await rejects_of(book, vendor.name)
        if reject.customer == customer and reject.last < began
    ]


async def ask_again(
    book: Book,
    vendor: Vendor,
    ids: Collection[str],
    blank: Reject,
    notify: Notify,
    shown: Collection[str] = (),
) -> Revisited:
    """Ask the vendor for orders by their ids, and take what he says of them.

    What cannot be had or kept is put aside, made of ``blank``, and stops none of those behind it. What
    his list has ``shown``, so that it could not be read, is counted as put aside already.
    """
    counts = dict.fromkeys(Revisited.__struct_fields__, 0)
    asking = _Asking(book, vendor)
    asked = ids if vendor.dialect.flows.get is not None else ()
    if len(asked) > MANY:
        notify(f"{len(asked):,} orders that the list did not show are asked for one by one.")
    for id in asked:
        came = await asking.ask(id)
        if isinstance(came, NotFound):
            counts["gone"] += 1
            continue
        if isinstance(came, HubError):
            reject = replace(blank, id=id, reason=came.message)
            corrected = await written(book, partial(put_aside, rejects=[reject]))
            counts["same" if corrected else "aside"] += id not in shown
        else:
            counts[came.outcome] += 1
            counts["conflicts"] += bool(came.conflicts)
        counts["there"] += id not in shown
    return Revisited(**counts)


async def ask_for_rejects(book: Book, vendor: Vendor, rejects: Collection[Reject]) -> Revisited:
    """Ask once more for orders that were put aside; what can be kept by now is no reject any more."""
    new = left = 0
    asking = _Asking(book, vendor)
    for reject in rejects:
        if not reject.id or vendor.dialect.flows.get is None:
            left += 1
            continue
        came = await asking.ask(reject.id)
        if isinstance(came, HubError) and not isinstance(came, NotFound):
            left += 1
            continue
        new += isinstance(came, Arrived)
        await written(book, partial(_strike, reject=reject))
    return Revisited(new=new, aside=left)


@dataclass
class _Asking:
    """A vendor asked for one order after the other."""

    book: Book
    vendor: Vendor
    failed: int = 0

    async def ask(self, id: str) -> Arrived | HubError:
        """Ask for one order and take what comes, or give why that cannot be had or kept.

        Raises Upstream where the vendor has failed at several in a row: then it is not the order.
        """
        try:
            arrived = await self._asked(id)
        except (NotFound, Conflict, Invalid, Forbidden, Unreadable) as error:
            self.failed = 0
            return error
        except Upstream as error:
            self.failed += 1
            if self.failed >= MOST_FAILED:
                raise
            return error
        self.failed = 0
        return arrived

    async def _asked(self, id: str) -> Arrived:
        received = await self.vendor.client.get(Reference(self.vendor.dialect.name, id))

        async def write(unit: UnitOfWork) -> Arrived:
            (arrived,) = await take(unit, self.vendor.source, (received,))
            return arrived

        return await written(self.book, write)


async def _strike(unit: UnitOfWork, reject: Reject) -> None:
    note = await note_of(unit, REJECT, name_of(reject))
    if note is not None:
        unit.strike(note)
