"""The notes that pulling and placing leave in the book, and how they are read and written."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec import Struct

from orderglot.core.ports import Book, Note
from orderglot.core.rejects import StoredResponse
from orderglot.core.sum_counts import SumCounts
from orderglot.wire.message import Response

PULL = "pull"
PLACING = "placing"
STATE = "word"
"""Notes of vendor states; books have them under this name."""
CONFLICT = "conflict"
TAKEN = "taken"
CUSTOMER = "customer"
SENT = "sent"

D = TypeVar("D", bound=Struct)


class Checkpoint(Struct, frozen=True, kw_only=True):
    """How far a pull has come. ``completed`` is when the last one began that came to its end.

    ``walked`` is when the last one began that went through the whole list; ``walk`` counts the
    walks that this one has behind it (see ``walks``).

    ``account`` is the public part of the credentials. ``after`` is the vendor's own way to go on, ``offset`` stands beside it in the window;
    ``position`` counts the orders of the vendor's list that lie behind.
    """

    dialect: str
    channel: str = ""
    customer: str = ""
    url: str = ""
    account: str = ""
    since: datetime | None = None
    began: datetime
    completed: datetime | None = None
    done: bool = False
    walked: datetime | None = None
    walk: int = 0
    look: int = 1
    after: str = ""
    offset: int = 0
    position: int = 0
    read: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    conflicts: int = 0
    passed_over: int = 0
    rejected: int = 0
    unknown: dict[str, int] = {}
    """In how many orders each member stood that no shape of the dialect has."""
    adds_up: SumCounts = SumCounts()
    """How many of the orders that the first look showed add up, do not, or cannot be told."""


class Placing(Struct, frozen=True, kw_only=True):
    """An order on its way to a vendor, exactly as it was sent first, and under which key.

    ``boxed`` is the order as the vendor is sent it where he counts by boxes, "" elsewhere. ``begun``
    is when it was sent first, ``sent`` when last, ``sendings`` how often. One that was ``refused`` is
    not under way; ``intent`` counts how often it was begun anew after that. ``why`` is what was said
    last: why it was refused, or why nobody knows.
    """

    dialect: str
    key: str
    begun: datetime
    sent: datetime
    order: bytes
    sendings: int = 1
    intent: int = 1
    refused: bool = False
    channel: str = ""
    boxed: bytes = b""
    why: str = ""


class Taken(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order that a vendor has taken, as it was when it was sent.

    ``checked`` says that he was asked for it afterwards. ``settled`` are the differences between
    what he has and what is here that a person has let stand.
    """

    order: int
    channel: str
    at: datetime
    sent: msgspec.Raw
    checked: bool = False
    settled: tuple[str, ...] = ()


class VendorState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a channel's vendor last said of an order of the book, under the vendor's own ids.

    ``placed`` says that the order went there from here; ``hidden`` are the parts that he showed
    once and shows no more.
    """

    order: msgspec.Raw
    placed: bool = False
    hidden: tuple[str, ...] = ()


class Disagreement(Struct, frozen=True, kw_only=True):
    """A member of an order that both sides changed: what each has, and which side's stands."""

    channel: str
    order: int
    field: str
    ours: str
    theirs: str
    ours_stands: bool
    at: datetime


def stored(response: Response) -> StoredResponse:
    """Make an answer fit to be kept."""
    return StoredResponse(response.status, response.headers.get("content-type", ""), response.body)


def response_of(answer: StoredResponse) -> Response:
    """Give a kept answer as it can be read again."""
    headers = {"content-type": answer.content_type} if answer.content_type else {}
    return Response(status=answer.status, headers=headers, body=answer.body)


def read(note: Note, kind: type[D]) -> D:
    """Read what a note says."""
    return msgspec.json.decode(note.document, type=kind)


def noted(kind: str, name: str, content: Struct, before: Note | None) -> Note:
    """Write what a note is to say in the place of the one before, a new one where that is None."""
    version = before.version if before else 0
    return Note(kind=kind, name=name, version=version, document=msgspec.json.encode(content))


async def note_of(book: Book, kind: str, name: str) -> Note | None:
    """Give the note of that name, None where there is none."""
    found = await book.notes(kind, name)
    return found[0] if found else None
