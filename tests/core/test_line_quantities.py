"""Line quantities: how much of a line is still to be sent after what became of the rest of it."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from orderglot.core import lifecycle
from orderglot.core.goods_returns import take_goods_back
from orderglot.core.line_quantities import cancelled, shipped, to_ship
from orderglot.core.order import Line, Order
from orderglot.core.quantities import Quantity
from orderglot.core.shipments import Shipment, ShippedLine
from orderglot.core.values import Status

NOON = datetime(2026, 5, 21, 12, tzinfo=UTC)
LINE = Line(number=1, sku="A", quantity=10, status=Status.PROCESSING)


def ordered(*lines: Line) -> Order:
    return Order(id=1, status=Status.PROCESSING, lines=lines)


def sent(order: Order, quantity: Quantity) -> Order:
    return lifecycle.ship(order, Shipment(lines=(ShippedLine(number=1, quantity=quantity),)), NOON)


def test_what_was_given_back_before_any_of_it_went_out_is_never_sent() -> None:
    order = ordered(replace(LINE, remaining=7))
    part = sent(order, 5)

    assert [7, 2] == [to_ship(one.lines[0]) for one in (order, part)]
    assert (Status.SHIPPED, 7) == (sent(part, 2).status, shipped(sent(part, 2).lines[0]))
    less = lifecycle.cancel(part, "Sold out.")
    assert (Status.SHIPPED, 2, 5) == (
        less.status,
        cancelled(less.lines[0]),
        less.lines[0].remaining,
    )


def test_what_came_back_from_outside_lowers_nothing_that_is_still_to_be_sent() -> None:
    goods, _ = take_goods_back(sent(ordered(LINE), 4), {1: 3}, (), NOON)
    seats, _ = take_goods_back(sent(ordered(replace(LINE, remaining=7)), 4), {1: 3}, (), NOON)

    assert [(7, 6), (4, 3)] == [
        (order.lines[0].remaining, to_ship(order.lines[0])) for order in (goods, seats)
    ]
