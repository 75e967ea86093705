"""Clocks that jump back and forth: no credential is let in or refused for it, nothing is done twice."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.core.errors import TooMany, Unauthenticated
from orderglot.core.order import Order
from orderglot.faces.throttle import FREE, LONGEST
from orderglot.stores.memory import MemoryStore
from orderglot.stores.reads import utc_now
from orderglot.wire.dialect import Dialect
from orderglot.wire.idempotency import IDEMPOTENCY_KEY
from tests.conformance.callers import Credentials, Site, creations, keyed, site
from tests.conformance.test_strangers import guarded
from tests.sync.vendors import LISTING, vendor
from torture import books
from torture.harness import Harness, Row

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
JUMPS = (-400 * DAY, -DAY, -HOUR, -MINUTE, MINUTE, HOUR, DAY - MINUTE, 2 * DAY, 400 * DAY)
BEHIND = (MINUTE, 10 * MINUTE, 59 * MINUTE)
"""So far a vendor's clock may go back without a pull missing an order: less than its margin."""


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.time = utc_now()

    def __call__(self) -> datetime:
        return self.time


def run(harness: Harness) -> None:
    """Jump while clients are logged in and have orders, and while orders are pulled."""
    for name in dialects.names():
        with harness.row(f"jumps under clients, {name}") as row:
            for jump in JUMPS:
                asyncio.run(_jump(harness, row, dialects.dialect(name), jump))
    with harness.row("jumps between two pulls") as row:
        for name in LISTING:
            for back in BEHIND:
                asyncio.run(_vendors_clock(row, name, back))
            for jump in JUMPS:
                asyncio.run(_own_clock(row, name, jump))


async def _jump(harness: Harness, row: Row, dialect: Dialect, jump: timedelta) -> None:
    clock = Clock()
    async with books.opened_with(f"{harness.new_folder()}/book.db", clock) as store:
        at = await site(dialect, store)
        key = at.owners()
        ended = await _ended(at)
        request = keyed(dialect, creations(dialect.name)[0].request, "jump-1")
        # The specimen's credentials never expire, so that nothing else changes.
        first = await at.server(request)
        row.expect(None, dialect.faults.read(first), "an order before the jump")
        clock.time += jump
        again = await at.server(request)
        if jump < IDEMPOTENCY_KEY.lasts:
            row.expect(first.body, again.body, f"the first answer again, {jump} later")
        row.expect(True, again.status < 500, f"{jump}: {again}")
        other = keyed(dialect, request, "jump-2")
        row.expect(None, dialect.faults.read(await at.ask(other, key)), f"an order {jump} later")
        await _expect_refusal(row, at, ended, f"a key that was ended, {jump} later")
        clock.time -= jump
        back = await at.ask(keyed(dialect, request, "jump-3"), key)
        row.expect(
            None, dialect.faults.read(back), f"an order when the clock is right again, {jump}"
        )
        await _expect_refusal(row, at, ended, f"a key that was ended, back from {jump}")
        row.expect(len(await at.orders()), len({one.id for one in await at.orders()}), "ids")
        await _expect_login_in_time(row, at, clock, jump)


async def _ended(at: Site) -> Credentials:
    key = await at.key(at.owner)
    await at.store.keyring.end_key(at.owner.seller, at.dialect.name, key[at.dialect.auth.fields[0]])
    return key


async def _expect_refusal(row: Row, at: Site, key: Credentials, what: str) -> None:
    response = await at.ask(guarded(at.dialect.name)[0].request, key)
    error = at.dialect.faults.read(response)
    row.expect(True, isinstance(error, Unauthenticated), f"{what}: {response.status}")


async def _expect_login_in_time(row: Row, at: Site, clock: Clock, jump: timedelta) -> None:
    """Fail to log in too often, jump, and log in after the longest delay there is."""
    for _ in range(FREE + 5):
        await at.ask(guarded(at.dialect.name)[0].request, at.wrong())
    clock.time += jump + LONGEST
    response = await at.ask(guarded(at.dialect.name)[0].request, at.owners())
    error = at.dialect.faults.read(response)
    refused = isinstance(error, Unauthenticated | TooMany)
    row.expect(False, refused, f"a good login behind bad ones and {jump}: {error}")


def _stamped(order: Order, at: datetime) -> Order:
    return replace(order, created=at, modified=at)


async def _vendors_clock(row: Row, name: str, back: timedelta) -> None:
    """Pull, set the vendor's clock back, add an order there, and pull what is new."""
    async with vendor(name, 5) as shop:
        began = shop.book.now()
        await shop.pulled(since_last=True)
        (late,) = shop.implementation.numbered(90)
        await shop.implementation.fill(_stamped(late, began - back))
        await shop.pulled(since_last=True)
        row.expect(
            True, await shop.there() == await shop.here(), f"{name}: an order from {back} ago"
        )


async def _own_clock(row: Row, name: str, jump: timedelta) -> None:
    """Pull with a clock that is wrong, set it right, and pull what is new."""
    async with vendor(name, 5) as shop:
        right, wrong = shop.book.now(), [jump]
        store = MemoryStore(lambda: right + wrong[0])
        seller = await store.add_seller("here")
        shop.book = store.of(Caller(seller=seller.id))
        await shop.pulled(since_last=True)
        wrong[0] = timedelta()
        (late,) = shop.implementation.numbered(90)
        await shop.implementation.fill(_stamped(late, right))
        await shop.pulled(since_last=True)
        what = f"{name}: all orders after a pull that was timed {jump} wrong"
        row.expect(True, await shop.there() == await shop.here(), what)
