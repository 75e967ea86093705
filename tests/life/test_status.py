"""A status that one dialect's client sets, as all others see it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal

from orderglot.core.values import InvoiceStatus, Status
from tests.life.doors import CUSTOMER, GOODS, SITE, Doors, behind_doors
from tests.life.test_pricing import add_at_catalyst

COMPLETED, CANCELLED, PROCESSING, ON_HOLD = 7, 9, 3, 8
"""Statuses of a site as it begins."""


def test_what_catalyst_calls_completed_is_complete_with_its_lines_and_subscriptions() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.adobe_order()
        await doors.catalyst_put(id, statusTypeId=COMPLETED)

        shown = await doors.adobe(id)
        assert ("1000", "1000") == (shown["status"], shown["lineItems"][0]["status"])
        assert shown["lineItems"][0]["subscriptionId"]

    behind_doors(trial)


def test_what_catalyst_cancels_is_cancelled_with_its_lines() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.adobe_order()
        await doors.catalyst_put(id, statusTypeId=COMPLETED)
        await doors.catalyst_put(id, statusTypeId=CANCELLED)

        shown = await doors.adobe(id)
        assert ("1008", "1008") == (shown["status"], shown["lineItems"][0]["status"])

    behind_doors(trial)


def test_a_status_that_the_site_does_not_have_revives_nothing() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order()
        await doors.catalyst_put(id, statusTypeId=CANCELLED)
        response = await doors.ask("catalyst", "PUT", f"{SITE}/orders/{id}", {"statusTypeId": 999})

        assert 400 == response.status
        assert b"statusTypeId: 999 is no status of this site." in response.body
        assert Status.CANCELLED is (await doors.order(id)).status

    behind_doors(trial)


def test_changing_a_name_issues_no_invoice() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order()
        await doors.catalyst_put(id, name="Another")

        bill = (await doors.order(id)).invoice
        assert bill is not None
        assert (InvoiceStatus.UNPAID, "", None) == (bill.status, bill.number, bill.date)

    behind_doors(trial)


def test_an_order_that_is_called_invoiced_is_paid() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order()
        await doors.catalyst_put(id, invoiced=True, shippingPrice=14)

        bill = (await doors.order(id)).invoice
        assert bill is not None
        assert (str(id), Decimal(44)) == (bill.number, bill.due.total)
        assert (Decimal(44), Decimal(0)) == (bill.paid.total, bill.owed.total)
        await doors.catalyst_put(id, invoiced=False)
        bill = (await doors.order(id)).invoice
        assert bill is not None
        assert (Decimal(0), Decimal(44)) == (bill.paid.total, bill.owed.total)

    behind_doors(trial)


def test_kole_owes_what_catalyst_says_that_it_comes_to() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order()
        await doors.catalyst_put(id, shippingPrice=14)

        due = (await doors.kole(id))["order"]["invoice"]["due"]
        assert (44, 44) == ((await doors.catalyst(id))["totalPrice"], due["total"])

    behind_doors(trial)


def test_a_cancelled_order_that_is_taken_up_again_has_its_lines() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order()
        await doors.catalyst_put(id, statusTypeId=CANCELLED)
        assert {Status.CANCELLED} == {one.status for one in (await doors.order(id)).lines}
        await doors.catalyst_put(id, statusTypeId=PROCESSING)
        assert {Status.PROCESSING} == {one.status for one in (await doors.order(id)).lines}

    behind_doors(trial)


def test_a_cancelled_order_that_is_held_has_its_lines_back() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order()
        await doors.catalyst_put(id, statusTypeId=CANCELLED)
        await doors.catalyst_put(id, statusTypeId=ON_HOLD)

        shown = await doors.adobe(id)
        assert ("1002", "1002") == (shown["status"], shown["lineItems"][0]["status"])

    behind_doors(trial)


def test_an_order_that_was_checked_out_is_completed_later_and_not_before() -> None:
    async def trial(doors: Doors) -> None:
        body = {"companyID": CUSTOMER, "items": [{"code": GOODS, "quantity": 4}]}
        response = await doors.ask("kodaris", "POST", "/api/account/order", body)
        placed = json.loads(response.body)["data"]
        began = doors.clock()
        assert (began, None) == await times(doors, placed["orderID"])

        doors.clock.forward(timedelta(days=2))
        await doors.catalyst_put(placed["orderID"], statusTypeId=COMPLETED)
        assert (began, doors.clock()) == await times(doors, placed["orderID"])
        asked = {
            "filterFields": [{"name": "orderID", "operation": "IS", "value": placed["orderID"]}]
        }
        shown = await doors.ask("kodaris", "POST", "/api/account/order/list", asked)
        (listed,) = json.loads(shown.body)["data"]["content"]
        assert ("Completed", placed["completed"]) == (listed["status"], listed["completed"])

    behind_doors(trial)


def test_a_line_that_comes_into_a_complete_order_is_complete() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order()
        await doors.catalyst_put(id, statusTypeId=COMPLETED)
        await add_at_catalyst(doors, id, 4)

        shown = await doors.adobe(id)
        assert ["1000"] * 3 == [shown["status"], *(one["status"] for one in shown["lineItems"])]

    behind_doors(trial)


async def times(doors: Doors, id: int) -> tuple[datetime | None, datetime | None]:
    order = await doors.order(id)
    return order.received, order.completed
