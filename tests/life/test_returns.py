"""Returns, as each dialect shows them, and what its clients may do with them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest
from msgspec.structs import replace

from orderglot.core import lifecycle
from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.dialects.adobe.subscriptions import Holding, holding_of
from orderglot.wire.operation import Context
from tests.life.doors import CUSTOMER, GOODS, OFFER, OTHER_OFFER, SITE, Doors, behind_doors

COMPLETED, CANCELLED = 7, 9


async def returned(doors: Doors, quantity: int) -> tuple[int, int]:
    """Buy ten seats, give some back, and give the ids of the order and of its return."""
    id = await doors.adobe_order(quantity=10)
    await doors.catalyst_put(id, statusTypeId=COMPLETED)
    return id, await doors.adobe_return(id, quantity)


def test_a_return_is_no_purchase_next_door() -> None:
    async def trial(doors: Doors) -> None:
        _, back = await returned(doors, 2)

        items = (await doors.kole(back))["order"]["items"]
        assert [(OFFER, -2)] == [(one["sku"], one["quantity"]) for one in items]
        (item,) = (await doors.read("catalyst", f"{SITE}/orders/{back}/products"))["items"]
        assert -2 == item["units"]
        asked = f"customerId={CUSTOMER}&webOrderId={back}&statusId=2"
        web = await doors.read("komet", f"/api/web-order-details.list?{asked}")
        assert [-2] == [one["quantity"] for one in web["webOrders"][0]["items"]]
        assert 2 == (await doors.adobe(back))["lineItems"][0]["quantity"]

    behind_doors(trial)


def test_a_return_stays_one_and_takes_no_further_items() -> None:
    async def trial(doors: Doors) -> None:
        _, back = await returned(doors, 2)
        sent = {"items": [{"productCode": GOODS, "units": 1}]}
        refused = await doors.ask("catalyst", "POST", f"{SITE}/orders/{back}/products", sent)
        quoted = await doors.ask("catalyst", "PUT", f"{SITE}/orders/{back}", {"quote": True})

        assert (409, 400) == (refused.status, quoted.status)
        assert b"A return takes no further lines" in refused.body
        assert "RETURN" == (await doors.adobe(back))["orderType"]

    behind_doors(trial)


def test_a_return_that_is_cancelled_gives_its_seats_back_and_taken_up_again_it_takes_them() -> None:
    async def trial(doors: Doors) -> None:
        async def left(id: int) -> tuple[str, str, int]:
            shown = await doors.adobe(id)
            line = shown["lineItems"][0]
            return shown["status"], line["status"], line["remainingQuantity"]

        for quantity in (4, 10):
            id, back = await returned(doors, quantity)
            gone = ("1000", "1000", 6) if quantity == 4 else ("1008", "1008", 0)
            assert gone == await left(id)
            await doors.catalyst_put(back, statusTypeId=CANCELLED)
            assert ("1000", "1000", 10) == await left(id)
            await doors.catalyst_put(back, statusTypeId=1)
            assert gone == await left(id)

    behind_doors(trial)


def test_a_switch_that_is_cancelled_gives_its_seats_back() -> None:
    async def trial(doors: Doors) -> None:
        async def line(id: int) -> tuple[int, str]:
            shown = (await doors.adobe(id))["lineItems"][0]
            return shown["remainingQuantity"], shown["subscriptionId"]

        id = await doors.adobe_order(quantity=10)
        await doors.catalyst_put(id, statusTypeId=COMPLETED)
        _, subscription = await line(id)
        switch = await doors.adobe_switch(subscription, 4)
        assert 6 == (await line(id))[0]
        await doors.catalyst_put(switch, statusTypeId=CANCELLED)
        assert 10 == (await line(id))[0]
        await doors.catalyst_put(switch, statusTypeId=1)
        assert 6 == (await line(id))[0]

    behind_doors(trial)


def test_an_order_that_is_cancelled_is_not_returned() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.adobe_order()
        await doors.catalyst_put(id, statusTypeId=COMPLETED)
        await doors.catalyst_put(id, statusTypeId=CANCELLED)
        line = {"extLineItemNumber": 1, "offerId": OFFER, "quantity": 1}
        body = {"orderType": "RETURN", "referenceOrderId": str(id), "lineItems": [line]}
        response = await doors.adobe_write({**body, "currencyCode": "USD"})

        assert 400 == response.status
        assert b"returned" in response.body

    behind_doors(trial)


def test_what_a_return_took_is_not_taken_again_where_it_is_not_there_any_more() -> None:
    async def trial(doors: Doors) -> None:
        id, first = await returned(doors, 4)
        await doors.catalyst_put(first, statusTypeId=CANCELLED)
        await doors.adobe_return(id, 10)
        response = await doors.ask("catalyst", "PUT", f"{SITE}/orders/{first}", {"statusTypeId": 1})

        assert 400 == response.status
        assert b"statusTypeId: What this order took is not there any more" in response.body
        assert "1008" == (await doors.adobe(first))["status"]

    behind_doors(trial)


def test_a_cancelled_order_stays_so_when_a_return_of_it_is_cancelled() -> None:
    async def trial(doors: Doors) -> None:
        id, back = await returned(doors, 4)
        await doors.catalyst_put(id, statusTypeId=CANCELLED)
        await doors.catalyst_put(back, statusTypeId=CANCELLED)

        assert "1008" == (await doors.adobe(id))["status"]

    behind_doors(trial)


def test_a_return_of_an_order_that_is_gone_can_be_cancelled() -> None:
    async def trial(doors: Doors) -> None:
        id, back = await returned(doors, 4)
        assert 204 == (await doors.ask("catalyst", "DELETE", f"{SITE}/orders/{id}")).status
        await doors.catalyst_put(back, statusTypeId=CANCELLED)

        assert "1008" == (await doors.adobe(back))["status"]

    behind_doors(trial)


def test_an_order_that_was_never_complete_is_received_when_its_return_is_cancelled() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.adobe_order(quantity=10)
        back = await doors.adobe_return(id, 10)
        assert "1008" == (await doors.adobe(id))["status"]
        await doors.catalyst_put(back, statusTypeId=CANCELLED)

        shown = await doors.adobe(id)
        assert ("1002", "1002") == (shown["status"], shown["lineItems"][0]["status"])

    behind_doors(trial)


async def switched(doors: Doors, quantity: int) -> tuple[int, int]:
    """Buy ten seats, switch some, and give the ids of the order and of the switch."""
    id = await doors.adobe_order(quantity=10)
    await doors.catalyst_put(id, statusTypeId=COMPLETED)
    subscription = (await doors.adobe(id))["lineItems"][0]["subscriptionId"]
    return id, await doors.adobe_switch(subscription, quantity)


async def left(doors: Doors, id: int) -> int:
    count: int = (await doors.adobe(id))["lineItems"][0]["remainingQuantity"]
    return count


@pytest.mark.parametrize("make", [returned, switched])
def test_what_is_deleted_gives_back_what_it_took(
    make: Callable[[Doors, int], Awaitable[tuple[int, int]]],
) -> None:
    async def trial(doors: Doors) -> None:
        id, taken = await make(doors, 4)
        assert 6 == await left(doors, id)
        assert 204 == (await doors.ask("catalyst", "DELETE", f"{SITE}/orders/{taken}")).status
        assert 10 == await left(doors, id)

    behind_doors(trial)


GIVING_UP = [("PUT", {"statusTypeId": CANCELLED}), ("PUT", {"quote": True}), ("DELETE", None)]


async def reverted(doors: Doors, switch: int) -> int:
    """Undo a switch, at once."""
    body = {"orderType": "REVERT_SWITCH", "referenceOrderId": str(switch), "currencyCode": "USD"}
    response = await doors.adobe_write(body)
    assert 201 == response.status, response.body
    id = int(json.loads(response.body)["orderId"])
    await doors.catalyst_put(id, statusTypeId=COMPLETED)
    return id


@pytest.mark.parametrize(("method", "sent"), GIVING_UP)
def test_an_order_of_which_seats_were_switched_away_is_not_given_up(
    method: str, sent: dict[str, object] | None
) -> None:
    async def trial(doors: Doors) -> None:
        id, switch = await switched(doors, 4)
        path = f"{SITE}/orders/{id}"
        for status in (1, COMPLETED):
            await doors.catalyst_put(switch, statusTypeId=status)
            refused = await doors.ask("catalyst", method, path, sent)
            reason = f"Seats of this order were switched away; first cancel switch {switch}."
            assert refused.status == (400 if sent else 409)
            assert ": ".join([*(sent or ()), reason]) in refused.body.decode()
            assert 6 == await left(doors, id)
        await doors.catalyst_put(switch, statusTypeId=CANCELLED)
        assert 204 == (await doors.ask("catalyst", method, path, sent)).status

        again = {"statusTypeId": COMPLETED}
        refused = await doors.ask("catalyst", "PUT", f"{SITE}/orders/{switch}", again)
        assert 400 == refused.status
        assert b"What this order took is not there any more" in refused.body

    behind_doors(trial)


@pytest.mark.parametrize(("method", "sent"), GIVING_UP)
def test_an_order_to_which_all_seats_came_back_is_given_up_and_does_not_lose_them_again(
    method: str, sent: dict[str, object] | None
) -> None:
    async def trial(doors: Doors) -> None:
        id, switch = await switched(doors, 4)
        await doors.catalyst_put(switch, statusTypeId=COMPLETED)
        back = await reverted(doors, switch)
        given_up = await doors.ask("catalyst", method, f"{SITE}/orders/{id}", sent)
        assert 204 == given_up.status, given_up.body

        away = {"statusTypeId": CANCELLED}
        refused = await doors.ask("catalyst", "PUT", f"{SITE}/orders/{back}", away)
        assert 400 == refused.status, refused.body

    behind_doors(trial)


def test_all_seats_that_came_back_can_be_returned() -> None:
    async def trial(doors: Doors) -> None:
        id, switch = await switched(doors, 4)
        await doors.catalyst_put(switch, statusTypeId=COMPLETED)
        await reverted(doors, switch)
        await doors.adobe_return(id, 10)

        assert ("1008", 0) == ((await doors.adobe(id))["status"], await left(doors, id))

    behind_doors(trial)


async def offered(doors: Doors, sku: str) -> tuple[int, str]:
    """Buy ten seats of an offer, and give the order and the subscription."""
    line = {"extLineItemNumber": 1, "offerId": sku, "quantity": 10}
    id = await doors.adobe_order(lineItems=[line])
    await doors.catalyst_put(id, statusTypeId=COMPLETED)
    return id, (await doors.adobe(id))["lineItems"][0]["subscriptionId"]


async def switched_to(doors: Doors, subscription: str, sku: str, quantity: int) -> int:
    """Switch seats of a subscription to an offer, at once."""
    count = {"extLineItemNumber": 1, "quantity": quantity}
    gone = {"referenceLineItemNumber": 1, "subscriptionId": subscription, **count}
    body = {"lineItems": [{"offerId": sku, **count}], "cancellingItems": [gone]}
    head = {"orderType": "SWITCH", "currencyCode": "USD"}
    response = await doors.adobe_write({**head, **body})
    assert 201 == response.status, response.body
    id = int(json.loads(response.body)["orderId"])
    await doors.catalyst_put(id, statusTypeId=COMPLETED)
    return id


def test_a_reversal_of_seats_of_several_orders_can_be_cancelled() -> None:
    async def trial(doors: Doors) -> None:
        first, seats = await offered(doors, OFFER)
        _, others = await offered(doors, OTHER_OFFER)
        second = await switched_to(doors, others, OFFER, 7)
        away = await switched_to(doors, seats, OTHER_OFFER, 11)
        body = {"orderType": "REVERT_SWITCH", "referenceOrderId": str(away)}
        reverted = await doors.adobe_write({**body, "currencyCode": "USD"})
        assert [10, 7] == [await left(doors, one) for one in (first, second)]

        back = int(json.loads(reverted.body)["orderId"])
        await doors.catalyst_put(back, statusTypeId=CANCELLED)
        assert [0, 6] == [await left(doors, one) for one in (first, second)]

    behind_doors(trial)


def test_seats_that_are_complete_only_now_are_held_before_they_are_returned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.adobe_order(quantity=10)
        holding = list[Holding]()

        async def held_before(context: Context, customer: Customer) -> Holding:
            holding.append(await holding_of(context, customer))
            if len(holding) == 1:
                await doors.catalyst_put(id, statusTypeId=COMPLETED)
            return holding[-1]

        monkeypatch.setattr("orderglot.dialects.adobe.rules.holding_of", held_before)
        back = await doors.adobe_return(id, 10)

        subscriptions = {line.subscription for line in (await doors.order(back)).lines}
        assert subscriptions == {line.subscription for line in (await doors.order(id)).lines}
        assert "" not in subscriptions

    behind_doors(trial)


def test_a_switch_is_not_undone_while_its_seats_are_switched_on() -> None:
    async def trial(doors: Doors) -> None:
        _, seats = await offered(doors, OTHER_OFFER)
        away = await switched_to(doors, seats, OFFER, 6)
        there = (await doors.adobe(away))["lineItems"][0]["subscriptionId"]
        onward = await doors.adobe_switch(there, 2)
        body = {"orderType": "REVERT_SWITCH", "referenceOrderId": str(away)}
        answers = [await doors.adobe_write({**body, "currencyCode": "USD"})]
        await doors.catalyst_put(onward, statusTypeId=CANCELLED)
        answers.append(await doors.adobe_write({**body, "currencyCode": "USD"}))

        assert [400, 201] == [one.status for one in answers]
        assert "4122" == json.loads(answers[0].body)["code"]

    behind_doors(trial)


def test_a_line_of_which_seats_were_switched_away_stays_when_the_rest_is_returned_again() -> None:
    async def trial(doors: Doors) -> None:
        id, back = await returned(doors, 4)
        await doors.catalyst_put(back, statusTypeId=CANCELLED)
        seats = (await doors.adobe(id))["lineItems"][0]["subscriptionId"]
        await switched_to(doors, seats, OTHER_OFFER, 6)
        await doors.catalyst_put(back, statusTypeId=1)

        shown = await doors.adobe(id)
        assert ("1000", 0) == (shown["status"], shown["lineItems"][0]["remainingQuantity"])
        assert "1000" == shown["lineItems"][0]["status"]

    behind_doors(trial)


def test_an_older_order_that_is_complete_later_adds_to_the_subscription_of_a_newer_one() -> None:
    async def trial(doors: Doors) -> None:
        older = await doors.adobe_order()
        _, seats = await offered(doors, OFFER)
        await doors.catalyst_put(older, statusTypeId=COMPLETED)

        assert seats == (await doors.adobe(older))["lineItems"][0]["subscriptionId"]

    behind_doors(trial)


def test_what_the_seller_cancelled_of_another_dialects_line_is_no_seat_and_does_not_come_back() -> (
    None
):
    async def trial(doors: Doors) -> None:
        id = await doors.adobe_order(quantity=10)
        added = {"items": [{"productCode": OTHER_OFFER, "units": 10}]}
        await doors.ask("catalyst", "POST", f"{SITE}/orders/{id}/products", added)
        book = doors.store.of(Caller(seller=doors.seller))
        await book.change(lifecycle.cancel(await doors.order(id), "sold out", {2: 4}))
        await doors.catalyst_put(id, statusTypeId=COMPLETED)

        head = {"externalReferenceId": "B", "currencyCode": "USD"}
        renewal = await doors.adobe_write({**head, "orderType": "PREVIEW_RENEWAL"})
        lines = json.loads(renewal.body)["lineItems"]
        assert [(OFFER, 10), (OTHER_OFFER, 6)] == [
            (one["offerId"], one["quantity"]) for one in lines
        ]

        async def asked(quantity: int) -> int:
            line = {"extLineItemNumber": 2, "offerId": OTHER_OFFER, "quantity": quantity}
            body = {**head, "orderType": "RETURN", "referenceOrderId": str(id), "lineItems": [line]}
            return (await doors.adobe_write(body)).status

        assert [422, 201] == [await asked(10), await asked(6)]

    behind_doors(trial)


def test_what_came_in_boxes_goes_back_in_whole_boxes_and_is_counted_in_pieces() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.adobe_order()
        book, order = doors.store.of(Caller(seller=doors.seller)), await doors.order(id)
        price = {"unit_price": Decimal("0.50"), "total": Decimal(50)}
        boxes = replace(order.lines[0], quantity=2, box="HB", units_per_box=50, **price)
        await book.change(replace(order, lines=(replace(boxes, remaining=None),)))
        await doors.catalyst_put(id, statusTypeId=COMPLETED)

        for quantity in (2, 101):
            line = {"extLineItemNumber": 1, "offerId": OFFER, "quantity": quantity}
            head = {"orderType": "RETURN", "referenceOrderId": str(id), "currencyCode": "USD"}
            refused = await doors.adobe_write({**head, "lineItems": [line]})
            assert (400, "2132") == (refused.status, json.loads(refused.body)["code"])
        back = await doors.adobe_return(id, 50)
        assert 50 == await left(doors, id)
        assert 50 == (await doors.adobe(back))["lineItems"][0]["quantity"]
        await doors.adobe_return(id, 50)
        assert "1008" == (await doors.adobe(id))["status"]
        await doors.catalyst_put(back, statusTypeId=CANCELLED)
        assert 50 == await left(doors, id)

    behind_doors(trial)
