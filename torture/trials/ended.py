"""SIGTERM under load: what was acknowledged is kept, and whatever was not can be sent again.

A connection that is made while the server ends may be closed unheard; what was sent on it is sent
again under its key, and is then in the book once.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from torture import books
from torture.harness import Ground, Row
from torture.load import CLIENTS, Load, again, bear
from torture.server_process import Served, serving
from torture.stores import Kind

ROUNDS = 4
LONGEST = 1.5
SLOWEST_END = 10.0
"""So many seconds an end may take when nobody dawdles."""

WAYS = (
    # what the round is like, how many processes, whether lines are kept, who is told
    ("one process", 1, True, False),
    ("one process, a line a request", 1, False, False),
    ("two processes", 2, True, False),
    ("two processes, a line a request", 2, False, False),
    ("two processes, all told at once", 2, True, True),
)


def run(ground: Ground) -> None:
    """End servers of each store in each way."""
    for store in ground.stores:
        for way in WAYS:
            with ground.row(f"server ended under load, {store.name}, {way[0]}") as row:
                outcomes: Counter[str] = Counter()
                slowest = 0.0
                for number in range(ground.many(ROUNDS)):
                    load, seconds = _round(ground, row, store, way, number)
                    outcomes += load.outcomes
                    slowest = max(slowest, seconds)
                for name, count in sorted(outcomes.items()):
                    row.note(name, count)
                row.note("slowest end, s", round(slowest, 2))


def _round(
    ground: Ground, row: Row, store: Kind, way: tuple[str, int, bool, bool], number: int
) -> tuple[Load, float]:
    _, workers, keep, whole = way
    folder = ground.place()
    url = store.new(folder)
    books.made(url)
    seconds = ground.chance(way, number).uniform(0.2, LONGEST)
    with serving(row, folder, url, "--workers", str(workers)) as served:
        load, (code, took) = asyncio.run(_burden(served, seconds, keep, whole))
    row.hold(0, code, "the exit code")
    if took > SLOWEST_END:
        row.lose(f"the end took {took:.1f} s")
    row.survive(load.outcomes["answered"])
    for key, heard in load.refused():
        row.lose(f"{key} was refused: {heard.status} {heard.body[:200]!r}")
    for _ in range(load.outcomes["hung"]):
        row.lose("no answer in time")
    with serving(row, folder, url) as served:
        asyncio.run(_compare(row, load, served.port))
    return load, took


async def _burden(
    served: Served, seconds: float, keep: bool, whole: bool
) -> tuple[Load, tuple[int, float]]:
    load = Load()
    clients = [bear(load, served.port, f"c{one}", keep=keep) for one in range(CLIENTS)]
    bearing = asyncio.gather(*clients)
    await load.begun()
    await asyncio.sleep(seconds)
    ended: Any = await asyncio.to_thread(served.end, whole=whole)
    await bearing
    return load, ended


async def _compare(row: Row, load: Load, port: int) -> None:
    unheard = [entry.partition(" ")[0] for entry in load.cut]
    for _ in range(2):
        answers = await again(load, port, unheard)
        for key, heard in answers.items():
            row.hold(load.told.setdefault(key, heard).body, heard.body, f"{key} sent again")
        refused = {key for key, _ in load.refused()}
        for key in refused & {*unheard}:
            row.lose(f"{key} was refused when it was sent again")
    acknowledged = load.acknowledged()
    answers = await again(load, port, list(acknowledged))
    for key, first in acknowledged.items():
        if first.body != answers[key].body:
            row.lose(f"{key} was acknowledged and is not there")
