"""What a person types to find an order: an id, a number of it, or whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from orderglot.core.errors import NotFound
from orderglot.core.order import Reference
from orderglot.core.ports import Book
from orderglot.core.query import LARGE, Compare, Operator, Or, Query, Window
from orderglot.dialects.orderglot.tables import NAME

FIELDS = (
    *("number", "po_number", "invoice.number"),
    *("customer.email", "customer.last_name", "customer.bill_to.company"),
)
"""What is looked for, each in an index of its own."""

MOST = LARGE
"""So many orders that are equal in a field go by their ids; of more, the field itself is asked for."""


async def search(book: Book, text: str) -> Query:
    """Make the question which orders a text finds: of each field an index tells, and all of it."""
    ids = set[int]()
    many = list[Query]()
    for asked in _questions(text):
        page = await book.page(Window(where=asked, limit=MOST))
        if page.next is None:
            ids.update(order.id for order in page.orders)
        else:
            many.append(asked)
    with suppress(NotFound):
        ids.add((await book.get(Reference(NAME, text))).id)
    found = Compare("id", Operator.IN, tuple(sorted(ids)))
    return Or((found, *many)) if many else found


def _questions(text: str) -> Iterator[Query]:
    return (Compare(name, Operator.EQ, text) for name in FIELDS)
