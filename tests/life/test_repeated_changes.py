"""A change that changes nothing: no version, no event, and the order was not modified."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from orderglot.core.caller import Caller
from tests.life.doors import CUSTOMER, JSON, Doors, behind_doors
from tests.life.test_reassigning import OTHER, other_customer


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


@pytest.mark.parametrize("gone", [{"entityId": OTHER}, {"quote": True}, {"statusTypeId": 9}])
def test_what_is_ordered_again_after_the_first_is_gone_is_another_order(
    gone: dict[str, object],
) -> None:
    async def trial(doors: Doors) -> None:
        await other_customer(doors)
        ids = [await doors.kole_order()]
        for _ in range(2):
            await doors.catalyst_put(ids[-1], **gone)
            ids.append(await doors.kole_order())
            assert ids[-1] == await doors.kole_order(), "the second is repeated as the first was"
        assert 3 == len(set(ids))
        assert [404 if "statusTypeId" not in gone else 200, 200] == [
            (await doors.ask("kole", "GET", f"/orders/{id}", accept=JSON)).status for id in ids[1:]
        ]

    behind_doors(trial)


def test_what_is_ordered_again_after_the_first_was_corrected_is_not_made_again() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order()
        book, order = doors.store.of(Caller(seller=doors.seller)), await doors.order(id)
        await book.change(replace(order, lines=(replace(order.lines[0], quantity=5),)))

        assert id == await doors.kole_order()

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
