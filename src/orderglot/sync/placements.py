"""Placements: what has become of orders that were sent to vendors, listed, and settled by a person."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.errors import Conflict, NotFound
from orderglot.core.order import Order, by_hub_id, is_channel
from orderglot.core.ports import Book, UnitOfWork
from orderglot.sync.matching import name_of
from orderglot.sync.notes import PLACING, Placing, note_of, noted, read
from orderglot.sync.recovery import SETTLING
from orderglot.sync.retrying import written


class State(StrEnum):
    """How far an order has come on its way to a vendor."""

    PLACED = "placed"
    UNDER_WAY = "under way"
    UNKNOWN = "unknown"
    REFUSED = "refused"


class Placement(Struct, frozen=True, kw_only=True):
    """An order and a vendor that it was sent to: the vendor's ``id`` of it, or what is known instead.

    ``why`` says why it was refused, or why nobody knows.
    """

    order: int
    channel: str
    state: State
    id: str = ""
    begun: datetime | None = None
    sent: datetime | None = None
    sendings: int = 0
    why: str = ""


async def open_placements(book: Book) -> tuple[Placement, ...]:
    """Give those of all orders of which it is not known whether a vendor has them, or that he refused."""
    found = list[Placement]()
    for note in await book.notes(PLACING):
        placing = read(note, Placing)
        order = int(note.name.rpartition("/")[2])
        try:
            # What the caller may not see, nobody tells of.
            await book.get(by_hub_id(order))
        except NotFound:
            continue
        found.append(_of_note(order, placing, book.now()))
    return tuple(sorted(found, key=lambda one: (one.order, one.channel)))


async def placements_of(book: Book, order: Order) -> tuple[Placement, ...]:
    """Give what is known of an order at each vendor that has it or was sent it."""
    there = [
        Placement(order=order.id, channel=ref.dialect, state=State.PLACED, id=ref.id)
        for ref in order.references
        if is_channel(ref.dialect)
    ]
    has = {one.channel for one in there}
    waiting = [one for one in await open_placements(book) if one.order == order.id]
    return (*there, *(one for one in waiting if one.channel not in has))


def _of_note(order: int, placing: Placing, now: datetime) -> Placement:
    state = State.REFUSED if placing.refused else State.UNKNOWN
    if not placing.refused and not placing.why and now - placing.sent < SETTLING:
        state = State.UNDER_WAY
    return Placement(
        order=order,
        channel=placing.channel or placing.dialect,
        state=state,
        begun=placing.begun,
        sent=placing.sent,
        sendings=placing.sendings,
        why=placing.why,
    )


async def note_doubt(book: Book, order: int, channel: str, why: str) -> None:
    """Write down why it is not known whether a vendor has an order."""

    async def write(unit: UnitOfWork) -> None:
        note = await note_of(unit, PLACING, name_of(order, channel))
        if note is not None and not (placing := read(note, Placing)).refused:
            unit.note(noted(PLACING, note.name, replace(placing, why=why), note))

    await written(book, write)


async def give_up(book: Book, order: Order, channel: str) -> Placement:
    """Note that a vendor does not have an order, as somebody has found out; nothing is sent.

    Raises NotFound where it is not under way there, Conflict where a request may still arrive.
    """

    async def write(unit: UnitOfWork) -> Placement:
        note = await note_of(unit, PLACING, name_of(order.id, channel))
        if note is None:
            raise NotFound(f"Order {order.id} is not under way to {channel[:60]!r}.")
        found = _of_note(order.id, read(note, Placing), unit.now())
        if found.state is State.UNDER_WAY:
            raise Conflict(
                f"Order {order.id} was sent to {channel} a moment ago; look once more in 2 minutes."
            )
        unit.strike(note)
        return found

    return await written(book, write)
