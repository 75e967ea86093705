"""kill -9 of PostgreSQL itself under load: clean refusals while it is away, and nothing is lost."""

from __future__ import annotations

import asyncio
from itertools import count

from orderglot.core.errors import Upstream
from torture import books
from torture.connections import opened
from torture.harness import Ground, Row
from torture.load import CLIENTS, Load, again, create
from torture.server_process import Served, serving
from torture.stores import Postgres

ROUNDS = 3
AWAY = 1.0
"""So many seconds it is away each time."""

TIMEOUT = 60.0


def run(ground: Ground) -> None:
    """Kill the database in the middle of the load, again and again."""
    for store in (one for one in ground.stores if isinstance(one, Postgres)):
        with ground.row("database killed under load, PostgreSQL") as row:
            for number in range(ground.many(ROUNDS)):
                _round(ground, row, store, number)


def _round(ground: Ground, row: Row, store: Postgres, number: int) -> None:
    folder = ground.place()
    url = store.new(folder)
    sellers = books.made(url)
    before = asyncio.run(_count(url, sellers))
    seconds = ground.chance(number).uniform(0.5, 2)
    with serving(row, folder, url) as served:
        load = asyncio.run(_burden(store, served, seconds))
        refused = load.refused()
        for key, heard in refused:
            row.hold(Upstream, type(load.error(key, heard)), f"{key}: {heard.body[:200]!r}")
            # One vendor says no with 200.
            told = heard.status in (200, 503) and "retry-after" in heard.headers
            row.hold(True, told, f"{key}: {heard.status} {heard.headers}")
        for cut in load.cut:
            row.lose(f"{cut} was cut off")
        for _ in range(load.outcomes["hung"]):
            row.lose("no answer in time")
        answers = asyncio.run(again(load, served.port, list(load.sent)))
        for key, first in load.acknowledged().items():
            row.hold(first.body, answers[key].body, f"the answer to {key}")
        for key, _ in refused:
            row.hold(None, load.error(key, answers[key]), f"{key} with the database back")
        served.end()
    row.hold(len(load.sent), asyncio.run(_count(url, sellers)) - before, "orders in the end")
    for complaint in store.complaints(url):
        row.lose(complaint)
    ground.say(f"round {number + 1}: {len(load.acknowledged()):,} kept, {len(refused):,} refused")


async def _burden(store: Postgres, served: Served, seconds: float) -> Load:
    """Create orders; in the middle of it the database is gone for a while."""
    load, working = Load(), asyncio.Event()
    clients = asyncio.gather(
        *(_client(load, served.port, number, working) for number in range(CLIENTS))
    )
    await load.begun()
    await asyncio.sleep(seconds)
    await asyncio.to_thread(store.kill)
    await asyncio.sleep(AWAY)
    await asyncio.to_thread(store.start_again)
    kept = len(load.acknowledged())
    async with asyncio.timeout(TIMEOUT):
        while len(load.acknowledged()) < kept + CLIENTS:  # noqa: ASYNC110 (nobody says when)
            await asyncio.sleep(0.1)
    working.set()
    await clients
    return load


async def _client(load: Load, port: int, client: int, done: asyncio.Event) -> None:
    line = await opened(port)
    for number in count():
        if done.is_set():
            break
        if not line.open:
            line = await opened(port)
        key = f"{client}-{number}"
        await create(load, line, key, number)
        if key in load.told and load.error(key, load.told[key]):
            await asyncio.sleep(0.05)
    line.close()


async def _count(url: str, sellers: dict[str, int]) -> int:
    async with books.opened(url) as store:
        return sum([(await store.counts(one, test=True)).orders for one in sellers.values()])
