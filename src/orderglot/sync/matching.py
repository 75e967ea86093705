"""Matching: which order of the book is the vendor's order, and the vendor's id kept with it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from orderglot.core.errors import Conflict
from orderglot.core.order import HUB, Order, Reference, id_at
from orderglot.core.ports import UnitOfWork
from orderglot.stores import document
from orderglot.sync.notes import PLACING, Placing, read
from orderglot.sync.search import alike
from orderglot.sync.vendor import Vendor
from orderglot.sync.words import keep_word, last_words


def name_of(order: int, channel: str) -> str:
    """Give the name of the note on an order that is under way to a vendor."""
    return f"{channel}/{order}"


def event_of(channel: str) -> str:
    """Give what an order's events call its having been placed with a vendor."""
    return f"placed: {channel}"


async def arrived(unit: UnitOfWork, vendor: Vendor, order: int, theirs: Order) -> Order:
    """Keep the vendor's id and word with an order of the book, and strike the note on its way.

    Our own clients go on knowing the order by the id that they were told. Raises Conflict where
    another order has the vendor's id.
    """
    reference = Reference(vendor.name, id_at(theirs, vendor.dialect.name))
    mine = await unit.get(Reference(HUB, str(order)))
    for note in await unit.notes(PLACING, name_of(order, vendor.name)):
        unit.strike(note)
    if reference in mine.references:
        return mine
    (other,) = await unit.known([reference])
    if other is not None:
        raise Conflict(
            f"{vendor.name} has order {order} as {reference.id}, and the book has that as "
            f"order {other.id} already; look which of the two is to stay."
        )
    before = await last_words(unit, vendor.name, [order])
    keep_word(unit, vendor.name, order, theirs, before.get(order), placed=True)
    references = (*mine.references, reference)
    return await unit.change(replace(mine, references=references), event_of(vendor.name))


async def recognise(unit: UnitOfWork, vendor: Vendor, orders: Sequence[Order]) -> None:
    """See among a vendor's orders those that were sent to him and whose answer was cut off.

    Only a purchase order number makes one of them the same.
    """
    for note in await unit.notes(PLACING):
        placing = read(note, Placing)
        if placing.channel != vendor.name or placing.refused:
            continue
        sent = document.read_order(placing.order)
        for one in orders:
            same = bool(one.po_number) and alike(sent, one, placing.begun, vendor.dialect)
            if same and not await _is_known(unit, vendor, one):
                await arrived(unit, vendor, sent.id, one)
                break


async def _is_known(unit: UnitOfWork, vendor: Vendor, order: Order) -> bool:
    reference = Reference(vendor.name, id_at(order, vendor.dialect.name))
    return (await unit.known([reference]))[0] is not None
