"""Completion: when an order is complete, what comes of it, and that all see the same of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.core.order import Line, Order
from orderglot.core.values import Status

ORDERS = "/v3/customers/9876543210/orders"
OFFER, OTHER = "80004561CA02A12", "65304479CA01A12"
WAIT = timedelta(seconds=30)
SECOND = timedelta(seconds=1)


def new(quantity: int = 10, offer: str = OFFER, **members: Any) -> dict[str, Any]:
    line = {"extLineItemNumber": 1, "offerId": offer, "quantity": quantity}
    return {"orderType": "NEW", "currencyCode": "USD", "lineItems": [line], **members}


def shown(context: Any, id: str) -> tuple[str, str, str]:
    """Give what is shown of an order: its status, that of its line, and its subscription."""
    order = context.get(f"{ORDERS}/{id}")
    line = order["lineItems"][0]
    return order["status"], line["status"], line["subscriptionId"]


def listed(context: Any, query: str = "") -> list[str]:
    """Give the ids of the history's orders, as many as it says that there are."""
    page = context.get(f"{ORDERS}?start-date=2000-01-01{query}&limit=100")
    assert page["totalCount"] == len(page["items"])
    return [order["orderId"] for order in page["items"]]


def events(context: Any, id: str) -> list[str]:
    return [one.what for one in asyncio.run(context.book.events(int(id)))]


def quantity(context: Any, subscription: str) -> int:
    """Give how many pieces of a subscription a preview of its renewal is about."""
    lines = context.post({"orderType": "PREVIEW_RENEWAL"})["lineItems"]
    return sum(one["quantity"] for one in lines if one["subscriptionId"] == subscription)


# When


def test_an_order_is_complete_after_the_time_that_the_seller_has_set(context: Any) -> None:
    context.set(adobe_completes=30)
    id = context.post(new())["orderId"]
    context.forward(WAIT - SECOND)
    assert ("1002", "1002", "") == shown(context, id)
    context.forward(SECOND)
    status, line, subscription = shown(context, id)

    assert ("1000", "1000", "NA") == (status, line, subscription[-2:])
    assert subscription == shown(context, id)[2]


def test_lists_filters_counts_and_events_say_the_same_of_it(context: Any) -> None:
    context.set(adobe_completes=30)
    id = context.post(new())["orderId"]
    assert (True, False) == (
        id in listed(context, "&status=1002"),
        id in listed(context, "&status=1000"),
    )
    assert ["placed"] == events(context, id)
    context.forward(WAIT)

    assert (False, True) == (
        id in listed(context, "&status=1002"),
        id in listed(context, "&status=1000"),
    )
    assert ["placed", "completed"] == events(context, id)
    subscription = shown(context, id)[2]
    assert [id] == listed(context, f"&subscription-id={subscription}")


def test_it_is_known_when_an_order_was_due(context: Any) -> None:
    context.set(adobe_completes=30)
    id = context.post(new())["orderId"]
    due = context.time + WAIT
    context.forward(timedelta(hours=1))
    shown(context, id)
    order = context.order(id)

    assert (due, None, context.time) == (order.completed, order.completes, order.modified)
    assert {} == order.extras


def test_the_time_is_that_of_the_seller_when_the_order_was_placed(context: Any) -> None:
    context.set(adobe_completes=30)
    first = context.post(new())["orderId"]
    context.set(adobe_completes="by hand")
    second = context.post(new())["orderId"]
    context.forward(WAIT)

    assert ["1000", "1002"] == [shown(context, id)[0] for id in (first, second)]


@pytest.mark.parametrize("setting", ["by hand", None])
def test_without_a_time_somebody_has_to_say_so(context: Any, setting: str | None) -> None:
    if setting:
        context.set(adobe_completes=setting)
    id = context.post(new())["orderId"]
    context.forward(timedelta(days=300))
    assert ("1002", "1002", "") == shown(context, id)
    set_status(context, id, Status.COMPLETED)
    status, line, subscription = shown(context, id)

    assert ("1000", "1000", "NA") == (status, line, subscription[-2:])
    assert ["placed", "changed", "completed"] == events(context, id)


def set_status(context: Any, id: str, status: Status) -> None:
    """Say of an order how far it has come, as any other way into the book does."""
    asyncio.run(context.book.change(replace(context.order(id), status=status)))


