"""Look-up: the order or customer that a text names, and whole lists."""

from __future__ import annotations

from collections.abc import AsyncIterator

from orderglot import dialects
from orderglot.core.customer import Customer
from orderglot.core.errors import Conflict, Damaged, NotFound
from orderglot.core.left_out import noting
from orderglot.core.order import AT, HUB, Order, Reference, by_hub_id, is_channel, native
from orderglot.core.ports import Book
from orderglot.core.product import Product
from orderglot.core.query import Compare, Operator, Window

STRIDE = 1000
MOST = 10
"""So many orders of one number are listed by id."""


def vocabulary() -> tuple[str, ...]:
    """Give the names that ids go by: the dialects, files, and the hub itself."""
    from orderglot.files.sources import FILE

    return (*dialects.names(), FILE, HUB)


def read_reference(text: str) -> Reference | None:
    """Read ``kole:X12345``; None where the text does not begin with the name of a dialect."""
    dialect, colon, id = text.partition(":")
    if is_channel(dialect):
        # A channel's name may have a port in it: the id is what stands behind the last colon.
        dialect, colon, id = text.rpartition(":")
    return Reference(dialect, id) if colon and id and is_known(dialect) else None


def is_known(name: str) -> bool:
    """Tell whether ids may go by a name: one of the vocabulary, or a channel of one."""
    return name.partition(AT)[0] in vocabulary()


async def find_order(book: Book, text: str) -> Order:
    """Find an order by ``kole:ID``, by the seller's own number, or by the hub's id.

    Where there is no such order, by the customer's purchase order number. Raises NotFound, or Conflict where
    several orders are called so, and then says which, or Damaged where none is but that one cannot be read.
    """
    with noting() as left:
        try:
            return await _find_order(book, text)
        except NotFound:
            if left:
                raise Damaged(left[0]) from None
            raise


async def _find_order(book: Book, text: str) -> Order:
    if (reference := read_reference(text)) is not None:
        return await book.get(reference)
    found = await _with(book, "number", text)
    try:
        by_id = await book.get(by_hub_id(text))
    except NotFound:
        found = found or await _with(book, "po_number", text)
        if not found:
            raise
    else:
        found.setdefault(by_id.id, by_id)
    if len(found) > 1:
        shown = "; ".join(_called(one) for one in found.values())
        raise Conflict(f"{text!r} is more than one order: {shown}. Say which by orderglot:ID.")
    (only,) = found.values()
    return only


async def _with(book: Book, field: str, text: str) -> dict[int, Order]:
    """Give orders of which a field says a text, by their ids."""
    window = Window(where=Compare(field, Operator.EQ, text), limit=MOST)
    return {one.id: one for one in (await book.page(window)).orders}


def _called(order: Order) -> str:
    """Say enough of an order to tell it from another."""
    parts = (
        f"{HUB}:{native(order, HUB)}",
        order.number and f"number {order.number}",
        order.po_number and f"purchase order {order.po_number}",
        order.customer and f"customer {order.customer.number or order.customer.id}",
        order.created and f"of {order.created:%Y-%m-%d}",
    )
    return ", ".join(part for part in parts if part)


async def find_customer(book: Book, text: str) -> Customer:
    """Find a customer by ``kole:ID``, by the seller's own number, or by the hub's id."""
    if (reference := read_reference(text)) is not None:
        return await book.customer(reference)
    async for one in customers(book):
        if one.number == text:
            return one
    try:
        return await book.customer(by_hub_id(text))
    except NotFound:
        reason = f"There is no customer {text!r}; see 'orderglot customer list'."
        raise NotFound(reason) from None


async def orders_of(book: Book, customer: Customer) -> int:
    """Count the orders of a customer."""
    where = Compare("customer.id", Operator.EQ, customer.id)
    return (await book.page(Window(where=where, limit=1, total=True))).total or 0


async def customers(book: Book) -> AsyncIterator[Customer]:
    """Give every customer by rising id."""
    after = 0
    while found := await book.customers(after, STRIDE):
        for one in found:
            yield one
        after = found[-1].id


async def products(book: Book) -> AsyncIterator[Product]:
    """Give every product by rising SKU."""
    after = ""
    while found := await book.every_product(after, STRIDE):
        for one in found:
            yield one
        after = found[-1].sku
