"""Komet's web orders as a file holds them, and what is no whole one."""

from __future__ import annotations

from typing import Any

import pytest

from orderglot.core.errors import Invalid
from orderglot.core.order import Reference
from orderglot.dialects.komet.bodies import BODIES
from orderglot.wire import json

ORDER = {"id": 48, "number": 27, "statusId": 1, "items": []}


@pytest.mark.parametrize("value", [ORDER, [ORDER], {"message": "OK", "webOrders": [ORDER]}])
def test_a_web_order_is_read_however_it_is_wrapped(value: Any) -> None:
    held = BODIES.read(json.write(value))

    assert [(Reference("komet", "48"),)] == [order.references for order in held.orders]
    assert not held.asked


@pytest.mark.parametrize(
    "value",
    [
        {"customerId": 7122, "companyId": 12333, "companyLocationId": 13},
        {"customerId": 7122, "webOrderId": 48, "productCode": "RED", "price": 7, "quantity": 1},
        {"customerId": 7122, "webOrderId": 48, "customerPo": "292644"},
        {"message": "Web order was successfully created.", "status": 1, "webOrderId": 30200},
    ],
    ids=["create", "add", "checkout", "created"],
)
def test_no_step_on_the_way_to_a_web_order_is_the_whole_of_one(value: Any) -> None:
    with pytest.raises(Invalid, match="This is no whole web order"):
        BODIES.read(json.write(value))


def test_an_answer_that_says_no_holds_none() -> None:
    assert () == BODIES.read(b'{"message": "Web Orders not found.", "status": 0}').orders
