"""Cells of a table of orders: what one says, be it a text or a value of the file's own kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from orderglot.core.quantities import exact
from orderglot.files.whole.parts import Column, Kind
from orderglot.files.whole.writer import iso_time, plain_number

_NUMBER = re.compile(r"[+-]?[0-9]{1,100}(?:\.[0-9]{1,100})?(?:[eE][+-]?[0-9]{1,3})?")
_FLAGS = {"true": True, "false": False, "1": True, "0": False}


def is_blank(cell: Any) -> bool:
    """Tell whether a cell says nothing."""
    return cell is None or cell == ""


def read_cell(column: Column, cell: Any) -> Any:
    """Read a cell that says something; raises ValueError that names the column and the reason."""
    try:
        return _READ[column.kind](column, cell)
    except ValueError as error:
        shown = as_text(cell)[:60]
        raise ValueError(f"{column.name} is {shown!r}, which {error}") from None


def as_text(cell: Any) -> str:
    """Write a cell of any kind as CSV has it."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case datetime():
            return iso_time(_in_utc(cell))
        case float():
            return plain_number(_trimmed(Decimal(repr(cell))))
        case Decimal():
            return plain_number(_trimmed(cell))
        case _:
            return str(cell)


def _text(_column: Column, cell: Any) -> str:
    # Where somebody made a number of a text, its digits are what there is.
    return cell if isinstance(cell, str) else as_text(cell).removesuffix(".0")


def _word(column: Column, cell: Any) -> str:
    if cell not in column.words:
        raise ValueError(f"is none of {', '.join(sorted(column.words))}")
    return str(cell)


def _number(_column: Column, cell: Any) -> Decimal:
    if isinstance(cell, bool | date | time):
        raise ValueError("is not a number such as 9.99")
    if isinstance(cell, float | int):
        return _trimmed(Decimal(repr(cell)))
    if isinstance(cell, Decimal):
        return _trimmed(cell)
    if not _NUMBER.fullmatch(cell.strip()):
        raise ValueError("is not a number such as 9.99")
    try:
        return Decimal(cell.strip())
    except InvalidOperation:
        raise ValueError("is not a number such as 9.99") from None


def _trimmed(number: Decimal) -> Decimal:
    """Give a number without the zeros that its column put behind it."""
    if not number.is_finite():
        raise ValueError("is not a number such as 9.99")
    whole = number.to_integral_value()
    return whole if number == whole else number.normalize()


def _whole(column: Column, cell: Any) -> int:
    number = _number(column, cell)
    if number != number.to_integral_value() or number.adjusted() > 30:
        raise ValueError("is not a whole number such as 12")
    return int(number)


def _time(_column: Column, cell: Any) -> datetime:
    if isinstance(cell, datetime):
        return _in_utc(cell)
    if isinstance(cell, date):
        return datetime.combine(cell, time(), UTC)
    if not isinstance(cell, str):
        raise ValueError("is not a time such as 2024-05-21T19:10:13Z")
    try:
        return _in_utc(datetime.fromisoformat(cell.strip()))
    except (ValueError, OverflowError):
        raise ValueError("is not a time such as 2024-05-21T19:10:13Z") from None


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _flag(_column: Column, cell: Any) -> bool:
    found = _FLAGS.get(str(cell).strip().lower())
    if found is None:
        raise ValueError("is neither true nor false")
    return found


_READ: dict[Kind, Callable[[Column, Any], Any]] = {
    Kind.TEXT: _text,
    Kind.WORD: _word,
    Kind.WHOLE: _whole,
    Kind.NUMBER: _number,
    Kind.QUANTITY: lambda column, cell: exact(_number(column, cell)),
    Kind.TIME: _time,
    Kind.FLAG: _flag,
}
