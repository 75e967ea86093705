"""Subscriptions and switches: what a customer holds, and what may take its place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from orderglot.core.errors import Invalid, Rule
from orderglot.core.order import Line, Order
from orderglot.core.quantities import Quantity
from orderglot.core.subscriptions import completed, held
from orderglot.core.switches import switch, undo
from orderglot.core.values import Kind, Status

NOON = datetime(2024, 5, 21, 12, tzinfo=UTC)
SALE = Order(
    id=1,
    status=Status.COMPLETED,
    created=NOON,
    currency="USD",
    lines=(Line(number=1, sku="A", quantity=5, subscription="S1"),),
)
HOLDING = held([SALE])
NEW = Line(number=1, sku="B", quantity=3)
OLD = Line(number=1, subscription="S1", quantity=3)


def switched(subscription: str = "") -> Order:
    new, old = switch((NEW,), (OLD,), HOLDING, {})
    return Order(
        id=2,
        kind=Kind.SWITCH,
        status=Status.COMPLETED,
        created=NOON,
        lines=(replace(new, subscription=subscription), old),
    )


def quantities(*orders: Order) -> dict[str, Quantity]:
    return {id: one.quantity for id, one in held(orders).items()}


def refusal(new: tuple[Line, ...], old: tuple[Line, ...], **paths: tuple[str, ...]) -> list[Rule]:
    with pytest.raises(Invalid) as refused:
        switch(new, old, HOLDING, paths)
    return [problem.rule for problem in refused.value.problems]


def test_a_sale_begins_a_subscription_and_a_renewal_goes_on_with_it() -> None:
    renewal = replace(SALE, kind=Kind.RENEWAL, lines=(replace(SALE.lines[0], quantity=7),))

    assert {"S1": 5} == quantities(SALE)
    assert {"S1": 7} == quantities(SALE, renewal)


def test_what_is_bought_for_a_subscription_is_added_to_it() -> None:
    more = replace(SALE, id=2, lines=(replace(SALE.lines[0], quantity=3),))

    assert {"S1": 8} == quantities(SALE, more)


def test_a_renewal_of_a_part_leaves_the_rest() -> None:
    renewal = replace(SALE, kind=Kind.RENEWAL, lines=(replace(SALE.lines[0], quantity=1),))

    assert {"S1": 5} == quantities(SALE, renewal)
    assert {"S1": 1} == quantities(renewal)


@pytest.mark.parametrize(
    "kind", [Kind.SALE, Kind.RENEWAL, Kind.SWITCH, Kind.SWITCH_REVERSAL, Kind.TRANSFER]
)
@pytest.mark.parametrize("status", [Status.RECEIVED, Status.PROCESSING, Status.ON_HOLD])
def test_what_is_open_does_not_count(kind: Kind, status: Status) -> None:
    assert {"S1": 5} == quantities(SALE, replace(SALE, kind=kind, status=status))


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELLED, Status.DRAFT])
def test_what_came_to_nothing_is_not_held(status: Status) -> None:
    assert {} == quantities(replace(SALE, status=status))
    assert {} == quantities(replace(SALE, lines=(replace(SALE.lines[0], status=status),)))


def test_what_was_returned_is_not_held() -> None:
    assert {"S1": 2} == quantities(replace(SALE, lines=(replace(SALE.lines[0], remaining=2),)))


def test_a_switch_takes_from_one_and_adds_to_the_other() -> None:
    new, old = switch((NEW,), (OLD,), HOLDING, {})

    assert ("B", 3, "S1") == (new.sku, new.quantity, new.replaces)
    assert ("A", -3, "S1") == (old.sku, old.quantity, old.subscription)
    assert {"S1": 2, "S2": 3} == quantities(SALE, switched("S2"))


def test_an_undone_switch_leaves_what_was_there_before() -> None:
    order = switched("S2")
    back = replace(
        order, kind=Kind.SWITCH_REVERSAL, lines=undo(order, (), held([SALE, order]), NOON)
    )

    assert {"S1": 5} == quantities(SALE, order, back)


def test_the_two_sides_of_a_switch_must_fit() -> None:
    assert [Rule.SIZE] == refusal((NEW, NEW), (OLD,))
    assert [Rule.SIZE] == refusal((NEW,), ())
    assert [Rule.UNKNOWN] == refusal((NEW,), (replace(OLD, subscription="S9"),))
    assert [Rule.MISMATCH] == refusal((replace(NEW, quantity=2),), (OLD,))
    many = {"quantity": 6}
    assert [Rule.SPENT] == refusal((replace(NEW, **many),), (replace(OLD, **many),))
    assert [Rule.INELIGIBLE] == refusal((replace(NEW, sku="A"),), (OLD,))
    assert [Rule.INELIGIBLE] == refusal((NEW,), (OLD,), A=("C",))


def test_a_switch_is_undone_once_and_within_fourteen_days() -> None:
    order = switched("S2")
    reversal = Order(kind=Kind.SWITCH_REVERSAL)
    for changed, others, late, rule in (
        (order, (reversal,), timedelta(), Rule.SPENT),
        (order, (), timedelta(days=14, microseconds=1), Rule.EXPIRED),
        (SALE, (), timedelta(), Rule.STATE),
        (replace(order, status=Status.FAILED), (), timedelta(), Rule.STATE),
    ):
        with pytest.raises(Invalid) as refused:
            undo(changed, others, held([SALE, order]), NOON + late)
        assert rule is refused.value.problems[0].rule


def test_a_completed_order_has_its_subscriptions() -> None:
    order = replace(switched(), status=Status.RECEIVED)
    done = completed(order, lambda line: f"S{line.sku}")

    assert Status.COMPLETED is done.status
    assert ["SB", "S1"] == [line.subscription for line in done.lines]
    returned = replace(SALE, kind=Kind.RETURN, lines=(NEW,))
    assert [""] == [line.subscription for line in completed(returned, str).lines]


def bought(*lines: Line) -> list[str]:
    """Complete an order of a customer who holds S1, and give the subscriptions of its lines."""
    order = Order(currency="USD", lines=lines)
    names = iter(("N1", "N2"))
    done = completed(order, lambda _: next(names), HOLDING, lambda sku: sku[:1])
    return [line.subscription for line in done.lines]


def test_a_product_that_is_held_goes_to_its_subscription() -> None:
    assert ["S1"] == bought(Line(sku="A", quantity=1))
    assert ["S1"] == bought(Line(sku="A-2", quantity=1))
    assert ["S7"] == bought(Line(sku="B", quantity=1, subscription="S7"))


def test_another_product_currency_or_deployment_begins_another_subscription() -> None:
    assert ["N1"] == bought(Line(sku="B", quantity=1))
    assert ["N1"] == bought(Line(sku="A", quantity=1, currency="EUR"))
    assert ["N1"] == bought(Line(sku="A", quantity=1, deployment="D"))


def test_two_lines_of_a_new_product_begin_one_subscription() -> None:
    assert ["N1", "N1", "N2"] == bought(
        Line(sku="B", quantity=1), Line(sku="B", quantity=2), Line(sku="C", quantity=1)
    )


def test_a_line_that_was_returned_before_its_order_is_complete_stays_so() -> None:
    lines = (Line(sku="B", quantity=1, status=Status.CANCELLED, remaining=0),)
    done = completed(Order(lines=lines), lambda _: "N1")

    assert lines == done.lines
