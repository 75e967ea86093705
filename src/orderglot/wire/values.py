"""Spellings that wires share: amounts, whole numbers, flags, dates, times and ids."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Any, TypeVar

import msgspec

from orderglot.core.amounts import LARGEST
from orderglot.core.order import Reference

T = TypeVar("T")

PLACES = 6
WHOLE = 2**63
LONGEST_REMEMBERED = 20
FURTHEST_ZERO = 20
_ONE = Decimal(1)
_ZERO = Decimal(0)
_encode = msgspec.json.Encoder().encode
"""Writes a time, in quotes, in a fifth of what ``isoformat`` takes."""
_TO_THE_SECOND = slice(1, len('"2011-06-10T15:16:16'))

TRUE = frozenset({"1", "true", "yes", "y"})
FALSE = frozenset({"0", "false", "no", "n"})

NO_ID = ("", "0")
"""What a thing is called that nobody has given an id."""

_PLAIN = (str, int, Decimal)
"""What numbers and flags are written as."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
"""A text that is a number: there are no blanks in it, and no digits but these ten."""


def read_decimal(value: Any) -> Decimal:
    """Read a number, from one or from a text of one; raises ValueError where it is none."""
    if isinstance(value, bool) or not isinstance(value, _PLAIN):
        raise ValueError("is not a number")
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise ValueError("is not a number")
    number = Decimal(value)
    # Zero is zero whatever power of ten stands behind it, and millions of digits where it is printed.
    return _ZERO if not number and abs(number.adjusted()) > FURTHEST_ZERO else number


def read_amount(value: Any, places: int = PLACES) -> Decimal:
    """Read an amount of money, from a number or a text of one.

    Raises ValueError unless it is finite, smaller than 10^12 and of at most so many decimals.
    """
    if type(value) is str and len(value) <= LONGEST_REMEMBERED:
        return _remembered(value, places)
    return _amount(value, places)


def _amount(value: Any, places: int) -> Decimal:
    amount = read_decimal(value)
    try:
        if not amount.is_finite() or amount.copy_abs() >= LARGEST:
            raise ValueError("is out of range")
        if amount != amount.quantize(_quantum(places)):
            raise ValueError(f"has more than {places} decimals")
    except InvalidOperation:
        raise ValueError("is not a number") from None
    return amount


_remembered = lru_cache(maxsize=4096)(_amount)
"""The same few amounts are read again and again."""


@cache
def _quantum(places: int) -> Decimal:
    return Decimal(1).scaleb(-places)


def bare(amount: Decimal | None) -> Decimal | None:
    """Give an amount as wires print it: exact, without an exponent or zeros at its end.

    Zero has no sign.
    """
    if not amount:
        return None if amount is None else _ZERO
    return _bare(str(amount))


@lru_cache(maxsize=4096)
def _bare(text: str) -> Decimal:
    """Give an amount by its text, which is faster to compare with others than the amount itself.

    The same few amounts are printed again and again: they are remembered.
    """
    short = Decimal(text).normalize()
    return short.quantize(_ONE) if short == short.to_integral_value() else short


def read_whole(value: Any) -> int:
    """Read a whole number, from a number or a text of one; raises ValueError otherwise."""
    if isinstance(value, str):
        value = _whole(value)
    elif isinstance(value, Decimal) and _is_whole(value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not -WHOLE < value < WHOLE:
        raise ValueError("is not a whole number")
    return value


def _whole(text: str) -> int | None:
    unsigned = text[1:] if text[:1] in "+-" else text
    return int(text) if unsigned.isascii() and unsigned.isdigit() and len(unsigned) < 20 else None


def _is_whole(number: Decimal) -> bool:
    return number.is_finite() and number.copy_abs() < WHOLE and number == number.to_integral_value()


def read_flag(value: Any) -> bool:
    """Read a yes or no: 1, 0, true, false, as number, text or JSON; raises ValueError otherwise."""
    if isinstance(value, bool):
        return value
    text = str(value).lower() if isinstance(value, _PLAIN) else ""
    if text in TRUE or text in FALSE:
        return text in TRUE
    raise ValueError("is not 1 or 0")


def read_instant(text: str, zone: tzinfo = UTC) -> datetime:
    """Read an ISO 8601 time, or a date for its midnight; one that names no zone is one of ``zone``.

    Raises ValueError where it is neither.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        zoned = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment
        return zoned if zoned.tzinfo is UTC else zoned.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("is not an ISO 8601 time") from None


def read_date(text: str) -> date:
    """Read a date written YYYY-MM-DD; raises ValueError otherwise."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError("is not a date") from None


def seconds(moment: datetime | None) -> str:
    """Write a time without its zone, to the second: ``2011-06-10T15:16:16``; nothing as ``""``."""
    return "" if moment is None else _encode(moment)[_TO_THE_SECOND].decode()


def whole_second(moment: datetime | None) -> datetime | None:
    """Cut a time down to its second."""
    return None if moment is None else moment.replace(microsecond=0)


def write_number(text: str, longest: int = 15) -> int | str | None:
    """Write an id or a number bare where it is one of so many digits, else as it is; none as null."""
    if text.isdecimal() and text.isascii() and text[0] != "0" and len(text) <= longest:
        return int(text)
    return None if text in NO_ID else text


def round_number(number: str) -> str:
    """Give an id or a number as it is read: zero is none."""
    return "" if number.strip() in NO_ID else number.strip()


def read_references(id: str, dialect: str) -> tuple[Reference, ...]:
    """Read an id of one vendor's into what a thing is known by."""
    return () if id in NO_ID else (Reference(dialect, id),)


def unless(value: T | None, nothing: T) -> T | None:
    """Give a value back, None where it is one that says nothing."""
    return None if value == nothing else value
