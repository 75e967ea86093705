"""Rows: an order as its document, and beside it the columns that are filtered, sorted or joined on.

Nothing is NULL. Amounts are whole millionths, instants whole microseconds since 1970, so that
every database compares them exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from math import floor
from operator import attrgetter
from typing import Any

from orderglot.core.fields import EXTRAS, every_field
from orderglot.core.order import Order
from orderglot.core.query import Value

MILLION = 10**6
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LEAST, MOST = -(2**63), 2**63 - 1
_MICROSECOND = timedelta(microseconds=1)

COLUMNS = {
    "id": "id",
    "version": "version",
    "test": "test",
    "kind": "kind",
    "status": "status",
    "number": "number",
    "name": "name",
    "po_number": "po_number",
    "created": "created",
    "modified": "modified",
    "deleted": "deleted",
    "currency": "currency",
    "customer.id": "customer",
    "invoice.number": "invoice_number",
    "totals.total": "total",
}
"""The fields of an order that have a column, and its name; those of its parts stand last."""

NUMBERED = {"extras.catalyst.statusTypeId": "own_status"}
"""The extras whose whole numbers have a column, because ordinary requests ask for them."""

STANDING = (*COLUMNS.values(), *NUMBERED.values())
"""The columns that ``row`` gives the values of."""

NEVER_NULL = frozenset({"id", "version", "test", "kind", "status", "created", "modified"})
"""The fields of an order in the book that always say something."""


def row(order: Order) -> tuple[Any, ...]:
    """Give the values of an order's columns, in the order of ``STANDING``."""
    own, others = _readers()
    return (*[_KEPT[type(value)](value) for value in own(order)], *[read(order) for read in others])


@cache
def _readers() -> tuple[Callable[[Order], tuple[Any, ...]], tuple[Callable[[Order], Any], ...]]:
    """Make what gives the values that an order has itself, and each of those of its parts."""
    paths = [every_field()[name].path for name in COLUMNS]
    own = [path[0] for path in paths if len(path) == 1]
    parts = [_reader(path) for path in paths[len(own) :]]
    return attrgetter(*own), (*parts, *(_numbers(name.removeprefix(EXTRAS)) for name in NUMBERED))


def _reader(path: tuple[str, ...]) -> Callable[[Order], Any]:
    """Make what gives the value of a part in the form of its column, and nothing as None."""
    part, name = map(attrgetter, path)

    def read(order: Order) -> Any:
        if (there := part(order)) is None:
            return None
        value = name(there)
        return _KEPT[type(value)](value)

    return read


def _numbers(extra: str) -> Callable[[Order], Any]:
    """Make what gives the number that an extra is."""
    return lambda order: _numbered(order.extras.get(extra)) if order.extras else None


def _numbered(extra: Any) -> int | None:
    if extra is None or extra == "":
        return None
    number = whole_number(extra)
    return LEAST if number is None else number


def whole_number(value: Any) -> int | None:
    """Give the whole number that a value is and a column of an extra holds, else None."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    if isinstance(value, Decimal) and (value.adjusted() > len(str(MOST)) or value != int(value)):
        return None
    return int(value) if LEAST + 1 < value <= MOST else None


def stored(value: Value) -> Any:
    """Give the form in which a column holds a value."""
    return _STORED[type(value)](value)


def millionths(amount: Decimal) -> int:
    """Give an amount in whole millionths; one that no order can have is cut down to fit."""
    if amount.adjusted() > len(str(MOST)):
        return MOST if amount > 0 else LEAST
    return min(max(floor(amount.scaleb(6)), LEAST), MOST)


def instant(microseconds: int) -> datetime:
    """Give the instant that is so many microseconds after 1970 began."""
    return EPOCH + microseconds * _MICROSECOND


def microseconds(moment: datetime) -> int:
    """Give an instant in whole microseconds since 1970."""
    return (moment - EPOCH) // _MICROSECOND


def _same(value: Any) -> Any:
    return value


class _Forms(dict[type, Callable[[Any], Any]]):
    """By the type of a value, what puts it into the form of a column."""

    def __missing__(self, kind: type) -> Callable[[Any], Any]:
        # What is left are the kinds of text.
        return self.setdefault(kind, str)


_STORED = _Forms(
    {
        bool: int,
        int: _same,
        str: _same,
        type(None): _same,
        Decimal: millionths,
        datetime: microseconds,
        date: date.isoformat,
    }
)
_KEPT = _Forms({**_STORED, str: lambda text: text or None})
"""The same of what an order says, where a text that says nothing is nothing."""
