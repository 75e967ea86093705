"""Returns, as each dialect shows them, and what its clients may do with them."""

from __future__ import annotations

from tests.life.doors import GOODS, OFFER, SITE, Doors, behind_doors

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
