"""Reader threads: what would hold up the event loop, read beside it.

SQLite lets other threads run while a statement goes on. Each read has a connection to itself and
all it needs in one transaction; one that takes longer than its key may is interrupted.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import get_native_id
from typing import TypeVar

from orderglot.core.errors import Upstream
from orderglot.stores.slots import MOST, Slots
from orderglot.stores.sqlite.connection import connect
from orderglot.stores.sqlite.reader import Interrupted, Snapshot

T = TypeVar("T")

NICE = 5
"""A third of the share of the processor that a thread has by itself, where others want it too."""

CACHE = 8_000
"""So many kilobytes of the file each of these connections keeps, of which there may be several."""


class ReaderThreads:
    """Threads with a connection each, made when they are first needed."""

    def __init__(self, path: Path, slots: Slots) -> None:
        self._path = path
        self._slots = slots
        self._threads: ThreadPoolExecutor | None = None
        self._every: list[Snapshot] = []
        self._idle: list[Snapshot] = []
        self._closed = False

    async def run(self, key: str, work: Callable[[Snapshot], T]) -> T:
        """Do what reads in a thread, within one transaction.

        Raises TooMany where the key has too many of them under way, or it takes too long.
        """
        await self._slots.take(key)
        try:
            snapshot, done = self._begin(work)
        except BaseException:
            self._slots.give(key)
            raise
        loop, budget = asyncio.get_running_loop(), self._slots.budget_of(key)
        alarm = None if budget is None else loop.call_later(budget, snapshot.interrupt)
        # Cancelling a wait does not end the thread: it keeps its slot until it is done.
        done.add_done_callback(partial(self._end, key, snapshot, alarm))
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            snapshot.interrupt()
            raise
        except Interrupted:
            raise self._slots.too_late() from None

    def close(self) -> None:
        """Interrupt what is under way and close the connections."""
        self._closed = True
        for snapshot in self._every:
            snapshot.interrupt()
        if self._threads is not None:
            self._threads.shutdown()
        for snapshot in self._every:
            snapshot.close()

    def _begin(self, work: Callable[[Snapshot], T]) -> tuple[Snapshot, asyncio.Future[T]]:
        if self._closed:
            raise Upstream(f"{self._path} was closed; open it again.")
        if self._threads is None:
            self._threads = ThreadPoolExecutor(MOST, "orderglot-reader", _stand_back)
        # The one that was used last knows best what was asked last.
        snapshot = self._idle.pop() if self._idle else self._open()
        try:
            loop = asyncio.get_running_loop()
            return snapshot, loop.run_in_executor(self._threads, _read, snapshot, work)
        except BaseException:
            self._idle.append(snapshot)
            raise

    def _open(self) -> Snapshot:
        connection = connect(self._path, reads=True)
        connection.execute(f"PRAGMA cache_size = -{CACHE}")
        snapshot = Snapshot(connection, self._path)
        self._every.append(snapshot)
        return snapshot

    def _end(
        self,
        key: str,
        snapshot: Snapshot,
        alarm: asyncio.TimerHandle | None,
        done: asyncio.Future[T],
    ) -> None:
        if alarm is not None:
            alarm.cancel()
        if not done.cancelled():
            done.exception()  # nobody may be waiting any more
        self._idle.append(snapshot)
        self._slots.give(key)


def _stand_back() -> None:
    """Let the event loop's thread go first, where the system tells threads apart by that.

    It is woken for each request; one that is always busy would keep it waiting for its time slice.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, get_native_id(), NICE)


def _read(snapshot: Snapshot, work: Callable[[Snapshot], T]) -> T:
    snapshot.begin()
    try:
        return work(snapshot)
    finally:
        snapshot.end()
