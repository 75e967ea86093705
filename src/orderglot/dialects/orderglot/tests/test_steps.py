"""Steps over our own API: what they leave in the book, who may take them, what they do not know."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orderglot.core.values import Status
from orderglot.dialects.orderglot import step_shapes

ORDERS = "/orderglot/v1/orders"
FIRST = f"{ORDERS}/1000000001"
CUSTOMER = "og_" + "1".zfill(64)
ENOUGH: dict[str, Any] = {
    "hold": {"reason": "no credit"},
    "answer-cancellation": {"answer": "accept"},
    "correct": {"notes": "Other."},
    "move": {"customer": {"id": 100_002}},
    "note": {"text": "Call before."},
    "split": {"line": [{"number": 1, "quantity": 12}]},
    "link": {"order": {"id": 1_000_000_003}, "as": "reference"},
    "unlink": {"order": {"id": 1_000_000_002}, "as": "split"},
    "exchange": {"for": [{"sku": "AA125", "quantity": 1}]},
}
"""What steps have to be told."""


def taken(api: Any, name: str, body: Any = None, **more: Any) -> Any:
    response = api.ask("POST", f"{FIRST}/{name}", body, **more)
    assert response.status < 300, response.body
    return json.loads(response.body or b"null")


def test_the_life_of_an_order_from_confirmed_to_completed(api: Any) -> None:
    part = {"line": [{"number": 1, "quantity": 12}], "carrier": "UPS", "tracking": "1Z9"}
    steps = [
        ("confirm", None),
        ("hold", {"reason": "no credit"}),
        ("release", None),
        ("ship", part),
        ("cancel", {"line": [{"number": 2, "quantity": 3}], "reason": "sold out"}),
        ("ship", {}),
        ("deliver", None),
        ("complete", None),
    ]
    statuses = [taken(api, name, body)["status"] for name, body in steps]

    assert [
        *("processing", "on hold", "processing"),
        *("partly shipped", "partly shipped", "shipped", "delivered", "completed"),
    ] == statuses
    events = api.read(f"{FIRST}/events")["items"]
    assert [
        *("kept", "confirmed", "held", "released"),
        *("shipped", "cancelled", "shipped", "delivered", "completed"),
    ] == [one["what"] for one in events]
    assert ("no credit", "orderglot:key-3") == (events[2]["why"], events[2]["who"])
    assert list(range(1, 10)) == [one["version"] for one in events]


def test_a_customer_sees_what_happened_and_not_who_did_it(api: Any) -> None:
    taken(api, "note", {"text": "Call before."})
    event = api.read(f"{FIRST}/events", key=CUSTOMER)["items"][-1]

    assert "noted" == event["what"]
    assert {"who", "exchange", "details"}.isdisjoint(event)


def test_a_customers_key_cancels_and_takes_no_other_step(api: Any) -> None:
    for name in step_shapes.STEPS:
        answer = api.ask("POST", f"{FIRST}/{name}", ENOUGH.get(name), key=CUSTOMER)
        assert (200 if name == "cancel" else 403) == answer.status, name
    assert Status.CANCELLED == api.read(FIRST)["status"]


def test_a_customer_speaks_for_himself(api: Any) -> None:
    asked = {"ask": True, "by": "somebody else"}
    refused = api.ask("POST", f"{FIRST}/cancel", asked, key=CUSTOMER)
    assert "by" == api.problem(refused)["field"]


@pytest.mark.parametrize("name", step_shapes.STEPS)
def test_a_step_refuses_a_member_that_it_does_not_know(api: Any, name: str) -> None:
    before = api.read(FIRST)
    body = {**ENOUGH.get(name, {}), "colour": "red"}

    assert "colour" == api.problem(api.ask("POST", f"{FIRST}/{name}", body))["field"]
    assert before == api.read(FIRST)


@pytest.mark.parametrize("name", step_shapes.STEPS)
def test_a_step_of_another_version_than_is_here_is_not_taken(api: Any, name: str) -> None:
    before = api.read(FIRST)
    answer = api.ask("POST", f"{FIRST}/{name}", ENOUGH.get(name), if_match='"7"')

    assert 412 == answer.status
    assert before == api.read(FIRST)


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("ship", {"line": [{"number": 1, "quantity": 0}]}, "line[1].quantity"),
        ("ship", {"line": [{"number": 1, "quantity": 1}] * 2}, "line[2].number"),
        ("ship", {"line": {"1": 12}}, "line"),
        ("ship", {"line": [{"number": 1, "quantity": 1, "sku": "A"}]}, "line[1].sku"),
        ("cancel", {"by": "Ann"}, "by"),
        ("cancel", {"ask": "perhaps"}, "ask"),
        ("answer-cancellation", {"answer": "maybe"}, "answer"),
        ("correct", {"remove": "2"}, "remove"),
        ("correct", {"remove": ["x"]}, "remove.0"),
        ("correct", {"ship_to": {"colour": "red"}}, "ship_to.colour"),
        ("correct", {"ship_to": None}, "ship_to"),
        ("reprice", {"line": [{"number": 1, "price": -1}]}, "line[1].price"),
        ("split", {}, "line"),
        ("exchange", {"line": [{"number": 1, "quantity": 1}]}, "for"),
        ("note", {"text": " "}, "text"),
        ("move", {"customer": {"dialect": "kole"}}, "customer.id"),
    ],
)
def test_what_a_step_is_told_wrongly_is_named(api: Any, name: str, body: Any, field: str) -> None:
    assert field == api.problem(api.ask("POST", f"{FIRST}/{name}", body))["field"]


def test_a_split_answers_both_orders_and_the_money_is_the_same(api: Any) -> None:
    before = api.read(FIRST)["totals"]["total"]
    made = taken(api, "split", ENOUGH["split"])

    (other,) = made["made"]
    assert before == pytest.approx(made["order"]["totals"]["total"] + other["totals"]["total"])
    linked = api.read(f"{FIRST}/linked")["items"]
    assert other["id"] in [one["id"] for one in linked]


def test_a_step_that_comes_again_under_its_key_is_taken_once(api: Any) -> None:
    bodies = [taken(api, "note", {"text": "Call."}, idempotency_key="n-1") for _ in range(2)]

    assert bodies[0] == bodies[1]
    assert "Ring twice.\nCall." == api.read(FIRST)["notes"]


def test_what_was_deleted_is_there_no_more(api: Any) -> None:
    assert taken(api, "delete", {"reason": "entered twice"}) is None
    assert 404 == api.ask("GET", FIRST).status
    assert 404 == api.ask("POST", f"{FIRST}/note", ENOUGH["note"]).status
