"""A customer's own item numbers on a vendor's wire: an order that is pulled goes by our SKUs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.customer_items import set_item_numbers
from orderglot.core.order import Line, Order, native
from orderglot.core.product import Product
from tests.sync.vendors import LISTING, Vendor, vendor

SHOWING = [
    name
    for name in LISTING
    if not {"lines", "lines.sku", "lines.quantity"} & dialects.dialect(name).can.loses
]
each = pytest.mark.parametrize("name", SHOWING)

THEIRS, OURS, OTHER = "AA103", "ZZ103", "ZZ104"


def done(name: str, work: Callable[[Vendor], Awaitable[None]]) -> None:
    async def worked() -> None:
        async with vendor(name) as shop:
            for sku in (OURS, OTHER):
                await shop.book.keep_product(Product(sku=sku))
            await work(shop)

    asyncio.run(worked())


async def sold(shop: Vendor, number: int, *skus: str, pieces: int = 24) -> Order:
    """Let the vendor have an order of these items."""
    (order,) = shop.implementation.numbered(number)
    lines = tuple(Line(number=n, sku=sku, quantity=pieces) for n, sku in enumerate(skus, 1))
    (kept,) = await shop.implementation.fill(replace(order, lines=lines))
    return kept


async def calls(shop: Vendor, numbers: dict[str, str]) -> None:
    """Say what the customer of the first order that was pulled calls our items."""
    async with shop.book.together() as unit:
        (customer,) = await unit.customers()
        await set_item_numbers(unit, customer, numbers)


async def here(shop: Vendor, order: Order) -> Order:
    """Give an order of the vendor's as it is in our book."""
    (found,) = [
        one
        async for one in shop.book.walk()
        if native(one, shop.dialect.name) == native(order, shop.dialect.name)
    ]
    return found


def goods(order: Order) -> list[tuple[str, str, object]]:
    """Give the SKU, the buyer's number and the quantity of each line."""
    return [
        (one.sku, one.details.item_numbers.buyer if one.details else "", one.quantity)
        for one in order.lines
    ]


@each
def test_a_pulled_order_goes_by_our_skus_and_stays_so(name: str) -> None:
    async def work(shop: Vendor) -> None:
        before = await sold(shop, 1, THEIRS)
        await shop.pulled()
        await calls(shop, {THEIRS: OURS})
        order = await sold(shop, 2, THEIRS, OTHER)
        await shop.pulled()

        assert [(THEIRS, "", 24)] == goods(await here(shop, before))
        assert [(OURS, THEIRS, 24), (OTHER, "", 24)] == goods(await here(shop, order))
        again = (await shop.pulled()).checkpoint
        assert (0, 0, 0, 2) == (again.new, again.changed, again.conflicts, again.same)

    done(name, work)


@each
def test_what_the_vendor_changes_of_such_an_order_is_taken(name: str) -> None:
    async def work(shop: Vendor) -> None:
        await sold(shop, 1, "AA999")
        await shop.pulled()
        await calls(shop, {THEIRS: OURS, "AA105": OTHER})
        order = await sold(shop, 2, THEIRS)
        await shop.pulled()
        changed = replace(order.lines[0], quantity=48)
        added = Line(number=2, sku="AA105", quantity=24)
        await shop.implementation.book.change(replace(order, lines=(changed, added)))
        pulled = (await shop.pulled()).checkpoint

        assert (1, 0) == (pulled.changed, pulled.conflicts)
        assert [(OURS, THEIRS, 48), (OTHER, "AA105", 24)] == goods(await here(shop, order))

    done(name, work)


@each
def test_what_changes_here_of_such_an_order_stands(name: str) -> None:
    async def work(shop: Vendor) -> None:
        await sold(shop, 1, "AA999")
        await shop.pulled()
        await calls(shop, {THEIRS: OURS})
        order = await sold(shop, 2, THEIRS)
        await shop.pulled()
        ours = await here(shop, order)
        mended = replace(ours.lines[0], sku=OTHER)
        await shop.book.change(replace(ours, lines=(mended,)))
        await calls(shop, {THEIRS: "ZZ103"})
        await shop.implementation.book.change(
            replace(order, lines=(replace(order.lines[0], quantity=48),))
        )
        pulled = (await shop.pulled()).checkpoint

        assert (1, 0) == (pulled.changed, pulled.conflicts)
        assert [(OTHER, THEIRS, 48)] == goods(await here(shop, order))

    done(name, work)
