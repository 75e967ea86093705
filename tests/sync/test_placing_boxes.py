"""Placing by the box: a vendor who counts by boxes is sent what was ordered in pieces, or nothing."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.boxes import unpacked
from orderglot.core.errors import Conflict, Invalid
from orderglot.core.order import Order
from orderglot.core.product import Product, Tier
from orderglot.sync.duplicates import find_twins
from orderglot.sync.place import place
from orderglot.sync.placement_checks import Terms
from orderglot.sync.placement_results import Placed
from orderglot.sync.sent import note_sent, sent_before
from tests.sync.hubs import Hub, hubs

BOXES = {"komet.boxTypeCode": "FB", "komet.boxTypeId": "2520", "komet.pack": 12}
PLAIN = Terms(without=("ship_to", "number", "shipping"), also=True)


async def opened(here: dict[str, object], there: dict[str, object]) -> tuple[Hub, Hub, Order]:
    """Open a hub with an order of 24 pieces and its vendor, with what each says of the product."""
    ours, theirs = await hubs("A", "B")
    await ours.trade([theirs])
    await theirs.trade([ours])
    order = await ours.order()
    for hub, extras in ((ours, here), (theirs, there)):
        tiers = (Tier(price=Decimal("1.20")),)
        sku = order.lines[0].sku
        await hub.book.keep_product(
            Product(sku=sku, title="Roses", tiers=tiers, currency="USD", extras=extras)
        )
    return ours, theirs, order


async def placed(ours: Hub, theirs: Hub, order: Order) -> Placed:
    return await place(ours.book, await ours.buying(theirs, "komet"), order, PLAIN)


def test_pieces_are_sent_in_the_boxes_that_they_fill() -> None:
    async def work() -> None:
        ours, theirs, order = await opened(BOXES, BOXES)
        came = await placed(ours, theirs, order)
        (line,) = (await theirs.orders())[0].lines

        assert () == came.differences
        assert (2, "FB", 12, Decimal("28.80")) == (
            line.quantity,
            line.box,
            line.units_per_box,
            line.total,
        )
        assert 24 == came.order.lines[0].quantity
        assert () == (await placed(ours, theirs, came.order)).differences

    asyncio.run(work())


def test_pieces_that_fill_no_boxes_are_not_sent() -> None:
    async def work() -> None:
        ours, theirs, order = await opened({**BOXES, "komet.pack": 10}, BOXES)
        with pytest.raises(Invalid, match="boxes of 10, which 24 do not fill") as refused:
            await placed(ours, theirs, order)

        assert ["lines[1].quantity"] == [one.field for one in refused.value.problems]
        assert [] == await theirs.orders()

    asyncio.run(work())


@pytest.mark.parametrize("pack", [1, 12])
def test_a_vendor_who_has_taken_other_pieces_than_were_ordered_is_told(pack: int) -> None:
    """Here the product is by the piece; he counts the same number as boxes of so many."""

    async def work() -> None:
        ours, theirs, order = await opened({}, {**BOXES, "komet.pack": pack})
        came = await placed(ours, theirs, order)
        goods = [one for one in came.differences if one.startswith("they have")]

        assert ([] if pack == 1 else ["they have 288 of the goods, here are 24"]) == goods

    asyncio.run(work())


def test_an_order_in_boxes_and_its_twin_in_pieces_are_the_same_goods() -> None:
    """One that was sent is looked for by its goods where nothing else names it."""

    async def work() -> None:
        ours, _, order = await opened(BOXES, BOXES)
        line = replace(order.lines[0], quantity=2, box="FB", units_per_box=12)
        boxes = await ours.book.change(replace(order, po_number="", lines=(line,)))
        await note_sent(ours.book, boxes, ours.now)
        later = ours.now + timedelta(hours=3)
        pieces = Order(created=later, currency="USD", lines=(unpacked(line),))

        assert {boxes.id: ours.now} == await sent_before(ours.book, [pieces])
        async with ours.book.together() as unit:
            with pytest.raises(Conflict, match=f"looks like order {boxes.id}"):
                await find_twins(unit, "kole@C", dialects.dialect("kole"), [pieces])

    asyncio.run(work())
