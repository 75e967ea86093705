"""Jobs that several processes share: killed, or made to hang, in the middle of runs, at random moments.

No two are at it at once, nobody waits longer than the lease, and who has lost it writes nothing more.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from itertools import groupby
from pathlib import Path

from orderglot.core.caller import Caller
from orderglot.core.event_types import CREATED, type_of
from orderglot.core.order import by_hub_id
from orderglot.hub.books import open_store
from tests.jobs.job_process import PATIENCE, TOOK
from torture import books
from torture.harness import Harness, Row

PROCESSES = 4
ROUNDS = 12
SLACK = 15.0
"""So many seconds a busy machine may take for what takes it none."""


def run(harness: Harness) -> None:
    """Kill whoever is at it, or let it hang until its lease is over, again and again."""
    for store in harness.stores:
        with harness.row(f"jobs whose processes are killed or hang, {store.name}") as row:
            folder = harness.new_folder()
            url, _ = books.new_book(store, folder)
            _disturb(harness, row, url, folder / "runs.log")
            asyncio.run(_check(row, url))
            row.check_books(store, url)


def _disturb(harness: Harness, row: Row, url: str, log: Path) -> None:
    log.touch()
    found = {one.pid: one for one in (_process(url, log) for _ in range(PROCESSES))}
    try:
        for number in range(harness.scaled(ROUNDS)):
            pid = _at_it(log, row)
            if pid is None:
                return
            time.sleep(harness.random(number).uniform(0, TOOK / 2))
            if number % 2:
                os.kill(pid, signal.SIGSTOP)
            else:
                found.pop(pid).kill()
            stopped = time.monotonic()
            if _at_it(log, row, after=pid) is None:
                return
            row.maximum("longest wait, s", round(time.monotonic() - stopped, 1))
            if number % 2:
                os.kill(pid, signal.SIGCONT)
            else:
                new = _process(url, log)
                found[new.pid] = new
        # What hung goes on, and is to find that it has lost its lease.
        time.sleep(2 * TOOK)
    finally:
        for one in found.values():
            one.kill()
            one.wait()


def _process(url: str, log: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen((sys.executable, "-m", "tests.jobs.job_process", url, str(log)))


def _at_it(log: Path, row: Row, after: int = 0) -> int | None:
    """Wait until a process other than one has begun a run, and give it; None where none does in time."""
    before = len(log.read_text().splitlines())
    end = time.monotonic() + PATIENCE + 2 * TOOK + SLACK
    while time.monotonic() < end:
        for line in log.read_text().splitlines()[before:]:
            _, word, pid = line.split()
            if word == "began" and int(pid) != after:
                row.survive()
                return int(pid)
        time.sleep(0.02)
    row.lose(f"nobody was at it for {PATIENCE + 2 * TOOK + SLACK:.0f} s")
    return None


async def _check(row: Row, url: str) -> None:
    """Expect the orders of each run one behind the other, in the order in which they were committed."""
    store = open_store(url)
    try:
        seller, *_ = await store.sellers()
        book = store.of(Caller(seller=seller.id))
        after, runs = 0, list[str]()
        while True:
            feed = await book.feed(after, 1_000)
            for event in feed.events:
                if type_of(event) == CREATED:
                    order = await book.get(by_hub_id(event.order))
                    if order.po_number.count("/") == 2:
                        runs.append(order.po_number.rpartition("/")[0])
            after = feed.after
            if not feed.more:
                break
        row.note("orders", len(runs))
        for one, count in Counter(name for name, _ in groupby(runs)).items():
            row.expect(1, count, f"the orders of run {one} were written at a stretch")
    finally:
        await store.close()
