"""Catalyst's operations: what specimens cannot show one by one."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot import demo
from orderglot.core.errors import Invalid
from orderglot.core.values import Cycle, PaymentMethod
from orderglot.dialects.catalyst import DIALECT
from orderglot.faces.server import Server
from orderglot.stores.memory import MemoryStore
from orderglot.wire import json
from orderglot.wire.message import Request

TOKEN = "0" * 63 + "1"
DEFAULTS = {"totalItemsCount": 4, "skip": 0, "limit": 10}


@pytest.mark.parametrize(
    ("query", "told"),
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
def test_the_envelope_tells_what_was_used(shop: Any, query: str, told: dict[str, int]) -> None:
    page = shop.read(f"/orders{query}")
    expected = {**DEFAULTS, **told}

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
    ("fields", "at", "said"),
    [
        ("id,customer(foo)", 13, "'customer' has no field 'foo'"),
        ("customer(email1(worth))", 17, "'email1' has no field 'worth'"),
        ("status(label(x))", None, "'label' has nothing inside it"),
        ("name(first)", None, "'name' has nothing inside it"),
        ("workflow(steps)", 10, "'workflow' has no field 'steps'"),
    ],
)
def test_a_name_that_is_unknown_inside_a_relation_is_refused(
    shop: Any, fields: str, at: int | None, said: str
) -> None:
    refused = shop.ask("GET", f"/orders?fields={fields}")

    assert 400 == refused.status
    told = json.read(refused.body)["extraInfo"]
    assert said in told
    assert at is None or f"at character {at}:" in told


def test_what_the_reference_has_inside_a_relation_is_shown_or_null(shop: Any) -> None:
    path = "/orders/1162800?fields=customer(Wholesaler,email2(value)),taxCode(code),workflow(id)"

    assert {
        "customer": {"Wholesaler": None, "email2": {}},
        "taxCode": {},
        "workflow": {},
    } == shop.read(path)


def test_old_names_are_taken_and_what_only_the_hub_decides_is_passed_over(shop: Any) -> None:
    body = {
        "shippingOption": 322049,
        "userIdAssignedTo": 812,
        "cycleTypeID": 3,
        "directDebitTypeID": 2,
        "paymentMethodTypeId": "2",
        "id": 5,
        "totalPrice": 1,
        "ownBy": 7,
    }

    assert 204 == shop.ask("PUT", "/orders/1162790", body).status

    order = shop.order("1162790")
    assert ("United States", "812") == (order.shipping.option, order.assigned_user)
    assert Decimal(200) == order.totals.shipping
    assert Decimal("39.95") == order.totals.total
    assert (Cycle.WEEKLY, PaymentMethod.CHECK) == (order.recurrence.cycle, order.payment.method)
    assert PaymentMethod.DIRECT_DEBIT == order.payment.debit_method


def test_what_was_got_can_be_put_back_and_changes_nothing(shop: Any) -> None:
    for id in ("1162870", "1162847", "1162800", "1162790"):
        before = shop.order(id)

        assert 204 == shop.ask("PUT", f"/orders/{id}", shop.read(f"/orders/{id}")).status
        assert shop.read(f"/orders/{id}") == shop.read(f"/orders/{id}")
        assert before.lines == shop.order(id).lines


def test_a_new_order_is_the_customers_and_summed_up(shop: Any) -> None:
    body = {"name": "New", "entityId": 17759400, "shippingOptionId": 322050, "invoiced": True}
    response = shop.ask("POST", "/orders", {**body, "items": [{"productId": 951917, "units": 3}]})
    id = response.headers["content-location"].rpartition("/")[2]

    assert (201, b"") == (response.status, response.body)
    assert response.headers["location"].endswith("/sites/current/orders")
    new = shop.read(f"/orders/{id}")
    assert (17759400, 300, Decimal("337.5")) == (
        new["entityId"],
        new["shippingPrice"],
        new["totalPrice"],
    )
    assert (True, id) == (new["invoiced"], new["invoiceNumber"])
    assert 1 == shop.read(f"/orders/{id}/products")["totalItemsCount"]


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


def in_currency(shop: Any, currency: str) -> None:
    """Let the site sell in another currency from now on."""
    seller = asyncio.run(shop.book.seller())
    asyncio.run(shop.store.change_seller(replace(seller, currency=currency)))


@pytest.mark.parametrize(
    ("currency", "total"), [("USD", "12.08"), ("KWD", "12.075"), ("JPY", "13")]
)
def test_the_tax_on_shipping_is_what_can_be_paid_in_the_currency(
    shop: Any, currency: str, total: str
) -> None:
    in_currency(shop, currency)
    body = {"name": "New", "shippingPrice": "10.5", "shippingTaxRate": "0.15"}
    id = shop.ask("POST", "/orders", body).headers["content-location"].rpartition("/")[2]

    assert Decimal(total) == shop.read(f"/orders/{id}")["totalPrice"]


def test_items_in_another_currency_are_refused(shop: Any) -> None:
    product = asyncio.run(shop.book.products(["951917"]))["951917"]
    asyncio.run(shop.book.keep_product(replace(product, currency="USD")))
    in_currency(shop, "KWD")
    items = {"items": [{"productId": 951917, "units": 1}]}
    refused = shop.ask("POST", "/orders", items)

    assert 400 == refused.status
    assert b"items[1].productId: 951917 is sold in USD, not in KWD." in refused.body


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"trackingNumber": "1Z"}, "trackingNumber: An order has no such field to be set."),
        ({"a": 1, "b": 2}, "a: An order has no such field to be set. b: An order"),
        ({"totalPrice": 5}, "totalPrice: This is not a client's to say."),
        ({"deleted": True}, "deleted: This is not a client's to say."),
        ({"status": {"label": "Shipped"}}, "status: An order has no such field to be set."),
        ({}, "Say at least one field of the order."),
        ({"name": "X", "items": [{"productId": 951917}]}, "items: Put items in by POST"),
    ],
)
def test_a_change_that_would_be_lost_is_refused_by_name(
    shop: Any, body: dict[str, Any], reason: str
) -> None:
    before = shop.order("1162790")
    refused = shop.ask("PUT", "/orders/1162790", body)

    assert 400 == refused.status
    assert reason in json.read(refused.body)["extraInfo"]
    assert before == shop.order("1162790")


def test_what_no_order_has_is_passed_over_beside_what_is_kept(shop: Any) -> None:
    assert 204 == shop.ask("PUT", "/orders/1162790", {"name": "X", "trackingNumber": "1Z"}).status
    assert "X" == shop.order("1162790").name


def test_a_shipping_option_that_is_there_already_leaves_the_price_that_is_sent(shop: Any) -> None:
    shop.ask("PUT", "/orders/1162790", {"shippingOptionId": 322049})
    again = {"shippingOptionId": 322049, "shippingPrice": 150}

    assert Decimal(200) == shop.order("1162790").totals.shipping
    assert 204 == shop.ask("PUT", "/orders/1162790", again).status
    assert Decimal(150) == shop.order("1162790").totals.shipping


def test_an_order_that_renews_none_of_the_customers_is_refused_by_its_field(shop: Any) -> None:
    refused = shop.ask("POST", "/orders", {"parentId": 5}, token="0" * 63 + "2")

    assert 400 == refused.status
    assert "parentId: There is no order 5" in json.read(refused.body)["extraInfo"]


@pytest.mark.parametrize("member", ["productId", "productCode"])
def test_a_product_that_is_not_there_is_refused_by_the_member_that_names_it(
    shop: Any, member: str
) -> None:
    refused = shop.ask("POST", "/orders/1162790/products", {"items": [{member: "X9", "units": 1}]})

    assert f"items[1].{member}: There is no product" in json.read(refused.body)["extraInfo"]
