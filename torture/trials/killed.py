"""kill -9 under load: whatever was acknowledged is there afterwards, once, and is told again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from orderglot import dialects
from torture import books
from torture.harness import Ground, Row
from torture.load import CLIENTS, Load, again, bear
from torture.server_process import Served, serving
from torture.stores import Kind

ROUNDS = 6
LONGEST = 2.5
"""So many seconds a server lives at most before it is killed."""

End = Callable[[Served], Awaitable[None]]


def run(ground: Ground) -> None:
    """Kill servers of each store, with one process and with two."""
    for store in ground.stores:
        with ground.row(f"server killed under load, {store.name}") as row:
            for number in range(ground.many(ROUNDS)):
                _round(ground, row, store, number)


def _round(ground: Ground, row: Row, store: Kind, number: int) -> None:
    folder = ground.place()
    url = store.new(folder)
    sellers = books.made(url)
    before = asyncio.run(_count(url, sellers))
    seconds = ground.chance(store.name, number).uniform(0.2, LONGEST)
    workers = ("--workers", str(1 + number % 2))
    with serving(row, folder, url, *workers) as served:
        load = asyncio.run(_burden(served, seconds))
    _find(row, load)
    found = asyncio.run(_count(url, sellers)) - before
    least, most = len(load.acknowledged()), len(load.sent)
    if not least <= found <= most:
        row.lose(f"{found} orders are there; {least} were acknowledged, {most} were sent")
    for complaint in store.complaints(url):
        row.lose(complaint)
    with serving(row, folder, url, *workers) as served:
        asyncio.run(_tell_again(row, load, served.port))
        served.end()
    row.hold(most, asyncio.run(_count(url, sellers)) - before, "orders when all was sent again")
    ground.say(f"round {number + 1}: {least:,} acknowledged in {seconds:.1f} s, {found:,} there")


async def _burden(served: Served, seconds: float) -> Load:
    load = Load()
    clients = [bear(load, served.port, f"client-{number}") for number in range(CLIENTS)]
    bearing = asyncio.gather(*clients)
    await load.begun()
    await asyncio.sleep(seconds)
    served.kill()
    await bearing
    return load


def _find(row: Row, load: Load) -> None:
    for key, heard in load.refused():
        row.lose(f"{key} was refused: {heard.status} {heard.body[:200]!r}")
    for _ in range(load.outcomes["hung"]):
        row.lose("no answer in time")


async def _tell_again(row: Row, load: Load, port: int) -> None:
    """Send everything once more: what was acknowledged gets its first answer again."""
    answers = await again(load, port, list(load.sent))
    for key, first in load.acknowledged().items():
        row.hold(first.body, answers[key].body, f"the answer to {key}")
    for key in load.sent.keys() - load.told.keys():
        if load.error(key, answers[key]):
            row.lose(f"{key} cannot be sent again: {answers[key].status} {answers[key].body!r}")


async def _count(url: str, sellers: dict[str, int]) -> int:
    async with books.opened(url) as store:
        counts = [await store.counts(sellers[name], test=True) for name in dialects.names()]
        return sum(count.orders for count in counts)
