"""The writer: one thread that writes everything that waits in one transaction.

A durable commit costs as much for one order as for thirty, and so does a statement nearly. So
whatever comes in while a commit is on its way to the disk is gathered and goes into the next one,
what is alike at once. Where that is refused, each piece goes by itself, in a savepoint of its own:
one that fails takes nobody with it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from orderglot.core.errors import HubError, Upstream
from orderglot.stores.backend import Raced, Unready
from orderglot.stores.marks import CLOSED, NOT_WHOLE
from orderglot.stores.sqlite.connection import connect, in_words, translating_errors

W = TypeVar("W")
T = TypeVar("T")
Work = Callable[[sqlite3.Connection, list[W]], Iterable[T]]
"""Does some pieces of work that are alike and gives the result of each."""

MOST = 256
"""So many pieces of work at most share a transaction, so that nobody waits too long."""


class _Waiting(Generic[W, T]):
    """A piece of work, and what has become of it."""

    __slots__ = ("do", "done", "error", "piece", "result")

    def __init__(self, do: Work[W, T], piece: W, done: asyncio.Future[T]) -> None:
        self.do = do
        self.piece = piece
        self.done = done
        self.result: Any = None
        self.error: BaseException | None = None

    def settle(self) -> None:
        """Set the result of the future, unless it was cancelled."""
        if self.done.done():
            return
        if self.error is not None:
            self.done.set_exception(self.error)
        else:
            self.done.set_result(self.result)


class _Queue:
    """What waits on one event loop, and whether some of it is being written."""

    def __init__(self) -> None:
        self.waiting: list[_Waiting[Any, Any]] = []
        self.busy = False


class Writer:
    """Does the work of event loops in batches, and notifies them when it is on the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = connect(path, reads=False)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="orderglot-writer")
        self._queues: WeakKeyDictionary[asyncio.AbstractEventLoop, _Queue] = WeakKeyDictionary()
        self.look: Callable[[], None] = lambda: None
        """Raises Unready where the file is not the one that was opened any more."""
        self.commits = 0
        """How many transactions were committed."""

    def write(self, do: Work[W, T], piece: W) -> asyncio.Future[T]:
        """Do a piece of work in a transaction; gives its result once that is durable.

        Raises what the work raises, or Upstream where the transaction cannot be committed; then
        nothing of it is kept.
        """
        loop = asyncio.get_running_loop()
        queue = self._queues.get(loop)
        if queue is None:
            queue = self._queues[loop] = _Queue()
        done: asyncio.Future[T] = loop.create_future()
        queue.waiting.append(_Waiting(do, piece, done))
        if not queue.busy:
            # Whatever else comes in this turn of the loop goes along.
            queue.busy = True
            loop.call_soon(self._begin, loop, queue)
        return done

    def close(self) -> None:
        """Wait for what is being written, then close the file."""
        self._thread.shutdown()
        with translating_errors(self._path):
            self._connection.close()

    def _begin(self, loop: asyncio.AbstractEventLoop, queue: _Queue) -> None:
        batch, queue.waiting = queue.waiting[:MOST], queue.waiting[MOST:]
        writing: asyncio.Future[None] = loop.create_future()
        try:
            writing = loop.run_in_executor(self._thread, self._commit, batch)
        except RuntimeError:
            writing.set_exception(Upstream(f"{self._path} was closed; open it again."))
        writing.add_done_callback(lambda done: self._end(loop, queue, batch, done))

    def _end(
        self,
        loop: asyncio.AbstractEventLoop,
        queue: _Queue,
        batch: list[_Waiting[Any, Any]],
        written: asyncio.Future[None],
    ) -> None:
        queue.busy = bool(queue.waiting)
        if queue.busy:
            self._begin(loop, queue)
        failed = written.exception()
        for one in batch:
            one.error = failed or one.error
            one.settle()

    def _commit(self, batch: list[_Waiting[Any, Any]]) -> None:
        connection = self._connection
        alike: dict[Work[Any, Any], list[_Waiting[Any, Any]]] = {}
        for one in batch:
            alike.setdefault(one.do, []).append(one)
        try:
            with translating_errors(self._path):
                connection.execute("BEGIN IMMEDIATE")
                self.look()
                if connection.execute(CLOSED).fetchone():
                    raise Upstream(NOT_WHOLE)
                for do, some in alike.items():
                    self._attempt(do, some)
                self._finish()
        except Unready as error:
            raise Upstream(str(error)) from error
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        self.commits += 1

    def _finish(self) -> None:
        """Commit; raises Upstream in doubt where the disk failed, which may have it or not."""
        try:
            self._connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if not getattr(error, "sqlite_errorname", "").startswith("SQLITE_IOERR"):
                raise
            raise Upstream(in_words(error, self._path).message, in_doubt=True) from error

    def _attempt(self, do: Work[Any, Any], some: list[_Waiting[Any, Any]]) -> None:
        """Do pieces that are alike, each by itself where they cannot all be done."""
        connection = self._connection
        connection.execute("SAVEPOINT piece")
        try:
            with translating_errors(self._path):
                results = do(connection, [one.piece for one in some])
        except (HubError, Raced) as error:
            # A full or failing disk ends the whole transaction, and everybody's work with it.
            if not connection.in_transaction:
                raise
            connection.execute("ROLLBACK TO piece")
            connection.execute("RELEASE piece")
            if len(some) == 1:
                some[0].error = error
                return
            for one in some:
                self._attempt(do, [one])
        else:
            connection.execute("RELEASE piece")
            for one, result in zip(some, results, strict=True):
                one.result = result
