"""New orders: what becomes of them in the book, and what real clients send along."""

from __future__ import annotations

from typing import Any

import pytest

from orderglot.dialects.adobe.codes import FAULTS_BY_CODE
from orderglot.dialects.adobe.tests.new_orders import LINE, NEW, OFFER, ORDERS, numbered, taking
from orderglot.wire import json
from tests.conformance.specimens import specimens_of


def test_there_is_a_specimen_of_every_code() -> None:
    shown = {
        members.get("code") or members.get("error_code")
        for specimen in specimens_of("adobe")
        if specimen.response.body.startswith(b"{")
        for members in [json.read(specimen.response.body)]
    }

    assert set(FAULTS_BY_CODE) == {code for code in shown if code in FAULTS_BY_CODE}


def test_a_preview_is_not_kept(context: Any) -> None:
    before = context.count()
    preview = context.post({**NEW, "orderType": "PREVIEW"}, "?fetch-price=true")

    assert before == context.count()
    assert ("", "", "PREVIEW") == (preview["orderId"], preview["status"], preview["orderType"])
    assert "links" not in preview
    assert {"totalLineItemPartnerPrice": 202.4, "currencyCode": "USD"} == {
        name: float(value) if name != "currencyCode" else value
        for name, value in preview["pricingSummary"][0].items()
    }


def test_a_preview_without_prices_shows_none(context: Any) -> None:
    preview = context.post({**NEW, "orderType": "PREVIEW"})

    assert "pricingSummary" not in preview
    assert "pricing" not in preview["lineItems"][0]


def test_the_currency_may_stand_on_the_lines_alone(context: Any) -> None:
    lines = [{**LINE, "currencyCode": "USD", "deploymentId": "12345"}]
    order = context.post({"orderType": "NEW", "lineItems": lines})

    assert "12345" == order["lineItems"][0]["deploymentId"]


@pytest.mark.parametrize("code", ["ZZZ", "usd", "XXX", "DOLLARS"])
def test_a_currency_that_nobody_knows_is_refused(context: Any, code: str) -> None:
    before = context.count()
    response = context.ask("POST", ORDERS, {**NEW, "currencyCode": code})

    assert ("1117", ["currencyCode"]) == tuple(
        json.read(response.body)[name] for name in ("code", "additionalDetails")
    )
    assert before == context.count()


def test_a_line_comes_to_what_can_be_paid_and_the_order_to_their_sum(context: Any) -> None:
    context.set(adobe_currencies=["JPY"])
    context.sell(OFFER, "JPY", "20.5")
    lines = [{**LINE, "quantity": 1}, {**LINE, "extLineItemNumber": 2, "quantity": 3}]
    body = {**NEW, "orderType": "PREVIEW", "currencyCode": "JPY", "lineItems": lines}
    preview = context.post(body, "?fetch-price=true")

    assert [21, 62] == [one["pricing"]["lineItemPartnerPrice"] for one in preview["lineItems"]]
    assert [{"totalLineItemPartnerPrice": 83, "currencyCode": "JPY"}] == preview["pricingSummary"]


@pytest.mark.parametrize("without", ["orderType", "lineItems", "currencyCode"])
def test_what_is_required_is_missed(context: Any, without: str) -> None:
    body = {name: value for name, value in NEW.items() if name != without}
    response = context.ask("POST", ORDERS, body)

    assert {
        "code": "1122",
        "message": "Request is missing required fields",
        "additionalDetails": [without],
    } == json.read(response.body)


def test_a_line_is_named_by_its_own_number(context: Any) -> None:
    lines = numbered((7, OFFER, 1), (9, "00000000CA01A12", 1), (3, "00000001CA01A12", 1))
    refusal = json.read(context.ask("POST", ORDERS, {**NEW, "lineItems": lines}).body)

    assert [
        "Line Item: 9, Reason: NOT_FOUND",
        "Line Item: 3, Reason: NOT_FOUND",
    ] == refusal["additionalDetails"]


@pytest.mark.parametrize("quantity", [0, -1, 599_001])
def test_a_quantity_has_bounds(context: Any, quantity: int) -> None:
    assert "2120" == context.refused(
        "POST", ORDERS, {**NEW, "lineItems": [{**LINE, "quantity": quantity}]}
    )


def test_as_many_lines_as_are_allowed_are_one_order(context: Any) -> None:
    lines = numbered(*((number, OFFER, 1) for number in range(499)))

    assert 499 == len(context.post({**NEW, "lineItems": lines})["lineItems"])


# Completion, renewals, switches


def test_where_the_seller_says_so_an_order_is_complete_when_it_is_read(context: Any) -> None:
    context.set(adobe_completes="at once")
    order = context.post(NEW)
    read = context.get(f"{ORDERS}/{order['orderId']}?fetch-price=true")

    assert ("1002", "") == (order["status"], order["lineItems"][0]["subscriptionId"])
    assert ("1000", "1000") == (read["status"], read["lineItems"][0]["status"])
    subscription = read["lineItems"][0]["subscriptionId"]
    assert (32, "NA") == (len(subscription), subscription[-2:])
    assert "pricingSummary" in read


def test_what_is_held_can_be_renewed_and_switched_and_switched_back(context: Any) -> None:
    context.set(adobe_completes="at once")
    id = context.post(NEW)["orderId"]
    held = context.get(f"{ORDERS}/{id}")["lineItems"][0]["subscriptionId"]
    renewals = context.post({"orderType": "PREVIEW_RENEWAL"})["lineItems"]
    assert [(OFFER, 10, "1000")] == [
        (line["offerId"], line["quantity"], line["status"])
        for line in renewals
        if line["subscriptionId"] == held
    ]

    switch = {
        "orderType": "SWITCH",
        "currencyCode": "USD",
        "lineItems": numbered((1, "80004567CA01A12", 10)),
        "cancellingItems": [
            {
                "extLineItemNumber": 1,
                "referenceLineItemNumber": 1,
                "subscriptionId": held,
                "quantity": 10,
            }
        ],
    }
    done = context.post(switch)
    assert (OFFER, 10) == tuple(done["cancellingItems"][0][one] for one in ("offerId", "quantity"))
    assert "3115" == context.refused("POST", ORDERS, switch)

    back = {"orderType": "REVERT_SWITCH", "referenceOrderId": done["orderId"]}
    context.post(back)
    assert "2133" == context.refused("POST", ORDERS, back)
    renewals = context.post({"orderType": "PREVIEW_RENEWAL"})["lineItems"]
    assert [10] == [line["quantity"] for line in renewals if line["subscriptionId"] == held]


def test_what_is_returned_is_held_no_more(context: Any) -> None:
    context.set(adobe_completes="at once")
    id = context.post(NEW)["orderId"]
    held = context.get(f"{ORDERS}/{id}")["lineItems"][0]["subscriptionId"]
    context.post(taking(id, (1, OFFER, 4)))
    renewal = {
        "orderType": "PREVIEW_RENEWAL",
        "lineItems": [{**LINE, "quantity": 6, "subscriptionId": held}],
    }

    assert [6] == [line["quantity"] for line in context.post(renewal)["lineItems"]]
    context.post(taking(id, (1, OFFER, 6)))
    assert "3115" == context.refused("POST", ORDERS, renewal)
