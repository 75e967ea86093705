"""Rows: an order as its document, and beside it the columns that are filtered, sorted or joined on.

Nothing is NULL. Amounts are whole millionths, instants whole microseconds since 1970, so that
every database compares them exactly.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import floor
from typing import Any

from orderglot.core.fields import EXTRAS, Field, every_field, values_of
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
    "customer.id": "customer",
    "number": "number",
    "name": "name",
    "po_number": "po_number",
    "invoice.number": "invoice_number",
    "created": "created",
    "modified": "modified",
    "deleted": "deleted",
    "currency": "currency",
    "totals.total": "total",
}
"""The fields of an order that have a column, and its name."""

NUMBERED = {"extras.catalyst.statusTypeId": "own_status"}
"""The extras whose whole numbers have a column, because ordinary requests ask for them."""

STANDING = (*COLUMNS.values(), *NUMBERED.values())
"""The columns that ``row`` gives the values of."""

NEVER_NULL = frozenset({"id", "version", "test", "kind", "status", "created", "modified"})
"""The fields of an order in the book that always say something."""


def row(order: Order) -> tuple[Any, ...]:
    """Give the values of an order's columns, in the order of ``STANDING``."""
    return (
        *(_column(order, field) for field in _columned()),
        *(_numbered(order.extras.get(name.removeprefix(EXTRAS))) for name in NUMBERED),
    )


def _columned() -> list[Field]:
    every = every_field()
    return [every[name] for name in COLUMNS]


def _column(order: Order, field: Field) -> Any:
    (value,) = values_of(order, field)
    return stored(value)


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
    match value:
        case bool():
            return int(value)
        case Decimal():
            return millionths(value)
        case datetime():
            return microseconds(value)
        case date():
            return value.isoformat()
        case str():
            return str(value)
        case _:
            return value


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
