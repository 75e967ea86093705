"""Quotes, drafts and previews, of whichever dialect: who shows them, and that the others do not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orderglot.core.caller import Caller
from orderglot.core.order import Order
from orderglot.core.ports import Event
from orderglot.core.values import Kind, Status
from tests.conformance.specimens import welcome
from tests.life.doors import CUSTOMER, GOODS, JSON, OFFER, SITE, Doors, behind_doors
from tests.life.test_carts import DRAFT
from tests.life.test_pricing import add_at_komet
from tests.life.test_receiving import catalyst_order, kodaris_order

EVERYWHERE = {"adobe", "catalyst", "kodaris", "kole", "komet"}
ORDERS = f"/v3/customers/{CUSTOMER}/orders"
RECEIVED, CANCELLED = 1, 9


async def shown(doors: Doors, id: int) -> set[str]:
    """Name the dialects that show an order, by its id and in their lists alike."""
    got, listed = await by_id(doors, id), await in_lists(doors, id)
    assert got - {"komet"} == listed
    return got


async def by_id(doors: Doors, id: int) -> set[str]:
    """Name the dialects that know an order by its id."""
    found = set()
    for dialect, path, headers in (
        ("kole", f"/orders/{id}", {"accept": JSON}),
        ("catalyst", f"{SITE}/orders/{id}", {}),
        ("adobe", f"{ORDERS}/{id}", doors.correlated()),
    ):
        response = await doors.ask(dialect, "GET", path, **headers)
        assert response.status in (200, 404), response.body
        found |= {dialect} if response.status == 200 else set()
    wanted = [{"name": "orderID", "operation": "IS", "value": id}]
    if await kodaris_listed(doors, filterFields=wanted):
        found.add("kodaris")
    for status in (1, 2):
        asked = f"customerId={CUSTOMER}&webOrderId={id}&statusId={status}"
        response = await doors.ask("komet", "GET", f"/api/web-order-details.list?{asked}")
        found |= {"komet"} if json.loads(response.body)["status"] else set()
    return found


async def in_lists(doors: Doors, id: int) -> set[str]:
    """Name the dialects whose lists have an order, which are as long as they say."""
    kole = await doors.ask("kole", "GET", "/orders", accept=JSON)
    orders: dict[str, Any] = json.loads(kole.body)["orders"] if kole.body else {}
    catalyst = await doors.read("catalyst", f"{SITE}/orders")
    adobe = await doors.read("adobe", ORDERS, **doors.correlated())
    assert catalyst["totalItemsCount"] == len(catalyst["items"])
    assert adobe["totalCount"] == len(adobe["items"])
    found = {
        "kole": [one["order_id"] for name, one in orders.items() if name.isdecimal()],
        "catalyst": [one["id"] for one in catalyst["items"]],
        "adobe": [int(one["orderId"]) for one in adobe["items"]],
        "kodaris": await kodaris_listed(doors),
    }
    return {dialect for dialect, ids in found.items() if id in ids}


async def kodaris_listed(doors: Doors, **members: Any) -> list[int]:
    body = {"page": 0, "size": 100, **members}
    response = await doors.ask("kodaris", "POST", "/api/account/order/list", body)
    data = json.loads(response.body)["data"]
    assert data["totalElements"] == len(data["content"])
    return [one["orderID"] for one in data["content"]]


async def placed(doors: Doors, dialect: str) -> int:
    """Place an order as a client of a dialect does."""
    match dialect:
        case "kole":
            return await doors.kole_order()
        case "adobe":
            return await doors.adobe_order()
        case "kodaris":
            return await kodaris_order(doors)
        case "catalyst":
            return await catalyst_order(doors)
        case _:
            cart = await add_at_komet(doors, 3)
            body = {"customerId": int(CUSTOMER), "webOrderId": cart}
            await doors.ask("komet", "POST", "/api/web-order.checkout", body)
            return cart


@pytest.mark.parametrize("dialect", sorted(EVERYWHERE))
def test_an_order_is_a_quote_as_long_as_it_is_called_one(dialect: str) -> None:
    async def trial(doors: Doors) -> None:
        id = await placed(doors, dialect)
        before = await doors.order(id)
        assert EVERYWHERE == await shown(doors, id)
        await doors.catalyst_put(id, quote=True)

        assert Kind.QUOTE is (await doors.order(id)).kind
        assert {"catalyst"} == await shown(doors, id)
        await doors.catalyst_put(id, quote=False)
        after = await doors.order(id)
        assert (before.kind, before.status, before.lines) == (after.kind, after.status, after.lines)
        assert EVERYWHERE == await shown(doors, id)

    behind_doors(trial)


@pytest.mark.parametrize("dialect", sorted(EVERYWHERE))
def test_an_order_that_is_made_a_draft_is_a_cart_and_none_elsewhere(dialect: str) -> None:
    async def trial(doors: Doors) -> None:
        id = await placed(doors, dialect)
        await doors.catalyst_put(id, statusTypeId=DRAFT)

        assert {"catalyst", "komet"} == await shown(doors, id)
        await doors.catalyst_put(id, statusTypeId=RECEIVED)
        assert EVERYWHERE == await shown(doors, id)

    behind_doors(trial)


def test_a_cart_is_an_order_elsewhere_once_it_is_checked_out() -> None:
    async def trial(doors: Doors) -> None:
        cart = await add_at_komet(doors, 3)
        assert {"catalyst", "komet"} == await shown(doors, cart)
        body = {"customerId": int(CUSTOMER), "webOrderId": cart}
        await doors.ask("komet", "POST", "/api/web-order.checkout", body)

        assert EVERYWHERE == await shown(doors, cart)

    behind_doors(trial)


def test_a_new_quote_is_no_order_elsewhere_nor_is_one_that_is_given_up() -> None:
    async def trial(doors: Doors) -> None:
        quote = await catalyst_order(doors, quote=True)
        assert {"catalyst"} == await shown(doors, quote)
        await doors.catalyst_put(quote, statusTypeId=CANCELLED)

        assert {"catalyst"} == await shown(doors, quote)

    behind_doors(trial)


def test_no_client_writes_to_what_it_does_not_see() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.adobe_order()
        await doors.catalyst_put(id, quote=True)
        before = await doors.order(id)
        renamed = {"externalReferenceId": "other"}
        patched = await doors.ask("adobe", "PATCH", f"{ORDERS}/{id}", renamed, **doors.correlated())
        line = {"extLineItemNumber": 1, "offerId": OFFER, "quantity": 1}
        returning = {"orderType": "RETURN", "referenceOrderId": str(id), "lineItems": [line]}
        returned = await doors.adobe_write({**returning, "currencyCode": "USD"})
        added = {"customerId": int(CUSTOMER), "webOrderId": id, "productCode": GOODS, "quantity": 1}
        cart = await doors.ask("komet", "POST", "/api/web-order-item.add", added)

        assert (404, 404) == (patched.status, returned.status)
        assert b"Web Orders not found." in cart.body
        assert before == await doors.order(id)

    behind_doors(trial)


@pytest.mark.parametrize("state", [{"quote": True}, {"statusTypeId": DRAFT}], ids=str)
@pytest.mark.parametrize(
    "key", [{}, {"idempotency_key": "once"}], ids=["without a key", "by a key"]
)
def test_an_order_that_is_not_shown_any_more_is_made_once_more_unless_a_key_says_that_it_was(
    state: dict[str, Any], key: dict[str, str]
) -> None:
    async def trial(doors: Doors) -> None:
        sent = next(one for one in welcome("kole") if one.name == "createOrder-json").request
        items = [{"sku": GOODS, "quantity": 24}]
        body = {**json.loads(sent.body), "po_number": "PO-7001", "items": items}

        async def create() -> tuple[int, str]:
            media = {"accept": JSON, "content_type": JSON}
            answer = await doors.ask("kole", "POST", "/orders", body, **media, **key)
            return answer.status, answer.headers["content-location"]

        first = await create()
        id = int(first[1].rpartition("/")[2])
        await doors.catalyst_put(id, **state)

        assert 201 == first[0]
        again = await create()
        assert 201 == again[0]
        assert (again == first) is bool(key)
        assert (1 if key else 2) == len((await everything(doors))[0])

    behind_doors(trial)


def test_seats_of_a_quote_are_not_held_and_those_of_a_draft_neither() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.adobe_order(quantity=10)
        await doors.catalyst_put(id, statusTypeId=7)
        assert 10 == await held(doors)
        for there, gone in (
            ({"quote": False}, {"quote": True}),
            ({"statusTypeId": 7}, {"statusTypeId": DRAFT}),
        ):
            await doors.catalyst_put(id, **gone)
            assert 0 == await held(doors)
            await doors.catalyst_put(id, **there)
            assert 10 == await held(doors)

    behind_doors(trial)


async def held(doors: Doors) -> int:
    """Count the seats of which a preview says that they would be renewed."""
    response = await doors.adobe_write({"orderType": "PREVIEW_RENEWAL"})
    if response.status != 201:
        return 0
    return sum(one["quantity"] for one in json.loads(response.body)["lineItems"])


def test_a_preview_leaves_nothing() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.adobe_order(quantity=10)
        await doors.catalyst_put(id, statusTypeId=7)
        subscription = (await doors.adobe(id))["lineItems"][0]["subscriptionId"]
        before = await everything(doors)
        line = {"extLineItemNumber": 1, "offerId": OFFER, "quantity": 2}
        switched = {"extLineItemNumber": 1, "referenceLineItemNumber": 1, "quantity": 2}
        for body in (
            {"orderType": "PREVIEW", "currencyCode": "USD", "lineItems": [line]},
            {"orderType": "PREVIEW_RENEWAL"},
            {
                "orderType": "PREVIEW_SWITCH",
                "currencyCode": "USD",
                "lineItems": [{**line, "offerId": "61000009CA01A12"}],
                "cancellingItems": [{**switched, "subscriptionId": subscription}],
            },
        ):
            response = await doors.adobe_write(body)
            assert 201 == response.status, response.body
            assert "" == json.loads(response.body)["orderId"]
        looked = {"companyID": CUSTOMER, "items": [{"code": GOODS, "quantity": 4}]}
        path = "/api/account/order?completeOrder=false"
        seen = await doors.ask("kodaris", "POST", path, looked)
        assert json.loads(seen.body)["data"]["orderID"] is None

        assert before == await everything(doors)

    behind_doors(trial)


async def everything(doors: Doors) -> tuple[tuple[Order, ...], tuple[Event, ...]]:
    """Give all orders of the book, and all that happened to them."""
    book = doors.store.of(Caller(seller=doors.seller, test=True, deleted=True))
    return tuple([one async for one in book.walk()]), (await book.feed(limit=1_000)).events


def test_a_quote_that_is_a_draft_is_no_cart() -> None:
    async def trial(doors: Doors) -> None:
        quote = await catalyst_order(doors, quote=True, statusTypeId=DRAFT)

        assert (Kind.QUOTE, Status.DRAFT) == (
            (await doors.order(quote)).kind,
            (await doors.order(quote)).status,
        )
        assert {"catalyst"} == await shown(doors, quote)

    behind_doors(trial)
