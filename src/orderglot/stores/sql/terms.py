"""Terms: what orders are found by of which they have any number, each as a row of its own.

The rows are sorted as lists are by default, so that the first page costs the same however many orders have
a term.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from orderglot.core.order import Order
from orderglot.core.query import EVERYTHING, And, Compare, Operator, Query, Sort
from orderglot.stores import writes
from orderglot.stores.sql.rows import microseconds

TABLE = "order_terms"

LONGEST = 255
"""What is longer has no row, and is looked for in every order."""

SKU, TRACKING, PARCEL = "lines.sku", "shipping.tracking", "details.shipments.tracking"
FIELDS = frozenset({SKU, TRACKING, PARCEL})
"""The fields whose values are terms."""

Row = tuple[str, int, int]
"""A term, when the order that has it was created, and the order's id."""


class Apart(NamedTuple):
    """A tree that asks for a term, and what else it asks for."""

    term: str
    rest: Query


def terms(order: Order) -> Iterator[Row]:
    """Give the rows of an order's terms, each once."""
    created = order.created
    if created is None:
        return
    for term in dict.fromkeys(_terms(order)):
        yield term, microseconds(created), order.id


def of_sku(sku: str) -> str:
    """Give the term of the orders that have a line of an SKU."""
    return f"{SKU} {sku}"


def _terms(order: Order) -> Iterator[str]:
    yield from _written(SKU, (line.sku for line in order.lines))
    yield from _written(TRACKING, (order.shipping.tracking,))
    if order.details is not None:
        yield from _written(PARCEL, (one.tracking for one in order.details.shipments))


def _written(field: str, values: Iterable[str]) -> Iterator[str]:
    return (f"{field} {value}" for value in values if 0 < len(value) <= LONGEST)


class Changed(NamedTuple):
    """The rows that orders no longer have, and those that they have now."""

    gone: list[Row]
    added: list[Row]


def changed(batch: Iterable[writes.PutOrder]) -> Changed:
    """Tell what writes of orders change of the rows."""
    gone, added = list[Row](), list[Row]()
    for one in batch:
        now = terms(one.order)
        if one.kept is None:
            added += now
        elif _says_otherwise(one.order, one.kept):
            before, after = dict.fromkeys(terms(one.kept)), dict.fromkeys(now)
            gone += (row for row in before if row not in after)
            added += (row for row in after if row not in before)
    return Changed(gone, added)


def _says_otherwise(order: Order, kept: Order) -> bool:
    return (
        order.lines is not kept.lines
        or order.created != kept.created
        or order.details != kept.details
        or order.shipping != kept.shipping
    )


def asked(compare: Compare) -> tuple[str, ...]:
    """Give the terms by which rows tell all that a comparison asks, none where they do not."""
    if compare.field not in FIELDS or compare.operator not in (Operator.EQ, Operator.IN):
        return ()
    values: Any = compare.value
    several = values if compare.operator is Operator.IN else (values,)
    if not all(isinstance(one, str) and 0 < len(one) <= LONGEST for one in several):
        return ()
    return tuple(f"{compare.field} {one}" for one in dict.fromkeys(several))


def apart(where: Query, sort: tuple[Sort, ...]) -> Apart | None:
    """Take a term out of a tree, if it asks for one and is sorted as the rows are."""
    if len(sort) != 1 or sort[0].field != "created" or sort[0].ranks:
        return None
    parts = list(_parts(where))
    for place, part in enumerate(parts):
        found = asked(part) if isinstance(part, Compare) else ()
        if len(found) == 1:
            others = (*parts[:place], *parts[place + 1 :])
            return Apart(found[0], And(others) if others else EVERYTHING)
    return None


def _parts(where: Query) -> Iterator[Query]:
    """Give all that has to hold of a tree."""
    if isinstance(where, And):
        for part in where.parts:
            yield from _parts(part)
    else:
        yield where
