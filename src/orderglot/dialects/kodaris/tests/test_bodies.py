"""Kodaris's orders as a file holds them."""

from __future__ import annotations

from typing import Any

import pytest

from orderglot.core.errors import Invalid
from orderglot.core.order import Reference
from orderglot.dialects.kodaris.bodies import BODIES
from orderglot.wire import json

ORDER = {"orderID": 3022, "status": "Received", "total": 1.84}


@pytest.mark.parametrize(
    "value",
    [
        ORDER,
        [ORDER],
        {"success": True, "data": ORDER},
        {"success": True, "data": [ORDER]},
        {"success": True, "data": {"0": ORDER}},
        {"success": True, "data": {"size": 1, "content": [ORDER]}},
        {"success": True, "data": {"size": 1, "content": {"0": ORDER}}},
    ],
)
def test_an_order_is_read_however_it_is_wrapped(value: Any) -> None:
    (order,) = BODIES.read(json.write(value)).orders

    assert (Reference("kodaris", "3022"),) == order.references


def test_a_request_for_a_new_order_is_one() -> None:
    held = BODIES.read(
        json.write({"purchaseOrder": "P1", "items": [{"code": "KD1", "quantity": 2}]})
    )

    assert held.asked
    assert [("KD1", 2)] == [(line.sku, line.quantity) for line in held.orders[0].lines]


def test_a_request_without_items_is_refused() -> None:
    with pytest.raises(Invalid, match="items: At least one is required"):
        BODIES.read(json.write({"purchaseOrder": "P1"}))


def test_an_envelope_without_an_order_gives_none() -> None:
    assert () == BODIES.read(json.write({"success": False, "data": None})).orders
