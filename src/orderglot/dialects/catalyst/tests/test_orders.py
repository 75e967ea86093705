"""Catalyst's operations: what specimens cannot show one by one."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from orderglot import demo
from orderglot.core.errors import Invalid
from orderglot.dialects.catalyst import DIALECT
from orderglot.faces.server import Server
from orderglot.stores.memory import MemoryStore
from orderglot.wire import json
from orderglot.wire.message import Request

TOKEN = "0" * 63 + "1"
DEFAULTS = {"totalItemsCount": 4, "skip": 0, "limit": 10}


@pytest.mark.parametrize(
    ("query", "reported"),
    [
        ("", {}),
        ("?limit=2", {"limit": 2}),
        ("?limit=501", {"limit": 500}),
        ("?limit=0", {"limit": 0}),
        ("?limit=&skip=", {}),
        ("?skip=3", {"skip": 3}),
        ("?skip=4", {"skip": 4}),
        ("?skip=1000000", {"skip": 1_000_000}),
        ("?order=0&where=&fields=&_=1", {}),
    ],
)
def test_the_envelope_tells_what_was_used(shop: Any, query: str, reported: dict[str, int]) -> None:
    page = shop.read(f"/orders{query}")
    expected = {**DEFAULTS, **reported}

    assert expected == {name: page[name] for name in expected}
    assert max(0, min(expected["limit"], 4 - expected["skip"])) == len(page["items"])


@pytest.mark.parametrize(
    "query", ["limit=-1", "limit=ten", "skip=-1", "skip=1.5", "order=x", "fields=x"]
)
def test_a_query_that_makes_no_sense_is_refused(shop: Any, query: str) -> None:
    assert 400 == shop.ask("GET", f"/orders?{query}").status


def test_an_order_has_the_39_fields_of_the_page_in_its_order(shop: Any) -> None:
    shown = list(shop.read("/orders/1162870"))

    assert 39 == len(shown)
    assert sorted(shown) == shown


@pytest.mark.parametrize(
    "proof",
    [
        {"token": TOKEN},
        {"token": f"Bearer {TOKEN}"},
        {"token": f"bearer  {TOKEN}"},
    ],
)
def test_a_token_is_taken_raw_and_as_bearer(shop: Any, proof: dict[str, str]) -> None:
    assert 200 == shop.ask("GET", "/orders", **proof).status


def test_a_token_is_taken_from_the_query(shop: Any) -> None:
    assert 200 == shop.ask("GET", f"/orders?access_token={TOKEN}", token="").status
    assert 401 == shop.ask("GET", "/orders?access_token=", token="").status


def test_a_list_is_newest_first_and_sorts_as_asked(shop: Any) -> None:
    def ids(query: str) -> list[Any]:
        return [item["id"] for item in shop.read(f"/orders?fields=id{query}")["items"]]

    assert [1162870, 1162847, 1162800, 1162790] == ids("")
    assert [1162790, 1162800, 1162870, 1162847] == ids("&order=totalPrice")
    assert [1162847, 1162870, 1162800, 1162790] == ids("&order=-totalPrice")
    assert [1162800, 1162790, 1162847, 1162870] == ids("&order=-entityId")
    assert [1162870, 1162847, 1162800, 1162790] == ids("&order=id")


def test_fields_select_relations_and_what_is_in_them(shop: Any) -> None:
    path = "/orders/1162800?fields= id, status(label) ,customer(firstName,email1(value)),workflow"

    assert {
        "id": 1162800,
        "status": {"label": "Shipped"},
        "customer": {"firstName": "Dana", "email1": {"value": "dana@example.com"}},
        "workflow": {},
    } == shop.read(path)


@pytest.mark.parametrize(
    ("fields", "at", "reason"),
    [
        ("id,customer(foo)", 13, "'customer' has no field 'foo'"),
        ("customer(email1(worth))", 17, "'email1' has no field 'worth'"),
        ("status(label(x))", None, "'label' has nothing inside it"),
        ("name(first)", None, "'name' has nothing inside it"),
        ("workflow(steps)", 10, "'workflow' has no field 'steps'"),
    ],
)
def test_a_name_that_is_unknown_inside_a_relation_is_refused(
    shop: Any, fields: str, at: int | None, reason: str
) -> None:
    refused = shop.ask("GET", f"/orders?fields={fields}")

    assert 400 == refused.status
    reported = json.read(refused.body)["extraInfo"]
    assert reason in reported
    assert at is None or f"at character {at}:" in reported


def test_what_the_reference_has_inside_a_relation_is_shown_or_null(shop: Any) -> None:
    path = "/orders/1162800?fields=customer(Wholesaler,email2(value)),taxCode(code),workflow(id)"

    assert {
        "customer": {"Wholesaler": None, "email2": {}},
        "taxCode": {},
        "workflow": {},
    } == shop.read(path)


def test_a_deleted_order_is_kept_and_shown_to_who_asks_for_deleted_ones_alone(shop: Any) -> None:
    assert 204 == shop.ask("DELETE", "/orders/1162800").status

    assert 3 == shop.read("/orders")["totalItemsCount"]
    for method in ("GET", "PUT", "DELETE"):
        assert 404 == shop.ask(method, "/orders/1162800", {"name": "back"}).status
    assert 404 == shop.ask("GET", "/orders/1162800?fields=deleted").status
    (gone,) = shop.read("/orders?where={deleted:true}&fields=id,deleted,statusTypeId")["items"]
    assert {"id": 1162800, "deleted": True, "statusTypeId": 6} == gone
    assert 1 == shop.read("/orders?where={deleted:true}")["totalItemsCount"]


def test_a_customer_is_found_by_either_of_its_numbers(shop: Any) -> None:
    one, other = (shop.read(f"/customers/{id}/orders") for id in ("10428439", "17759319"))

    assert one == other
    assert 3 == one["totalItemsCount"]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"id": 1}],
        [{"id": 1, "label": "New", "means": "unheard of"}],
        [{"id": 1, "label": "New", "means": "received"}] * 2,
        [5],
    ],
)
def test_a_list_of_statuses_that_makes_no_sense_is_refused(rows: list[Any]) -> None:
    with pytest.raises(Invalid):
        DIALECT.settings.seller[f"{DIALECT.name}.statuses"](rows)


def test_the_demo_answers_the_pages_own_two_requests() -> None:
    store = MemoryStore()
    asyncio.run(demo.fill(store))
    server = Server(DIALECT, store)
    key = demo.credential(DIALECT.name, DIALECT.auth.fields)

    def ask(query: str) -> Any:
        request = Request(
            method="GET",
            path="/webresources/api/v3/sites/current/customers/10428439/orders",
            query=query,
            headers={"authorization": key["access_token"]},
        )
        return json.read(asyncio.run(server(request)).body)

    every, dear = ask(""), ask("where={'totalPrice':{'$gt':'40'}}&limit=500")
    assert 279 == every["totalItemsCount"]
    assert [1162870, 1162847] == [one["id"] for one in every["items"][:2]]
    assert [Decimal("11559.8"), Decimal("12696.78")] == [
        o["totalPrice"] for o in every["items"][:2]
    ]
    assert 140 == dear["totalItemsCount"] == len(dear["items"])
    assert all(one["totalPrice"] > 40 for one in dear["items"])
    assert {"access_token"} == set(key)
    assert {"site_id", "customer_id"} == set(demo.part(DIALECT.name).examples)
