"""Value mappings: what a seller says that a vendor's own words mean, kept as notes of the book."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct

from orderglot.core.errors import NotFound
from orderglot.core.ports import Book, Note, UnitOfWork

VALUE_MAPPING = "value mapping"
"""The kind of the notes that they are."""

DIGITS = 12
"""So many digits of a digest name one."""


class ValueMapping(Struct, frozen=True, kw_only=True):
    """What a ``value`` in a member of a vendor's answers stands for: ``to``, in our words or his.

    ``whose`` is a dialect, or one channel of it (``kole@wholesaler``). ``field`` is the member's name,
    perhaps behind names of those that it stands in. ``code`` is what the dialect reads in its place.
    """

    whose: str
    field: str
    value: str
    to: str
    code: str | int | bool
    by: str
    at: datetime

    @property
    def name(self) -> str:
        """The name of it: the same for the same value in the same member of the same vendor."""
        digest = sha256(f"{self.whose}\0{self.field}\0{self.value}".encode())
        return f"{self.whose}/{digest.hexdigest()[:DIGITS]}"


def described(mapping: ValueMapping) -> dict[str, Any]:
    """Give the members that a mapping has for whoever is shown it."""
    return {
        "name": mapping.name,
        "channel": mapping.whose,
        "field": mapping.field,
        "value": mapping.value,
        "to": mapping.to,
        "by": mapping.by,
        "at": mapping.at,
    }


async def value_mappings(book: Book, whose: str = "") -> tuple[ValueMapping, ...]:
    """Give what is mapped, by name; with ``whose`` what is so for that dialect or channel alone."""
    found = [_read(note) for note in await book.notes(VALUE_MAPPING)]
    return tuple(one for one in found if whose in ("", one.whose))


async def mappings_for(book: Book, channel: str, dialect: str) -> tuple[ValueMapping, ...]:
    """Give what holds for a channel: what was said of itself goes before what was of its dialect."""
    found = await value_mappings(book)
    own = [one for one in found if one.whose == channel]
    return (*own, *(one for one in found if one.whose == dialect != channel))


async def mapping_named(book: Book, name: str) -> tuple[Note, ValueMapping]:
    """Give the mapping of a name; raises NotFound where there is none."""
    for note in await book.notes(VALUE_MAPPING, name):
        return note, _read(note)
    raise NotFound(f"No value is mapped under the name {name[:60]!r}.")


async def keep_mapping(unit: UnitOfWork, mapping: ValueMapping) -> ValueMapping | None:
    """Keep a mapping; gives the one that it takes the place of, None where there was none."""
    document = msgspec.json.encode(mapping)
    for note in await unit.notes(VALUE_MAPPING, mapping.name):
        unit.note(msgspec.structs.replace(note, document=document))
        return _read(note)
    unit.note(Note(kind=VALUE_MAPPING, name=mapping.name, document=document))
    return None


async def remove_mapping(unit: UnitOfWork, name: str) -> ValueMapping:
    """Take a mapping out; orders that came by it stay as they are until the vendor says them again."""
    note, mapping = await mapping_named(unit, name)
    unit.strike(note)
    return mapping


def _read(note: Note) -> ValueMapping:
    return msgspec.json.decode(note.document, type=ValueMapping)
