"""Changes: the client's own reference, and what cannot be changed."""

from __future__ import annotations

from typing import Any

import pytest

from orderglot.dialects.adobe.tests.new_orders import LINE, NEW, ORDERS
from orderglot.wire import json


def test_an_own_reference_can_be_changed_and_taken_off(context: Any) -> None:
    path = f"{ORDERS}/{context.post(NEW)['orderId']}"
    for reference in ("34567", ""):
        context.ask("PATCH", path, {"externalReferenceId": reference, "status": "1002"})

        assert reference == context.get(path)["externalReferenceId"]


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("1122", {}),
        ("1121", {"externalReferenceId": "1", "colour": "red"}),
        ("2126", {"externalReferenceId": "1" * 36}),
        ("2127", {"status": "1008"}),
        ("1117", b"[1]"),
    ],
)
def test_what_cannot_be_changed_is_refused(context: Any, code: str, body: Any) -> None:
    assert code == context.refused("PATCH", f"{ORDERS}/0123456789", body)


def test_what_is_settled_cannot_be_changed_and_is_named(context: Any) -> None:
    path = f"{ORDERS}/{context.post(NEW)['orderId']}"
    wrong = {"currencyCode": "EUR", "lineItems": [{**LINE, "quantity": 11}], "status": "1000"}
    response = context.ask("PATCH", path, {"externalReferenceId": "1", **wrong})

    assert ("1119", ["currencyCode", "status", "lineItems"]) == tuple(
        json.read(response.body)[name] for name in ("code", "additionalDetails")
    )
    assert "900" == context.get(path)["externalReferenceId"]


def test_an_order_may_be_sent_back_whole_with_another_reference(context: Any) -> None:
    path = f"{ORDERS}/{context.post(NEW)['orderId']}"
    shown = context.get(path)

    assert 200 == context.ask("PATCH", path, {**shown, "externalReferenceId": "901"}).status
    assert {**shown, "externalReferenceId": "901"} == context.get(path)


@pytest.mark.parametrize(
    ("member", "code"), [({"discountCode": "D"}, "5135"), ({"flexDiscountCodes": ["D"]}, "2146")]
)
def test_a_discount_on_what_a_switch_cancels_is_refused(
    context: Any, member: dict[str, Any], code: str
) -> None:
    cancelled = {"subscriptionId": "86756309", "quantity": 1, "extLineItemNumber": 1, **member}
    body = {**NEW, "orderType": "SWITCH", "cancellingItems": [cancelled]}

    assert code == context.refused("POST", ORDERS, body)
