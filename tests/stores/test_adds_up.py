"""Whether an order adds up: kept beside it, asked for like any field, in every store alike."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from orderglot.core.adding_up import answer
from orderglot.core.amounts import Totals
from orderglot.core.fields import field, values_of
from orderglot.core.findings import Answer
from orderglot.core.order import Line, Order
from orderglot.core.query import Compare, Not, Operator, Query, Sort, Window
from tests.stores.shops import Shop

TEN = Decimal(10)
GOODS = (Line(quantity=2, unit_price=Decimal(5), total=TEN),)
ORDERS = {
    Answer.YES: Order(currency="USD", lines=GOODS, totals=Totals(total=TEN)),
    Answer.NO: Order(currency="USD", lines=GOODS, totals=Totals(total=TEN, subtotal=Decimal(9))),
    Answer.UNKNOWN: Order(currency="USD", lines=GOODS),
}


def found(shop: Shop, where: Query) -> tuple[int, ...]:
    page = shop.run(shop.book.page(Window(where=where, sort=(Sort("id"),), total=True)))
    assert len(page.orders) == page.total
    return tuple(order.id for order in page.orders)


def is_(wanted: Answer | None) -> Compare:
    return Compare("adds_up", Operator.EQ, wanted and str(wanted))


@pytest.mark.parametrize("wanted", list(Answer))
def test_orders_are_found_by_whether_they_add_up(shop: Shop, wanted: Answer) -> None:
    ids = {one: shop.run(shop.book.place(order)).id for one, order in ORDERS.items()}

    assert {one: one for one in Answer} == {one: answer(order) for one, order in ORDERS.items()}
    assert (ids[wanted],) == found(shop, is_(wanted))
    assert {*ids.values()} - {ids[wanted]} == {*found(shop, Not(is_(wanted)))}
    assert () == found(shop, is_(None))
    few = Compare("adds_up", Operator.IN, (str(wanted), "no such answer"))
    assert (ids[wanted],) == found(shop, few)


def test_an_amount_beyond_all_bounds_is_kept_and_cannot_be_told(shop: Shop) -> None:
    huge = Decimal("1E+40")
    placed = shop.placed(currency="USD", totals=Totals(subtotal=huge, total=huge))

    assert (placed.id,) == found(shop, is_(Answer.UNKNOWN))


def test_the_answer_follows_the_order(shop: Shop) -> None:
    order = shop.run(shop.book.place(ORDERS[Answer.NO]))
    mended = replace(order, totals=replace(order.totals, subtotal=TEN))

    assert (str(Answer.NO),) == values_of(order, field("adds_up"))
    shop.run(shop.book.change(mended))
    assert () == found(shop, is_(Answer.NO))
    assert (order.id,) == found(shop, is_(Answer.YES))
