"""Rows: an order as its document, and beside it the columns that are filtered, sorted or joined on.

Nothing is NULL. Amounts are whole millionths, instants whole microseconds since 1970, so that
every database compares them exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import floor
from typing import Any

from orderglot.core.adding_up import answer
from orderglot.core.fields import EXTRAS
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
    "completes": "completes",
    "currency": "currency",
    "customer.id": "customer",
    "invoice.number": "invoice_number",
    "totals.total": "total",
}
"""The fields of an order that have a column, and its name; those of its parts stand last."""

NUMBERED = {"extras.catalyst.statusTypeId": "own_status"}
"""The extras whose whole numbers have a column, because ordinary requests ask for them."""

_EXTRAS = [name.removeprefix(EXTRAS) for name in NUMBERED]

STANDING = (*COLUMNS.values(), *NUMBERED.values())
"""The columns that ``row`` gives the values of."""

NEVER_NULL = frozenset({"id", "version", "test", "kind", "status", "created", "modified"})
"""The fields of an order in the book that always say something."""

WORKED_OUT = {"adds_up": "adds_up"}
"""The fields that are worked out when an order is written, and the column of each.

They stand behind the others, and no index has them. Rows that were written before there was such a
column have NULL in it until they are written again.
"""

NULLABLE = frozenset(STANDING) - {COLUMNS[field] for field in NEVER_NULL}
"""The columns of the others."""


def row(order: Order, nothing: Any = None) -> tuple[Any, ...]:
    """Give the values of an order's columns, in the order of ``STANDING``.

    ``nothing`` is what stands where the order says nothing.
    """
    customer, invoice, total = order.customer, order.invoice, order.totals.total
    created, modified, deleted = order.created, order.modified, order.deleted
    completes = order.completes
    extras = order.extras
    return (
        order.id,
        order.version,
        int(order.test),
        str(order.kind),
        str(order.status),
        order.number or nothing,
        order.name or nothing,
        order.po_number or nothing,
        nothing if created is None else microseconds(created),
        nothing if modified is None else microseconds(modified),
        nothing if deleted is None else microseconds(deleted),
        nothing if completes is None else microseconds(completes),
        order.currency or nothing,
        nothing if customer is None else customer.id,
        nothing if invoice is None else invoice.number or nothing,
        nothing if total is None else millionths(total),
        *[_numbered(extras.get(name), nothing) if extras else nothing for name in _EXTRAS],
    )


def worked_out(order: Order) -> tuple[str, ...]:
    """Give the values of the columns of ``WORKED_OUT``."""
    return (str(answer(order)),)


def _numbered(extra: Any, nothing: Any) -> Any:
    if extra is None or extra == "":
        return nothing
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
    whole = floor(amount.scaleb(6))
    return whole if LEAST <= whole <= MOST else min(max(whole, LEAST), MOST)


def instant(microseconds: int) -> datetime:
    """Give the instant that is so many microseconds after 1970 began."""
    return EPOCH + microseconds * _MICROSECOND


def microseconds(moment: datetime) -> int:
    """Give an instant in whole microseconds since 1970."""
    since = moment - EPOCH  # dividing it by a microsecond takes five times as long
    return (since.days * 86_400 + since.seconds) * MILLION + since.microseconds


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
