"""Returns: what may still be taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from orderglot.core import giving_up, lifecycle
from orderglot.core.cancelled_returns import can_be_taken, counted_anew
from orderglot.core.errors import Invalid, Rule
from orderglot.core.line_details import LineDetails
from orderglot.core.line_quantities import returned, to_ship
from orderglot.core.order import Line, Order
from orderglot.core.quantities import Quantity
from orderglot.core.returns import COUNTED, counted, counted_by, outside, remaining, take_back
from orderglot.core.shipments import Shipment, ShippedLine
from orderglot.core.values import Kind, Status

NOON = datetime(2024, 5, 21, 12, tzinfo=UTC)
ORDER = Order(
    status=Status.COMPLETED,
    created=NOON,
    lines=(Line(number=1, sku="A", quantity=5), Line(number=4, sku="B", quantity=2, remaining=1)),
)


def wanted(number: int, sku: str, quantity: int) -> Line:
    return Line(number=number, sku=sku, quantity=quantity)


def refusal(order: Order, *lines: Line, late: timedelta = timedelta()) -> list[tuple[str, Rule]]:
    with pytest.raises(Invalid) as refused:
        take_back(order, lines, NOON + late)
    return [(problem.field, problem.rule) for problem in refused.value.problems]


def test_what_is_left_is_counted_and_a_line_without_any_is_cancelled() -> None:
    left = take_back(ORDER, (wanted(1, "A", 2), wanted(4, "B", 1)), NOON)

    assert [3, 0] == [line.remaining for line in left.lines]
    assert [None, Status.CANCELLED] == [line.status for line in left.lines]
    assert Status.COMPLETED is left.status


def test_an_order_of_which_nothing_is_left_is_cancelled() -> None:
    left = take_back(ORDER, (wanted(1, "A", 5), wanted(4, "B", 1)), NOON)

    assert Status.CANCELLED is left.status
    assert [0, 0] == [remaining(line) for line in left.lines]


def test_every_line_that_cannot_be_returned_is_named() -> None:
    assert [
        ("number", Rule.UNKNOWN),
        ("sku", Rule.MISMATCH),
        ("quantity", Rule.SPENT),
    ] == refusal(ORDER, wanted(9, "A", 1), wanted(1, "B", 1), wanted(4, "B", 2))


def test_more_than_was_ordered_is_told_from_more_than_is_left() -> None:
    assert [("quantity", Rule.MISMATCH)] == refusal(ORDER, wanted(1, "A", 6))
    assert [("quantity", Rule.MISMATCH)] == refusal(ORDER, wanted(4, "B", 3))


def test_a_line_is_returned_once() -> None:
    left = take_back(ORDER, (wanted(4, "B", 1),), NOON)

    assert [("number", Rule.SPENT)] == refusal(left, wanted(4, "B", 1))


def test_fourteen_days_are_the_last_moment() -> None:
    take_back(ORDER, (wanted(1, "A", 1),), NOON + timedelta(days=14))

    late = timedelta(days=14, microseconds=1)
    assert [("created", Rule.EXPIRED)] == refusal(ORDER, wanted(1, "A", 1), late=late)


@pytest.mark.parametrize("changed", [{"status": Status.FAILED}, {"kind": Kind.RETURN}])
def test_what_never_came_to_be_is_not_returned(changed: dict[str, object]) -> None:
    assert [("status", Rule.STATE)] == refusal(replace(ORDER, **changed), wanted(1, "A", 1))


def test_where_nobody_counted_the_returns_do() -> None:
    back = Order(kind=Kind.RETURN, lines=(wanted(1, "A", 2), wanted(4, "B", 1)))
    failed = replace(back, status=Status.FAILED)

    assert [3, 1] == [line.remaining for line in counted(ORDER, (back, failed, ORDER)).lines]


def test_of_two_lines_with_one_number_the_one_of_that_sku_is_taken_back() -> None:
    twins = replace(ORDER, lines=(wanted(2, "A", 5), wanted(2, "B", 3)))
    left = take_back(twins, (wanted(2, "A", 5),), NOON)
    back = Order(kind=Kind.RETURN, lines=(wanted(2, "B", 1),))

    assert [5 - 5, 3] == [remaining(line) for line in left.lines]
    assert [5, 3 - 1] == [line.remaining for line in counted(twins, (back,)).lines]


def part_cancelled(status: Status | None = None) -> Order:
    """Give an order of ten of which four were cancelled, and of which nobody counted what is left."""
    line = Line(number=1, sku="A", quantity=10, status=status, details=LineDetails(cancelled=4))
    return replace(ORDER, lines=(line,))


def test_what_was_cancelled_is_not_left_where_nobody_counted() -> None:
    order, back = part_cancelled(), Order(kind=Kind.RETURN, lines=(wanted(1, "A", 1),))

    assert 6 == remaining(order.lines[0])
    assert 5 == counted(order, (back,)).lines[0].remaining
    assert [("quantity", Rule.SPENT)] == refusal(order, wanted(1, "A", 7))
    after = take_back(order, (wanted(1, "A", 6),), NOON)
    assert (0, Status.CANCELLED) == (after.lines[0].remaining, after.status)
    assert 0 == to_ship(after.lines[0])


def test_no_more_comes_back_to_a_line_than_was_not_cancelled() -> None:
    back = Order(id=2, kind=Kind.RETURN, lines=(wanted(1, "A", 6),))
    after = take_back(part_cancelled(), (wanted(1, "A", 6),), NOON)

    for order in (after, part_cancelled()):
        assert 6 == counted_anew(order, back, back=True).lines[0].remaining
    seven = replace(back, lines=(wanted(1, "A", 7),))
    with pytest.raises(Invalid, match="not there any more"):
        tuple(giving_up.counted(seven, (part_cancelled(),), {0: (), 2: ()}, back=False))


def test_a_line_that_is_cancelled_as_a_whole_comes_back_when_it_is_taken_up() -> None:
    order = part_cancelled(Status.CANCELLED)
    assert 0 == remaining(order.lines[0])

    again = replace(counted(order, ()).lines[0], status=Status.RECEIVED)
    assert 6 == remaining(again)


SEATS = Line(number=1, sku="A", quantity=10, status=Status.PROCESSING)
GIVEN_UP = Order(id=2, kind=Kind.RETURN, lines=(wanted(1, "A", 4),))


def given_back(*lines: Line) -> Order:
    """Give an order of which four were given back before anything went out of it."""
    order = Order(id=1, status=Status.PROCESSING, created=NOON, lines=(SEATS, *lines))
    return take_back(order, GIVEN_UP.lines, NOON)


def conserved(order: Order) -> tuple[Quantity, ...]:
    """Give how much is outside, came back, is to be sent, and what is left of the first line."""
    line = order.lines[0]
    return outside(line), returned(line), to_ship(line), remaining(line)


@pytest.mark.parametrize("arrived", [False, True])
def test_what_was_given_back_before_the_rest_was_sent_is_to_be_sent_when_it_is_taken_up(
    arrived: bool,
) -> None:
    sent = lifecycle.ship(given_back(), Shipment(), NOON)
    sent = lifecycle.deliver(sent) if arrived else sent
    order = counted_anew(sent, GIVEN_UP, back=True)

    assert (6, 0, 0, 6) == conserved(sent)
    assert (Status.PARTLY_SHIPPED, (6, 0, 4, 10)) == (order.status, conserved(order))
    assert (Status.SHIPPED, (6, 0, 0, 6)) == after(counted_anew(order, GIVEN_UP, back=False))
    whole = lifecycle.ship(order, Shipment(), NOON)
    assert (Status.SHIPPED, (10, 0, 0, 10)) == after(whole)
    assert (Status.SHIPPED, (6, 4, 0, 6)) == after(counted_anew(whole, GIVEN_UP, back=False))


def after(order: Order) -> tuple[Status, tuple[Quantity, ...]]:
    return order.status, conserved(order)


def test_of_a_complete_order_nothing_more_is_sent_and_seats_are_held() -> None:
    goods = lifecycle.complete(lifecycle.ship(given_back(), Shipment(), NOON), NOON)
    seats = replace(goods, lines=(replace(goods.lines[0], subscription="S1"),))

    assert [(Status.COMPLETED, (6, 0, 0, 10)), (Status.COMPLETED, (10, 0, 0, 10))] == [
        after(counted_anew(order, GIVEN_UP, back=True)) for order in (goods, seats)
    ]


def test_a_line_that_was_given_back_whole_is_to_be_sent_beside_one_that_was() -> None:
    whole = replace(GIVEN_UP, lines=(wanted(1, "A", 10),))
    order = Order(id=1, status=Status.PROCESSING, created=NOON, lines=(SEATS,))
    two = replace(order, lines=(SEATS, replace(SEATS, number=2, sku="B")))
    sent = lifecycle.ship(take_back(two, whole.lines, NOON), Shipment(), NOON)
    done = lifecycle.complete(sent, NOON)

    assert Status.SHIPPED is sent.status
    again = counted_anew(sent, whole, back=True)
    assert (Status.PARTLY_SHIPPED, (0, 0, 10, 10)) == after(again)
    assert [Status.RECEIVED, Status.SHIPPED] == [line.status for line in again.lines]
    assert (Status.COMPLETED, (0, 0, 0, 10)) == after(counted_anew(done, whole, back=True))


def test_an_order_of_which_nothing_more_is_sent_is_shipped() -> None:
    two = given_back(replace(SEATS, number=2, sku="B"))
    (second,) = (ShippedLine(number=2, quantity=10),)
    part = lifecycle.ship(two, Shipment(lines=(second,)), NOON)
    rest = (wanted(1, "A", 6),)

    assert Status.PARTLY_SHIPPED is part.status
    assert Status.SHIPPED is take_back(part, rest, NOON).status


def test_each_return_gives_back_what_it_took() -> None:
    """Four had not gone out; three of the other six came back from outside."""
    sent = lifecycle.ship(given_back(), Shipment(), NOON)
    three = (wanted(1, "A", 3),)
    other = Order(id=3, kind=Kind.RETURN, lines=three, extras=counted_by(sent, three))
    both = take_back(sent, three, NOON)

    assert (3, 3, 0, 3) == conserved(both)
    assert {} == counted_by(given_back(), three)
    assert (3, 3, 4, 7) == conserved(counted_anew(both, GIVEN_UP, back=True))
    assert (6, 0, 0, 6) == conserved(counted_anew(both, other, back=True))
    assert (6, 0, 4, 10) == conserved(
        counted_anew(counted_anew(both, other, back=True), GIVEN_UP, back=True)
    )
    whole = take_back(sent, (wanted(1, "A", 6),), NOON)
    assert (Status.RETURNED, (0, 6, 0, 0)) == after(whole)
    assert (Status.PARTLY_SHIPPED, (0, 6, 4, 4)) == after(counted_anew(whole, GIVEN_UP, back=True))


def test_a_return_takes_again_what_is_not_sent_yet_or_outside() -> None:
    order = counted_anew(lifecycle.ship(given_back(), Shipment(), NOON), GIVEN_UP, back=True)
    (line,) = order.lines
    six, seven = wanted(1, "A", 6), wanted(1, "A", 7)
    outside_alone = replace(GIVEN_UP, extras={COUNTED: [1]})

    assert can_be_taken(line, GIVEN_UP, six)
    assert not can_be_taken(line, GIVEN_UP, seven)
    gone = take_back(order, (six,), NOON).lines[0]
    assert can_be_taken(gone, GIVEN_UP, wanted(1, "A", 4))
    assert not can_be_taken(gone, outside_alone, wanted(1, "A", 1))
