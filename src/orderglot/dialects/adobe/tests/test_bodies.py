"""Adobe's orders as a file holds them."""

from __future__ import annotations

from typing import Any

import pytest

from orderglot.core.errors import Invalid
from orderglot.core.order import Identity, Link, Reference
from orderglot.core.values import Kind, Relation
from orderglot.dialects.adobe.bodies import BODIES
from orderglot.wire import json

LINE = {"extLineItemNumber": 1, "offerId": "80004567EA01A12", "quantity": 2}


def request(**members: Any) -> bytes:
    return json.write({"orderType": "NEW", "currencyCode": "USD", "lineItems": [LINE], **members})


def test_a_request_for_a_new_order_is_one() -> None:
    held = BODIES.read(request(externalReferenceId="900"))

    (order,) = held.orders
    assert held.asked
    assert ("900", "USD") == (order.po_number, order.currency)
    assert [("80004567EA01A12", 2)] == [(line.sku, line.quantity) for line in order.lines]


def test_a_preview_is_asked_for_as_a_quote() -> None:
    (order,) = BODIES.read(request(orderType="PREVIEW")).orders

    assert Kind.QUOTE is order.kind


def test_a_return_points_at_the_order_that_it_is_of() -> None:
    (order,) = BODIES.read(request(orderType="RETURN", referenceOrderId="512")).orders

    target = Identity(references=(Reference("adobe", "512"),))
    assert (Link(Relation.RETURN_OF, target),) == order.links


def test_what_a_switch_cancels_is_taken_back() -> None:
    cancelled = {"subscriptionId": "S1", "quantity": 3, "extLineItemNumber": 2}
    (order,) = BODIES.read(request(orderType="SWITCH", cancellingItems=[cancelled])).orders

    bought, taken = order.lines
    assert ("S1", 2) == (bought.replaces, bought.quantity)
    assert ("S1", -3) == (taken.subscription, taken.quantity)


def test_a_request_that_the_server_refuses_is_refused() -> None:
    with pytest.raises(Invalid, match="currencyCode: This field is required"):
        BODIES.read(request(currencyCode=""))


def test_what_a_client_sends_back_is_an_answer() -> None:
    assert not BODIES.read(request(orderId="512", status="1000")).asked
