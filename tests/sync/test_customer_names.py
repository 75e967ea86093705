"""A customer whom the vendor renames is renamed here, with an event; a name of ours stays."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.customer import Customer, identity
from orderglot.core.order import Line, Order, Reference
from orderglot.sync.customer_names import rename_customers
from orderglot.sync.vendor import Vendor
from tests.sync.hubs import Hub, hubs

NAMING = [one for one in dialects.names() if dialects.dialect(one).flows.customers is not None]

each = pytest.mark.parametrize("name", NAMING)


def done(name: str, work: Callable[[Hub, Hub, Vendor, Customer], Awaitable[None]]) -> None:
    """Do some work with a book, its vendor, and the vendor's customer as he is known here."""

    async def worked() -> None:
        here, there = await hubs("A", "B")
        await call(there, "First")
        id = str(there.customer.id)
        known = await here.book.keep_customer(
            Customer(number="C-9", references=(Reference(f"{name}@B", id),))
        )
        await here.book.place(
            Order(customer=identity(known), lines=(Line(sku="A0001", quantity=1),))
        )
        await here.stock("A0001")
        vendor = await (here.vendor if name == "komet" else here.buying)(there, name)
        await rename_customers(here.book, vendor)
        await work(here, there, vendor, known)

    asyncio.run(worked())


async def call(hub: Hub, name: str) -> None:
    """Give the vendor's customer another name."""
    there = (await hub.book.customers())[0]
    await hub.book.keep_customer(replace(there, name=name, first_name=name))


async def names(hub: Hub, customer: Customer) -> set[str]:
    found = await hub.book.customer(Reference("orderglot", str(customer.id)))
    return {found.name, found.first_name} - {""}


@each
def test_a_customer_who_is_renamed_there_is_renamed_here_with_an_event(name: str) -> None:
    async def work(here: Hub, there: Hub, vendor: Vendor, known: Customer) -> None:
        assert {"First"} == await names(here, known)
        await call(there, "Second")
        assert 1 == await rename_customers(here.book, vendor)

        assert {"Second"} == await names(here, known)
        (order,) = await here.orders()
        events = [event.what for event in await here.book.events(order.id)]
        assert f"customer renamed: {vendor.name}: Second" == events[-1]

    done(name, work)


@each
def test_a_name_that_was_changed_here_stays(name: str) -> None:
    async def work(here: Hub, there: Hub, vendor: Vendor, known: Customer) -> None:
        mine = await here.book.customer(Reference("orderglot", str(known.id)))
        await here.book.keep_customer(replace(mine, name="Own", first_name="Own"))
        await call(there, "Second")
        assert 0 == await rename_customers(here.book, vendor)

        assert {"Own"} == await names(here, known)

    done(name, work)


@each
def test_whoever_is_not_renamed_is_left_alone(name: str) -> None:
    async def work(here: Hub, _there: Hub, vendor: Vendor, known: Customer) -> None:
        before = await here.book.customer(Reference("orderglot", str(known.id)))
        assert 0 == await rename_customers(here.book, vendor)

        assert before == await here.book.customer(Reference("orderglot", str(known.id)))

    done(name, work)
