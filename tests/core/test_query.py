"""The question: what matches, and what comes first."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderglot.core.errors import Invalid
from orderglot.core.fields import every_field
from orderglot.core.order import Line, Order, Totals
from orderglot.core.query import (
    EVERYTHING,
    And,
    Compare,
    Not,
    Operator,
    Or,
    Sort,
    matches,
    sorted_orders,
)
from orderglot.core.values import Status

ORDER = Order(
    id=7,
    number="N-7",
    status=Status.SHIPPED,
    created=datetime(2024, 5, 21, tzinfo=UTC),
    tax_exempt=False,
    lines=(Line(sku="AA1", quantity=5), Line(sku="bb2", quantity=9, deliver_by=date(2024, 6, 1))),
    totals=Totals(total=Decimal("1.50")),
    extras={"tiny.colour": "red", "tiny.sizes": [1, 2], "tiny.weight": Decimal("1.5")},
)
LATER = datetime(2024, 5, 22, tzinfo=UTC)
EQ, NE, LT, LTE, GT, GTE, IN, CONTAINS, BEGINS = Operator


@pytest.mark.parametrize(
    ("field", "operator", "value"),
    [
        ("number", EQ, "N-7"),
        ("number", NE, "n-7"),
        ("number", LT, "N-8"),
        ("number", IN, ("x", "N-7")),
        ("number", CONTAINS, "n-"),
        ("number", BEGINS, "n-7"),
        ("id", EQ, 7),
        ("id", GTE, 7),
        ("id", LT, Decimal("7.5")),
        ("status", EQ, "shipped"),
        ("created", LT, LATER),
        ("created", LTE, datetime(2024, 5, 21, tzinfo=UTC)),
        ("totals.total", EQ, Decimal("1.5")),
        ("totals.total", GT, 1),
        ("tax_exempt", EQ, False),
        ("tax_exempt", NE, True),
        ("notes", EQ, ""),
        ("notes", EQ, None),
        ("totals.tax", EQ, None),
        ("totals.tax", NE, Decimal(0)),
        ("lines.sku", EQ, "bb2"),
        ("lines.sku", BEGINS, "BB"),
        ("lines.quantity", GT, 8),
        ("lines.deliver_by", EQ, date(2024, 6, 1)),
        ("extras.tiny.colour", EQ, "red"),
        ("extras.tiny.weight", GT, 1),
        ("extras.tiny.absent", EQ, None),
    ],
)
def test_a_comparison_that_holds_and_its_opposite(
    field: str, operator: Operator, value: Any
) -> None:
    assert matches(ORDER, Compare(field, operator, value))
    assert not matches(ORDER, Not(Compare(field, operator, value)))


@pytest.mark.parametrize(
    ("field", "operator", "value"),
    [
        ("number", EQ, "n-7"),
        ("number", CONTAINS, "é"),
        ("number", GT, "N-7"),
        ("number", IN, ()),
        ("lines.sku", NE, "AA1"),
        ("totals.tax", LT, Decimal(9)),
        ("totals.tax", GTE, None),
        ("notes", CONTAINS, "x"),
        ("tax_exempt", EQ, 0),
        ("tax_exempt", LT, True),
        ("id", EQ, True),
        ("id", GT, "5"),
        ("id", CONTAINS, 7),
        ("created", GT, date(2024, 5, 1)),
        ("extras.tiny.sizes", GT, 0),
        ("extras.tiny.sizes", CONTAINS, "1"),
    ],
)
def test_a_comparison_that_does_not_hold(field: str, operator: Operator, value: Any) -> None:
    assert not matches(ORDER, Compare(field, operator, value))


def test_all_of_nothing_holds_and_any_of_nothing_does_not() -> None:
    assert matches(ORDER, EVERYTHING)
    assert not matches(ORDER, Or(()))


def test_and_wants_all_and_or_wants_any() -> None:
    true, false = Compare("id", EQ, 7), Compare("id", EQ, 8)

    assert matches(ORDER, And((true, true)))
    assert not matches(ORDER, And((true, false)))
    assert matches(ORDER, Or((false, true)))
    assert not matches(ORDER, Or((false, false)))


def test_an_unknown_field_is_invalid() -> None:
    with pytest.raises(Invalid):
        matches(ORDER, Compare("colour", EQ, "red"))


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=3),
    st.decimals(allow_nan=False),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
)


@given(
    st.sampled_from([*every_field(), "extras.tiny.sizes", "extras.tiny.weight"]),
    st.sampled_from([operator for operator in Operator if operator is not IN]),
    VALUES,
)
def test_any_field_can_be_compared_with_anything(
    field: str, operator: Operator, value: Any
) -> None:
    assert matches(ORDER, Compare(field, operator, value)) in (True, False)


def test_ne_is_exactly_what_eq_is_not() -> None:
    for order in (ORDER, Order()):
        for value in ("AA1", "", None):
            eq, ne = (matches(order, Compare("lines.sku", which, value)) for which in (EQ, NE))
            assert eq is not ne


SOME = [
    Order(id=1, number="b", status=Status.SHIPPED),
    Order(id=2, number="", status=Status.RECEIVED),
    Order(id=3, number="a", status=Status.SHIPPED),
    Order(id=4, number="B", status=Status.RECEIVED),
]


@pytest.mark.parametrize(
    ("sort", "ids"),
    [
        ((), [1, 2, 3, 4]),
        ((Sort("id", descending=True),), [4, 3, 2, 1]),
        ((Sort("number"),), [2, 4, 3, 1]),
        ((Sort("number", descending=True),), [1, 3, 4, 2]),
        ((Sort("status"),), [2, 4, 1, 3]),
        ((Sort("status", descending=True),), [3, 1, 4, 2]),
        ((Sort("status"), Sort("number", descending=True)), [4, 2, 1, 3]),
        ((Sort("created"),), [1, 2, 3, 4]),
    ],
)
def test_orders_come_in_the_order_asked_for(sort: tuple[Sort, ...], ids: list[int]) -> None:
    assert ids == [order.id for order in sorted_orders(SOME, sort)]


@pytest.mark.parametrize("field", ["lines.sku", "references.id", "extras.tiny.colour", "colour"])
def test_orders_cannot_be_sorted_by_what_has_no_one_value(field: str) -> None:
    with pytest.raises(Invalid):
        sorted_orders(SOME, (Sort(field),))
