"""Batches: each request of one is answered as if it had come alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orderglot.dialects.orderglot.tests.conftest import CUSTOMER, ORDERS, SELLER, Api

BATCHES = "/orderglot/v1/batches"
FIRST = f"{ORDERS}/1000000001"
NEW = {"lines": [{"sku": "AA124", "quantity": 12}]}


def item(method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
    found: dict[str, Any] = {"method": method, "path": path}
    if body is not None:
        found["body"] = body
    if headers:
        found["headers"] = {name.replace("_", "-"): value for name, value in headers.items()}
    return found


def sent(api: Api, *items: Any, key: str = SELLER, **headers: str) -> list[dict[str, Any]]:
    response = api.ask("POST", BATCHES, {"requests": list(items)}, key=key, **headers)
    assert 200 == response.status, response.body
    found: list[dict[str, Any]] = json.loads(response.body)["items"]
    return found


def test_each_request_is_answered_in_its_place_whatever_becomes_of_the_others(api: Api) -> None:
    made, missing, changed, wrong = sent(
        api,
        item("POST", ORDERS, {**NEW, "customer": {"id": 100001}}),
        item("POST", f"{ORDERS}/9/note", {"text": "x"}),
        item("PATCH", FIRST, {"notes": "Ring once."}, If_Match='"1"'),
        item("POST", f"{FIRST}/hold"),
    )

    assert [201, 404, 200, 400] == [one["status"] for one in (made, missing, changed, wrong)]
    assert api.read(made["headers"]["location"])["lines"][0]["sku"] == "AA124"
    assert {"etag": '"2"'} == changed["headers"]
    assert "Ring once." == api.read(FIRST)["notes"]
    assert "reason" == wrong["body"]["errors"][0]["field"]


def test_an_item_is_answered_as_it_is_alone(api: Api) -> None:
    (answered,) = sent(api, item("POST", f"{FIRST}/cancel", {"reason": 7, "by": "x"}))
    alone = api.ask("POST", f"{FIRST}/cancel", {"reason": 7, "by": "x"})

    assert (alone.status, json.loads(alone.body)) == (answered["status"], answered["body"])


def test_the_same_batch_again_does_only_the_rest(api: Api) -> None:
    batch = (
        item("POST", ORDERS, {**NEW, "po_number": "B-1", "customer": {"id": 100001}}),
        item("POST", f"{FIRST}/release"),
    )
    first = sent(api, *batch, idempotency_key="batch")
    api.ask("POST", f"{FIRST}/hold", {"reason": "no credit"})
    second = sent(api, *batch, idempotency_key="batch")
    third = sent(api, *batch, idempotency_key="batch")

    assert [201, 409] == [one["status"] for one in first]
    assert [201, 200] == [one["status"] for one in second]
    assert first[0] == second[0]
    assert second == third
    assert 1 == len(api.read(filter='po_number = "B-1"')["items"])


def test_another_batch_under_the_same_key_is_refused_where_it_differs(api: Api) -> None:
    sent(api, item("POST", f"{FIRST}/note", {"text": "one"}), idempotency_key="k")
    (again,) = sent(api, item("POST", f"{FIRST}/note", {"text": "two"}), idempotency_key="k")

    assert 409 == again["status"]
    assert "two" not in api.read(FIRST)["notes"]


def test_a_batch_gives_nobody_a_right_that_he_has_not(api: Api) -> None:
    customers = sent(
        api,
        item("POST", f"{FIRST}/ship"),
        item("PATCH", f"{ORDERS}/1000000004", {"notes": "x"}),
        item("DELETE", "/orderglot/v1/products/AA199"),
        key=CUSTOMER,
    )

    assert [403, 404, 403] == [one["status"] for one in customers]
    assert (
        401 == api.ask("POST", BATCHES, {"requests": [item("POST", ORDERS, NEW)]}, key="x").status
    )


@pytest.mark.parametrize(
    ("one", "field"),
    [
        (item("GET", ORDERS), "requests[1].method"),
        (item("POST", "/orders"), "requests[1].path"),
        (item("POST", BATCHES), "requests[1].path"),
        (item("POST", "/orderglot/v1/%62atches"), "requests[1].path"),
        (item("POST", f"{ORDERS}?total=true"), "requests[1].path"),
        (item("POST", f"{ORDERS}/ä"), "requests[1].path"),
        (item("POST", ORDERS, [1]), "requests[1].body"),
        (item("POST", ORDERS, NEW, Authorization="x"), "requests[1].headers.Authorization"),
        ({"path": ORDERS}, "requests[1].method"),
        (7, "requests[1]"),
    ],
)
def test_what_is_no_request_is_refused_by_name_and_nothing_is_done(
    api: Api, one: Any, field: str
) -> None:
    batch = {"requests": [one, item("POST", f"{FIRST}/note", {"text": "not this"})]}
    response = api.ask("POST", BATCHES, batch)

    assert 400 == response.status
    assert field in [problem["field"] for problem in json.loads(response.body)["errors"]]
    assert "not this" not in api.read(FIRST)["notes"]


@pytest.mark.parametrize("number", [0, 101])
def test_a_batch_has_from_one_to_a_hundred_requests(api: Api, number: int) -> None:
    batch = {"requests": [item("POST", ORDERS, NEW)] * number}

    assert "requests" == api.problem(api.ask("POST", BATCHES, batch))["field"]


def test_a_hundred_are_carried_out(api: Api) -> None:
    several = [item("POST", f"{FIRST}/note", {"text": str(number)}) for number in range(100)]

    assert {200} == {one["status"] for one in sent(api, *several)}
    assert 101 == api.read(FIRST)["version"]
