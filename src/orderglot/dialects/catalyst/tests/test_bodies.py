"""Catalyst's orders as a file holds them: with their items and addresses inside."""

from __future__ import annotations

from typing import Any

import pytest

from orderglot.core.errors import Invalid
from orderglot.core.order import Address, Line, Order
from orderglot.dialects.catalyst.bodies import BODIES
from orderglot.wire import json

ITEM = {"itemId": 1, "units": 3, "product": {"productCode": "SP-1"}}
ADDRESS = {"addressType": 5, "suburb": "Carson", "countryCode": "US"}


def read(value: Any) -> Order:
    (order,) = BODIES.read(json.write(value)).orders
    return order


@pytest.mark.parametrize("wrapped", [False, True], ids=["bare", "as listed"])
def test_items_and_addresses_are_read_out_of_an_order(wrapped: bool) -> None:
    lists: dict[str, Any] = {"products": [ITEM], "addresses": [ADDRESS]}
    if wrapped:
        lists = {name: {"items": rows, "totalItemsCount": 1} for name, rows in lists.items()}

    order = read({"id": 7, "name": "Web", **lists})

    assert (Line(id="1", sku="SP-1", quantity=3),) == order.lines
    assert Address(city="Carson", country="US") == order.ship_to


def test_they_are_written_into_it() -> None:
    order = Order(lines=(Line(sku="SP-1", quantity=3),), bill_to=Address(city="Carson"))

    written = json.read(BODIES.write["json"]((order,)))

    assert ["SP-1"] == [item["product"]["productCode"] for item in written["products"]]
    assert [(8, "Carson")] == [(one["addressType"], one["suburb"]) for one in written["addresses"]]
    assert "New" == written["status"]["label"]


def test_a_request_for_a_new_order_is_one_with_its_items() -> None:
    body = {"name": "Web", "shippingOption": 7, "items": [{"productId": 951917, "units": 3}]}

    held = BODIES.read(json.write(body))

    assert held.asked
    assert [("951917", 3)] == [(line.sku, line.quantity) for line in held.orders[0].lines]


@pytest.mark.parametrize(
    "body",
    [
        {"items": [ITEM], "totalItemsCount": 1, "skip": 0, "limit": 10},
        {"items": [ADDRESS], "totalItemsCount": 1, "skip": 0, "limit": 10},
    ],
    ids=["items", "addresses"],
)
def test_a_list_of_an_orders_parts_is_no_order(body: Any) -> None:
    with pytest.raises(Invalid, match="This is no order"):
        BODIES.read(json.write(body))
