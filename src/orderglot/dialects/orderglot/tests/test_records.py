"""Customers and products: lists of them, and one read, added, changed and removed."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from msgspec.structs import replace

from orderglot.core.order import Reference
from orderglot.core.ports import UnitOfWork
from orderglot.dialects.orderglot.tables import NAME
from orderglot.dialects.orderglot.tests.conftest import CUSTOMER, SELLER, Api
from orderglot.wire.message import Request

CUSTOMERS, PRODUCTS = "/orderglot/v1/customers", "/orderglot/v1/products"


def made(api: Api, path: str, **members: Any) -> dict[str, Any]:
    response = api.ask("POST", path, members)
    assert 201 == response.status, response.body
    assert '"1"' == response.headers["etag"]
    document: dict[str, Any] = json.loads(response.body)
    assert document == api.read(response.headers["location"])
    return document


def test_a_list_goes_on_behind_its_pages(api: Api) -> None:
    for path, member, all_of_them in (
        (CUSTOMERS, "number", ["C-1", "C-2", "C-9"]),
        (PRODUCTS, "sku", ["AA124", "AA125", "AA199"]),
    ):
        seen, after = list[str](), ""
        while True:
            page = api.read(path, limit=2, **({"after": after} if after else {}))
            seen += [one[member] for one in page["items"]]
            if (after := page["next"]) is None:
                break

        assert all_of_them == seen


@pytest.mark.parametrize("typed", ["c-1", " #C-1 ", "EXAMPLE GIFTS", "ann@example.com", "100001"])
def test_a_customer_is_found_however_it_is_typed(api: Api, typed: str) -> None:
    assert [100001] == [one["id"] for one in api.read(CUSTOMERS, q=typed)["items"]]


def test_a_product_is_found_by_its_sku_and_title(api: Api) -> None:
    for typed in ("aa124", "Desk lamp bulb, clear"):
        assert ["AA124"] == [one["sku"] for one in api.read(PRODUCTS, q=typed)["items"]]


def test_what_a_text_finds_goes_on_behind_its_pages_as_well(api: Api) -> None:
    for number in range(3):
        made(api, CUSTOMERS, number=f"D-{number}", last_name="Same")
    first = api.read(CUSTOMERS, q="same", limit=2)
    second = api.read(CUSTOMERS, q="same", limit=2, after=first["next"])

    assert ["D-0", "D-1", "D-2"] == [one["number"] for one in (*first["items"], *second["items"])]
    assert second["next"] is None


def test_a_customers_key_sees_itself_and_the_products(api: Api) -> None:
    made(api, PRODUCTS, sku="ZZ1", extras={"kole.cost": 1})

    assert ["C-1"] == [one["number"] for one in api.read(CUSTOMERS, key=CUSTOMER)["items"]]
    assert [] == api.read(CUSTOMERS, key=CUSTOMER, q="C-2")["items"]
    api.problem(api.ask("GET", f"{CUSTOMERS}/100002", key=CUSTOMER), 404)
    assert "extras" not in api.read(f"{PRODUCTS}/ZZ1", key=CUSTOMER)
    assert {"kole.cost": 1} == api.read(f"{PRODUCTS}/ZZ1")["extras"]
    for method, path, body in (
        ("POST", CUSTOMERS, {"number": "C-5"}),
        ("PATCH", f"{CUSTOMERS}/100001", {"name": "Other"}),
        ("DELETE", f"{CUSTOMERS}/100001", None),
        ("POST", PRODUCTS, {"sku": "X"}),
        ("PATCH", f"{PRODUCTS}/AA124", {"title": "Other"}),
        ("DELETE", f"{PRODUCTS}/AA199", None),
    ):
        problem = api.problem(api.ask(method, path, body, key=CUSTOMER), 403)
        assert "A customer's key cannot" in problem["detail"]


def test_a_customer_is_not_found_by_what_only_the_seller_calls_him(api: Api) -> None:
    api.ask("PATCH", f"{CUSTOMERS}/100001", {"references": [{"dialect": "kole@east", "id": "K1"}]})

    assert [100001] == [one["id"] for one in api.read(CUSTOMERS, q="K1")["items"]]
    assert [] == api.read(CUSTOMERS, q="K1", key=CUSTOMER)["items"]
    assert "references" not in api.read(f"{CUSTOMERS}/100001", key=CUSTOMER)


def test_a_change_says_what_is_to_be_otherwise_at_any_depth(api: Api) -> None:
    before = api.read(f"{CUSTOMERS}/100001")
    response = api.ask(
        "PATCH", f"{CUSTOMERS}/100001", {"email": None, "bill_to": {"line_2": "Suite 3"}}
    )
    after = json.loads(response.body)

    assert 200 == response.status
    assert "email" not in after
    assert {**before["bill_to"], "line_2": "Suite 3"} == after["bill_to"]
    assert before["name"] == after["name"]
    assert before["created"] == after["created"]


def test_a_change_is_of_the_version_that_it_names(api: Api) -> None:
    path = f"{PRODUCTS}/AA124"
    api.problem(api.ask("PATCH", path, {"title": "Bulb"}, if_match='"7"'), 412)
    changed = api.ask("PATCH", path, {"title": "Bulb"}, if_match='"1"')
    api.problem(api.ask("DELETE", path, if_match='"1"'), 412)

    assert '"2"' == changed.headers["etag"]
    assert 304 == api.ask("GET", path, if_none_match='"2"').status


def test_orders_know_a_customer_by_the_new_number(api: Api) -> None:
    api.ask("PATCH", f"{CUSTOMERS}/100001", {"number": "C-100"})

    assert "C-100" == api.read("/orderglot/v1/orders/1000000001")["customer"]["number"]


def test_what_clients_were_told_stays(api: Api) -> None:
    api.ask("PATCH", f"{CUSTOMERS}/100001", {"references": [{"dialect": "kole", "id": "K1"}]})
    refused = api.ask("PATCH", f"{CUSTOMERS}/100001", {"references": []})

    assert "what they were told stays" in api.problem(refused, 409)["detail"]


@pytest.mark.parametrize(
    ("path", "members", "field"),
    [
        (CUSTOMERS, {}, "number"),
        (CUSTOMERS, {"number": "C-5", "id": 4}, "id"),
        (CUSTOMERS, {"number": "C-5", "nickname": "x"}, "nickname"),
        (CUSTOMERS, {"number": "C-5", "bill_to": {"unknown": []}}, "bill_to.unknown"),
        (CUSTOMERS, {"number": "C-5", "own_item_numbers": True}, "own_item_numbers"),
        (CUSTOMERS, {"number": "C-5", "currency": "XXXX"}, "currency"),
        (CUSTOMERS, {"number": "C-5", "extras": {"terms": 1}}, "extras.terms"),
        (CUSTOMERS, {"number": "C-5", "references": [{"dialect": "", "id": "1"}]}, "references[1]"),
        (
            CUSTOMERS,
            {"number": "C-5", "references": [{"dialect": "orderglot", "id": "1"}]},
            "references[1]",
        ),
        (CUSTOMERS, {"number": "x" * 300}, "number"),
        (PRODUCTS, {"title": "Mug"}, "sku"),
        (PRODUCTS, {"sku": "M1", "pack": 0}, "pack"),
        (PRODUCTS, {"sku": "M1", "weight": -1}, "weight"),
        (PRODUCTS, {"sku": "M1", "tiers": [{"quantity": 0, "price": 1}]}, "tiers[1].quantity"),
        (PRODUCTS, {"sku": "M1", "tiers": [{"quantity": 1, "price": 1e13}]}, "tiers[1].price"),
        (PRODUCTS, {"sku": "M1", "tiers": {}}, "tiers"),
        (PRODUCTS, {"sku": "M1", "tiers": [{"price": "dear"}]}, "tiers[1].price"),
        (PRODUCTS, {"sku": "M1", "weight": "heavy"}, "weight"),
        (PRODUCTS, {"sku": " "}, "sku"),
        (CUSTOMERS, {"number": "C-5", "term_start": "soon"}, "term_start"),
    ],
)
def test_what_cannot_be_so_is_refused_by_name(
    api: Api, path: str, members: dict[str, Any], field: str
) -> None:
    assert field == api.problem(api.ask("POST", path, members))["field"]


@pytest.mark.parametrize(
    "query",
    ["after=~~", "after=eHg", "limit=0", "limit=101", "fields=nothing", "sort=x", "q=" + "x" * 300],
)
def test_a_list_that_nobody_can_mean_is_refused(api: Api, query: str) -> None:
    assert query.partition("=")[0] == api.problem(api.ask("GET", f"{CUSTOMERS}?{query}"))["field"]


def test_a_product_is_there_once_and_keeps_its_sku(api: Api) -> None:
    api.problem(api.ask("POST", PRODUCTS, {"sku": "AA124"}), 409)

    assert "sku" == api.problem(api.ask("PATCH", f"{PRODUCTS}/AA124", {"sku": "AA9"}))["field"]


@pytest.mark.parametrize("sku", ["A/B 1", "100%", "Größe", "a?b#c", ".."])
def test_any_sku_can_be_asked_for(api: Api, sku: str) -> None:
    made(api, PRODUCTS, sku=sku, title="Mug")

    assert "Mug" == api.read(f"{PRODUCTS}/{quote(sku, safe='')}")["title"]
    assert 204 == api.ask("DELETE", f"{PRODUCTS}/{quote(sku, safe='')}").status


def test_a_request_that_comes_again_adds_once(api: Api) -> None:
    first = api.ask("POST", CUSTOMERS, {"number": "C-5"}, key=SELLER, idempotency_key="1")
    second = api.ask("POST", CUSTOMERS, {"number": "C-5"}, key=SELLER, idempotency_key="1")

    assert (first.status, first.body) == (second.status, second.body)
    assert 1 == len(api.read(CUSTOMERS, q="C-5")["items"])


def test_a_change_bounds_what_is_sent_alone(api: Api) -> None:

    async def lengthen() -> None:
        async def work(unit: UnitOfWork) -> None:
            customer = await unit.customer(Reference(NAME, "100001"))
            await unit.keep_customer(replace(customer, last_name="x" * 300))

        await api.book.transact(work)

    api.run(lengthen())
    path = "/orderglot/v1/customers/100001"

    assert 200 == api.ask("PATCH", path, {"name": "Anna"}).status
    assert "last_name" == api.problem(api.ask("PATCH", path, {"last_name": "y" * 256}))["field"]


@pytest.mark.parametrize("number", ["1e99999999", "1e-99999999", "1" + "0" * 400])
def test_a_number_of_an_extra_is_bounded_at_any_depth(api: Api, number: str) -> None:
    body = b'{"extras": {"kole.x": [{"y": %b}]}}' % number.encode()
    headers = {"authorization": f"Bearer {SELLER}"}
    path = "/orderglot/v1/customers/100001"
    response = api.run(api.server(Request(method="PATCH", path=path, headers=headers, body=body)))

    assert "extras.kole.x[1].y" == api.problem(response)["field"]
