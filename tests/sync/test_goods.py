"""Goods: how much of everything orders are about, whole or not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from orderglot.core.order import Line, Order
from orderglot.core.quantities import Quantity
from orderglot.sync.goods import Goods, pieces


@pytest.mark.parametrize(
    ("one", "other", "same", "share", "within"),
    [
        ({"A": 2}, {"A": 2}, True, True, False),
        ({"A": 2, "B": 0}, {"A": 2}, True, True, False),
        ({"A": 1}, {"A": 2}, False, True, True),
        ({}, {"A": 2}, False, False, True),
        ({"A": 2}, {}, False, False, False),
        ({"A": 2}, {"B": 2}, False, False, False),
        ({"A": -2}, {"A": 2}, False, False, True),
        ({"A": Decimal("1.5")}, {"A": 2, "B": 1}, False, True, True),
        ({"A": 1, "B": 3}, {"A": 2, "B": 1}, False, True, False),
    ],
)
def test_goods_are_compared_thing_by_thing(
    one: dict[str, Quantity],
    other: dict[str, Quantity],
    *,
    same: bool,
    share: bool,
    within: bool,
) -> None:
    here, there = Goods(one), Goods(other)

    assert (same, share, within) == (here.same(there), here.share(there), here.within(there))


def test_parts_of_one_sku_are_counted_together_in_one_form() -> None:
    half = Decimal("1.5")
    order = Order(lines=(Line(sku="a", quantity=half), Line(sku="A", quantity=half), Line(sku="b")))

    assert [("A", 3), ("B", 0)] == sorted(pieces(order).items())
    assert "3" == str(pieces(order)["A"])
    assert 0 == pieces(order)["C"]
