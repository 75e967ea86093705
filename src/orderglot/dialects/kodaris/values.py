"""Single values as Kodaris's wire spells them, and what is left of those that it spells in part."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, TypeVar

from orderglot.core.order import Reference
from orderglot.dialects.kodaris.tables import HOMELESS, MEMBERS, NAME
from orderglot.wire.values import read_instant

T = TypeVar("T")

NO_ID = ("", "0")
"""What a thing is called that nobody has given an id."""

_NUMBER = re.compile("[1-9][0-9]{0,14}")
_MILLISECONDS = re.compile(r":(?=[0-9]{3}$)")


def write_number(text: str) -> int | str | None:
    """Spell an id or a number bare where it is one, else as it is; nothing as null."""
    if text in NO_ID:
        return None
    return int(text) if _NUMBER.fullmatch(text) else text


def read_references(id: str) -> tuple[Reference, ...]:
    """Read an id into what a thing is known by."""
    return () if id in NO_ID else (Reference(NAME, id),)


def round_references(references: tuple[Reference, ...]) -> tuple[Reference, ...]:
    """Leave out what would not be read as an id."""
    return tuple(left for one in references for left in read_references(one.id.strip()))


def round_number(number: str) -> str:
    """Give a number as it is read: nought is none."""
    return "" if number.strip() in NO_ID else number.strip()


def write_moment(moment: datetime | None) -> str | None:
    """Spell a time as ``2024-05-21 19:10:13:052``: a colon before the milliseconds, no zone."""
    if moment is None:
        return None
    text = moment.replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds")
    return text.replace(".", ":")


def read_moment(text: str) -> datetime:
    """Read a time in UTC, in the vendor's spelling or in ISO 8601; raises ValueError."""
    return read_instant(_MILLISECONDS.sub(".", text.strip()))


def whole_millisecond(moment: datetime | None) -> datetime | None:
    """Cut a time down to its millisecond."""
    return moment and moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def round_extras(extras: dict[str, Any]) -> dict[str, Any]:
    """Leave out extras that are spelled by a member of their own, or say what is said anyway."""
    left = {}
    for name, value in extras.items():
        member = name.removeprefix(f"{NAME}.")
        taken = member in MEMBERS and member not in HOMELESS
        if not taken and not says_nothing(member, value):
            left[name] = value
    return left


def says_nothing(member: str, value: Any) -> bool:
    """Tell whether an extra is what an order has without one: null, or prices on display."""
    return value is (True if member == "displayPricing" else None)


def unless(value: T | None, nothing: T) -> T | None:
    """Give a value back, None where it is one that says nothing."""
    return None if value == nothing else value
