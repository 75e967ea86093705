"""SIGTERM under load: what was acknowledged is kept, and whatever was not can be sent again.

A connection that is opened while the server ends may be closed without an answer. What was sent on it
is sent again under its key, and is then in the book once.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from torture import books
from torture.harness import Harness, Row
from torture.load import CLIENTS, Load, create_orders, send_again
from torture.server_process import Served, serving
from torture.stores import StoreKind

ROUNDS = 4
LONGEST = 1.5
SLOWEST_END = 10.0
"""So many seconds the end may take when no client is slow."""

WAYS = (
    # its name, how many workers, whether connections are kept, whether each process gets the signal
    ("one worker", 1, True, False),
    ("one worker, a connection per request", 1, False, False),
    ("two workers", 2, True, False),
    ("two workers, a connection per request", 2, False, False),
    ("two workers, a signal to each process", 2, True, True),
)


def run(harness: Harness) -> None:
    """End servers of each store in each way."""
    for store in harness.stores:
        for way in WAYS:
            with harness.row(f"server ended under load, {store.name}, {way[0]}") as row:
                outcomes: Counter[str] = Counter()
                slowest = 0.0
                for number in range(harness.scaled(ROUNDS)):
                    load, seconds = _round(harness, row, store, way, number)
                    outcomes += load.outcomes
                    slowest = max(slowest, seconds)
                for name, count in sorted(outcomes.items()):
                    row.note(name, count)
                row.note("slowest end, s", round(slowest, 2))


def _round(
    harness: Harness, row: Row, store: StoreKind, way: tuple[str, int, bool, bool], number: int
) -> tuple[Load, float]:
    _, workers, keep, whole = way
    folder = harness.new_folder()
    url = store.new(folder)
    books.made(url)
    before = books.count_orders(url)
    seconds = harness.random(way, number).uniform(0.2, LONGEST)
    with serving(row, folder, url, "--workers", str(workers)) as served:
        load, (code, took) = asyncio.run(_end_under_load(served, seconds, keep, whole))
    row.expect(0, code, "the exit code")
    if took > SLOWEST_END:
        row.lose(f"the end took {took:.1f} s")
    row.survive(load.outcomes["answered"])
    for key, answer in load.refused():
        row.lose(f"{key} was refused: {answer.status} {answer.body[:200]!r}")
    for _ in range(load.outcomes["timed out"]):
        row.lose("no answer in time")
    with serving(row, folder, url) as served:
        asyncio.run(_compare(row, load, served.port))
    row.expect(len(load.sent), books.count_orders(url) - before, "orders when all was sent again")
    return load, took


async def _end_under_load(
    served: Served, seconds: float, keep: bool, whole: bool
) -> tuple[Load, tuple[int, float]]:
    load = Load()
    clients = [create_orders(load, served.port, f"c{one}", keep=keep) for one in range(CLIENTS)]
    running = asyncio.gather(*clients)
    await load.begun()
    await asyncio.sleep(seconds)
    ended: Any = await asyncio.to_thread(served.end, whole=whole)
    await running
    return load, ended


async def _compare(row: Row, load: Load, port: int) -> None:
    """Send again what was not answered, twice, and what was acknowledged, once."""
    for _ in range(2):
        answers = await send_again(load, port, list(load.closed))
        for key, answer in answers.items():
            row.expect(load.answers.setdefault(key, answer).body, answer.body, f"{key} sent again")
        for key in load.closed.keys() & dict(load.refused()).keys():
            row.lose(f"{key} was refused when it was sent again")
    acknowledged = load.acknowledged()
    answers = await send_again(load, port, list(acknowledged))
    for key, first in acknowledged.items():
        if first.body != answers[key].body:
            row.lose(f"{key} was acknowledged and is not there")
