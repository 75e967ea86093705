"""A change that changes nothing: no version, no event, and the order was not modified."""

from __future__ import annotations

from datetime import timedelta

from tests.life.doors import CUSTOMER, Doors, behind_doors


async def renamed(doors: Doors, id: int, reference: str) -> None:
    """Let an Adobe client give an order its own reference."""
    path = f"/v3/customers/{CUSTOMER}/orders/{id}"
    sent = {"externalReferenceId": reference}
    response = await doors.ask("adobe", "PATCH", path, sent, **doors.correlated())
    assert 200 == response.status, response.body


def test_the_same_reference_once_more_changes_nothing() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.adobe_order()
        await renamed(doors, id, "R-2")
        before = await doors.order(id)
        doors.clock.forward(timedelta(minutes=1))
        await renamed(doors, id, "R-2")

        assert before == await doors.order(id)

    behind_doors(trial)


def test_a_whole_order_sent_back_changes_nothing_but_what_differs() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order()
        await doors.catalyst_put(id, shippingPrice=18.3, name="First")
        before, whole = await doors.order(id), await doors.catalyst(id)
        await doors.catalyst_put(id, **whole)
        assert before == await doors.order(id)

        await doors.catalyst_put(id, **{**whole, "name": "Second"})
        after = await doors.order(id)
        assert ("Second", before.totals, before.invoice) == (
            after.name,
            after.totals,
            after.invoice,
        )

    behind_doors(trial)
