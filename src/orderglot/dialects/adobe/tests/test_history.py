"""The order history: its filters, its defaults, and the way from page to page."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from orderglot.core.order import Order, Reference
from orderglot.dialects.adobe.tokens import TOKEN

CUSTOMER = "9876543210"
ORDERS = f"/v3/customers/{CUSTOMER}/orders"
NEW = {
    "orderType": "NEW",
    "currencyCode": "USD",
    "lineItems": [{"extLineItemNumber": 1, "offerId": "80004561CA02A12", "quantity": 10}],
}


def found(context: Any, query: str) -> list[str]:
    """Give the last digits of the orders that a query finds."""
    return [order["orderId"][-1] for order in context.get(f"{ORDERS}?{query}")["items"]]


# From oldest to newest the orders are 0123456789 and 5120008001 to 5120008008.


@pytest.mark.parametrize(
    ("query", "orders"),
    [
        ("", "876543219"),
        ("order-type=NEW", "843219"),
        ("order-type=RETURN&order-type=SWITCH", "65"),
        ("order-type=TRANSFER", ""),
        ("status=1000", "765219"),
        ("status=1002&status=1008", "84"),
        ("status=1004", ""),
        ("status=1026", "3"),
        ("status=1004&status=1026", "3"),
        ("offer-id=65304479CA01A12", "82"),
        ("offer-id=65304479CA01A12&offer-id=80004567EA01A12", "8729"),
        ("subscription-id=86756309", "79"),
        ("reseller-id=5556667778", "852"),
        ("reseller-id=5556667778&reseller-id=1&order-type=NEW", "82"),
        ("reseller-id=1", ""),
        ("reference-order-id=5120008004", "5"),
        ("reference-order-id=0123456789", ""),
        ("reference-order-id=nothing", ""),
        ("start-date=2019-07-01", "876"),
        ("start-date=2019-07-10T07:05:59Z", "87"),
        ("start-date=2019-07-10T07:06:00Z", "8"),
        ("end-date=2019-05-20", "19"),
        ("end-date=2019-05-20T09:15:02Z", "219"),
        ("end-date=2019-05-20T09:15:01Z", "19"),
        ("start-date=2019-05-03&end-date=2019-06-11", "432"),
        ("extra=filter", "876543219"),
        ("order-type=&status=&start-date=", "876543219"),
    ],
)
def test_a_filter_finds_its_orders_newest_first(context: Any, query: str, orders: str) -> None:
    assert list(orders) == found(context, query)


@pytest.mark.parametrize(
    "query",
    [
        *("order-type=PREVIEW", "order-type=new", "status=1", "status=1009", "limit=0"),
        *("limit=-1", "limit=ten", "offset=-1", "offset=x", "start-date=yesterday"),
        *("start-date=2019-02-30", "end-date=2019-05-02T22:49:54", "end-date=20190502"),
        *("end-date=2019-05-02T22:49:54%2B02:00", "fetch-price=perhaps", "after=x"),
    ],
)
def test_a_wrong_value_is_refused(context: Any, query: str) -> None:
    assert "1132" == context.refused("GET", f"{ORDERS}?{query}")


def test_without_a_start_date_the_current_term_is_shown(context: Any) -> None:
    old = Order(
        references=(Reference("adobe", "5120007999"),),
        customer=asyncio.run(context.book.get(Reference("adobe", "0123456789"))).customer,
        created=context.specimens.orders[0].created - timedelta(days=2),
    )
    asyncio.run(context.book.keep(old))

    assert 9 == context.get(ORDERS)["totalCount"]
    assert 10 == context.get(f"{ORDERS}?start-date=2019-01-01")["totalCount"]


def test_without_an_end_date_the_future_is_not_shown(context: Any) -> None:
    context.time -= timedelta(days=7)

    assert 8 == context.get(ORDERS)["totalCount"]
    assert 9 == context.get(f"{ORDERS}?end-date=2030-01-01")["totalCount"]


def test_a_limit_above_the_highest_is_the_highest(context: Any) -> None:
    assert 100 == context.get(f"{ORDERS}?limit=1000")["limit"]


def test_prices_are_shown_of_complete_orders_where_they_are_asked_for(context: Any) -> None:
    plain = context.get(f"{ORDERS}?order-type=NEW")["items"]
    priced = context.get(f"{ORDERS}?order-type=NEW&fetch-price=true")["items"]

    assert [] == [order for order in plain if "pricingSummary" in order]
    assert ["1000"] * 3 == [order["status"] for order in priced if "pricingSummary" in order]


def uris(page: Any) -> dict[str, str]:
    return {name: link["uri"] for name, link in page["links"].items()}


def test_the_pages_own_envelope(context: Any) -> None:
    page = context.get(f"{ORDERS}?offset=3&limit=3")

    assert (9, 3, 3, 3) == tuple(page[name] for name in ("totalCount", "count", "offset", "limit"))
    assert {
        "self": f"{ORDERS}?offset=3&limit=3",
        "next": f"{ORDERS}?offset=6&limit=3",
        "prev": f"{ORDERS}?offset=0&limit=3",
    } == uris(page)


def walk(context: Any, query: str, appended: str = "", arriving: int = 0) -> list[str]:
    """Follow the links to the end, one correlation id for all, while orders arrive."""
    orders, target = [], f"{ORDERS}?{query}"
    while target:
        page = context.get(
            target + appended * (target != f"{ORDERS}?{query}"), x_correlation_id="one"
        )
        orders += [order["orderId"] for order in page["items"]]
        assert page["offset"] + page["count"] == len(orders)
        target = uris(page).get("next", "")
        for _ in range(arriving):
            context.forward(timedelta(seconds=1))
            context.post(NEW)
    return orders


@pytest.mark.parametrize("arriving", [0, 1, 5])
@pytest.mark.parametrize(
    "query",
    [
        "limit=2",
        "limit=2&offset=0&order-type=NEW&start-date=2019-01-01&end-date=2026-02-01",
        "limit=2&status=1000&status=1002&fetch-price=true",
    ],
)
def test_the_links_lead_to_each_order_once(context: Any, query: str, arriving: int) -> None:
    all_at_once = found(context, query.replace("limit=2", "limit=100"))
    appended = "&" + query.replace("limit=2&offset=0&", "")

    for added in ("", appended):
        orders = walk(context, query, added, arriving)
        assert len(set(orders)) == len(orders)
        assert all_at_once == [id[-1] for id in orders][-len(all_at_once) :]


def test_the_way_back_leads_over_the_same_orders(context: Any) -> None:
    first = context.get(f"{ORDERS}?limit=4")
    second = context.get(uris(first)["next"])
    context.forward(timedelta(seconds=1))
    context.post(NEW)

    assert first["items"] == context.get(uris(second)["prev"])["items"]
    assert second == context.get(uris(second)["self"])


def test_a_link_that_is_led_to_carries_the_filters(context: Any) -> None:
    page = context.get(f"{ORDERS}?limit=1&status=1000&status=1002&offer-id=65304479CA01A12")

    assert uris(page)["next"].startswith(
        f"{ORDERS}?status=1000&status=1002&offer-id=65304479CA01A12&end-date="
    )


def test_a_key_of_the_seller_sees_every_customer_and_no_order_of_another_one(context: Any) -> None:
    async def opened() -> str:
        caller = context.book.caller
        key = await context.store.keyring.issue_key(
            "adobe", caller, lambda _: "0" * 64, lambda _: "whole"
        )
        holder = await context.store.keyring.admit("adobe", key.secret)
        (token,) = await context.store.keyring.issue(holder, TOKEN)
        return f"Bearer {token}"

    headers = {"x_api_key": "whole", "authorization": asyncio.run(opened())}
    other = ORDERS.replace(CUSTOMER, "1005513019")

    assert 9 == context.get(ORDERS, **headers)["totalCount"]
    assert 3 == context.get(other, **headers)["totalCount"]
    assert "2115" == context.refused("GET", f"{other}/0123456789", **headers)
    assert "2115" == context.refused("GET", f"{ORDERS}/5120009001", **headers)
