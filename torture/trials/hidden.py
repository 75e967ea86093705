"""Vendors that hide orders of their lists, in each way: whatever leaves a trace ends with exit code 5.

A vendor whose list never shows an order, nor counts it, leaves none: docs/pulling-and-placing.md names
what nobody can see. Once such an order is known here, it is a trace that he still has it.
"""

from __future__ import annotations

import asyncio
import random

from orderglot import dialects
from orderglot.core.errors import Upstream
from orderglot.sync.certificate import Code
from orderglot.wire.dialect import Dialect
from tests.sync import hiding
from tests.sync.hiding import Hiding, Way, hiding_vendor, show, tells_all
from tests.sync.vendors import Vendor
from torture.harness import Harness, Row

ROUNDS = 6
"""So often each vendor hides something in each way, each time of another list."""

WAYS: tuple[Way, ...] = (
    tells_all,
    hiding.leaves_out,
    hiding.cuts,
    hiding.ends,
    hiding.empties,
    hiding.repeats,
    hiding.moves,
    hiding.counts_more,
    hiding.counts_less,
    hiding.never,
)

TRACELESS = (hiding.never,)
UNCOUNTED_TRACELESS = (hiding.never, hiding.moves)
"""Ways that leave no trace where nobody counts."""


def run(harness: Harness) -> None:
    """Pull from each vendor that has a list."""
    for name in dialects.names():
        dialect = dialects.dialect(name)
        if dialect.flows.page is not None:
            with harness.row(f"orders hidden in a list, {name}") as row:
                dice = harness.random(name)
                for _ in range(harness.scaled(ROUNDS)):
                    asyncio.run(_round(row, dialect, dice))


async def _round(row: Row, dialect: Dialect, dice: random.Random) -> None:
    for way in WAYS:
        await _pulled(row, dialect, way, _some_list(dice))
    await _forgotten(row, dialect, _some_list(dice))


def _some_list(dice: random.Random) -> Hiding:
    """Give a list of three pages or more, and a place on one that is neither its first nor its last."""
    size, pages = dice.randint(3, 6), dice.randint(3, 5)
    count = size * (pages - 1) + dice.randint(1, size)
    return Hiding(count, size, dice.randrange(size, size * (pages - 1)))


async def _pulled(row: Row, dialect: Dialect, way: Way, there: Hiding) -> None:
    """Pull what is hidden in one way for the first time."""
    what = f"{dialect.name}, {way.__name__}, {there}"
    async with hiding_vendor(dialect.name, there, way) as shop:
        code = await _code(shop)
        here = len(await shop.here())
    if code is None:
        # That is no silence either; what came was kept.
        row.increment("ended with an error")
        row.expect(False, way is tells_all, what)
        return
    counts = dialect.lists.counts
    if way in (TRACELESS if counts else UNCOUNTED_TRACELESS):
        row.increment("left no trace")
        row.expect((Code.WHOLE, True), (code, here < there.count), what)
        return
    sign = here < there.count or (counts and way is hiding.counts_more)
    row.expect(Code.SIGNS if sign else Code.WHOLE, code, f"{what}: {here} here")


async def _forgotten(row: Row, dialect: Dialect, there: Hiding) -> None:
    """Pull once more from a vendor whose list has an order no more that he still has."""
    async with hiding_vendor(dialect.name, there, tells_all) as shop:
        first = await _code(shop)
        show(shop, there, hiding.never)
        codes = first, await _code(shop)
    row.expect((Code.WHOLE, Code.SIGNS), codes, f"{dialect.name}, known and hidden, {there}")


async def _code(shop: Vendor) -> Code | None:
    """Pull; gives how that ended, None for an error."""
    try:
        done = await shop.pulled()
    except Upstream:
        return None
    assert done.certificate is not None
    return done.certificate.code
