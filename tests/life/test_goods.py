"""What is split, comes back or is exchanged, as the clients of other dialects see and follow it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest
from msgspec.structs import replace

from orderglot.core import lifecycle
from orderglot.core.adding_up import adds_up
from orderglot.core.caller import Caller
from orderglot.core.errors import Invalid
from orderglot.core.findings import Answer
from orderglot.core.goods_steps import Made, exchange_goods, return_goods, split_order
from orderglot.core.line_quantities import returned, shipped, to_ship
from orderglot.core.order import HUB, Line, Order, Reference
from orderglot.core.ports import UnitOfWork
from orderglot.core.quantities import Quantity
from orderglot.core.repricing import reprice
from orderglot.core.shipments import Shipment, ShippedLine
from orderglot.core.values import Status
from tests.life.doors import GOODS, OTHER_OFFER, SITE, Doors, behind_doors

CANCELLED, COMPLETED, RECEIVED = 9, 7, 1
"""Statuses of a site as it begins."""


async def stepped(
    doors: Doors, id: int, step: Callable[[UnitOfWork, Order], Awaitable[Made]]
) -> list[int]:
    """Take a step as the seller does, and give the ids of what is made by it."""

    async def work(unit: UnitOfWork) -> Made:
        return await step(unit, await unit.get(Reference(HUB, str(id))))

    made = await doors.store.of(Caller(seller=doors.seller)).transact(work)
    return [one.id for one in made.made]


async def returned_of(doors: Doors, id: int, quantity: int) -> int:
    """Let so much of an order's line come back, and give the id of the return."""
    (back,) = await stepped(doors, id, lambda unit, order: return_goods(unit, order, {1: quantity}))
    return back


async def sent(doors: Doors, quantity: int = 24) -> int:
    """Give the id of an order of goods that is shipped."""
    id = await doors.kole_order(quantity)
    book = doors.store.of(Caller(seller=doors.seller))
    await book.change(lifecycle.ship(await doors.order(id), Shipment(), doors.clock()))
    return id


def test_a_return_of_goods_that_catalyst_cancels_gives_them_back_and_takes_them_again() -> None:
    async def trial(doors: Doors) -> None:
        async def state(id: int) -> tuple[Status, Quantity]:
            order = await doors.order(id)
            return order.status, returned(order.lines[0])

        id = await sent(doors)
        (back,) = await stepped(doors, id, lambda unit, order: return_goods(unit, order, {}))
        assert (Status.RETURNED, 24) == await state(id)
        await doors.catalyst_put(back, statusTypeId=CANCELLED)
        assert (Status.SHIPPED, 0) == await state(id)
        await doors.catalyst_put(back, statusTypeId=RECEIVED)
        assert (Status.RETURNED, 24) == await state(id)

    behind_doors(trial)


def test_adobes_client_returns_what_is_outside_and_no_more_than_the_seller_left() -> None:
    async def trial(doors: Doors) -> None:
        async def asked(quantity: int) -> tuple[int, str]:
            line = {"extLineItemNumber": 1, "offerId": GOODS, "quantity": quantity}
            body = {"orderType": "RETURN", "referenceOrderId": str(id), "lineItems": [line]}
            head = {"externalReferenceId": f"B{quantity}", "currencyCode": "USD"}
            response = await doors.adobe_write({**head, **body})
            return response.status, json.loads(response.body).get("code", "")

        id = await sent(doors)
        await stepped(doors, id, lambda unit, order: return_goods(unit, order, {1: 4}))
        assert 20 == (await doors.adobe(id))["lineItems"][0]["remainingQuantity"]
        assert 422 == (await asked(21))[0]
        assert (201, "") == await asked(20)
        order = await doors.order(id)
        assert (Status.RETURNED, 24) == (order.status, returned(order.lines[0]))

    behind_doors(trial)


def test_an_order_of_which_all_came_back_is_returned_whoever_took_it() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order(24)

        async def state() -> tuple[Status, Quantity, int | None]:
            order = await doors.order(id)
            return order.status, returned(order.lines[0]), order.lines[0].remaining

        await doors.catalyst_put(id, statusTypeId=COMPLETED)
        line = {"extLineItemNumber": 1, "offerId": GOODS, "quantity": 10}
        head = {"orderType": "RETURN", "externalReferenceId": "B", "currencyCode": "USD"}
        back = await doors.adobe_write({**head, "referenceOrderId": str(id), "lineItems": [line]})
        (other,) = await stepped(doors, id, lambda unit, order: return_goods(unit, order, {1: 14}))
        assert (Status.RETURNED, 24, 0) == await state()
        for one, left in ((json.loads(back.body)["orderId"], 10), (other, 24)):
            await doors.catalyst_put(one, statusTypeId=CANCELLED)
            assert (Status.COMPLETED, 24 - left, left) == await state()

    behind_doors(trial)


