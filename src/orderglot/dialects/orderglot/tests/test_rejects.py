"""What pulls put aside: seen, tried again, settled and dropped over our own API."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from orderglot.dialects.orderglot.tests.conftest import CUSTOMER, Api
from tests.conformance.specimens import book_of

REJECTS = "/orderglot/v1/rejects"
GOOD, BAD = "7001", "7002"
"""The vendor's ids of the one that can be read by now, and of the one that cannot."""


def aside(api: Api, **query: Any) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in api.read(REJECTS, **query)["items"]}


def path_of(api: Api, id: str) -> str:
    return f"{REJECTS}/{quote(aside(api)[id]['name'], safe='')}"


def test_they_are_listed_page_by_page_and_by_channel(api: Api) -> None:
    first = api.read(REJECTS, limit=1)
    second = api.read(REJECTS, limit=1, after=first["next"])

    assert {GOOD, BAD} == {one["id"] for one in (*first["items"], *second["items"])}
    assert second["next"] is None
    assert {GOOD, BAD} == set(aside(api, channel="orderglot@east"))
    assert {GOOD, BAD} == set(aside(api, channel="orderglot"))
    assert {} == aside(api, channel="kole")


def test_one_is_shown_as_it_came(api: Api) -> None:
    shown = api.read(path_of(api, BAD))
    (kept,) = [one for one in book_of("orderglot").rejects if one.id == BAD]

    assert "utf-8" == shown["answers"][0]["encoding"]
    assert kept.answers[0].body.decode() == shown["answers"][0]["body"]


def test_what_can_be_read_by_now_is_an_order_and_the_rest_stays(api: Api) -> None:
    response = api.ask("POST", f"{REJECTS}/retry")

    assert {"taken": 1, "left": 1} == json.loads(response.body)
    assert {BAD} == set(aside(api))
    assert "E-7001" == api.read(filter='number = "E-7001"')["items"][0]["number"]


def test_one_is_tried_alone(api: Api) -> None:
    path = path_of(api, GOOD)

    assert {"taken": 0, "left": 1} == json.loads(api.ask("POST", f"{path_of(api, BAD)}/retry").body)
    assert {"taken": 1, "left": 0} == json.loads(api.ask("POST", f"{path}/retry").body)
    api.problem(api.ask("POST", f"{path}/retry"), 404)


def test_one_is_taken_for_an_order_of_the_book_or_for_a_new_one(api: Api) -> None:
    body = {"order": {"id": 1000000003}}
    settled = json.loads(api.ask("POST", f"{path_of(api, GOOD)}/settle", body).body)

    assert {"order": {"id": 1000000003}} == settled
    order = api.read("/orderglot/v1/orders/1000000003")
    assert {"dialect": "orderglot@east", "id": GOOD} in order["references"]
    problem = api.problem(api.ask("POST", f"{path_of(api, BAD)}/settle", {"new": True}), 503)
    assert "totals.total" in problem["detail"] or "order book" in problem["detail"]
    assert {BAD} == set(aside(api))


def test_one_is_dropped(api: Api) -> None:
    path = path_of(api, BAD)

    assert 204 == api.ask("DELETE", path).status
    api.problem(api.ask("DELETE", path), 404)
    assert {GOOD} == set(aside(api))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "order"),
        ({"new": True, "order": {"id": 1000000001}}, "order"),
        ({"old": True}, "old"),
        ({"new": "perhaps"}, "new"),
    ],
)
def test_what_settles_nothing_is_refused(api: Api, body: Any, field: str) -> None:
    refused = api.ask("POST", f"{path_of(api, GOOD)}/settle", body)

    assert field == api.problem(refused)["field"]


def test_what_was_put_aside_is_the_sellers_alone(api: Api) -> None:
    path = path_of(api, GOOD)
    for method, asked, body in (
        ("GET", REJECTS, None),
        ("GET", path, None),
        ("POST", f"{path}/retry", None),
        ("POST", f"{REJECTS}/retry", None),
        ("POST", f"{path}/settle", {"new": True}),
        ("DELETE", path, None),
    ):
        api.problem(api.ask(method, asked, body, key=CUSTOMER), 403)
    api.problem(api.ask("GET", f"{REJECTS}/nothing", key=CUSTOMER), 403)

    assert {GOOD, BAD} == set(aside(api))
