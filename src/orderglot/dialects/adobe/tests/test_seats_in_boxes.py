"""Seats in boxes: what another vendor's client bought in boxes is held, switched and renewed by the piece."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from orderglot.core.seats import TAKEN
from orderglot.core.values import Status
from orderglot.dialects.adobe.tests.conftest import Context
from orderglot.dialects.adobe.tests.new_orders import OFFER, taking
from orderglot.dialects.adobe.tests.test_seats import (
    back,
    bought,
    change,
    held,
    left,
    line,
    switched,
)


@pytest.fixture
def context() -> Context:
    """Open a context in which every order is complete at once."""
    opened = Context()
    opened.set(adobe_completes="at once")
    return opened


def in_boxes(context: Context, quantity: int = 2, each: int = 5) -> tuple[str, str]:
    """Buy seats that stand in so many boxes of five in the book, as another vendor's client ordered them."""
    id, subscription = bought(context, quantity * each)
    order = context.order(id)
    (own,) = order.lines
    boxes = replace(own, quantity=quantity, remaining=quantity, box="BX", units_per_box=each)
    change(context, replace(order, lines=(boxes,)))
    assert (10, 10) == (line(context, id)["quantity"], line(context, id)["remainingQuantity"])
    return id, subscription


def test_seats_that_were_bought_in_boxes_are_switched_and_renewed_by_the_piece(
    context: Context,
) -> None:
    before = held(context)
    id, subscription = in_boxes(context)

    assert 10 == held(context, subscription)
    first = switched(context, subscription, 7)
    assert ([3], 3, before + 10) == (left(context, id), held(context, subscription), held(context))
    context.post(back(first))
    assert ([10], 10) == (left(context, id), held(context, subscription))
    context.post(taking(id, (1, OFFER, 4)))
    assert ([6], 6) == (left(context, id), held(context, subscription))


def test_a_box_that_was_returned_before_the_rest_was_switched_comes_back_as_its_pieces(
    context: Context,
) -> None:
    id, subscription = in_boxes(context)
    given_back = context.post(taking(id, (1, OFFER, 5)))["orderId"]
    away = switched(context, subscription, 2)
    assert [3] == left(context, id)
    change(context, replace(context.order(given_back), status=Status.CANCELLED))
    assert ([8], 8) == (left(context, id), held(context, subscription))
    change(context, replace(context.order(away), status=Status.CANCELLED))
    assert ([10], 10) == (left(context, id), held(context, subscription))


def test_what_a_vendor_switched_of_boxes_is_presumed_by_the_piece(context: Context) -> None:
    id, subscription = in_boxes(context)
    other = context.order(switched(context, subscription, 4))
    change(context, replace(other, extras={k: v for k, v in other.extras.items() if k != TAKEN}))
    order = context.order(id)
    (own,) = order.lines
    boxes = replace(own, quantity=5, remaining=3, box="BX", units_per_box=2)
    change(context, replace(order, lines=(boxes,)))

    assert (6, 4) == (held(context, subscription), line(context, str(other.id))["quantity"])