@pytest.mark.parametrize("member", ["discountRate", "giftVoucherAmount"])
@pytest.mark.parametrize(("off", "worth"), [(5, ("-10.42", "-14.58")), (1000, ("0", "0"))])
def test_a_return_keeps_its_share_of_a_discount_or_voucher_whatever_is_put_on_it(
    member: str, off: int, worth: tuple[str, str]
) -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order(24)
        await doors.catalyst_put(id, **{member: off})
        book = doors.store.of(Caller(seller=doors.seller))
        await book.change(lifecycle.ship(await doors.order(id), Shipment(), doors.clock()))
        for quantity, total in zip((10, 14), worth, strict=True):
            back = await returned_of(doors, id, quantity)
            assert Answer.YES is adds_up(await doors.order(back)).answer
            assert (await doors.order(back)).totals.total == Decimal(total)
            await doors.catalyst_put(back, shippingPrice=2)
            assert (await doors.order(back)).totals.total == Decimal(total) + 2
            assert Answer.YES is adds_up(await doors.order(back)).answer

    behind_doors(trial)


def test_seats_that_are_not_complete_yet_are_split_and_each_part_gives_its_own() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.adobe_order(quantity=10)
        (half,) = await stepped(doors, id, lambda unit, order: split_order(unit, order, {1: 4}))
        for one, quantity in ((id, 6), (half, 4)):
            await doors.catalyst_put(one, statusTypeId=7)
            (line,) = (await doors.adobe(one))["lineItems"]
            assert (quantity, quantity, "1000") == (
                line["quantity"],
                line["remainingQuantity"],
                line["status"],
            )
        first, second = [(await doors.adobe(one))["lineItems"][0] for one in (id, half)]
        assert first["subscriptionId"] == second["subscriptionId"] != ""
        await doors.adobe_return(half, 4)
        await doors.adobe_switch(first["subscriptionId"], 6)

    behind_doors(trial)


def test_seats_that_were_given_back_are_in_no_parcel() -> None:
    async def trial(doors: Doors) -> None:
        book = doors.store.of(Caller(seller=doors.seller))
        id = await doors.adobe_order(quantity=10)
        await doors.adobe_return(id, 3)
        order = await book.change(lifecycle.ship(await doors.order(id), Shipment(), doors.clock()))
        assert (Status.SHIPPED, 7) == (order.status, shipped(order.lines[0]))
        assert 7 == (await doors.adobe(id))["lineItems"][0]["remainingQuantity"]

    behind_doors(trial)


def test_an_order_is_completed_with_what_parcels_have_and_seats_without_any() -> None:
    async def trial(doors: Doors) -> None:
        book = doors.store.of(Caller(seller=doors.seller))
        goods = await doors.kole_order(24)
        parcel = Shipment(lines=(ShippedLine(number=1, quantity=4),))
        order = lifecycle.ship(await doors.order(goods), parcel, doors.clock())
        other = replace(order.lines[0], id="", number=2, details=None, status=Status.PROCESSING)
        await book.change(replace(order, lines=(*order.lines, other)))
        seats = await doors.adobe_order(quantity=10)
        for id in (goods, seats):
            await book.change(lifecycle.complete(await doors.order(id), doors.clock()))
        (back,) = await stepped(doors, goods, lambda unit, order: return_goods(unit, order, {}))
        assert [(1, -4)] == [(one.number, one.quantity) for one in (await doors.order(back)).lines]
        assert (await doors.adobe(seats))["lineItems"][0]["subscriptionId"]
        await doors.adobe_return(seats, 10)

    behind_doors(trial)


def test_seats_that_are_complete_come_back_whatever_a_parcel_had() -> None:
    async def trial(doors: Doors) -> None:
        book = doors.store.of(Caller(seller=doors.seller))
        id = await doors.adobe_order(quantity=10)
        parcel = Shipment(lines=(ShippedLine(number=1, quantity=4),))
        await book.change(lifecycle.ship(await doors.order(id), parcel, doors.clock()))
        await book.change(lifecycle.complete(await doors.order(id), doors.clock()))
        (line,) = (await doors.adobe(id))["lineItems"]
        assert (10, "1000") == (line["remainingQuantity"], line["status"])
        assert 10 == shipped((await doors.order(id)).lines[0])
        await doors.adobe_return(id, 7)
        await doors.adobe_switch(line["subscriptionId"], 3)

    behind_doors(trial)


