"""The book that is measured: a seller for each dialect, with orders such as its clients see.

The orders are those of the demo book again and again, each with an id and a time of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from orderglot import demo
from orderglot.core.caller import Caller
from orderglot.core.order import Order, Reference
from orderglot.core.product import Product, Tier
from orderglot.core.seller import Seller
from orderglot.stores.store import BookStore

FIRST_ID = 41_000_000
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=17, seconds=3, microseconds=210_000)
BATCH = 500
COMPLETES = "adobe.completes"


class Shop(Struct, frozen=True, kw_only=True):
    """One dialect's seller in the book, and what requests to it need."""

    dialect: str
    seller: Seller
    key: demo.Key
    customer: str
    """The vendor's id of the customer whose orders they are."""
    orders: int


async def filled(store: BookStore, dialect: str, orders: int) -> Shop:
    """Put a dialect's seller into a book, with its customers, products, key and so many orders."""
    part = demo.part(dialect)
    # Orders complete by hand, as with a new seller: the floor completes none.
    tables = {name: value for name, value in part.seller.tables.items() if name != COMPLETES}
    seller = await store.add_seller(
        f"bench-{dialect}",
        title=part.seller.title,
        currency=part.seller.currency,
        references=part.seller.references,
        tables=tables,
    )
    caller = Caller(seller=seller.id, name="bench")
    book = store.of(caller)
    async with book.together() as unit:
        for customer in part.customers:
            await unit.keep_customer(customer)
        for product in products_of(dialect):
            await unit.keep_product(product)
    batch: list[Order] = []
    for order in _orders(dialect, orders):
        batch.append(order)
        if len(batch) == BATCH:
            await book.keep(*batch)
            batch.clear()
    if batch:
        await book.keep(*batch)
    holder = await _holder(store, caller, dialect)
    await store.keyring.plant_key(dialect, holder, part.key.id, part.key.secret)
    return Shop(
        dialect=dialect,
        seller=seller,
        key=part.key,
        customer=next(ref.id for ref in part.customers[0].references if ref.dialect == dialect),
        orders=orders,
    )


def products_of(dialect: str) -> tuple[Product, ...]:
    """Give what a dialect's seller sells: what the demo's does, or what its orders are of."""
    part = demo.part(dialect)
    if part.products:
        return part.products
    line = part.orders[0].lines[0]
    tiers = (Tier(price=line.unit_price or Decimal(1)),)
    return (Product(sku=line.sku, title=line.title, tiers=tiers, currency=part.seller.currency),)


async def _holder(store: BookStore, caller: Caller, dialect: str) -> Caller:
    """Give whose key it is: the customer's where the demo's is a customer's, else the seller's."""
    part = demo.part(dialect)
    if not part.key.customer:
        return replace(caller, name="")
    customer = await store.of(caller).customer(Reference(dialect, part.key.customer))
    return replace(caller, customer=customer.id, name="")


def _orders(dialect: str, count: int) -> Iterator[Order]:
    templates = demo.part(dialect).orders
    for number in range(count):
        order = templates[number % len(templates)]
        moved = BEGINNING + number * STEP - (order.created or BEGINNING)
        yield replace(
            order,
            references=(Reference(dialect, str(FIRST_ID + number)),),
            number=f"{70_000 + number}" if order.number else "",
            created=BEGINNING + number * STEP,
            modified=(order.modified or order.created or BEGINNING) + moved,
            links=(),
        )


def known_ids(shop: Shop, count: int) -> list[str]:
    """Give the ids of so many orders, evenly out of all of them, in an order of no meaning."""
    step = max(1, shop.orders // count)
    spread = range(0, shop.orders, step)
    return [str(FIRST_ID + number * 7919 % shop.orders) for number in spread]
