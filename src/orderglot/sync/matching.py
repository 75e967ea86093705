"""Matching: which order of the book is the vendor's order, and the vendor's id kept with it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from orderglot.core.errors import Conflict, NotFound
from orderglot.core.order import HUB, Order, Reference
from orderglot.core.ports import UnitOfWork
from orderglot.stores import document
from orderglot.sync.notes import PLACING, Placing, read
from orderglot.sync.search import alike
from orderglot.wire.dialect import Dialect


def name_of(order: int, dialect: str) -> str:
    """Give the name of the note on an order that is under way to a vendor."""
    return f"{dialect}/{order}"


def event_of(dialect: str) -> str:
    """Give what an order's events call its having been placed with a vendor."""
    return f"placed: {dialect}"


async def arrived(unit: UnitOfWork, order: int, theirs: Order) -> Order:
    """Keep the vendor's id with an order of the book and strike the note that it is under way.

    From now on the vendor's word counts: so the order is as old as the vendor has it, and what the
    next pull brings of it is not taken for older. Raises Conflict where another order has the id.
    """
    reference = theirs.references[0]
    mine = await unit.get(Reference(HUB, str(order)))
    for note in await unit.notes(PLACING, name_of(order, reference.dialect)):
        unit.strike(note)
    if reference in mine.references:
        return mine
    await _demand_free(unit, order, reference)
    references = (*mine.references, reference)
    changed = replace(mine, references=references, modified=theirs.modified or mine.modified)
    return await unit.change(changed, event_of(reference.dialect))


async def _demand_free(unit: UnitOfWork, order: int, reference: Reference) -> None:
    """Raise Conflict where another order of the book is known by the reference."""
    other = await _known(unit, reference)
    if other is not None:
        raise Conflict(
            f"{reference.dialect} has order {order} as {reference.id}, and the book has that as "
            f"order {other.id} already; look which of the two is to stay."
        )


async def _known(unit: UnitOfWork, reference: Reference) -> Order | None:
    try:
        found = await unit.get(reference)
    except NotFound:
        return None
    return found if reference in found.references else None


async def recognise(unit: UnitOfWork, orders: Sequence[Order], dialect: Dialect) -> None:
    """See among a vendor's orders those that were sent to it and whose answer was cut off.

    Only a purchase order number makes one of them the same.
    """
    for note in await unit.notes(PLACING):
        placing = read(note, Placing)
        if placing.dialect != dialect.name or placing.refused:
            continue
        sent = document.read_order(placing.order)
        for one in orders:
            same = bool(one.po_number) and alike(sent, one, placing.begun, dialect)
            if same and await _known(unit, one.references[0]) is None:
                await arrived(unit, sent.id, one)
                break
