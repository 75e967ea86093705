"""A vendor whose clock stands elsewhere than ours, and whose times name no zone, loses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.order import Order
from orderglot.sync.criteria import Criteria
from orderglot.sync.pull import Progress, pull
from tests.sync.test_hidden import NOW, set_clock
from tests.sync.vendors import LISTING, URL, Vendor, vendor

UNZONED = [name for name in LISTING if not dialects.dialect(name).lists.zoned]
each = pytest.mark.parametrize("name", UNZONED)

WEST, EAST = timedelta(hours=-10), timedelta(hours=14)
HONOLULU, KIRITIMATI = "Pacific/Honolulu", "Pacific/Kiritimati"
CLOCKS = {"west": (WEST, ""), "west, named": (WEST, HONOLULU)}
CLOCKS |= {"east": (EAST, ""), "east, named": (EAST, KIRITIMATI)}

Work = Callable[[Vendor], Awaitable[None]]


def done(name: str, work: Work) -> None:
    async def worked() -> None:
        async with vendor(name) as shop:
            set_clock(shop, NOW)
            await work(shop)

    asyncio.run(worked())


async def sold(shop: Vendor, number: int, at: datetime, clock: timedelta) -> Order:
    """Let the vendor sell something; his book is kept by his clock."""
    (order,) = shop.implementation.numbered(number)
    (kept,) = await shop.implementation.fill(
        replace(order, created=at + clock, modified=at + clock)
    )
    return kept


async def pulled(shop: Vendor, zone: str, *, continued: bool = True, **asked: Any) -> Progress:
    there = shop.vendor(continued=continued)
    there = replace(there, source=replace(there.source, zone=zone))
    return await pull(shop.book, there, Criteria(url=URL, **asked))


@each
@pytest.mark.parametrize("which", CLOCKS)
@pytest.mark.parametrize("how", ["last", "since"])
def test_a_new_order_comes_whatever_the_vendors_clock_shows(
    name: str, which: str, how: str
) -> None:
    clock, zone = CLOCKS[which]

    async def work(shop: Vendor) -> None:
        await sold(shop, 1, NOW - timedelta(days=10), clock)
        await pulled(shop, zone)
        await pulled(shop, zone, since_last=True)
        await sold(shop, 2, NOW + timedelta(hours=2), clock)
        set_clock(shop, NOW + timedelta(hours=4))
        if how == "last":
            await pulled(shop, zone, since_last=True)
        else:
            await pulled(shop, zone, since=NOW + timedelta(hours=1))

        assert 2 == len([one async for one in shop.book.walk()])

    done(name, work)


def _that_show(member: str) -> pytest.MarkDecorator:
    """Try the dialects that show a member of an order."""
    names = [name for name in UNZONED if member not in dialects.dialect(name).can.loses]
    return pytest.mark.parametrize("name", names)


@_that_show("created")
def test_what_is_older_by_the_true_time_is_not_asked_for(name: str) -> None:
    async def work(shop: Vendor) -> None:
        await sold(shop, 1, NOW - timedelta(hours=3), EAST)
        await sold(shop, 2, NOW - timedelta(hours=1), EAST)
        await pulled(shop, KIRITIMATI, since=NOW - timedelta(hours=2))

        (order,) = [one async for one in shop.book.walk()]
        assert NOW - timedelta(hours=1) == order.created

    done(name, work)


@_that_show("lines")
def test_our_own_order_is_recognised_by_its_true_moment(name: str) -> None:
    async def work(shop: Vendor) -> None:
        await sold(shop, 1, NOW - timedelta(hours=3), WEST)
        await pulled(shop, HONOLULU)
        shop.at = "the-same-by-another-name"
        found = await pulled(shop, HONOLULU, continued=False)

        assert (0, 0, 1) == (
            found.checkpoint.new,
            found.checkpoint.rejected,
            found.checkpoint.same + found.checkpoint.changed,
        )

    done(name, work)
