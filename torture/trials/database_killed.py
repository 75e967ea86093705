"""kill -9 of PostgreSQL itself under load: clean refusals while it is away, and nothing is lost."""

from __future__ import annotations

import asyncio
from itertools import count

from orderglot.core.errors import Upstream
from torture import books
from torture.connections import opened
from torture.harness import Harness, Row
from torture.load import CLIENTS, Load, create_order, send_again
from torture.server_process import Served, serving
from torture.stores import Postgres

ROUNDS = 3
AWAY = 1.0
"""So many seconds it is away each time."""

TIMEOUT = 60.0


def run(harness: Harness) -> None:
    """Kill the database in the middle of the load, again and again."""
    for store in (one for one in harness.stores if isinstance(one, Postgres)):
        with harness.row("database killed under load, PostgreSQL") as row:
            for number in range(harness.scaled(ROUNDS)):
                _round(harness, row, store, number)


def _round(harness: Harness, row: Row, store: Postgres, number: int) -> None:
    folder = harness.new_folder()
    url, before = books.new_book(store, folder)
    seconds = harness.random(number).uniform(0.5, 2)
    with serving(row, folder, url) as served:
        load = asyncio.run(_kill_under_load(store, served, seconds))
        refused = load.refused()
        for key, answer in refused:
            row.expect(Upstream, type(load.error(key, answer)), f"{key}: {answer.body[:200]!r}")
            # One vendor says no with 200.
            retryable = answer.status in (200, 503) and "retry-after" in answer.headers
            row.expect(True, retryable, f"{key}: {answer.status} {answer.headers}")
        for key, how in load.closed.items():
            row.lose(f"{key} was not answered: {how}")
        for _ in range(load.outcomes["timed out"]):
            row.lose("no answer in time")
        answers = asyncio.run(send_again(load, served.port, list(load.sent)))
        for key, first in load.acknowledged().items():
            row.expect(first.body, answers[key].body, f"the answer to {key}")
        for key, _ in refused:
            row.expect(None, load.error(key, answers[key]), f"{key} with the database back")
        served.end()
    row.expect(len(load.sent), books.count_orders(url) - before, "orders in the end")
    row.check_books(store, url)
    harness.log(f"round {number + 1}: {len(load.acknowledged()):,} kept, {len(refused):,} refused")


async def _kill_under_load(store: Postgres, served: Served, seconds: float) -> Load:
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
        while len(load.acknowledged()) < kept + CLIENTS:  # noqa: ASYNC110 (nothing tells when)
            await asyncio.sleep(0.1)
    working.set()
    await clients
    return load


async def _client(load: Load, port: int, client: int, done: asyncio.Event) -> None:
    connection = await opened(port)
    for number in count():
        if done.is_set():
            break
        if not connection.open:
            connection = await opened(port)
        key = f"{client}-{number}"
        await create_order(load, connection, key, number)
        if key in load.answers and load.error(key, load.answers[key]):
            await asyncio.sleep(0.05)
    connection.close()
