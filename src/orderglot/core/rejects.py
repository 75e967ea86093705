"""Rejects: orders that a pull put aside, with the bytes in which they came, and how they are dropped."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Struct

from orderglot.core.errors import NotFound, Rule, invalid
from orderglot.core.ports import Book, Note, UnitOfWork

REJECT = "reject"
"""The kind of the notes that they are."""


class StoredResponse(Struct, frozen=True):
    """An answer as it came, without the headers, for cookies may stand there."""

    status: int
    content_type: str
    body: bytes


class Correction(Struct, frozen=True, kw_only=True):
    """What somebody says that a vendor's answers should have been; one is the corrected ``number``.

    It is ``obsolete`` once the vendor has sent something else.
    """

    answers: tuple[StoredResponse, ...]
    number: int
    by: str
    at: datetime
    obsolete: bool = False


class Reject(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order that was put aside: why, and the bytes in which it came.

    ``id`` is the vendor's and ``po_number`` the customer's, where they could be read. ``first`` and
    ``last`` are when it was met, in the vendor's list at ``position``. ``zone`` and ``master`` are
    the channel's. ``answers`` stay as they came beside a ``correction``; by that it may be an ``order``
    of the book, and is aside no more.
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
    correction: Correction | None = None
    order: int = 0

    @property
    def in_force(self) -> tuple[StoredResponse, ...]:
        """The answers that it is read from: as somebody corrected them, or else as they came."""
        correction = self.correction
        return self.answers if correction is None or correction.obsolete else correction.answers


class Chosen(Struct, frozen=True):
    """Which rejects are meant: of a dialect or channel, with a text in their reason; all if not said.

    With ``corrected`` it is those that are orders of the book by their correction, and not aside.
    """

    whose: str = ""
    reason: str = ""
    corrected: bool = False

    def takes(self, reject: Reject) -> bool:
        """Tell whether one is meant."""
        mine = self.whose in ("", reject.dialect, reject.channel)
        mine = mine and self.reason.lower() in reject.reason.lower()
        return mine and self.corrected is bool(reject.order)


async def rejects_of(book: Book, whose: str = "") -> tuple[tuple[Note, Reject], ...]:
    """Give what was put aside of a dialect or a channel, of all for none, by name."""
    return await chosen_rejects(book, Chosen(whose))


async def chosen_rejects(book: Book, chosen: Chosen) -> tuple[tuple[Note, Reject], ...]:
    """Give the rejects that are meant, by name."""
    found = [(note, _read(note)) for note in await book.notes(REJECT)]
    return tuple(one for one in found if chosen.takes(one[1]))


async def reject_named(book: Book, name: str) -> tuple[Note, Reject]:
    """Give what was put aside under a name; raises NotFound where nothing was."""
    for note in await book.notes(REJECT, name):
        return note, _read(note)
    raise NotFound(f"Nothing named {name[:60]!r} is aside.")


LONGEST_WHY = 500
"""So many characters it may be in which somebody says why something is dropped."""


def checked_why(field: str, why: str) -> str:
    """Give why something is dropped, as an act keeps it; raises Invalid where it is too long."""
    if len(why) > LONGEST_WHY:
        reason = f"It has {len(why):,} characters; {LONGEST_WHY} at most."
        raise invalid(field, Rule.SIZE, reason)
    return " ".join(why.split())


async def drop(unit: UnitOfWork, name: str) -> Reject:
    """Let go of what was put aside under a name, and of its correction.

    A pull that meets it again puts it aside again.
    """
    note, reject = await reject_named(unit, name)
    unit.strike(note)
    return reject


async def drop_all(unit: UnitOfWork, chosen: Chosen) -> int:
    """Let go of all that are meant; gives how many those were."""
    found = await chosen_rejects(unit, chosen)
    for note, _ in found:
        unit.strike(note)
    return len(found)


def _read(note: Note) -> Reject:
    return msgspec.json.decode(note.document, type=Reject)
