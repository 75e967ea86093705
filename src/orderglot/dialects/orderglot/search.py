"""What a person types to find an order: an id, a number of it, or whose it is, however it is spelled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from msgspec.structs import replace

from orderglot.core.errors import NotFound
from orderglot.core.order import Order, Reference, is_channel
from orderglot.core.ports import Book
from orderglot.core.query import And, Compare, Operator, Or, Page, Query, Window
from orderglot.dialects.orderglot.tables import NAME

FIELDS = (
    *("number", "po_number", "invoice.number"),
    *("customer.number", "customer.email", "customer.name", "customer.last_name"),
    *("customer.bill_to.company", "shipping.tracking", "details.shipments.tracking"),
)
"""What is looked for, each in an index of its own."""

SKU, REFERENCES = "lines.sku", "references.id"


async def search(book: Book, text: str, window: Window) -> Page:
    """Give the orders of a window that a text finds.

    Each way to find some is asked for as many as the page has: the first of all of them together are
    the page. So no question goes through more orders than it shows.
    """
    asked = [*questions(text, await _ids(book, text))]
    if window.offset:
        # So many pass before the page, and each of them may be one that an id elsewhere tells.
        ids = {order.id for order in await _called(book, text, _wide(window))}
        every = Or((_ids_in(ids), *asked))
        return await book.page(replace(window, where=And((every, window.where))))
    called = await _called(book, text, window)
    found, following = {order.id for order in called}, None
    for question in asked:
        first = await book.page(_of(window, question))
        found |= {order.id for order in first.orders}
        following = first.next or following
    page = await book.page(_of(window, _ids_in(found)))
    # Where they just fill the page, it is that of the one question that has more.
    following = page.next or following
    total = None
    if window.total:
        every_called = await _called(book, text, _wide(window))
        every = Or((_ids_in({order.id for order in every_called}), *asked))
        where = And((every, window.where))
        total = (await book.page(Window(where=where, limit=1, total=True))).total
    further = following and replace(window, after=following.after, offset=following.offset)
    return Page(orders=page.orders, window=window, next=further, total=total)


def _wide(window: Window) -> Window:
    """Give a window from the first order on that has all that are called by one id."""
    limit = max(100, window.offset + window.limit)
    return Window(where=window.where, sort=window.sort, limit=limit)


def _of(window: Window, question: Query) -> Window:
    """Give a window on those of its orders for which a question holds, which counts none."""
    where = And((question, window.where))
    return Window(where=where, sort=window.sort, limit=window.limit, after=window.after)


def _ids_in(ids: set[int]) -> Query:
    return Compare("id", Operator.IN, tuple(sorted(ids)))


def spellings(text: str) -> tuple[str, ...]:
    """Give how a text may be meant: without a # before it or blanks around, in capitals, in small letters."""
    plain = text.strip()
    bare = plain.lstrip("#").strip()
    each = (text, plain, bare, bare.upper(), bare.lower(), bare.title(), "".join(bare.split()))
    return tuple(dict.fromkeys(one for one in each if one))


def questions(text: str, ids: tuple[int, ...]) -> Iterator[Compare]:
    """Ask for whatever a text may mean, each by an index of its own; ``ids`` are orders that are called so."""
    spelled = spellings(text)
    if ids:
        yield Compare("id", Operator.IN, ids)
    for name in FIELDS:
        yield Compare(name, Operator.IN, spelled)
    for one in spelled:
        yield Compare(SKU, Operator.EQ, one)


async def _ids(book: Book, text: str) -> tuple[int, ...]:
    """Give the order that our own clients know by such an id, or those of a dialect that stands before it."""
    found = set[int]()
    for one in spellings(text):
        dialect, _, id = one.rpartition(":")
        for ref in (Reference(NAME, one), Reference(dialect, id)):
            with suppress(NotFound):
                if ref.id and _may_know(book, ref):
                    found.add((await book.get(ref)).id)
    return tuple(sorted(found))


async def _called(book: Book, text: str, window: Window) -> tuple[Order, ...]:
    """Give the orders that are known elsewhere by such an id, to a customer by those of his own clients."""
    spelled = spellings(text)
    asked = Compare(REFERENCES, Operator.IN, spelled)
    return tuple(
        order
        for order in (await book.page(_of(window, asked))).orders
        if any(ref.id in spelled and _may_know(book, ref) for ref in order.references)
    )


def _may_know(book: Book, ref: Reference) -> bool:
    """Tell whether a caller may find an order by an id: what channels call it is the seller's."""
    return book.caller.customer is None or not is_channel(ref.dialect)
