"""What comes again under one correlation id or one request id, for ten days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

ORDERS = "/v3/customers/9876543210/orders"
LINE = {"extLineItemNumber": 1, "offerId": "80004561CA02A12", "quantity": 10}
NEW = {"orderType": "NEW", "externalReferenceId": "900", "currencyCode": "USD", "lineItems": [LINE]}
OTHER = {**NEW, "externalReferenceId": "901"}
BROKEN = {**NEW, "lineItems": [{**LINE, "offerId": "nothing"}]}


def test_another_body_under_a_used_correlation_id_gets_the_first_answer(context: Any) -> None:
    first = context.post(NEW, x_correlation_id="hash_of-the.payload")

    assert first == context.post(OTHER, x_correlation_id="hash_of-the.payload")
    assert "900" == context.order(first["orderId"]).po_number


def test_a_refusal_is_given_again_and_after_ten_days_no_more(context: Any) -> None:
    assert "2122" == context.refused("POST", ORDERS, BROKEN, x_correlation_id="same")
    assert "2122" == context.refused("POST", ORDERS, NEW, x_correlation_id="same")

    context.forward(timedelta(days=10, seconds=-1))
    assert "2122" == context.refused("POST", ORDERS, NEW, x_correlation_id="same")

    context.forward(timedelta(seconds=1))
    assert "1002" == context.post(NEW, x_correlation_id="same")["status"]


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("4115", {"x_api_key": "nobody"}),
        ("4116", {"authorization": "Bearer nobody"}),
        ("4117", {"authorization": None}),
        ("4119", {"x_correlation_id": None}),
        ("4119", {"x_correlation_id": "x" * 201}),
    ],
)
def test_what_the_gateway_refuses_is_no_answer_to_keep(context: Any, code: str, wrong: Any) -> None:
    headers = {"x_correlation_id": "same", "x_request_id": "one", **wrong}

    assert code == context.refused("POST", ORDERS, NEW, **headers)
    assert "1002" == context.post(NEW, x_correlation_id="same", x_request_id="one")["status"]


def test_a_request_id_that_was_used_is_refused_under_another_correlation_id(context: Any) -> None:
    first = context.post(NEW, x_correlation_id="one", x_request_id="id")
    before = context.count()

    assert "4120" == context.refused(
        "POST", ORDERS, OTHER, x_correlation_id="two", x_request_id="id"
    )
    assert first == context.post(NEW, x_correlation_id="one", x_request_id="id")
    assert before == context.count()


def test_the_refusal_of_a_request_id_is_not_kept(context: Any) -> None:
    context.post(NEW, x_request_id="id")
    context.refused("POST", ORDERS, OTHER, x_correlation_id="two", x_request_id="id")

    assert "901" == context.post(OTHER, x_correlation_id="two")["externalReferenceId"]


def test_a_request_id_is_used_by_a_refusal_and_free_after_ten_days(context: Any) -> None:
    context.refused("POST", ORDERS, BROKEN, x_request_id="id")
    assert "4120" == context.refused("POST", ORDERS, NEW, x_request_id="id")

    context.forward(timedelta(days=10))
    assert "1002" == context.post(NEW, x_request_id="id")["status"]


def test_reads_may_have_one_correlation_id_and_one_request_id(context: Any) -> None:
    headers = {"x_correlation_id": "same", "x_request_id": "id"}

    first, second = (context.get(f"{ORDERS}?limit=1&offset={at}", **headers) for at in (0, 1))

    assert first["items"] != second["items"]


def test_the_hubs_own_key_holds_beside_a_correlation_id(context: Any) -> None:
    first = context.post(NEW, x_correlation_id="one", idempotency_key="mine")
    before = context.count()

    for headers in (
        {"x_correlation_id": "two", "idempotency_key": "mine"},
        {"x_correlation_id": "one", "idempotency_key": "another"},
        {"x_correlation_id": "two"},
    ):
        assert first == context.post(NEW, **headers)
    assert before == context.count()


def test_one_correlation_id_at_two_methods_is_two_intents(context: Any) -> None:
    order = context.post(NEW, x_correlation_id="same")
    path = f"{ORDERS}/{order['orderId']}"

    context.ask("PATCH", path, {"externalReferenceId": "34567"}, x_correlation_id="same")

    assert "34567" == context.get(path)["externalReferenceId"]


def test_a_request_id_is_echoed_and_made_by_the_line_where_there_is_none(context: Any) -> None:
    request = replace(context.request("GET", ORDERS), id="made")
    asked = context.ask("GET", ORDERS, x_request_id="mine")

    assert "mine" == asked.headers["x-request-id"]
    assert "made" == context.answered(request).headers["x-request-id"]
    refusal = context.answered(replace(request, path="/v3/customers/1/orders"))
    assert "made" == refusal.headers["x-request-id"]
