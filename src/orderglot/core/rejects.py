"""Rejects: orders that a pull put aside, with the bytes in which they came, and how they are dropped."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Struct

from orderglot.core.errors import NotFound
from orderglot.core.ports import Book, Note, UnitOfWork

REJECT = "reject"
"""The kind of the notes that they are."""


class StoredResponse(Struct, frozen=True):
    """An answer as it came, without the headers, for cookies may stand there."""

    status: int
    content_type: str
    body: bytes


class Reject(Struct, frozen=True, kw_only=True):
    """An order that was put aside: why, and the bytes in which it came.

    ``id`` is the vendor's and ``po_number`` the customer's, where they could be read. ``first`` and
    ``last`` are when it was met, in the vendor's list at ``position``. ``zone`` and ``master`` are
    the channel's.
    """

    dialect: str
    channel: str = ""
    customer: str = ""
    id: str = ""
    po_number: str = ""
    position: int = 0
    reason: str = ""
    first: datetime
    last: datetime
    answers: tuple[StoredResponse, ...] = ()
    zone: str = ""
    master: str = ""


async def rejects_of(book: Book, whose: str = "") -> tuple[tuple[Note, Reject], ...]:
    """Give what was put aside of a dialect or a channel, of all for none, by name."""
    found = [(note, _read(note)) for note in await book.notes(REJECT)]
    return tuple(one for one in found if whose in ("", one[1].dialect, one[1].channel))


async def reject_named(book: Book, name: str) -> tuple[Note, Reject]:
    """Give what was put aside under a name; raises NotFound where nothing was."""
    for note in await book.notes(REJECT, name):
        return note, _read(note)
    raise NotFound(f"Nothing named {name[:60]!r} is aside.")


async def drop(unit: UnitOfWork, name: str) -> Reject:
    """Let go of what was put aside under a name; a pull that meets it again puts it aside again."""
    note, reject = await reject_named(unit, name)
    unit.strike(note)
    return reject


def _read(note: Note) -> Reject:
    return msgspec.json.decode(note.document, type=Reject)
