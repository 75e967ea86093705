"""The feed under kills: however many create at once, each order that is there was told of once, and in its order.

Read by a fast reader, by a slow one, and by one that is killed at random moments and reads on.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from orderglot.core.caller import Caller
from orderglot.core.event_types import CREATED
from torture import books
from torture.harness import Harness, Row
from torture.load import Load, create_orders, send_again
from torture.read_process import read
from torture.server_process import Served, environment, serving
from torture.stores import StoreKind

KILLS = 20
CREATORS = 64
LONGEST = 1.5
"""So many seconds a server runs at most under load before it is killed."""

READERS = {"fast": (1_000, 0.0), "slow": (5, 0.01), "restarted": (50, 0.0)}
"""How many events each reads at a time, and the seconds that it rests after them."""

RESTARTED = "restarted"
PATIENCE = 300.0
"""So many seconds the slow one has at the end."""


def run(harness: Harness) -> None:
    """Kill servers of each store, of one worker and of two, while many create and three read."""
    for store in harness.stores:
        with harness.row(f"feeds read while servers are killed, {store.name}") as row:
            _killed(harness, row, store)


def _killed(harness: Harness, row: Row, store: StoreKind) -> None:
    folder = harness.new_folder()
    url, _ = books.new_book(store, folder)
    chance = harness.random(store.name)
    acknowledged, loads = 0, list[Load]()
    logs = {name: folder / f"{name}.log" for name in READERS}
    with _reading(url, logs) as readers:
        for number in range(harness.scaled(KILLS)):
            with serving(row, folder, url, "--workers", str(1 + number % 2), "--no-jobs") as served:
                seconds = chance.uniform(0.1, LONGEST), chance.uniform(0.1, LONGEST)
                load = asyncio.run(
                    _kill_under_load(served, number, seconds, readers[RESTARTED].kill)
                )
            readers[RESTARTED].wait()
            readers[RESTARTED] = _reader(url, RESTARTED, logs[RESTARTED])
            acknowledged += len(load.acknowledged())
            loads.append(load)
            harness.log(f"kill {number + 1}: {acknowledged:,} orders acknowledged")
        with serving(row, folder, url, "--no-jobs") as served:
            asyncio.run(_acknowledged(row, loads, served.port))
        there = asyncio.run(_orders(url))
        _await(row, logs, len(there))
    row.note("orders", len(there))
    row.check_books(store, url)
    for name, log in logs.items():
        _judge(row, name, log, there)


async def _kill_under_load(
    served: Served, number: int, seconds: tuple[float, float], kill_reader: Callable[[], None]
) -> Load:
    """Kill the reader after so many seconds of load, and the server after so many more."""
    load = Load()
    clients = [create_orders(load, served.port, f"{number}-{one}") for one in range(CREATORS)]
    running = asyncio.gather(*clients)
    await load.begun()
    await asyncio.sleep(seconds[0])
    kill_reader()
    await asyncio.sleep(seconds[1])
    served.kill()
    await running
    return load


async def _acknowledged(row: Row, loads: list[Load], port: int) -> None:
    """Send again what was acknowledged: each has its first answer, and so its order is there."""
    for load in loads:
        first = load.acknowledged()
        answers = await send_again(load, port, list(first))
        for key, one in first.items():
            row.expect(one.body, answers[key].body, f"the answer to {key}")


@contextmanager
def _reading(url: str, logs: dict[str, Path]) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    readers = {name: _reader(url, name, log) for name, log in logs.items()}
    try:
        yield readers
    finally:
        for one in readers.values():
            one.kill()
            one.wait()


def _reader(url: str, name: str, log: Path) -> subprocess.Popen[bytes]:
    limit, pause = READERS[name]
    return subprocess.Popen(
        (sys.executable, "-m", "torture.read_process", url, str(log), str(limit), str(pause)),
        env=environment(log.parent),
    )


async def _orders(url: str) -> set[tuple[int, int]]:
    """Give every order that is there, by its seller and its id."""
    async with books.opened(url) as store:
        callers = [Caller(seller=one.id, tests=True, deleted=True) for one in await store.sellers()]
        return {
            (caller.seller, order.id)
            for caller in callers
            async for order in store.of(caller).walk()
        }


def _await(row: Row, logs: dict[str, Path], orders: int) -> None:
    """Wait until each reader has been told of so many orders, or of nothing more for long."""
    end = time.monotonic() + PATIENCE
    waiting = set(logs)
    while waiting and time.monotonic() < end:
        time.sleep(0.5)
        waiting = {name for name in waiting if _creations_in(logs[name]) < orders}
    for name in waiting:
        row.lose(f"the {name} reader is not at the end after {PATIENCE:.0f} s")


def _creations_in(log: Path) -> int:
    return log.read_bytes().count(f" {CREATED}\n".encode()) if log.exists() else 0


def _judge(row: Row, name: str, log: Path, there: set[tuple[int, int]]) -> None:
    """Expect one creation of each order, sequences without gaps, and versions that only rise."""
    events = read(log)
    made = Counter((seller, order) for seller, _, order, _, what in events if what == CREATED)
    for one in there | made.keys():
        row.expect(int(one in there), made[one], f"{name}: creations of order {one}")
    last, version = dict[int, int](), dict[tuple[int, int], int]()
    for seller, sequence, order, number, _ in events:
        row.expect(last.get(seller, 0) + 1, sequence, f"{name}: the next event of seller {seller}")
        last[seller] = sequence
        if number < version.get((seller, order), 0):
            row.lose(f"{name}: order {order} is told of in version {number} too late")
        version[seller, order] = number
