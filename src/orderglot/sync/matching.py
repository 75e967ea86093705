"""Matching: which order of the book is the vendor's order, and the vendor's id kept with it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.errors import Conflict
from orderglot.core.order import Order, Reference, by_hub_id, id_at
from orderglot.core.ports import PLACED, UnitOfWork
from orderglot.stores import document
from orderglot.sync.discrepancies import note_taken
from orderglot.sync.notes import PLACING, Placing, read
from orderglot.sync.search import alike, is_since
from orderglot.sync.vendor import Vendor
from orderglot.sync.vendor_states import keep_state, vendor_states


class Arrival(Struct, frozen=True):
    """An order as it is in the book once a vendor has it, and how what he has differs from it."""

    order: Order
    differences: tuple[str, ...] = ()


def name_of(order: int, channel: str) -> str:
    """Give the name of the note on an order that is under way to a vendor."""
    return f"{channel}/{order}"


def is_under_way_to(placing: Placing, vendor: Vendor) -> bool:
    """Tell whether an order is on its way to a vendor.

    Before there were channels, a vendor went by the name of his dialect: that is whoever is
    continued.
    """
    if placing.channel:
        return placing.channel == vendor.name
    return vendor.source.continued and placing.dialect == vendor.dialect.name


def event_of(channel: str) -> str:
    """Give what an order's events call its having been placed with a vendor."""
    return f"{PLACED}: {channel}"


async def arrived(
    unit: UnitOfWork, vendor: Vendor, order: int, theirs: Order, *, checked: bool = True
) -> Arrival:
    """Keep the vendor's id and state of an order of the book, and strike the note on its way.

    Our own clients go on knowing the order by the id that they were told. ``checked`` says that
    ``theirs`` is what he shows, not what he answered. Raises Conflict where another order has his
    id.
    """
    reference = Reference(vendor.name, id_at(theirs, vendor.dialect.name))
    mine = await unit.get(by_hub_id(order))
    sent = await _end_placing(unit, vendor, mine)
    before = await vendor_states(unit, vendor.name, [order])
    if reference not in mine.references:
        await _refuse_clash(unit, vendor, order, reference)
        references = (*mine.references, reference)
        mine = await unit.change(replace(mine, references=references), event_of(vendor.name))
    keep_state(unit, vendor.name, order, theirs, before.get(order), placed=True)
    found = await note_taken(unit, vendor.source, mine, theirs, sent, checked=checked)
    return Arrival(mine, found)


async def _end_placing(unit: UnitOfWork, vendor: Vendor, order: Order) -> Order:
    """Strike the note on an order that is under way; gives the order as it was sent."""
    names = [name_of(order.id, name) for name in (vendor.name, vendor.dialect.name)]
    sent = order
    for note in await unit.notes(PLACING, *names):
        placing = read(note, Placing)
        if is_under_way_to(placing, vendor):
            unit.strike(note)
            sent = document.read_order(placing.order)
    return sent


async def _refuse_clash(unit: UnitOfWork, vendor: Vendor, order: int, reference: Reference) -> None:
    (other,) = await unit.known([reference])
    if other is not None:
        raise Conflict(
            f"{vendor.name} has order {order} as {reference.id}, and the book has that as "
            f"order {other.id} already; look which of the two is to stay."
        )


async def recognise(unit: UnitOfWork, vendor: Vendor, orders: Sequence[Order]) -> None:
    """See among a vendor's orders those that were sent to him and whose answer was cut off.

    Only a purchase order number makes one of them the same.
    """
    for note in await unit.notes(PLACING):
        placing = read(note, Placing)
        if placing.refused or not is_under_way_to(placing, vendor):
            continue
        sent = document.read_order(placing.order)
        for one in orders:
            same = bool(one.po_number) and alike(sent, one, vendor.dialect)
            same = same and is_since(one, placing.begun)
            if same and await _is_ours_to_take(unit, vendor, sent, one):
                await arrived(unit, vendor, sent.id, one)
                break


async def _is_ours_to_take(unit: UnitOfWork, vendor: Vendor, sent: Order, there: Order) -> bool:
    """Tell whether an order that was sent is in sight here, and the vendor's is not known yet.

    A test order is out of sight of who looks for live ones.
    """
    mine = by_hub_id(sent.id)
    theirs = Reference(vendor.name, id_at(there, vendor.dialect.name))
    ours, other = await unit.known([mine, theirs], by_hub_id=True)
    return ours is not None and other is None
