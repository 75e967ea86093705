"""Batches: each request of one is answered as if it had come alone."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.core.caller import ADMIN, CHANGE, CREATE, READ, Caller
from orderglot.dialects.orderglot.tables import NAME
from orderglot.dialects.orderglot.tests.conftest import CUSTOMER, ORDERS, SELLER, Api
from orderglot.faces.rate_limits import SETTING
from orderglot.wire.message import Request
from orderglot.wire.trace import Trace

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


def test_an_item_that_fails_unforeseen_holds_up_none_and_comes_again(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked = 0

    async def failing(_seller: int, _now: datetime) -> None:
        nonlocal asked
        asked += 1
        if asked == 3:
            raise RuntimeError("a fault of ours")

    batch = [item("POST", f"{FIRST}/note", {"text": text}) for text in ("one", "two", "three")]
    with monkeypatch.context() as patch:
        patch.setattr(api.server, "completing", failing)
        first = sent(api, *batch, idempotency_key="k")

    assert [200, 503, 200] == [one["status"] for one in first]
    assert first[1]["headers"]["retry-after"]
    assert "a fault of ours" not in json.dumps(first)
    assert ["unforeseen"] == [one.message for one in caplog.records if one.exc_info]

    second = sent(api, *batch, idempotency_key="k")
    assert [200, 200, 200] == [one["status"] for one in second]
    assert (first[0], first[2]) == (second[0], second[2])
    notes = api.read(FIRST)["notes"]
    assert [1, 1, 1] == [notes.count(text) for text in ("one", "two", "three")]


def traced(api: Api, *items: Any) -> Trace:
    trace = Trace()
    body = json.dumps({"requests": items}).encode()
    headers = {"authorization": f"Bearer {SELLER}"}
    asked = Request(method="POST", path=BATCHES, headers=headers, body=body, trace=trace)
    assert 200 == api.run(api.server(asked)).status
    return trace


def test_the_exchange_of_a_batch_names_the_orders_of_its_items_and_why_some_were_refused(
    api: Api,
) -> None:
    trace = traced(
        api,
        item("POST", f"{FIRST}/note", {"text": "one"}),
        item("POST", f"{FIRST}/hold"),
        item("POST", f"{ORDERS}/1000000002/note", {"text": "two"}),
        item("POST", f"{ORDERS}/9/note", {"text": "x"}),
    )

    assert "batches.create" == trace.operation
    assert (1_000_000_001, 1_000_000_002) == trace.orders
    assert trace.reason.startswith("2 of 4 were refused: ")
    assert "reason" in trace.reason


def test_the_exchange_of_a_batch_that_went_well_has_no_reason(api: Api) -> None:
    assert "" == traced(api, item("POST", f"{FIRST}/note", {"text": "one"})).reason


@pytest.mark.parametrize(
    ("may", "statuses"),
    [({CREATE}, [201, 403]), ({CHANGE}, [403, 200]), ({READ}, [403, 403]), ({ADMIN}, [403, 403])],
)
def test_a_batch_takes_any_right_and_each_item_its_own(
    api: Api, may: set[str], statuses: list[int]
) -> None:
    caller = Caller(seller=api.seller, may=frozenset(may))
    secret = "og_" + "f" * 64
    api.run(api.store.keyring.issue_key(NAME, caller, lambda _: secret, lambda _: "some"))
    items = sent(
        api,
        item("POST", ORDERS, {**NEW, "customer": {"id": 100001}}),
        item("POST", f"{FIRST}/note", {"text": "one"}),
        key=secret,
    )

    assert statuses == [one["status"] for one in items]


def test_a_batch_says_what_is_left_behind_its_items(api: Api) -> None:
    (seller,) = [one for one in api.run(api.store.sellers()) if one.id == api.seller]
    tables = {**seller.tables, SETTING: "5/min"}
    api.run(api.store.change_seller(replace(seller, tables=tables)))
    response = api.ask(
        "POST", BATCHES, {"requests": [item("POST", f"{FIRST}/note", {"text": "x"})] * 3}
    )

    assert '"key";r=1;t=60' == response.headers["ratelimit"]
