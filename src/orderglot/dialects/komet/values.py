"""Single values as Komet's wire spells them, and what is left of those that it spells in part."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from orderglot.core.order import Reference
from orderglot.dialects.komet.tables import INVOICE, ITEM_TYPES, NAME
from orderglot.wire.values import read_instant, seconds

T = TypeVar("T")

NOBODY = "0"
"""The customer of orders that belong to none."""

NO_ID = ("", "0")
"""What a thing is called that nobody has given an id."""

_NUMBER = re.compile("[1-9][0-9]{0,14}")


def write_number(text: str) -> int | str | None:
    """Spell an id or a number bare where it is one, else as it is; nothing as null."""
    if text in NO_ID:
        return None
    return int(text) if _NUMBER.fullmatch(text) else text


def round_number(number: str) -> str:
    """Give a number as it is read: nought is none."""
    return "" if number.strip() in NO_ID else number.strip()


def read_references(id: str) -> tuple[Reference, ...]:
    """Read an id into what a thing is known by."""
    return () if id in NO_ID else (Reference(NAME, id),)


def round_references(references: tuple[Reference, ...]) -> tuple[Reference, ...]:
    """Leave out what would not be read as an id."""
    return tuple(left for one in references for left in read_references(one.id.strip()))


def write_date(day: date | None) -> str | None:
    """Spell a date: ``2017-06-29``."""
    return None if day is None else day.isoformat()


def read_day(text: str) -> date:
    """Read a date, also out of a time; raises ValueError where it is neither."""
    return read_instant(text).date()


def write_moment(moment: datetime | None) -> str | None:
    """Spell a time to the second, without its zone."""
    return seconds(moment) or None


def write_item_type(type: str) -> int:
    """Spell whether an item is a prebook's or, as all that is neither, an invoice's."""
    return ITEM_TYPES.write(round_item_type(type))


def round_item_type(type: str) -> str:
    """Call an item an invoice's unless it is a prebook's."""
    return type if type in ITEM_TYPES.canon else INVOICE


def known(amount: Decimal | None) -> str:
    """Spell an amount for a sentence."""
    return "not known" if amount is None else f"{amount.normalize():f}"


def unless(value: T | None, nothing: T) -> T | None:
    """Give a value back, None where it is one that says nothing."""
    return None if value == nothing else value
