"""Discrepancies: what vendors have taken of what they were sent, and what nobody has settled yet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable
from typing import TypeVar

from msgspec import Raw, Struct
from msgspec.structs import replace

from orderglot.core.order import AT, Order, Reference, by_hub_id, is_channel
from orderglot.core.ports import Book, UnitOfWork
from orderglot.core.query import EVERYTHING, Window
from orderglot.stores import document
from orderglot.sync.comparing import differences
from orderglot.sync.notes import STATE, TAKEN, Taken, VendorState, note_of, noted, read
from orderglot.sync.retrying import written
from orderglot.sync.vendor import Source
from orderglot.sync.vendor_states import state_name
from orderglot.wire.dialect import Dialect

STRIDE = 500

T = TypeVar("T", Taken, VendorState)


class Pending(Struct, frozen=True, kw_only=True):
    """An order that a vendor has otherwise than the book, and how."""

    order: int
    number: str
    channel: str
    id: str
    differences: tuple[str, ...]


async def note_taken(
    unit: UnitOfWork, source: Source, order: Order, theirs: Order, sent: Order, *, checked: bool
) -> tuple[str, ...]:
    """Note that a vendor has taken an order, and give how what he has differs from it."""
    name = state_name(source.name, order.id)
    before = await note_of(unit, TAKEN, name)
    taken = read(before, Taken) if before else _taken(unit, order.id, source.name, sent)
    unit.note(noted(TAKEN, name, replace(taken, checked=checked), before))
    found = differences(source, order, theirs, _sent(taken))
    return tuple(one for one in found if one not in taken.settled)


def _taken(unit: UnitOfWork, order: int, channel: str, sent: Order) -> Taken:
    return Taken(order=order, channel=channel, at=unit.now(), sent=Raw(document.write(sent)))


async def taken_of(book: Book, channel: str, order: int) -> Taken | None:
    """Give what is noted of an order that a channel's vendor has taken."""
    note = await note_of(book, TAKEN, state_name(channel, order))
    return read(note, Taken) if note else None


async def has_shown_marks(book: Book, channel: str) -> bool:
    """Tell whether a channel's vendor shows the mark of any order that he has taken from here."""
    beginning = state_name(channel, 0).removesuffix("0")
    names = [note.name for note in await book.notes(TAKEN) if note.name.startswith(beginning)]
    states = await _read(book, STATE, names[-STRIDE:], VendorState)
    return any(document.read_order(bytes(state.order)).integration for state in states.values())


async def unsettled(book: Book, source: Source, order: Order) -> tuple[str, ...]:
    """Describe how what a vendor has differs from an order that was placed with him."""
    there = tuple(ref for ref in order.references if ref.dialect == source.name)
    found = await _pending_of(book, [replace(order, references=there)], lambda _: source.dialect)
    return found[0].differences if found else ()


async def settle_differences(
    book: Book, order: Order, dialects: Callable[[str], Dialect], channels: Iterable[str]
) -> tuple[Pending, ...]:
    """Let what differs between an order and some vendors' stand; gives what is settled by it."""
    chosen = [ref for ref in order.references if ref.dialect in channels]

    async def write(unit: UnitOfWork) -> tuple[Pending, ...]:
        mine = await unit.get(by_hub_id(order.id))
        left = await _pending_of(unit, [mine], dialects)
        settled = tuple(one for one in left if Reference(one.channel, one.id) in chosen)
        for one in settled:
            await _settle(unit, mine, one)
        return settled

    return await written(book, write)


async def _settle(unit: UnitOfWork, order: Order, pending: Pending) -> None:
    name = state_name(pending.channel, order.id)
    before = await note_of(unit, TAKEN, name)
    new = replace(_taken(unit, order.id, pending.channel, order), checked=True)
    taken = read(before, Taken) if before else new
    settled = tuple(dict.fromkeys((*taken.settled, *pending.differences)))
    unit.note(noted(TAKEN, name, replace(taken, settled=settled), before))
    await unit.change(order, f"settled: {pending.channel}")


async def pending(
    book: Book, dialects: Callable[[str], Dialect], channel: str = ""
) -> AsyncIterator[Pending]:
    """Give every order that a vendor has otherwise than the book, and nobody has settled.

    So is what was cancelled or changed here after it was placed there, until the vendor shows it.
    """
    window: Window | None = Window(where=EVERYTHING, limit=STRIDE)
    while window is not None:
        page = await book.page(window)
        for one in await _pending_of(book, page.orders, dialects):
            if channel in ("", one.channel):
                yield one
        window = page.next


async def _pending_of(
    book: Book, orders: Iterable[Order], dialects: Callable[[str], Dialect]
) -> list[Pending]:
    there = [
        (order, ref) for order in orders for ref in order.references if is_channel(ref.dialect)
    ]
    names = [state_name(ref.dialect, order.id) for order, ref in there]
    states = await _read(book, STATE, names, VendorState)
    taken = await _read(book, TAKEN, names, Taken)
    found = list[Pending]()
    for (order, ref), name in zip(there, names, strict=True):
        source = Source(ref.dialect, dialects(ref.dialect.partition(AT)[0]))
        state = states.get(name)
        if state is not None and (left := _left(source, order, state, taken.get(name))):
            found.append(
                Pending(
                    order=order.id,
                    number=order.number,
                    channel=ref.dialect,
                    id=ref.id,
                    differences=left,
                )
            )
    return found


def _left(source: Source, order: Order, state: VendorState, taken: Taken | None) -> tuple[str, ...]:
    theirs = document.read_order(bytes(state.order))
    found = differences(source, order, theirs, _sent(taken) if taken else None)
    return tuple(one for one in found if taken is None or one not in taken.settled)


async def _read(book: Book, kind: str, names: Collection[str], shape: type[T]) -> dict[str, T]:
    notes = await book.notes(kind, *names) if names else ()
    return {note.name: read(note, shape) for note in notes}


def _sent(taken: Taken) -> Order:
    return document.read_order(bytes(taken.sent))
