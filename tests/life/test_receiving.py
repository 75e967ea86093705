"""A new order, by whichever door it comes in."""

from __future__ import annotations

import json

from orderglot.core.caller import Caller
from orderglot.core.order import HUB, Reference
from tests.life.doors import CUSTOMER, GOODS, SITE, Doors, behind_doors


async def catalyst_order(doors: Doors, **members: object) -> int:
    body = {"name": "New", "entityId": int(CUSTOMER), **members}
    body["items"] = [{"productCode": GOODS, "units": 4}]
    response = await doors.ask("catalyst", "POST", f"{SITE}/orders", body)
    assert 201 == response.status, response.body
    return int(response.headers["content-location"].rpartition("/")[2])


async def kodaris_order(doors: Doors) -> int:
    body = {"companyID": CUSTOMER, "items": [{"code": GOODS, "quantity": 4}]}
    response = await doors.ask("kodaris", "POST", "/api/account/order", body)
    assert 200 == response.status, response.body
    return int(json.loads(response.body)["data"]["orderID"])


def test_it_is_received_billed_and_taxed_alike() -> None:
    async def trial(doors: Doors) -> None:
        book = doors.store.of(Caller(seller=doors.seller))
        customer = await book.customer(Reference("kole", CUSTOMER))
        for id in (
            await doors.kole_order(),
            await doors.adobe_order(),
            await kodaris_order(doors),
            await catalyst_order(doors),
        ):
            order = await book.get(Reference(HUB, str(id)))
            assert (doors.clock(), customer.bill_to, customer.tax_exempt) == (
                order.received,
                order.bill_to,
                order.tax_exempt,
            )

    behind_doors(trial)


def test_a_draft_is_received_once_it_is_none() -> None:
    async def trial(doors: Doors) -> None:
        id = await catalyst_order(doors, statusTypeId=2)
        assert (await doors.order(id)).received is None
        await doors.catalyst_put(id, statusTypeId=1)
        assert doors.clock() == (await doors.order(id)).received

    behind_doors(trial)


def test_an_order_that_is_over_as_it_comes_has_its_items() -> None:
    async def trial(doors: Doors) -> None:
        id = await catalyst_order(doors, statusTypeId=9)

        order = await doors.order(id)
        assert ("cancelled", ["cancelled"]) == (order.status, [one.status for one in order.lines])

    behind_doors(trial)


def test_whichever_door_an_order_comes_in_by_its_bill_says_what_is_due() -> None:
    async def trial(doors: Doors) -> None:
        for id in (await kodaris_order(doors), await catalyst_order(doors)):
            due = (await doors.kole(id))["order"]["invoice"]["due"]
            assert 5 == due["total"]

    behind_doors(trial)
