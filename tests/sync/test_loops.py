"""Loops: hubs that pull each other come to rest, and no order is there twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import permutations

import pytest

from tests.sync.hubs import Hub, hubs, mark_of
from tests.sync.vendors import LISTING


async def one_round(members: list[Hub], names: list[str]) -> Counter[str]:
    """Let everybody pull everybody in every dialect, and count what came of it."""
    came: Counter[str] = Counter()
    for name in names:
        for into, source in permutations(members, 2):
            for done in await into.pull(source, name):
                there = done.certificate
                assert there is not None
                came.update(new=there.new, changed=there.changed, aside=there.aside)
    return came


@pytest.mark.parametrize("names", [*([name] for name in LISTING), LISTING], ids=str)
@pytest.mark.parametrize("count", [2, 3])
def test_hubs_that_pull_each_other_come_to_rest_with_each_order_once(
    count: int, names: list[str]
) -> None:
    async def worked() -> None:
        members = await hubs(*"ABC"[:count])
        for member in members:
            await member.order()
            await member.order()
        for _ in range(count + 1):
            await one_round(members, names)
        rest = await one_round(members, names)

        assert (0, 0) == (rest["new"], rest["changed"])
        for member in members:
            marks = Counter(mark_of(order) for order in await member.orders())
            assert {1} == {*marks.values()}

    asyncio.run(worked())
