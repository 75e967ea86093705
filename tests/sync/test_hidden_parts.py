"""What a vendor showed once and shows no more stays; what he changes besides arrives."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from orderglot.core.order import Address, Order, Reference, native
from orderglot.core.values import Status
from orderglot.dialects import dialect
from orderglot.sync.notes import STATE
from orderglot.sync.vendor_states import read_state, state_name
from orderglot.wire.loss import loses
from tests.sync.vendors import LISTING, Vendor, vendor

HOME = Address(line_1="2 Sample Road", line_2="Dock 4", city="Reno", state="NV", country="US")
SHOWS_ADDRESSES = [one for one in LISTING if not loses(dialect(one).can, "ship_to.city")]
each = pytest.mark.parametrize("name", SHOWS_ADDRESSES)


async def sold(shop: Vendor, ship_to: Address | None, status: Status, *there: Order) -> Order:
    """Let the vendor have an order, new or changed, that goes to an address."""
    if not there:
        (order,) = shop.implementation.numbered(1)
        (kept,) = await shop.implementation.fill(replace(order, ship_to=ship_to, status=status))
        return kept
    return await shop.implementation.book.change(replace(there[0], ship_to=ship_to, status=status))


async def here(shop: Vendor, theirs: Order) -> Order:
    return await shop.book.get(Reference(shop.channel.reference, native(theirs, shop.dialect.name)))


@each
def test_an_address_that_is_hidden_after_some_days_stays_and_is_marked(name: str) -> None:
    async def work() -> None:
        async with vendor(name) as shop:
            theirs = await sold(shop, HOME, Status.PROCESSING)
            await shop.pulled()
            before = (await here(shop, theirs)).ship_to
            theirs = await sold(shop, None, Status.COMPLETED, theirs)
            await shop.pulled()

            mine = await here(shop, theirs)
            assert before is not None
            assert (before, shop.shown(theirs).status) == (mine.ship_to, mine.status)
            (note,) = await shop.book.notes(STATE, state_name(shop.channel.reference, mine.id))
            assert "ship_to" in read_state(note)[0].hidden
            # Nothing is written again as long as he says the same.
            await shop.pulled()
            assert (note,) == await shop.book.notes(STATE, note.name)

    asyncio.run(work())


@pytest.mark.parametrize(
    "name", [one for one in SHOWS_ADDRESSES if not loses(dialect(one).can, "ship_to.line_2")]
)
def test_one_text_of_an_address_that_the_vendor_clears_is_cleared(name: str) -> None:
    async def work() -> None:
        async with vendor(name) as shop:
            theirs = await sold(shop, HOME, Status.PROCESSING)
            await shop.pulled()
            theirs = await sold(shop, replace(HOME, line_2=""), Status.PROCESSING, theirs)
            await shop.pulled()

            mine = (await here(shop, theirs)).ship_to
            assert mine is not None
            assert ("", HOME.city) == (mine.line_2, mine.city)

    asyncio.run(work())
