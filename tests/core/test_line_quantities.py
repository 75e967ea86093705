"""Line quantities: how much of a line is still to be sent after what became of the rest of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from orderglot.core import lifecycle, subscriptions
from orderglot.core.cancelled_returns import counted_anew
from orderglot.core.goods_returns import take_goods_back
from orderglot.core.line_quantities import cancelled, returned, shipped, to_ship
from orderglot.core.order import Line, Order
from orderglot.core.order_details import OrderDetails
from orderglot.core.quantities import Quantity
from orderglot.core.requantifying import requantified
from orderglot.core.returns import counted, left, outside
from orderglot.core.shipments import Shipment, ShippedLine
from orderglot.core.splitting import split
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


def completed_by_seller(order: Order) -> Order:
    return lifecycle.complete(order, NOON)


def completed_by_client(order: Order) -> Order:
    return lifecycle.put_into(order, Status.COMPLETED, NOON)


def completed_by_itself(order: Order) -> Order:
    return subscriptions.completed(order, lambda line: f"S{line.number}")


COMPLETING = (completed_by_seller, completed_by_client, completed_by_itself)


@pytest.mark.parametrize("complete", [completed_by_seller, completed_by_client])
def test_of_an_order_that_is_completed_only_what_parcels_have_comes_back(
    complete: Callable[[Order], Order],
) -> None:
    done = complete(sent(ordered(LINE, replace(LINE, number=2)), 3))

    assert {Status.COMPLETED} == {done.status, *(line.status for line in done.lines)}
    assert [(3, 3), (0, 0)] == [(shipped(line), left(line)) for line in done.lines]


@pytest.mark.parametrize("complete", COMPLETING)
def test_seats_that_are_held_went_out_whatever_parcels_have(
    complete: Callable[[Order], Order],
) -> None:
    """So it is of a sale, which begins to be held when it is complete, and of a renewal."""
    new = complete(sent(ordered(replace(LINE, remaining=8), replace(LINE, number=2)), 3))
    named = complete(sent(ordered(replace(LINE, subscription="S1")), 3))
    held = [completed_by_itself(new), named]

    assert {Status.COMPLETED} == {line.status for one in held for line in one.lines}
    assert [[(8, 8), (10, 10)], [(10, 10)]] == [
        [(shipped(line), left(line)) for line in one.lines] for one in held
    ]


def test_seats_that_a_client_calls_shipped_went_out() -> None:
    part = sent(ordered(LINE), 3)
    gone = completed_by_itself(lifecycle.put_into(part, Status.SHIPPED, NOON))
    renewed = sent(ordered(replace(LINE, subscription="S1")), 3)

    for order in (gone, lifecycle.put_into(renewed, Status.DELIVERED, NOON)):
        assert (10, 10) == (shipped(order.lines[0]), left(order.lines[0]))


@pytest.mark.parametrize("complete", COMPLETING)
def test_of_an_order_that_nobody_ships_all_that_was_not_cancelled_is_there_when_it_is_completed(
    complete: Callable[[Order], Order],
) -> None:
    order = lifecycle.cancel(ordered(replace(LINE, remaining=10)), "Too many.", {1: 4})
    (line,) = complete(order).lines

    assert (6, 6) == (shipped(line), left(line))


def test_of_an_order_that_is_returned_nothing_is_outside_whatever_was_cancelled() -> None:
    order = lifecycle.cancel(ordered(LINE), "Too many.", {1: 4})
    back = lifecycle.put_into(order, Status.RETURNED, NOON)

    assert (6, 0) == (returned(back.lines[0]), outside(back.lines[0]))


def test_what_parcels_alone_count_is_counted_when_an_order_is_completed() -> None:
    details = OrderDetails(shipments=(Shipment(lines=(ShippedLine(number=1, quantity=3),)),))
    silent = replace(LINE, status=None)
    order = ordered(silent, replace(silent, number=2))
    done = lifecycle.complete(replace(order, status=Status.PARTLY_SHIPPED, details=details), NOON)
    whole = lifecycle.complete(replace(order, status=Status.SHIPPED, details=details), NOON)

    assert [3, 0] == [left(line) for line in done.lines]
    assert [3, 10] == [left(line) for line in whole.lines], "its status says that all went out"


KILOGRAMS = replace(LINE, quantity=2, unit="kg")
HALF = Decimal("0.5")


def test_half_a_kilogram_that_comes_back_leaves_all_the_rest_to_be_sent() -> None:
    order, back = take_goods_back(sent(ordered(KILOGRAMS), HALF), {1: HALF}, (), NOON)
    (line,) = order.lines

    assert (None, Decimal("1.5")) == (line.remaining, to_ship(line))
    assert None is counted(order, (back,)).lines[0].remaining
    whole, _ = take_goods_back(lifecycle.ship(order, Shipment(), NOON), {}, (), NOON)
    assert (Status.RETURNED, 0) == (whole.status, whole.lines[0].remaining)


def test_what_is_left_of_whole_kilograms_is_not_rounded_by_a_part_of_one() -> None:
    order, back = take_goods_back(sent(ordered(KILOGRAMS), 1), {1: 1}, (), NOON)
    first, second = split(order, {1: HALF})
    less = lifecycle.cancel(order, "Too much.", {1: HALF})
    more = requantified(replace(KILOGRAMS, remaining=2), Decimal("2.5"), "USD")

    assert 1 == order.lines[0].remaining
    for line in (first.lines[0], second.lines[0], less.lines[0]):
        assert (None, HALF) == (line.remaining, to_ship(line))
    assert more is not None
    assert None is more.remaining
    part = replace(back, lines=(replace(back.lines[0], quantity=-HALF),))
    assert None is counted_anew(order, part, back=True).lines[0].remaining


def rest_cancelled(order: Order) -> Order:
    return lifecycle.cancel(order, "Sold out.")


def rest_cancelled_by_its_number(order: Order) -> Order:
    return lifecycle.cancel(order, "Sold out.", {1: 6})


def rest_moved(order: Order) -> Order:
    return split(order, {1: 6})[0]


def held_and_rest_cancelled(order: Order) -> Order:
    return rest_cancelled(lifecycle.hold(order, "No credit."))


@pytest.mark.parametrize(
    "end",
    [rest_cancelled, rest_cancelled_by_its_number, rest_moved, held_and_rest_cancelled],
)
def test_an_order_whose_rest_does_not_come_is_returned_where_all_that_went_out_came_back(
    end: Callable[[Order], Order],
) -> None:
    part = sent(ordered(LINE), 4)
    some, _ = take_goods_back(part, {1: 3}, (), NOON)
    every, back = take_goods_back(some, {1: 1}, (), NOON)

    assert [Status.SHIPPED, Status.RETURNED] == [end(one).status for one in (some, every)]
    assert [Status.RETURNED] == [line.status for line in end(every).lines]
    given_up = counted_anew(end(every), back, back=True)
    assert (Status.SHIPPED, 1) == (given_up.lines[0].status, left(given_up.lines[0]))
