"""Drafting: what can be done with an order as long as it is a draft, and not afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from orderglot.core.drafting import add_line, submit, withdraw, withdrawn
from orderglot.core.errors import Conflict, Invalid
from orderglot.core.order import Line, Order
from orderglot.core.pricing import pieces
from orderglot.core.product import Product, Tier
from orderglot.core.values import Status

NOW = datetime(2017, 6, 26, 8, 30, tzinfo=UTC)
PRODUCTS = {
    "LILY": Product(
        sku="LILY",
        tiers=(Tier(price=Decimal(7)), Tier(quantity=8, price=Decimal("6.5"))),
    )
}
BOX = Line(sku="LILY", quantity=1, box="FB", units_per_box=2)
DRAFT = Order(status=Status.DRAFT)


def test_a_box_counts_by_what_is_in_it() -> None:
    assert 2 == pieces(BOX)
    assert 6 == pieces(replace(BOX, quantity=3))
    assert 3 == pieces(Line(quantity=3, units_per_box=2))
    assert 3 == pieces(Line(quantity=3, box="FB"))


def test_a_line_more_is_priced_by_all_that_is_in_the_draft_and_the_others_stand() -> None:
    one = add_line(DRAFT, BOX, PRODUCTS)
    four = add_line(one, replace(BOX, quantity=3), PRODUCTS)

    assert Decimal(14) == one.totals.total
    assert [Decimal(14), Decimal(39)] == [line.total for line in four.lines]
    assert Decimal(53) == four.totals.total
    assert [1, 2] == [line.number for line in four.lines]


def test_a_submitted_draft_is_received() -> None:
    order = submit(add_line(DRAFT, BOX, PRODUCTS), NOW, "PO-1")

    assert (Status.RECEIVED, NOW, None, "PO-1") == (
        *(order.status, order.received),
        *(order.completed, order.po_number),
    )


def test_an_empty_draft_cannot_be_submitted() -> None:
    with pytest.raises(Invalid):
        submit(DRAFT, NOW)


def test_a_withdrawn_draft_is_cancelled_and_was_never_received() -> None:
    order = withdraw(DRAFT, NOW)

    assert (Status.CANCELLED, None) == (order.status, order.received)
    assert withdrawn(order)


@pytest.mark.parametrize(
    "order",
    [DRAFT, Order(), Order(status=Status.CANCELLED, received=NOW)],
    ids=["draft", "placed", "cancelled later"],
)
def test_what_is_cancelled_after_it_was_received_was_not_withdrawn(order: Order) -> None:
    assert not withdrawn(order)


@pytest.mark.parametrize(
    "done", [Order(lines=(BOX,)), withdraw(DRAFT, NOW)], ids=["received", "withdrawn"]
)
@pytest.mark.parametrize(
    "change",
    [
        lambda order: add_line(order, BOX, PRODUCTS),
        lambda order: submit(order, NOW),
        lambda order: withdraw(order, NOW),
    ],
    ids=["add a line", "submit", "withdraw"],
)
def test_what_is_no_draft_is_not_changed_as_one(
    done: Order, change: Callable[[Order], Order]
) -> None:
    with pytest.raises(Conflict):
        change(done)
