"""The writer: one thread that writes everything that waits in one transaction.

A durable commit costs as much for one order as for thirty. So whatever comes in while a commit is
on its way to the disk is gathered and goes into the next one, each piece in a savepoint of its own:
one that fails takes nobody with it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from orderglot.core.errors import HubError
from orderglot.stores.shelf import Raced
from orderglot.stores.sqlite.connection import connect, told

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
Outcome = tuple[Any, BaseException | None]

MOST = 256
"""So many pieces of work at most share a transaction, so that nobody waits too long."""


class _Waiting(Generic[T]):
    def __init__(self, work: Work[T], done: asyncio.Future[T]) -> None:
        self.work = work
        self.done = done


class _Line:
    """What waits on one event loop, and whether some of it is being written."""

    def __init__(self) -> None:
        self.waiting: list[_Waiting[Any]] = []
        self.busy = False


class Writer:
    """Takes work from event loops and wakes them when it is on the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = connect(path, reads=False)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="orderglot-writer")
        self._lines: WeakKeyDictionary[asyncio.AbstractEventLoop, _Line] = WeakKeyDictionary()
        self.commits = 0
        """How many transactions were committed."""

    async def write(self, work: Work[T]) -> T:
        """Do a piece of work in a transaction; gives its result once that is durable.

        Raises what the work raises, or Upstream where the transaction cannot be committed; then
        nothing of it is kept.
        """
        loop = asyncio.get_running_loop()
        line = self._lines.setdefault(loop, _Line())
        done: asyncio.Future[T] = loop.create_future()
        line.waiting.append(_Waiting(work, done))
        if not line.busy:
            self._begin(loop, line)
        return await done

    def close(self) -> None:
        """Wait for what is being written, then close the file."""
        self._thread.shutdown()
        with told(self._path):
            self._connection.close()

    def _begin(self, loop: asyncio.AbstractEventLoop, line: _Line) -> None:
        batch, line.waiting = line.waiting[:MOST], line.waiting[MOST:]
        line.busy = True
        writing = loop.run_in_executor(self._thread, self._commit, batch)
        writing.add_done_callback(lambda done: self._end(loop, line, batch, done))

    def _end(
        self,
        loop: asyncio.AbstractEventLoop,
        line: _Line,
        batch: list[_Waiting[Any]],
        written: asyncio.Future[list[Outcome]],
    ) -> None:
        line.busy = False
        if line.waiting:
            self._begin(loop, line)
        failed = written.exception()
        outcomes = [(None, failed)] * len(batch) if failed else written.result()
        for one, (result, error) in zip(batch, outcomes, strict=True):
            if one.done.done():
                continue
            if error is not None:
                one.done.set_exception(error)
            else:
                one.done.set_result(result)

    def _commit(self, batch: list[_Waiting[Any]]) -> list[Outcome]:
        connection = self._connection
        try:
            with told(self._path):
                connection.execute("BEGIN IMMEDIATE")
                outcomes = [self._attempt(one.work) for one in batch]
                connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        self.commits += 1
        return outcomes

    def _attempt(self, work: Work[Any]) -> Outcome:
        connection = self._connection
        connection.execute("SAVEPOINT piece")
        try:
            with told(self._path):
                result = work(connection)
        except (HubError, Raced) as error:
            # A full or failing disk ends the whole transaction, and everybody's work with it.
            if not connection.in_transaction:
                raise
            connection.execute("ROLLBACK TO piece")
            connection.execute("RELEASE piece")
            return None, error
        connection.execute("RELEASE piece")
        return result, None
