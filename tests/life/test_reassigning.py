"""An order that goes to another customer."""

from __future__ import annotations

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.order import Address, Reference
from orderglot.core.order_details import OrderDetails
from orderglot.core.parties import Party, Role
from tests.life.doors import SITE, Doors, behind_doors

OTHER = "17759400"


async def other_customer(doors: Doors) -> Customer:
    """Let the seller have another customer, whom Catalyst's clients know."""
    book = doors.store.of(Caller(seller=doors.seller))
    home = Address(company="Other", line_1="9 Other Road", city="Reno", country="US")
    references = (Reference("catalyst", OTHER),)
    return await book.keep_customer(Customer(name="Other", bill_to=home, references=references))


def test_nothing_of_the_customer_before_goes_along() -> None:
    async def trial(doors: Doors) -> None:
        id, other = await doors.kole_order(), await other_customer(doors)
        before = await doors.order(id)
        book = doors.store.of(Caller(seller=doors.seller))
        parties = (Party(role=Role.SHIP_TO, address=before.ship_to),)
        await book.change(replace(before, details=OrderDetails(parties=parties)))
        await doors.catalyst_put(id, entityId=OTHER, shippingAttention="Reception")

        order = await doors.order(id)
        assert order.customer is not None
        assert other.id == order.customer.id
        assert (other.bill_to, other.bill_to) == (order.bill_to, order.ship_to)
        assert (before.shipping.carrier, "", "Reception") == (
            order.shipping.carrier,
            order.shipping.account,
            order.shipping.attention,
        )
        assert order.details is None

    behind_doors(trial)


def test_an_order_that_is_linked_stays_with_its_customer() -> None:
    async def trial(doors: Doors) -> None:
        await other_customer(doors)
        id = await doors.adobe_order()
        await doors.catalyst_put(id, statusTypeId=7)
        returned = await doors.adobe_return(id, 2)
        for one in (id, returned):
            response = await doors.ask(
                "catalyst", "PUT", f"{SITE}/orders/{one}", {"entityId": OTHER}
            )
            assert 400 == response.status
            assert b"entityId: This order stays with its customer" in response.body

    behind_doors(trial)


def test_an_order_of_nobody_that_is_linked_stays_nobodys() -> None:
    async def trial(doors: Doors) -> None:
        await other_customer(doors)
        paths = []
        for _ in range(2):
            made = await doors.ask("catalyst", "POST", f"{SITE}/orders", {"name": "N"})
            paths.append(f"{SITE}/orders/" + made.headers["content-location"].rpartition("/")[2])
        parent = int(paths[0].rpartition("/")[2])
        sent = {"parentId": parent}
        assert 204 == (await doors.ask("catalyst", "PUT", paths[1], sent)).status
        for path in paths:
            refused = await doors.ask("catalyst", "PUT", path, {"entityId": int(OTHER)})
            assert 400 == refused.status, refused.body
            assert b"entityId: This order is nobody's still" in refused.body
        sent = {"parentId": 0}
        assert 204 == (await doors.ask("catalyst", "PUT", paths[1], sent)).status
        await doors.catalyst_put(parent, entityId=int(OTHER))

    behind_doors(trial)


def test_an_order_of_whose_seats_a_switch_took_stays_with_its_customer() -> None:
    async def trial(doors: Doors) -> None:
        await other_customer(doors)
        ids = [await doors.adobe_order(quantity=10), await doors.adobe_order(quantity=5)]
        for id in ids:
            await doors.catalyst_put(id, statusTypeId=7)
        subscription = (await doors.adobe(ids[0]))["lineItems"][0]["subscriptionId"]
        await doors.adobe_switch(subscription, 4)
        for id in ids:
            sent = {"entityId": OTHER}
            response = await doors.ask("catalyst", "PUT", f"{SITE}/orders/{id}", sent)
            assert 400 == response.status, response.body

    behind_doors(trial)
