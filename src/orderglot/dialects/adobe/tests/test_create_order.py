"""New orders: what becomes of them in the book, and what real clients send along."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orderglot.core.values import Relation, Status
from orderglot.dialects.adobe.codes import FAULTS_BY_CODE
from orderglot.wire import json
from tests.conformance.specimens import specimens_of

ORDERS = "/v3/customers/9876543210/orders"
OFFER = "80004561CA02A12"
LINE = {"extLineItemNumber": 1, "offerId": OFFER, "quantity": 10}
NEW = {"orderType": "NEW", "externalReferenceId": "900", "currencyCode": "USD", "lineItems": [LINE]}


def numbered(*lines: tuple[int, str, int]) -> list[dict[str, Any]]:
    return [
        {"extLineItemNumber": number, "offerId": offer, "quantity": quantity}
        for number, offer, quantity in lines
    ]


def taking(id: str, *lines: tuple[int, str, int], **said: Any) -> dict[str, Any]:
    """Spell a return."""
    lined = numbered(*lines)
    return {"orderType": "RETURN", "referenceOrderId": id, "lineItems": lined, **said}


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
    said = json.read(context.ask("POST", ORDERS, {**NEW, "lineItems": lines}).body)

    assert [
        "Line Item: 9, Reason: NOT_FOUND",
        "Line Item: 3, Reason: NOT_FOUND",
    ] == said["additionalDetails"]


@pytest.mark.parametrize("quantity", [0, -1, 599_001])
def test_a_quantity_has_bounds(context: Any, quantity: int) -> None:
    assert "2120" == context.refused(
        "POST", ORDERS, {**NEW, "lineItems": [{**LINE, "quantity": quantity}]}
    )


def test_as_many_lines_as_are_allowed_are_one_order(context: Any) -> None:
    lines = numbered(*((number, OFFER, 1) for number in range(499)))

    assert 499 == len(context.post({**NEW, "lineItems": lines})["lineItems"])


# Returns


def test_an_order_is_returned_line_by_line_until_nothing_is_left(context: Any) -> None:
    body = {**NEW, "lineItems": numbered((1, OFFER, 10), (2, "65304479CA01A12", 2))}
    id = context.post(body)["orderId"]

    part = context.post(taking(id, (1, OFFER, 4)))
    assert ("RETURN", id, "1002") == tuple(
        part[name] for name in ("orderType", "referenceOrderId", "status")
    )
    assert [6, 2] == [
        one["remainingQuantity"] for one in context.get(f"{ORDERS}/{id}")["lineItems"]
    ]

    context.post(taking(id, (1, OFFER, 6)))
    half = context.get(f"{ORDERS}/{id}")
    assert ("1002", ["1008", "1002"]) == (
        half["status"],
        [one["status"] for one in half["lineItems"]],
    )

    context.post(taking(id, (2, "65304479CA01A12", 2)))
    assert "1008" == context.get(f"{ORDERS}/{id}")["status"]
    assert "2133" == context.refused("POST", ORDERS, taking(id, (2, "65304479CA01A12", 1)))
    assert 3 == context.get(f"{ORDERS}?reference-order-id={id}")["totalCount"]


def test_the_lines_of_an_answer_can_be_sent_back_in_a_return(context: Any) -> None:
    order = context.post(NEW)
    sent = taking(order["orderId"], currencyCode="USD", status="1002", links=order["links"])

    context.post({**sent, "lineItems": order["lineItems"]})

    assert Status.CANCELLED is context.order(order["orderId"]).status


def test_a_return_is_linked_to_its_order(context: Any) -> None:
    id = context.post(NEW)["orderId"]
    (link,) = context.order(context.post(taking(id, (1, OFFER, 1)))["orderId"]).links

    assert (Relation.RETURN_OF, int(id)) == (link.relation, link.order.id)


def test_a_return_is_possible_for_fourteen_days(context: Any) -> None:
    id = context.post(NEW)["orderId"]
    context.forward(timedelta(days=14))
    context.post(taking(id, (1, OFFER, 1)))
    context.forward(timedelta(seconds=1))

    assert "2134" == context.refused("POST", ORDERS, taking(id, (1, OFFER, 1)))


def test_a_refused_return_takes_nothing(context: Any) -> None:
    id = context.post(NEW)["orderId"]
    context.refused("POST", ORDERS, taking(id, (1, OFFER, 1), (2, OFFER, 1)))

    assert 10 == context.get(f"{ORDERS}/{id}")["lineItems"][0]["remainingQuantity"]


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


# Changes


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
