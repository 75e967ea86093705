"""Sent: an index of the orders that were sent to vendors from here, by PO number and by goods and days.

They may come back by another way, under a moment that a vendor says for them. So that a pull need not
read all of them, each is noted under what it can be recognised by.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import TypeVar

from msgspec import Struct

from orderglot.core.order import Order
from orderglot.core.ports import Book, Note, UnitOfWork
from orderglot.stores import document
from orderglot.sync.goods import pieces
from orderglot.sync.notes import PLACING, SENT, TAKEN, Placing, Taken, note_of, noted, read
from orderglot.sync.retrying import written

NEAR = timedelta(days=2)
"""So far apart may the moments of two orders be that are likely the same one."""

MOST = 100
"""So many orders are kept under one name, the latest ones."""

INDEXED = "indexed"
"""The name of the note of the index as a whole."""

T = TypeVar("T", Taken, Placing)

GOODS = "goods"
DIGITS = 20
SPAN = 2 * NEAR.days
"""So many days have one name, so that no more than two of them are asked for."""


class Sent(Struct, frozen=True):
    """The orders of the book that were sent under one name, each with when that was last."""

    orders: dict[int, datetime] = {}


class Indexed(Struct, frozen=True):
    """That all is indexed which was sent before there was an index.

    ``spans`` are those in which goods were sent: no other orders need their goods looked for. None is
    of an earlier version, which did not keep them.
    """

    spans: frozenset[int] | None = None


async def note_sent(book: Book, order: Order, moment: datetime) -> None:
    """Note that an order is being sent to a vendor."""
    await written(book, partial(_note, sent=((moment, order),)))


async def _note(unit: UnitOfWork, sent: Sequence[tuple[datetime, Order]]) -> None:
    spans = _spans_of(await _add(unit, sent))
    note, there = await _indexed(unit)
    if there is not None and not spans <= there:
        unit.note(noted(SENT, INDEXED, Indexed(there | spans), note))


async def _indexed(book: Book) -> tuple[Note | None, frozenset[int] | None]:
    """Give the note of the index, and the spans in which goods were sent, None where that is not known."""
    note = await note_of(book, SENT, INDEXED)
    return note, read(note, Indexed).spans if note else None


async def index_sent(book: Book) -> None:
    """Note what a book has sent since before there was this index; only the first time it is read all."""
    _, spans = await _indexed(book)
    if spans is None:
        await written(book, _index)


async def _index(unit: UnitOfWork) -> None:
    before, _ = await _indexed(unit)
    notes = list[tuple[datetime, bytes]]()
    if before is None:
        notes += ((one.at, bytes(one.sent)) for one in await _read_all(unit, TAKEN, Taken))
        notes += ((one.sent, one.order) for one in await _read_all(unit, PLACING, Placing))
    sent = [(moment, document.read_order(text)) for moment, text in sorted(notes)]
    names = [*await _add(unit, sent), *(note.name for note in await unit.notes(SENT))]
    unit.note(noted(SENT, INDEXED, Indexed(_spans_of(names)), before))


async def _read_all(unit: UnitOfWork, kind: str, shape: type[T]) -> list[T]:
    return [read(note, shape) for note in await unit.notes(kind)]


async def _add(unit: UnitOfWork, sent: Sequence[tuple[datetime, Order]]) -> Collection[str]:
    """Put orders, each with when it was sent, under their names, which have the latest ones.

    Gives those names.
    """
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
    return new.keys()


async def sent_before(book: Book, orders: Sequence[Order]) -> dict[int, datetime]:
    """Give the orders sent from here that some of a vendor's may be, and when; two statements at most."""
    _, spans = await _indexed(book)
    now = book.now()
    names = {name for order in orders for name in _names(order, _span_near(order, now), spans)}
    found = await book.notes(SENT, *sorted(names)) if names else ()
    return {id: moment for note in found for id, moment in read(note, Sent).orders.items()}


def _span_near(order: Order, now: datetime) -> tuple[datetime, datetime]:
    moment = order.created or now
    return moment - NEAR, moment + NEAR


def _names(
    order: Order, moments: tuple[datetime, ...], among: frozenset[int] | None = None
) -> Iterator[str]:
    """Name what an order can be recognised by, at some moments that lie no span apart.

    Its goods name it in those spans alone that are ``among`` some, in any for None.
    """
    if order.po_number:
        yield f"po/{_digest(order.po_number)}"
    spans = {moment.toordinal() // SPAN for moment in moments}
    if among is not None:
        spans &= among
    if order.lines and spans:
        goods = _digest(repr(sorted(pieces(order).items())))
        for span in spans:
            yield f"{GOODS}/{span}/{goods}"


def _spans_of(names: Iterable[str]) -> frozenset[int]:
    return frozenset(int(name.split("/")[1]) for name in names if name.startswith(f"{GOODS}/"))


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:DIGITS]
