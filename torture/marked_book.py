"""Another seller's book beside the one that requests are for, under the same ids, each text marked."""

from __future__ import annotations

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.order import Order
from orderglot.stores.store import BookStore
from tests.conformance.specimens import book_of

MARK = "ZQSECRETQZ"
NAME = "stranger"


async def mark(store: BookStore, names: tuple[str, ...]) -> None:
    """Put another seller's orders into a store: those of the dialects' books, with marks in them."""
    seller = await store.add_seller(NAME, title=MARK)
    whole = store.of(Caller(seller=seller.id))
    for name in names:
        book = book_of(name)
        for customer in book.customers:
            await whole.keep_customer(
                replace(customer, name=MARK, first_name=MARK, email=f"{MARK}@a.example", number="")
            )
        for order in book.orders:
            await whole.keep(marked(order))


def marked(order: Order) -> Order:
    """Give an order with marks in its texts."""
    lines = tuple(replace(line, title=MARK, sku=f"{MARK}-{line.number}") for line in order.lines)
    return replace(order, number="", po_number=MARK, notes=MARK, lines=lines)


async def kept(store: BookStore) -> list[Order]:
    """Give the other seller's orders as they are now."""
    seller = await store.seller(NAME)
    return [order async for order in store.of(Caller(seller=seller.id, test=True)).walk()]
