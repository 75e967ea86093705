"""Web orders that are put together bit by bit, and what other dialects make of them."""

from __future__ import annotations

from tests.life.doors import SITE, Doors, behind_doors
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
