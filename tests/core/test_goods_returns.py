"""Goods returns: what went out comes back once, for what it was worth, and other goods go out for it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from orderglot.core import giving_up, lifecycle
from orderglot.core.cancelled_returns import counted_anew
from orderglot.core.errors import Conflict, HubError, Rule
from orderglot.core.goods_returns import exchange, take_goods_back
from orderglot.core.line_quantities import returned
from orderglot.core.linking import link_to
from orderglot.core.order import Discount, Identity, Line, Order, Totals
from orderglot.core.product import Product, Tier
from orderglot.core.quantities import Quantity
from orderglot.core.repricing import reprice
from orderglot.core.returns import RETURNED_FROM, left, take_back
from orderglot.core.shipments import Shipment, ShippedLine
from orderglot.core.subscriptions import completed
from orderglot.core.values import Kind, Relation, Status
from tests.core.test_lifecycle import problems, statuses

NOON = datetime(2026, 5, 21, 12, tzinfo=UTC)
SHIPPED, RETURNED, PARTLY = Status.SHIPPED, Status.RETURNED, Status.PARTLY_SHIPPED
ORDER = Order(
    id=1,
    status=Status.PROCESSING,
    currency="USD",
    customer=Identity(id=7),
    po_number="PO-1",
    lines=(
        Line(number=1, sku="A", quantity=3, unit_price=Decimal(5), total=Decimal(15)),
        Line(number=2, sku="B", quantity=Decimal("1.5"), unit="kg", total=Decimal(10)),
    ),
    discount=Discount(amount=Decimal(1)),
    totals=Totals(
        subtotal=Decimal(25), discount=Decimal(1), shipping=Decimal(4), total=Decimal(28)
    ),
)


def sent(**lines: Quantity) -> Order:
    content = tuple(ShippedLine(number=int(n[1:]), quantity=much) for n, much in lines.items())
    return lifecycle.ship(ORDER, Shipment(lines=content), NOON)


WHOLE = lifecycle.ship(ORDER, Shipment(), NOON)


def test_what_comes_back_is_counted_and_said_by_a_return_below_zero() -> None:
    after, back = take_goods_back(WHOLE, {1: 2}, (), NOON)

    assert [SHIPPED, SHIPPED, SHIPPED] == statuses(after)
    assert (2, 1) == (returned(after.lines[0]), after.lines[0].remaining)
    assert (Kind.RETURN, Status.RECEIVED) == (back.kind, back.status)
    assert [(Relation.RETURN_OF, 1)] == [(one.relation, one.order.id) for one in back.links]
    assert ("PO-1", 7) == (back.po_number, back.customer and back.customer.id)
    assert [(1, "A", -2, Decimal(-10))] == [
        (one.number, one.sku, one.quantity, one.total) for one in back.lines
    ]
    assert Decimal("-9.60") == back.totals.total, "its share of the discount was not paid"
    assert None is back.invoice, "nobody has said what is refunded"


def test_an_order_of_which_all_came_back_is_returned() -> None:
    first, _ = take_goods_back(WHOLE, {1: 3}, (), NOON)
    after, back = take_goods_back(first, {}, (), NOON)

    assert [SHIPPED, RETURNED, SHIPPED] == statuses(first)
    assert [RETURNED] * 3 == statuses(after)
    assert [(2, Decimal("-1.5"))] == [(one.number, one.quantity) for one in back.lines]


def test_what_is_still_to_be_sent_keeps_an_order_going() -> None:
    after, _ = take_goods_back(sent(_1=2), {1: 2}, (), NOON)

    assert [PARTLY, PARTLY, Status.PROCESSING] == statuses(after)
    assert problems(lambda: take_goods_back(after, {1: 1}, (), NOON))


def test_an_order_that_was_cancelled_in_part_is_returned_with_the_rest() -> None:
    less = lifecycle.cancel(sent(_1=2), "sold out")
    after, _ = take_goods_back(less, {1: 2}, (), NOON)

    assert [RETURNED, RETURNED, Status.CANCELLED] == statuses(after)


def test_only_what_is_outside_comes_back() -> None:
    order = sent(_1=2)

    assert [
        ("quantity", Rule.SPENT, 1),
        ("quantity", Rule.SPENT, 2),
        ("number", Rule.UNKNOWN, 9),
    ] == problems(lambda: take_goods_back(order, {1: 3, 2: 1, 9: 1}, (), NOON))


@pytest.mark.parametrize(
    "changed",
    [
        {"status": Status.CANCELLED},
        {"status": Status.DRAFT},
        {"deleted": NOON},
        {"kind": Kind.RETURN},
        {"kind": Kind.SWITCH},
        {"kind": Kind.QUOTE},
    ],
    ids=lambda changed: str(next(iter(changed.values()))),
)
def test_of_what_is_no_sale_that_stands_nothing_comes_back(changed: dict[str, object]) -> None:
    with pytest.raises(Conflict):
        take_goods_back(replace(WHOLE, **changed), {1: 1}, (), NOON)


@pytest.mark.parametrize("status", [SHIPPED, Status.DELIVERED, Status.COMPLETED])
def test_what_an_order_alone_says_went_out_comes_back(status: Status) -> None:
    after, _ = take_goods_back(replace(ORDER, status=status), {1: 1}, (), NOON)

    assert [status] * 3 == statuses(after)
    assert [2, Decimal("1.5")] == [left(one) for one in after.lines]
    assert RETURNED is take_goods_back(after, {}, (), NOON)[0].status


def test_of_an_order_that_nothing_went_out_of_nothing_comes_back() -> None:
    with pytest.raises(Conflict):
        take_goods_back(ORDER, {}, (), NOON)


def test_seats_of_a_subscription_are_returned_where_they_were_bought() -> None:
    seats = tuple(replace(line, subscription="S1") for line in WHOLE.lines)

    assert [("number", Rule.INELIGIBLE, 1)] == problems(
        lambda: take_goods_back(replace(WHOLE, lines=seats), {1: 1}, (), NOON)
    )


def test_three_returns_of_one_of_three_are_worth_what_the_line_was() -> None:
    line = replace(ORDER.lines[0], unit_price=None, total=Decimal(10))
    order = replace(WHOLE, lines=(replace(WHOLE.lines[0], unit_price=None, total=line.total),))
    others = list[Order]()
    for _ in range(3):
        order, back = take_goods_back(order, {1: 1}, others, NOON)
        others.append(replace(back, id=len(others) + 2))

    assert [Decimal("-3.33"), Decimal("-3.34"), Decimal("-3.33")] == [
        one.lines[0].total for one in others
    ]


def test_returns_that_stand_are_worth_what_the_line_was_whichever_were_given_up_between() -> None:
    line = replace(WHOLE.lines[0], unit_price=None, total=Decimal(10))
    order, others = replace(WHOLE, lines=(line,)), list[Order]()
    for given_up in (None, 0, None, None):
        order, back = take_goods_back(order, {1: 1}, others, NOON)
        others.append(replace(back, id=len(others) + 2))
        if given_up is not None:
            order = counted_anew(order, others.pop(given_up), back=True)

    assert Status.RETURNED is order.status
    assert -10 == sum(one.lines[0].total or 0 for one in others)


def test_what_another_return_is_worth_is_told_by_the_order_where_that_does_not_say_it() -> None:
    first, _ = take_goods_back(WHOLE, {1: 2}, (), NOON)
    asked = replace(WHOLE.lines[0], quantity=2, total=None)
    counted_up = Order(
        id=2, kind=Kind.RETURN, lines=(asked,), links=(link_to(first, Relation.RETURN_OF),)
    )
    _, back = take_goods_back(first, {1: 1}, (counted_up,), NOON)

    assert (Decimal(-5), Decimal("-4.80")) == (back.lines[0].total, back.totals.total)


@pytest.mark.parametrize("before", [SHIPPED, Status.DELIVERED, Status.COMPLETED])
def test_a_return_that_is_given_up_leaves_the_order_as_it_was(before: Status) -> None:
    order = lifecycle.put_into(WHOLE, before, NOON)
    part, _ = take_goods_back(order, {1: 1}, (), NOON)
    whole, back = take_goods_back(part, {}, (), NOON)
    again = counted_anew(whole, back, back=True)

    assert before == whole.extras[RETURNED_FROM]
    assert {} == again.extras
    assert (statuses(part), [1, 0]) == (statuses(again), [returned(one) for one in again.lines])
    assert [2, Decimal("1.5")] == [left(one) for one in again.lines]
    assert statuses(whole) == statuses(counted_anew(again, back, back=False))


def test_whichever_return_is_given_up_the_order_is_what_it_was_before_all_was_back() -> None:
    part, first = take_goods_back(WHOLE, {1: 1}, (), NOON)
    whole, second = take_goods_back(lifecycle.deliver(part), {}, (), NOON)
    for one, other in ((first, second), (second, first)):
        after = counted_anew(whole, one, back=True)
        both = counted_anew(after, other, back=True)
        assert {Status.DELIVERED} == {after.status, *statuses(both)}


def test_a_return_that_is_given_up_again_leaves_the_order_what_it_became_meanwhile() -> None:
    whole, back = take_goods_back(WHOLE, {}, (), NOON)
    done = lifecycle.complete(counted_anew(whole, back, back=True), NOON)
    again = counted_anew(done, back, back=False)

    assert RETURNED is again.status
    assert {Status.COMPLETED} == set(statuses(counted_anew(again, back, back=True)))


@pytest.mark.parametrize("held", [False, True])
def test_of_an_order_whose_rest_was_cancelled_what_comes_out_again_is_shipped(held: bool) -> None:
    order = lifecycle.hold(sent(_1=3), "Why.") if held else sent(_1=3)
    part, back = take_goods_back(order, {1: 3}, (), NOON)
    over = lifecycle.cancel(part, "sold out")
    again = counted_anew(over, back, back=True)

    assert RETURNED is over.status
    assert [SHIPPED, SHIPPED, Status.CANCELLED] == statuses(again)
    assert Status.DELIVERED is lifecycle.deliver(again).status


@pytest.mark.parametrize("number", [1, 2])
def test_what_has_another_price_by_now_is_not_taken_again(number: int) -> None:
    whole, back = take_goods_back(WHOLE, {}, (), NOON)
    order = counted_anew(whole, back, back=True)
    dearer = reprice(order, {}, {number: Decimal(6)})

    def again(now: Order) -> None:
        tuple(giving_up.counted(back, (now,), {now.id: (), back.id: ()}, back=False))

    again(order)
    assert [("status", Rule.STATE, None)] == problems(lambda: again(dearer))


def test_what_was_rounded_another_way_is_no_other_price() -> None:
    line = Line(number=1, sku="A", quantity=3, total=Decimal(10))
    order = lifecycle.ship(replace(ORDER, lines=(line,), totals=Totals()), Shipment(), NOON)
    part, first = take_goods_back(order, {1: 1}, (), NOON)
    whole, second = take_goods_back(part, {1: 2}, (first,), NOON)
    assert [Decimal("-3.33"), Decimal("-6.67")] == [one.lines[0].total for one in (first, second)]
    third = replace(first, lines=(replace(first.lines[0], total=Decimal("-3.34")),))

    for one in (first, second, third):
        free = counted_anew(whole, one, back=True)
        (again,) = giving_up.counted(one, (free,), {free.id: (), one.id: ()}, back=False)
        assert RETURNED is again.status


def test_a_return_that_ends_a_hold_takes_its_reason_off() -> None:
    sold_out = lifecycle.cancel(sent(_1=3), "sold out", {2: Decimal("1.5")})
    held = lifecycle.put_into(sold_out, Status.ON_HOLD, NOON)
    assert held.details is not None
    held = replace(held, details=replace(held.details, hold_reason="Why."))
    part, _ = take_goods_back(held, {1: 1}, (), NOON)
    whole, _ = take_goods_back(part, {}, (), NOON)

    assert part.details == held.details
    assert whole.details is not None
    assert (RETURNED, "", "sold out") == (
        whole.status,
        whole.details.hold_reason,
        whole.details.cancel_reason,
    )


def test_a_part_of_a_return_is_not_given_up() -> None:
    _, back = take_goods_back(WHOLE, {1: 2}, (), NOON)

    with pytest.raises(Conflict):
        lifecycle.cancel(back, "", {1: 1})
    assert Status.CANCELLED is lifecycle.cancel(back, "").status


def test_what_went_out_by_parcels_is_taken_back_by_one_rule_over_every_api() -> None:
    asked = (Line(number=1, sku="A", quantity=2),)
    after = take_back(sent(_1=2), asked, NOON)
    ours, _ = take_goods_back(sent(_1=2), {1: 2}, (), NOON)

    assert ours.lines[0] == after.lines[0]
    assert [("quantity", Rule.SPENT, 1)] == problems(lambda: take_back(sent(_1=1), asked, NOON))


PRODUCTS = {"C": Product(sku="C", title="Cup", currency="USD", tiers=(Tier(price=Decimal(4)),))}


def test_other_goods_for_what_comes_back_cost_what_they_cost_today() -> None:
    goods = (Line(sku="C", quantity=3),)
    after, back, sale = exchange(WHOLE, {1: 1}, (), goods, PRODUCTS, NOON)

    assert (1, Decimal("-4.80")) == (returned(after.lines[0]), back.totals.total)
    assert (Kind.SALE, Status.RECEIVED, Decimal(12)) == (sale.kind, sale.status, sale.totals.total)
    assert [(Relation.EXCHANGE_OF, 1)] == [(one.relation, one.order.id) for one in sale.links]
    assert ("PO-1", 7) == (sale.po_number, sale.customer and sale.customer.id)
    assert sale.invoice is not None
    assert Decimal(12) == sale.invoice.owed.total


def test_nothing_is_exchanged_for_nothing_or_for_what_is_not_sold() -> None:
    for goods in ((), (Line(sku="X", quantity=1),)):
        with pytest.raises(HubError):
            exchange(WHOLE, {1: 1}, (), goods, PRODUCTS, NOON)


def test_a_line_that_came_back_begins_no_subscription() -> None:
    after, _ = take_goods_back(WHOLE, {1: 3}, (), NOON)
    done = completed(after, lambda line: f"S{line.number}")

    assert [("", RETURNED), ("S2", Status.COMPLETED)] == [
        (one.subscription, one.status) for one in done.lines
    ]
