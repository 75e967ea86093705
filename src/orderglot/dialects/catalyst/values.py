"""Single values as Catalyst's wire writes them, and the paths inside an order that they stand at."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any

import msgspec
from msgspec.structs import replace

from orderglot.core.amounts import LARGEST
from orderglot.core.fields import read_whole_text
from orderglot.core.order import Address, Invoice, Order
from orderglot.core.time_zones import from_zone, shown_in
from orderglot.wire.values import (
    PLACES,
    bare,
    read_amount,
    read_decimal,
    read_flag,
    read_instant,
)

MOST_DIGITS = 40
HUNDREDTHS = 2
OPTIONAL: dict[str, Any] = {"ship_to": Address(), "bill_to": Address(), "invoice": Invoice()}
"""The parts of an order that may be absent, as they are when they say nothing."""

_encode = msgspec.json.Encoder().encode
"""Writes a time, in quotes, in a fifth of what ``isoformat`` takes."""
_WITHOUT_ZONE = slice(1, -len('Z"'))

_DAY = re.compile(r"\s*\d{4}-\d{2}-\d{2}\s*")


def look(path: str) -> Callable[[Order], Any]:
    """Make what reads the value at a dotted path of an order; nothing is None or ``""``."""
    outer, _, inner = path.partition(".")
    if outer not in OPTIONAL:
        return attrgetter(path)
    part, value = attrgetter(outer), attrgetter(inner)
    return lambda order: None if (found := part(order)) is None else value(found)


@cache
def putter(path: str) -> Callable[[Order, Any], Order]:
    """Make what puts a value at a dotted path; a part that then says nothing is left out."""
    outer, _, inner = path.partition(".")
    if not inner:
        return lambda order, value: replace(order, **{outer: value})
    nothing, part_of = OPTIONAL.get(outer), attrgetter(outer)
    if nothing is None:
        return lambda order, value: replace(
            order, **{outer: replace(part_of(order), **{inner: value})}
        )

    def put(order: Order, value: Any) -> Order:
        changed = replace(part_of(order) or nothing, **{inner: value})
        return replace(order, **{outer: None if changed == nothing else changed})

    return put


def put(order: Order, path: str, value: Any) -> Order:
    """Give an order with a value at a dotted path."""
    return putter(path)(order, value)


def write_moment(moment: datetime | None, zone: tzinfo = UTC) -> str | None:
    """Write a time by a clock in ``zone``, which it does not name, without zeros at the fraction's end."""
    if moment is None:
        return None
    text = _encode(moment if zone is UTC else shown_in(moment, zone))[_WITHOUT_ZONE].decode()
    return text.rstrip("0") if "." in text else text


def read_moment(value: Any, zone: tzinfo = UTC) -> datetime:
    """Read a time, of ``zone`` where it names none; raises ValueError where it is none."""
    if not isinstance(value, str):
        raise ValueError("is not a date")
    try:
        return read_instant(value, zone)
    except ValueError:
        raise ValueError("is not a date such as 2014-09-03T07:00:00") from None


def day_of(value: Any, zone: tzinfo = UTC) -> tuple[datetime, datetime] | None:
    """Give the begin of the day that a date without a time names, and of the next; else None."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return None
    begins = read_moment(value, zone)
    try:
        following = read_moment(value) + timedelta(days=1)
        return begins, from_zone(following, zone)
    except OverflowError:
        return None


def read_number(value: Any) -> Decimal:
    """Read a number within bounds, from one or from a text; raises ValueError where it is none."""
    number = read_decimal(value)
    if not number.is_finite() or abs(number.adjusted()) > MOST_DIGITS:
        raise ValueError("is not a number within bounds")
    return number


def read_rate(value: Any) -> Decimal:
    """Read a rate, a fraction on the wire, in percent; raises ValueError where it is none."""
    percent = read_amount(value, PLACES + HUNDREDTHS).scaleb(HUNDREDTHS)
    if percent.copy_abs() >= LARGEST:
        raise ValueError("is out of range")
    # 0.1 is 10 per cent, and not 1E+1, which is how it would be kept and shown.
    return bare(percent) or percent


def write_rate(percent: Decimal | None) -> Decimal | None:
    """Write percents as a fraction."""
    return None if percent is None else bare(percent.scaleb(-HUNDREDTHS))


def read_text(value: Any) -> str:
    """Read a text; a number stands for its digits. Raises ValueError for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError("is not a text")
    return str(value)


def read_yes(value: Any) -> bool:
    """Read a yes or no; raises ValueError where it is neither."""
    try:
        return read_flag(value)
    except ValueError:
        raise ValueError("is not true or false") from None


def digits(text: str) -> str:
    """Give a text that is a whole number, and nothing for any other."""
    return "" if read_whole_text(text) is None else text
