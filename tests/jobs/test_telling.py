"""Telling: what a site and another book are told of an order, and what there is that they have not."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.catching_up import Step, steps_between
from orderglot.core.errors import Unsupported
from orderglot.core.order import Line, Order
from orderglot.core.order_details import OrderDetails
from orderglot.core.query import Window
from orderglot.core.shipments import Shipment, ShippedLine
from orderglot.core.values import Status
from orderglot.faces.client import Client
from orderglot.faces.server import Server
from orderglot.stores.memory import MemoryStore
from tests.conformance.specimens import book_of, shelve

KEY = {"access_token": "0" * 63 + "1"}

THEIRS = Order(
    id=1,
    status=Status.PROCESSING,
    lines=(Line(number=1, sku="A", quantity=2), Line(number=2, sku="B", quantity=1)),
)
OURS = replace(
    THEIRS, lines=(replace(THEIRS.lines[1], number=1), replace(THEIRS.lines[0], number=5))
)
PARCEL = Shipment(carrier="UPS", tracking="1Z1", lines=(ShippedLine(number=5, quantity=2),))


def shipped(*parcels: Shipment, status: Status = Status.PARTLY_SHIPPED) -> Order:
    return replace(OURS, status=status, details=OrderDetails(shipments=parcels))


def names(theirs: Order, ours: Order) -> list[str]:
    return [step.name for step in steps_between(theirs, ours)]


def test_a_parcel_is_told_with_the_other_sides_numbers_of_its_lines() -> None:
    (step,) = steps_between(THEIRS, shipped(PARCEL))

    assert Step("ship", parcel=replace(PARCEL, lines=(ShippedLine(number=1, quantity=2),))) == (
        step
    )


def test_a_parcel_that_is_known_there_is_not_told_again() -> None:
    there = replace(THEIRS, status=Status.PARTLY_SHIPPED, details=OrderDetails(shipments=(PARCEL,)))
    more = replace(PARCEL, tracking="1Z2")

    assert [] == names(there, shipped(PARCEL))
    assert ["1Z2"] == [
        step.parcel.tracking for step in steps_between(there, shipped(PARCEL, more)) if step.parcel
    ]


@pytest.mark.parametrize(
    ("theirs", "ours", "expected"),
    [
        (Status.RECEIVED, Status.PROCESSING, ["confirm"]),
        (Status.PROCESSING, Status.RECEIVED, []),
        (Status.PROCESSING, Status.ON_HOLD, ["hold"]),
        (Status.ON_HOLD, Status.PROCESSING, ["release"]),
        (Status.PROCESSING, Status.CANCELLED, ["cancel"]),
        (Status.CANCELLED, Status.CANCELLED, []),
        (Status.SHIPPED, Status.DELIVERED, ["deliver"]),
        (Status.SHIPPED, Status.COMPLETED, ["complete"]),
        (Status.PROCESSING, Status.PROCESSING, []),
    ],
)
def test_each_status_is_told_by_its_step(theirs: Status, ours: Status, expected: list[str]) -> None:
    assert expected == names(replace(THEIRS, status=theirs), replace(OURS, status=ours))


def test_a_reason_goes_with_what_needs_one() -> None:
    held = replace(OURS, status=Status.ON_HOLD, details=OrderDetails(hold_reason="unpaid"))
    gone = replace(OURS, status=Status.CANCELLED, details=OrderDetails(cancel_reason="sold out"))

    assert (Step("hold", "unpaid"),) == steps_between(THEIRS, held)
    assert (Step("cancel", "sold out"),) == steps_between(THEIRS, gone)


def test_a_site_is_put_into_its_own_status_of_that_meaning() -> None:
    site = dialects.dialect("catalyst")

    async def shown() -> tuple[bool, bool, Status]:
        store = MemoryStore(lambda: book_of(site.name).now)
        await shelve(store, site)
        client = Client(site, Server(site, store), KEY, store.now)
        page = await client.page(Window(limit=50))
        theirs = next(one for one in page.orders if one.status is Status.RECEIVED)
        ours = replace(theirs, status=Status.CANCELLED)
        before = client.can_tell(theirs, ours)
        await client.tell(theirs, ours)
        after = await client.get(theirs.references[0])
        return before, client.can_tell(after, ours), after.status

    assert (True, False, Status.CANCELLED) == asyncio.run(shown())


def test_a_site_without_such_a_status_is_told_nothing() -> None:
    site = dialects.dialect("catalyst")

    async def shown() -> None:
        store = MemoryStore(lambda: book_of(site.name).now)
        await shelve(store, site)
        client = Client(site, Server(site, store), KEY, store.now)
        page = await client.page(Window(limit=50))
        theirs = page.orders[0]
        await client.tell(
            replace(theirs, status=Status.RECEIVED), replace(theirs, status=Status.RETURNED)
        )

    with pytest.raises(Unsupported, match="has no status that means returned"):
        asyncio.run(shown())
