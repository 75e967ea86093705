"""Revisiting: orders that are asked for by their ids, because the list may not show them again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import partial

from msgspec import Struct

from orderglot.core.errors import Conflict, Invalid, NotFound, Upstream
from orderglot.core.order import Reference, id_at
from orderglot.core.ports import Book, UnitOfWork
from orderglot.core.query import Compare, Operator, Query
from orderglot.core.values import Status
from orderglot.sync.notes import REJECT, Reject, note_of
from orderglot.sync.reconciling import Arrived, take
from orderglot.sync.rejects import name_of, rejects_of
from orderglot.sync.retrying import written
from orderglot.sync.vendor import Vendor

OPEN = (Status.DRAFT, Status.RECEIVED, Status.PROCESSING, Status.CHARGED, Status.PACKING)
UNFINISHED: Query = Compare("status", Operator.IN, (*OPEN, Status.SHIPPED, Status.ON_HOLD))
"""Orders of which more is to be expected."""

MOST = 500
"""So many orders at most are asked for one by one in one pull."""


class Revisited(Struct, frozen=True, kw_only=True):
    """What asking by id came to. ``there`` are those that the vendor has, ``gone`` those he has not."""

    new: int = 0
    changed: int = 0
    same: int = 0
    conflicts: int = 0
    aside: int = 0
    there: int = 0
    gone: int = 0


async def unfinished(book: Book, vendor: Vendor, seen: Collection[str]) -> list[str]:
    """Give the vendor's ids of his orders that are not finished and were not seen in this pull."""
    return [
        id
        async for order in book.walk(UNFINISHED)
        if (id := id_at(order, vendor.name)) and id not in seen
    ]


async def unseen(book: Book, vendor: Vendor, seen: Collection[str]) -> list[str]:
    """Give the vendor's ids of all his orders here that were not seen in this pull."""
    return [
        id async for order in book.walk() if (id := id_at(order, vendor.name)) and id not in seen
    ]


async def aside(book: Book, vendor: Vendor, customer: str, began: datetime) -> list[Reject]:
    """Give what was put aside before this pull, and has not been met in it."""
    return [
        reject
        for _, reject in await rejects_of(book, vendor.name)
        if reject.customer == customer and reject.last < began
    ]


async def ask_again(book: Book, vendor: Vendor, ids: Collection[str]) -> Revisited:
    """Ask the vendor for orders by their ids, and take what he says of them."""
    counts = dict.fromkeys(Revisited.__struct_fields__, 0)
    asked = sorted(ids)[:MOST] if vendor.dialect.flows.get is not None else ()
    for id in asked:
        try:
            arrived = await _asked(book, vendor, id)
        except NotFound:
            counts["gone"] += 1
            continue
        except (Conflict, Invalid):
            counts["aside"] += 1
        else:
            counts[arrived.outcome] += 1
            counts["conflicts"] += bool(arrived.conflicts)
        counts["there"] += 1
    return Revisited(**counts)


async def ask_for_rejects(book: Book, vendor: Vendor, rejects: Collection[Reject]) -> Revisited:
    """Ask once more for orders that were put aside; what can be kept by now is no reject any more."""
    new = left = 0
    for reject in rejects:
        if not reject.id or vendor.dialect.flows.get is None:
            left += 1
            continue
        try:
            await _asked(book, vendor, reject.id)
        except NotFound:
            pass
        except (Conflict, Invalid, Upstream):
            left += 1
            continue
        else:
            new += 1
        await written(book, partial(_strike, reject=reject))
    return Revisited(new=new, aside=left)


async def _asked(book: Book, vendor: Vendor, id: str) -> Arrived:
    """Ask for one order and take what comes; raises NotFound where the vendor has none."""
    received = await vendor.client.get(Reference(vendor.dialect.name, id))

    async def write(unit: UnitOfWork) -> Arrived:
        (arrived,) = await take(unit, vendor.source, (received,))
        return arrived

    return await written(book, write)


async def _strike(unit: UnitOfWork, reject: Reject) -> None:
    note = await note_of(unit, REJECT, name_of(reject))
    if note is not None:
        unit.strike(note)
