"""Web orders that are put together bit by bit, and what other dialects make of them."""

from __future__ import annotations

from tests.life.doors import CUSTOMER, SITE, Doors, behind_doors
from tests.life.test_pricing import add_at_komet

DRAFT = 2


def test_an_item_does_not_land_in_an_order_that_was_made_a_draft_again() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order()
        await doors.catalyst_put(id, statusTypeId=DRAFT)
        for line in (await doors.order(id)).lines:
            assert line.deliver_by is None
        cart = await add_at_komet(doors, 3, date="")

        assert cart != id
        assert 1 == len((await doors.order(id)).lines)

    behind_doors(trial)


def test_a_cart_that_is_deleted_elsewhere_makes_room_for_the_next() -> None:
    async def trial(doors: Doors) -> None:
        first = await add_at_komet(doors, 3)
        assert 204 == (await doors.ask("catalyst", "DELETE", f"{SITE}/orders/{first}")).status
        second = await add_at_komet(doors, 3)

        assert first != second
        assert second == await add_at_komet(doors, 3, second)
        assert 2 == len((await doors.order(second)).lines)

    behind_doors(trial)


def test_a_web_order_that_is_deleted_has_its_items_cancelled() -> None:
    async def trial(doors: Doors) -> None:
        id = await add_at_komet(doors, 3)
        asked = {"customerId": int(CUSTOMER), "webOrderId": id}
        await doors.ask("komet", "POST", "/api/web-order.delete", asked)

        shown = await doors.adobe(id)
        assert ("1008", "1008") == (shown["status"], shown["lineItems"][0]["status"])

    behind_doors(trial)


def test_a_web_order_that_was_deleted_is_received_when_it_is_taken_up() -> None:
    async def trial(doors: Doors) -> None:
        id = await add_at_komet(doors, 3)
        await doors.catalyst_put(id, statusTypeId=9)
        assert (await doors.order(id)).received is None
        await doors.catalyst_put(id, statusTypeId=1)
        assert doors.clock() == (await doors.order(id)).received

    behind_doors(trial)
