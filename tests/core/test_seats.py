"""Seats: from which lines they are taken, and how they come back."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from orderglot.core import commitments
from orderglot.core.errors import Invalid, Rule
from orderglot.core.line_details import LineDetails
from orderglot.core.order import Identity, Line, Order
from orderglot.core.seats import Share, away, counted_down, keeping, returned, shares, taken
from orderglot.core.subscriptions import Subscription, completed, demand_seats, held
from orderglot.core.values import Kind, Status


def sale(id: int, quantity: int, left: int | None = None) -> Order:
    line = Line(number=1, sku="A", quantity=quantity, remaining=left, subscription="S1")
    return Order(id=id, status=Status.COMPLETED, lines=(line,))


def switch(id: int, quantity: int, *kept: Share, kind: Kind = Kind.SWITCH) -> Order:
    lines = (
        Line(number=1, sku="B", quantity=quantity, subscription="S2"),
        Line(number=1, sku="A", quantity=-quantity, subscription="S1"),
    )
    return keeping(Order(id=id, kind=kind, status=Status.COMPLETED, lines=lines), kept)


def left(*orders: Order) -> list[int | None]:
    return [order.lines[0].remaining for order in orders]


def test_the_oldest_order_is_taken_from_first_as_far_as_it_goes() -> None:
    orders = (sale(1, 5), sale(2, 5, 0), sale(3, 5, 4))
    found = taken(orders, "S1", 7)

    assert (Share(1, 1, 5), Share(3, 1, 2)) == found
    assert [0, 2] == left(*counted_down(orders, found))
    assert () == taken(orders, "S9", 7)


def test_one_order_may_be_taken_from_before_all_others() -> None:
    assert (Share(2, 1, 5), Share(1, 1, 1)) == taken((sale(1, 5), sale(2, 5)), "S1", 6, first=2)


def test_what_was_taken_comes_back_to_the_same_lines() -> None:
    orders = (sale(1, 5), sale(2, 5, 3))
    took = taken(orders, "S1", 6)
    gone = tuple(counted_down(orders, took))

    assert [0, 2] == left(*gone)
    assert [5, 3] == left(*counted_down(gone, returned(took)))
    assert took == shares(switch(3, 6, *took))


def test_no_more_than_all_comes_back() -> None:
    assert [5] == left(*counted_down((sale(1, 5, 4),), (Share(1, 1, -3),)))


def test_shares_add_up_and_what_came_back_is_not_away() -> None:
    there, and_back = switch(3, 4, Share(1, 1, 4)), switch(4, 4, Share(1, 1, -4))

    assert {(1, 1): 4} == away([there])
    assert {(1, 1): 0} == away([there, and_back])


def test_what_is_held_is_what_is_left_whether_lines_know_of_a_switch_or_not() -> None:
    knowing = (sale(1, 10, 6), switch(2, 4, Share(1, 1, 4)))
    of_before = (sale(1, 10, 10), replace(switch(2, 4), extras={}))

    for orders in (knowing, of_before):
        assert {"S1": 6, "S2": 4} == {id: one.quantity for id, one in held(orders).items()}


@pytest.mark.parametrize(
    ("quantity", "rule"), [(10, ("number", Rule.SPENT)), (4, ("quantity", Rule.SPENT)), (0, None)]
)
def test_what_is_not_held_is_not_returned_though_the_line_has_it(
    quantity: int, rule: tuple[str, Rule] | None
) -> None:
    orders = (sale(1, 10, 10), replace(switch(2, quantity), extras={}))
    back = sale(1, 10, 0)
    if rule is None:
        demand_seats(orders, {}, back)
        return
    with pytest.raises(Invalid) as refused:
        demand_seats(orders, {}, back)
    assert [rule] == [(one.field, one.rule) for one in refused.value.problems]


def test_what_was_cancelled_of_a_line_is_no_seat() -> None:
    line = replace(sale(1, 10).lines[0], details=LineDetails(cancelled=4))
    order = replace(sale(1, 10), lines=(line,))
    took = taken((order,), "S1", 8)

    assert (Share(1, 1, 6),) == took
    (gone,) = counted_down((order,), took)
    assert [0, 6] == left(gone, *counted_down((gone,), returned(took)))
    assert [6] == left(*counted_down((gone,), (Share(1, 1, -7),)))
    assert 6 == held((order,))["S1"].quantity


def test_seats_in_boxes_are_counted_by_the_piece() -> None:
    (line,) = sale(1, 2, 2).lines
    order = replace(sale(1, 2), lines=(replace(line, box="BX", units_per_box=5),))
    less = replace(order, lines=(replace(order.lines[0], remaining=1),))
    own = held((order,))

    assert (10, 10) == (own["S1"].quantity, commitments.seats((order,)))
    assert 5 == commitments.kept(own.values(), (), order, less)
    took = taken((order,), "S1", 7)
    (gone,) = counted_down((order,), took)
    assert (Share(1, 1, 7), 10, 3, "") == (
        took[0],
        gone.lines[0].quantity,
        gone.lines[0].remaining,
        gone.lines[0].box,
    )


def test_of_two_subscriptions_of_a_product_a_new_order_adds_to_the_older() -> None:
    both = [Subscription(id=id, sku="A", quantity=1, order=Identity()) for id in ("OLD", "NEW")]
    order = Order(lines=(Line(number=1, sku="A", quantity=2),))
    done = completed(order, lambda _: "OWN", {one.id: one for one in both})

    assert ["OLD"] == [line.subscription for line in done.lines]