def test_what_somebody_said_is_complete_is_so_in_the_history_too(context: Any) -> None:
    id = context.post(new())["orderId"]
    set_status(context, id, Status.COMPLETED)
    (order,) = [one for one in context.get(ORDERS)["items"] if one["orderId"] == id]

    assert ("1000", "1000") == (order["status"], order["lineItems"][0]["status"])
    assert "NA" == order["lineItems"][0]["subscriptionId"][-2:]


def test_who_is_earlier_than_the_time_completes_it_as_well(context: Any) -> None:
    context.set(adobe_completes=30)
    id = context.post(new())["orderId"]
    set_status(context, id, Status.COMPLETED)
    context.forward(SECOND)
    subscription = shown(context, id)[2]
    context.forward(WAIT)

    assert ("1000", "1000", subscription) == shown(context, id)
    assert ["placed", "changed", "completed"] == events(context, id)


@pytest.mark.parametrize("status", [Status.ON_HOLD, Status.FAILED, Status.CANCELLED])
def test_an_order_of_which_something_else_has_become_is_left_alone(
    context: Any, status: Status
) -> None:
    context.set(adobe_completes=30)
    id = context.post(new())["orderId"]
    set_status(context, id, status)
    context.forward(WAIT)
    before = shown(context, id)

    assert status is context.order(id).status
    assert before == shown(context, id)


def test_more_than_are_looked_for_at_once_are_complete_at_once(context: Any) -> None:
    context.set(adobe_completes=30)
    ids = [context.post(new(1))["orderId"] for _ in range(120)]
    context.forward(WAIT)

    assert [] == [id for id in listed(context, "&status=1002") if id in ids]
    assert {"1000"} == {shown(context, id)[0] for id in ids}


# What comes of it


def test_two_orders_of_one_product_are_one_subscription_of_both(context: Any) -> None:
    context.set(adobe_completes="at once")
    first, second = (context.post(new(count))["orderId"] for count in (10, 3))
    subscription = shown(context, first)[2]

    assert subscription == shown(context, second)[2]
    assert 13 == quantity(context, subscription)


def test_an_open_order_of_a_product_that_is_held_does_not_count_yet(context: Any) -> None:
    context.set(adobe_completes="at once")
    subscription = shown(context, context.post(new(10))["orderId"])[2]
    context.set(adobe_completes=30)
    context.post(new(3))
    assert 10 == quantity(context, subscription)
    context.forward(WAIT)

    assert 13 == quantity(context, subscription)


def test_a_renewal_of_one_of_twelve_leaves_twelve(context: Any) -> None:
    context.set(adobe_completes="at once")
    subscription = shown(context, context.post(new(12))["orderId"])[2]
    line = {"extLineItemNumber": 1, "offerId": OFFER, "quantity": 1}
    renewal = new(lineItems=[{**line, "subscriptionId": subscription}], orderType="RENEWAL")
    id = context.post(renewal)["orderId"]

    assert ("1000", "1000", subscription) == shown(context, id)
    assert 12 == quantity(context, subscription)


def test_another_deployment_is_another_subscription(context: Any) -> None:
    context.set(adobe_completes="at once")
    line = {"extLineItemNumber": 1, "offerId": OFFER, "quantity": 2, "deploymentId": "12345"}
    one = shown(context, context.post(new(10))["orderId"])[2]
    other = shown(context, context.post(new(lineItems=[line]))["orderId"])[2]

    assert one != other
    assert (10, 2) == (quantity(context, one), quantity(context, other))


def test_what_was_returned_before_it_was_complete_begins_nothing(context: Any) -> None:
    context.set(adobe_completes=30)
    lines = [
        {"extLineItemNumber": number, "offerId": offer, "quantity": 2}
        for number, offer in ((1, OFFER), (2, OTHER))
    ]
    id = context.post(new(lineItems=lines))["orderId"]
    context.post({"orderType": "RETURN", "referenceOrderId": id, "lineItems": lines[:1]})
    context.forward(WAIT)
    order = context.get(f"{ORDERS}/{id}")

    assert ["1008", "1000"] == [one["status"] for one in order["lineItems"]]
    assert ["", "NA"] == [one["subscriptionId"][-2:] for one in order["lineItems"]]


def test_orders_of_others_in_the_same_book_are_not_touched(context: Any) -> None:
    theirs = Order(
        customer=context.order(context.post(new())["orderId"]).customer,
        status=Status.COMPLETED,
        lines=(Line(number=1, sku="AA124", quantity=24),),
    )
    other = asyncio.run(context.book.place(theirs))

    assert ("1000", "", "") == shown(context, str(other.id))
    assert other == context.order(str(other.id))