def test_what_was_given_back_unsent_is_to_be_sent_when_that_return_is_cancelled() -> None:
    async def trial(doors: Doors) -> None:
        book = doors.store.of(Caller(seller=doors.seller))
        goods = await doors.kole_order(24)
        line = {"extLineItemNumber": 1, "offerId": GOODS, "quantity": 4}
        head = {"orderType": "RETURN", "externalReferenceId": "B", "currencyCode": "USD"}
        response = await doors.adobe_write(
            {**head, "referenceOrderId": str(goods), "lineItems": [line]}
        )
        back = int(json.loads(response.body)["orderId"])
        await book.change(lifecycle.ship(await doors.order(goods), Shipment(), doors.clock()))
        await doors.catalyst_put(back, statusTypeId=CANCELLED)
        order = await doors.order(goods)
        assert (Status.PARTLY_SHIPPED, 4) == (order.status, to_ship(order.lines[0]))
        assert "PACKAGING" == (await doors.kole(goods))["order"]["status"]
        await doors.catalyst_put(back, statusTypeId=RECEIVED)
        assert (Status.SHIPPED, 20) == await state_of(goods, doors)

    behind_doors(trial)


async def state_of(id: int, doors: Doors) -> tuple[Status, Quantity]:
    order = await doors.order(id)
    return order.status, shipped(order.lines[0])


def test_an_exchange_is_a_return_and_a_new_order_next_door() -> None:
    async def trial(doors: Doors) -> None:
        id = await sent(doors)
        goods = (Line(sku=OTHER_OFFER, quantity=2),)
        back, sale = await stepped(
            doors, id, lambda unit, order: exchange_goods(unit, order, {1: 4}, goods)
        )
        items = (await doors.kole(back))["order"]["items"]
        assert [(GOODS, -4)] == [(one["sku"], one["quantity"]) for one in items]
        order = (await doors.kole(sale))["order"]
        assert ("PROCESSING", 18) == (order["status"], order["invoice"]["owed"]["total"])
        assert "PO-7001" == order["po_number"]
        path = f"{SITE}/orders/{sale}"
        assert 18 == (await doors.read("catalyst", path))["totalPrice"]

    behind_doors(trial)


def test_seats_of_a_subscription_are_adobes_to_return() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.adobe_order()
        await doors.catalyst_put(id, statusTypeId=7)
        assert (await doors.adobe(id))["lineItems"][0]["subscriptionId"]
        with pytest.raises(Invalid, match="seats of a subscription"):
            await stepped(doors, id, lambda unit, order: return_goods(unit, order, {1: 1}))

    behind_doors(trial)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_order_is_what_it_was_whichever_of_its_returns_is_cancelled_first(
    order: tuple[int, int],
) -> None:
    async def trial(doors: Doors) -> None:
        id = await sent(doors)
        part = await stepped(doors, id, lambda unit, order: return_goods(unit, order, {1: 4}))
        book = doors.store.of(Caller(seller=doors.seller))
        await book.change(lifecycle.deliver(await doors.order(id)))
        rest = await stepped(doors, id, lambda unit, order: return_goods(unit, order, {}))
        for one in order:
            await doors.catalyst_put((*part, *rest)[one], statusTypeId=CANCELLED)
            assert Status.DELIVERED is (await doors.order(id)).status

    behind_doors(trial)


def test_a_return_of_what_was_repriced_is_not_taken_up_again() -> None:
    async def trial(doors: Doors) -> None:
        id = await sent(doors)
        (back,) = await stepped(doors, id, lambda unit, order: return_goods(unit, order, {}))
        await doors.catalyst_put(back, statusTypeId=CANCELLED)
        book = doors.store.of(Caller(seller=doors.seller))
        await book.change(reprice(await doors.order(id), {}, {1: Decimal(5)}))
        response = await doors.ask(
            "catalyst", "PUT", f"{SITE}/orders/{back}", {"statusTypeId": RECEIVED}
        )

        assert 400 == response.status
        assert b"another price by now; make a new return" in response.body
        assert Status.SHIPPED is (await doors.order(id)).status

    behind_doors(trial)
