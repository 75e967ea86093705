"""Duplicates: orders that come from a vendor and are here already, because they came another way.

What we sent ourselves may come back through another channel or another hub. Surely the same order
is recognised; what is only likely the same is left to a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from orderglot.core.errors import Conflict
from orderglot.core.order import Order, id_at
from orderglot.core.ports import Book
from orderglot.core.query import Compare, Operator, Or, Query, Value, Window
from orderglot.wire.dialect import Dialect
from orderglot.wire.loss import carried

NEAR = timedelta(days=2)
"""So far apart may the moments of two orders be that are likely the same one."""

MOST = 1_000
"""So many orders at most are looked at for one page of a vendor's."""


async def find_twins(
    book: Book, channel: str, dialect: Dialect, orders: Sequence[Order]
) -> list[Order | None]:
    """Give for each of a vendor's orders the same order of the book that he has no id for, or None.

    Raises Conflict where one is only likely the same.
    """
    candidates = await _candidates(book, channel, orders)
    seen = [(one, carried(one, dialect.name, dialect.can)) for one in candidates]
    return [_twin(order, seen) for order in orders]


async def _candidates(book: Book, channel: str, orders: Sequence[Order]) -> list[Order]:
    where = _where(orders)
    if where is None:
        return []
    found = (await book.page(Window(where=where, limit=MOST))).orders
    return [one for one in found if not id_at(one, channel)]


def _where(orders: Sequence[Order]) -> Query | None:
    """Say which orders of the book could be one of these: by number, PO number or moment."""
    values: dict[str, tuple[Value, ...]] = {
        "po_number": tuple({one.po_number for one in orders} - {""}),
        "number": tuple({one.number for one in orders} - {""}),
        "created": tuple({one.created for one in orders} - {None}),
    }
    parts = tuple(Compare(name, Operator.IN, some) for name, some in values.items() if some)
    return Or(parts) if parts else None


def _twin(order: Order, candidates: Sequence[tuple[Order, Order]]) -> Order | None:
    for ours, seen in candidates:
        if _surely(order, seen):
            return ours
    for ours, seen in candidates:
        if _likely(order, seen):
            raise Conflict(
                f"This looks like order {ours.id} of the book; say --settle NAME with --is {ours.id} "
                "or --new."
            )
    return None


def _surely(order: Order, seen: Order) -> bool:
    """Tell whether two orders are one.

    That is the same moment, PO number and goods; where one of them has no lines, the same number,
    PO number and total.
    """
    if order.po_number != seen.po_number or order.currency != seen.currency:
        return False
    if order.lines and seen.lines:
        same = order.created is not None and order.created == seen.created
        return same and pieces(order) == pieces(seen)
    total = order.totals.total
    return bool(order.number) and order.number == seen.number and total == seen.totals.total


def _likely(order: Order, seen: Order) -> bool:
    if order.lines and seen.lines and pieces(order) != pieces(seen):
        return False
    if order.created and seen.created and abs(order.created - seen.created) > NEAR:
        return False
    return bool(order.po_number) and order.po_number == seen.po_number


def pieces(order: Order) -> Counter[str]:
    """Count the pieces of each SKU in an order."""
    counted: Counter[str] = Counter()
    for line in order.lines:
        counted[line.sku.upper()] += line.quantity
    return counted
