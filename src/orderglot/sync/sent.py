"""Sent: an index of the orders that were sent to vendors from here, by PO number and by goods and days.

They may come back by another way, under a moment that a vendor says for them. So that a pull need not
read all of them, each is noted under what it can be recognised by.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import TypeVar

from msgspec import Struct

from orderglot.core.order import Order
from orderglot.core.ports import Book, UnitOfWork
from orderglot.stores import document
from orderglot.sync.goods import pieces
from orderglot.sync.notes import PLACING, SENT, TAKEN, Placing, Taken, note_of, noted, read
from orderglot.sync.retrying import written

NEAR = timedelta(days=2)
"""So far apart may the moments of two orders be that are likely the same one."""

MOST = 100
"""So many orders are kept under one name, the latest ones."""

INDEXED = "indexed"
"""The name of the note that says that all is indexed which was sent before there was an index."""

T = TypeVar("T", Taken, Placing)

DIGITS = 20
SPAN = 2 * NEAR.days
"""So many days have one name, so that no more than two of them are asked for."""


class Sent(Struct, frozen=True):
    """The orders of the book that were sent under one name, each with when that was last."""

    orders: dict[int, datetime] = {}


async def note_sent(book: Book, order: Order, moment: datetime) -> None:
    """Note that an order is being sent to a vendor."""
    await written(book, partial(_add, sent=((moment, order),)))


async def index_sent(book: Book) -> None:
    """Note what a book has sent since before there was this index; only the first time it is read all."""
    if await note_of(book, SENT, INDEXED) is None:
        await written(book, _index)


async def _index(unit: UnitOfWork) -> None:
    notes = [
        *((one.at, bytes(one.sent)) for one in await _read_all(unit, TAKEN, Taken)),
        *((one.sent, one.order) for one in await _read_all(unit, PLACING, Placing)),
    ]
    await _add(unit, [(moment, document.read_order(text)) for moment, text in sorted(notes)])
    before = await note_of(unit, SENT, INDEXED)
    unit.note(noted(SENT, INDEXED, Sent(), before))


async def _read_all(unit: UnitOfWork, kind: str, shape: type[T]) -> list[T]:
    return [read(note, shape) for note in await unit.notes(kind)]


async def _add(unit: UnitOfWork, sent: Sequence[tuple[datetime, Order]]) -> None:
    """Put orders, each with when it was sent, under their names, which have the latest ones."""
    new: dict[str, dict[int, datetime]] = {}
    for moment, order in sent:
        for name in _names(order, (moment,)):
            new.setdefault(name, {})[order.id] = moment
    found = await unit.notes(SENT, *new) if new else ()
    before = {note.name: note for note in found}
    for name, more in new.items():
        note = before.get(name)
        orders = {**(read(note, Sent).orders if note else {}), **more}
        latest = sorted(orders.items(), key=lambda one: one[1])[-MOST:]
        unit.note(noted(SENT, name, Sent(dict(latest)), note))


async def sent_before(book: Book, orders: Sequence[Order]) -> dict[int, datetime]:
    """Give the orders sent from here that some of a vendor's may be, and when; one statement."""
    names = {name for order in orders for name in _names(order, _span_near(order, book.now()))}
    found = await book.notes(SENT, *sorted(names)) if names else ()
    return {id: moment for note in found for id, moment in read(note, Sent).orders.items()}


def _span_near(order: Order, now: datetime) -> tuple[datetime, datetime]:
    moment = order.created or now
    return moment - NEAR, moment + NEAR


def _names(order: Order, moments: tuple[datetime, ...]) -> Iterator[str]:
    """Name what an order can be recognised by, at some moments that lie no span apart."""
    if order.po_number:
        yield f"po/{_digest(order.po_number)}"
    if order.lines:
        goods = _digest(repr(sorted(pieces(order).items())))
        for span in {moment.toordinal() // SPAN for moment in moments}:
            yield f"goods/{span}/{goods}"


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:DIGITS]
