"""An amount that a vendor does not say stays unknown, or is what the goods come to."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from itertools import pairwise

import pytest
from msgspec.structs import replace

from orderglot.core.order import Amounts, Invoice, Line, Order, Totals
from orderglot.dialects import dialect as dialect_of
from orderglot.wire.loss import loses
from tests.sync.hubs import Hub, hubs
from tests.sync.vendors import LISTING

TOTAL = "totals.total"

SIXTEEN = Line(
    number=1, sku="A0001", quantity=10, unit_price=Decimal("1.60"), total=Decimal("16.00")
)


async def went(line: Line, *names: str) -> list[Order]:
    """Let an order go from hub to hub, in one dialect after the other; gives it in each book."""
    members = await hubs(*"ABCD"[: len(names) + 1])
    first = await members[0].order()
    await members[0].change(first, lines=(line,), totals=Totals(total=line.total))
    for (source, into), name in zip(pairwise(members), names, strict=True):
        await into.pull(source, name)
    return [(await _only(one)) for one in members]


async def _only(hub: Hub) -> Order:
    (order,) = await hub.orders()
    return order


def totals(line: Line, *names: str) -> list[Decimal | None]:
    return [order.totals.total for order in asyncio.run(went(line, *names))]


def test_an_order_from_a_wire_without_totals_comes_to_what_its_lines_do() -> None:
    assert [Decimal("16.00")] * 2 == totals(SIXTEEN, "kole")


@pytest.mark.parametrize("face", ["adobe", "catalyst", "kodaris", "kole"])
def test_the_next_hub_has_the_same_amount_by_every_face(face: str) -> None:
    # Adobe shows a sum of which every line is priced as its page has it.
    known = None if face == "adobe" else Decimal("16.00")
    assert [Decimal("16.00"), Decimal("16.00"), known] == totals(SIXTEEN, "kole", face)


@pytest.mark.parametrize("face", ["adobe", "catalyst", "kodaris", "kole"])
def test_the_next_hub_does_not_know_what_nobody_knows(face: str) -> None:
    unpriced = replace(SIXTEEN, unit_price=None, total=None)
    assert [None] * 3 == totals(unpriced, "kole", face)


def test_what_a_book_comes_to_has_what_the_lines_say_and_counts_what_nobody_knows() -> None:
    async def worked() -> tuple[dict[str, Decimal], int]:
        source, into = await hubs("A", "B")
        first, second = await source.order(), await source.order()
        await source.change(first, lines=(SIXTEEN,), totals=Totals())
        bare = replace(SIXTEEN, unit_price=None, total=None)
        await source.change(second, lines=(bare,), totals=Totals())
        await into.pull(source, "kole")
        counts = await into.store.counts(into.seller)
        return dict(counts.sums), counts.unpriced

    sums, unpriced = asyncio.run(worked())
    assert ([Decimal("16.00")], 1) == (list(sums.values()), unpriced)


@pytest.mark.parametrize("name", [one for one in LISTING if loses(dialect_of(one).can, TOTAL)])
def test_goods_that_a_vendors_bill_has_not_followed_are_summed_up(name: str) -> None:
    async def worked() -> tuple[Decimal | None, Decimal | None]:
        source, into = await hubs("A", "B")
        due = Amounts(total=Decimal("16.00"))
        sold = await source.change(
            await source.order(), lines=(SIXTEEN,), totals=Totals(total=due.total)
        )
        sold = await source.change(sold, invoice=Invoice(due=due))
        await into.pull(source, name)
        before = (await _only(into)).totals.total
        more = replace(SIXTEEN, quantity=20, total=Decimal("32.00"))
        await source.change(sold, lines=(more,))
        await into.pull(source, name)
        return before, (await _only(into)).totals.total

    assert (Decimal("16.00"), Decimal("32.00")) == asyncio.run(worked())
