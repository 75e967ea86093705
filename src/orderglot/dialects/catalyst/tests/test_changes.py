"""Catalyst's writes: what a new or changed order becomes, and what is refused."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.core.values import Cycle, PaymentMethod
from orderglot.wire import json


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
    # The total follows the option's price, and not what the client says that it is.
    assert Decimal("239.95") == order.totals.total
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


def assert_refused(shop: Any, body: dict[str, Any], reason: str) -> None:
    before = shop.order("1162790")
    refused = shop.ask("PUT", "/orders/1162790", body)

    assert 400 == refused.status
    assert reason in json.read(refused.body)["extraInfo"]
    assert before == shop.order("1162790")


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
    assert_refused(shop, body, reason)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"name": "A", "NAME": "B"}, "name: This comes twice, with different values."),
        ({"name": "x" * 256}, "name: This may have 255 characters, not 256."),
        ({"shippingInstructions": "x" * 4_001}, "This may have 4000 characters, not 4001."),
        ({"shippingPrice": " 24"}, "shippingPrice: ' 24' is not a number."),
    ],
)
def test_what_can_be_read_in_two_ways_or_never_ends_is_refused_by_its_name(
    shop: Any, body: dict[str, Any], reason: str
) -> None:
    assert_refused(shop, body, reason)


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
