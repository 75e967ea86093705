"""What a seller changes of an order by himself, as the clients of each dialect see it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from orderglot.core import lifecycle
from orderglot.core.caller import Caller
from orderglot.core.cancellation_requests import CancellationState
from orderglot.core.cancelling import answer, ask
from orderglot.core.correcting import Correction, correct
from orderglot.core.order import HUB, Address, Line, Order, Reference
from orderglot.core.ports import UnitOfWork
from orderglot.core.reassigning import move
from orderglot.core.repricing import reprice
from orderglot.core.shipments import Shipment
from orderglot.core.values import Status
from tests.life.doors import CUSTOMER, GOODS, SITE, Doors, behind_doors
from tests.life.test_reassigning import OTHER, other_customer


class Seen(NamedTuple):
    """What the clients of each dialect see of an order: its status, quantities and total."""

    status: dict[str, Any]
    quantities: dict[str, list[int]]
    totals: dict[str, Decimal]


async def seen(doors: Doors, id: int) -> Seen:
    """Ask for an order at every door."""
    adobe, catalyst = await doors.adobe(id), await doors.catalyst(id)
    items = (await doors.read("catalyst", f"{SITE}/orders/{id}/products"))["items"]
    kole = (await doors.kole(id))["order"]
    (kodaris,) = [one for one in await listed_by_kodaris(doors) if one["orderID"] == id]
    (komet,) = await listed_by_komet(doors, id)
    status = {"adobe": adobe, "kodaris": kodaris, "kole": kole}
    return Seen(
        status={
            "catalyst": catalyst["statusTypeId"],
            **{name: one["status"] for name, one in status.items()},
        },
        quantities={
            "adobe": [one["quantity"] for one in adobe["lineItems"]],
            "catalyst": [one["units"] for one in items],
            "kole": [one["quantity"] for one in kole["items"]],
            "komet": [one["quantity"] for one in komet["items"]],
        },
        totals={
            "catalyst": catalyst["totalPrice"],
            "kodaris": kodaris["total"],
            "kole": kole["invoice"]["due"]["total"],
            "komet": komet["total"],
        },
    )


async def listed_by_kodaris(doors: Doors) -> list[Any]:
    path = "/api/account/order/list"
    response = await doors.ask("kodaris", "POST", path, {"size": 100, "page": 0})
    found: list[Any] = json.loads(response.body)["data"]["content"]
    return found


async def listed_by_komet(doors: Doors, id: int) -> list[Any]:
    asked = {"customerId": int(CUSTOMER), "webOrderId": id, "statusId": 2}
    response = await doors.ask("komet", "POST", "/api/web-order-details.list", asked)
    found: list[Any] = json.loads(response.body)["webOrders"]
    return found


async def take(doors: Doors, id: int, step: Callable[[Order], Order]) -> Order:
    """Take a step with an order, as a command does."""
    book = doors.store.of(Caller(seller=doors.seller, name="Ann"))
    return await book.change(step(await doors.order(id)))


async def corrected(doors: Doors, id: int, correction: Correction) -> Order:
    products = await doors.store.of(Caller(seller=doors.seller)).products([GOODS])
    return await take(doors, id, lambda order: correct(order, correction, products))


def the_same(seen: Seen, quantities: list[int], total: object) -> bool:
    """Tell whether all clients see the same quantities and the same total."""
    return all(one == quantities for one in seen.quantities.values()) and all(
        one == total for one in seen.totals.values()
    )


def test_a_line_that_is_corrected_removed_or_added_is_so_at_every_door() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order(quantity=24)
        await corrected(doors, id, Correction(quantities={1: 48}))
        assert the_same(await seen(doors, id), [48], 60)

        more = (Line(sku=GOODS, quantity=300),)
        await corrected(doors, id, Correction(added=more))
        assert the_same(await seen(doors, id), [48, 300], 315)

        await corrected(doors, id, Correction(removed=(1,)))
        assert the_same(await seen(doors, id), [300], 255)

    behind_doors(trial)


def test_two_corrections_at_once_are_as_one_after_the_other() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order(quantity=24)
        book = doors.store.of(Caller(seller=doors.seller))
        products = await book.products([GOODS])

        async def by(unit: UnitOfWork, correction: Correction) -> None:
            order = await unit.get(Reference(HUB, str(id)))
            await asyncio.sleep(0)
            await unit.change(correct(order, correction, products), "corrected")

        added = Correction(added=(Line(sku=GOODS, quantity=4),))
        await asyncio.gather(
            *(
                book.transact(partial(by, correction=one))
                for one in (Correction(quantities={1: 48}), added, added)
            )
        )
        assert the_same(await seen(doors, id), [48, 4, 4], 70)
        assert [1, 2, 3] == [line.number for line in (await doors.order(id)).lines]

    behind_doors(trial)


def test_what_a_catalyst_client_pays_stays_when_a_line_is_corrected() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order(quantity=24)
        await doors.catalyst_put(id, invoiced=True)
        await corrected(doors, id, Correction(quantities={1: 48}))

        bill = (await doors.kole(id))["order"]["invoice"]
        assert ("partially paid", 30, 30) == (
            bill["status"],
            bill["paid"]["total"],
            bill["owed"]["total"],
        )
        assert not (await doors.catalyst(id))["invoiced"]

    behind_doors(trial)


def test_another_price_is_the_price_at_every_door() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order(quantity=24)
        await doors.price(GOODS, Decimal(2))
        products = await doors.store.of(Caller(seller=doors.seller)).products([GOODS])
        await take(doors, id, lambda order: reprice(order, products))
        assert the_same(await seen(doors, id), [24], 48)

        await take(doors, id, lambda order: reprice(order, products, {1: Decimal("1.50")}))
        assert the_same(await seen(doors, id), [24], 36)

    behind_doors(trial)


def test_where_it_goes_is_corrected_at_every_door_that_shows_it() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order()
        place = Address(line_1="7 Dock Road", city="Carson", country="US", postal_code="90745")
        await corrected(doors, id, Correction(ship_to=place, po_number="PO-8", notes="Ring."))

        kole = (await doors.kole(id))["order"]
        assert ("7 Dock Road", "PO-8", "Ring.") == (
            kole["ship_to_address"]["address_1"],
            kole["po_number"],
            kole["notes"],
        )
        (kodaris,) = await listed_by_kodaris(doors)
        assert "7 Dock Road" == kodaris["deliveryAddress1"]

    behind_doors(trial)


def test_an_order_that_is_moved_is_with_its_new_customer_alone() -> None:
    async def trial(doors: Doors) -> None:
        id, other = await doors.kole_order(), await other_customer(doors)
        book = doors.store.of(Caller(seller=doors.seller))
        async with book.together() as unit:
            await unit.change(await move(unit, await doors.order(id), other), "moved")

        gone = await doors.ask("kole", "GET", f"/orders/{id}", accept="application/json")
        assert gone.status in (403, 404)
        assert (await doors.catalyst(id))["entityId"] != int(CUSTOMER)

    behind_doors(trial)


def test_what_is_deleted_is_gone_at_every_door() -> None:
    async def trial(doors: Doors) -> None:
        id, other = await doors.kole_order(), await doors.kole_order(po_number="PO-2")
        await take(doors, id, lambda order: lifecycle.delete(order, doors.clock()))

        assert [other] == [one["orderID"] for one in await listed_by_kodaris(doors)]
        assert 404 == (await doors.ask("catalyst", "GET", f"{SITE}/orders/{id}")).status
        assert 404 == (await doors.ask("catalyst", "DELETE", f"{SITE}/orders/{id}")).status
        items = {"items": [{"productCode": GOODS, "units": 1}]}
        path = f"{SITE}/orders/{id}/products"
        assert 404 == (await doors.ask("catalyst", "POST", path, items)).status

    behind_doors(trial)


async def asked(doors: Doors, id: int) -> Order:
    return await take(doors, id, lambda order: ask(order, "Twice.", "Ann", doors.clock()))


def test_that_it_is_asked_to_be_cancelled_no_client_sees_before_it_is() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order()
        before = await seen(doors, id)
        await asked(doors, id)
        assert before == await seen(doors, id)

        await take(
            doors, id, lambda order: answer(order, CancellationState.ACCEPTED, "Bob", doors.clock())
        )
        now = await seen(doors, id)
        assert {
            "adobe": "1008",
            "catalyst": 9,
            "kodaris": "Cancelled",
            "kole": "VOID",
        } == now.status
        assert before.totals == now.totals

    behind_doors(trial)


def test_meanwhile_no_client_adds_to_it_or_gives_it_away_but_names_are_taken() -> None:
    async def trial(doors: Doors) -> None:
        await other_customer(doors)
        id = await doors.kole_order()
        await asked(doors, id)
        before = await doors.order(id)
        items = {"items": [{"productCode": GOODS, "units": 1}]}
        path = f"{SITE}/orders/{id}"
        assert 409 == (await doors.ask("catalyst", "POST", f"{path}/products", items)).status
        response = await doors.ask("catalyst", "PUT", path, {"entityId": OTHER})
        assert response.status in (400, 409), response.body
        assert before == await doors.order(id)
        await doors.catalyst_put(id, name="Another")

    behind_doors(trial)


def test_what_a_client_ships_meanwhile_is_cancelled_too_late() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order()
        await asked(doors, id)
        await doors.catalyst_put(id, statusTypeId=6)

        order = await doors.order(id)
        assert order.details is not None
        assert (Status.SHIPPED, [CancellationState.TOO_LATE]) == (
            order.status,
            [one.state for one in order.details.cancellations],
        )
        assert doors.clock() == order.details.cancellations[0].answered

    behind_doors(trial)


def test_what_went_out_is_still_owed_where_the_rest_is_cancelled() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order(quantity=24)
        await take(doors, id, lambda order: lifecycle.cancel(order, "", {1: 4}))
        await take(doors, id, lambda order: lifecycle.ship(order, Shipment(), doors.clock()))
        assert the_same(await seen(doors, id), [24], 30)

    behind_doors(trial)
