"""Columns: what stands beside an order's document is what the order says, each in its place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import replace

from orderglot.core.fields import every_field
from orderglot.core.order import Order
from orderglot.stores.sql.rows import COLUMNS, NUMBERED, row, stored
from tests.full_records import full
from tests.strategies import orders


def value_of(order: Order, field: str) -> Any:
    """Give what an order says in a field, None where that is nothing."""
    found: Any = order
    for step in every_field()[field].path:
        found = None if found is None else getattr(found, step)
    return None if found is None or found == "" else stored(found)


def demand_in_its_place(order: Order, nothing: Any = None) -> None:
    columns = row(order, nothing)
    expected = [value_of(order, field) for field in COLUMNS]
    assert [nothing if one is None else one for one in expected] == [*columns[: len(COLUMNS)]]
    assert len(COLUMNS) + len(NUMBERED) == len(columns)


@given(orders())
def test_each_column_has_what_its_field_says(order: Order) -> None:
    demand_in_its_place(order)
    demand_in_its_place(order, "")


def test_an_order_that_says_everything_fills_every_column() -> None:
    order = replace(full(Order, 3), id=7, version=1)
    demand_in_its_place(order)
    assert None not in row(order)[: len(COLUMNS)]


@pytest.mark.parametrize("nothing", [None, ""])
def test_an_order_that_says_nothing_says_so_in_every_column_that_may(nothing: Any) -> None:
    demand_in_its_place(Order(), nothing)
