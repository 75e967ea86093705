"""The reader: what is read in one turn of an event loop is of one moment of the file."""

from __future__ import annotations

import re
import sqlite3
from asyncio import AbstractEventLoop, Handle, get_running_loop
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import local
from time import monotonic, thread_time
from typing import Any, TypeVar

from orderglot.core.errors import Upstream
from orderglot.stores.backend import Unready
from orderglot.stores.marks import CLOSED, NOT_COPIED, NOT_WHOLE, unfinished
from orderglot.stores.sqlite.connection import STRANGE, Row, connect, in_words, strange

T = TypeVar("T")
Known = dict[tuple[str, Row], Any]

MOST_KNOWN = 1024
"""So many answers at most are known, so that no stranger can fill the memory."""

STEPS = 1_000
"""After so many of its steps a statement looks whether it may go on: after 10 to 100 microseconds."""


WAITS = 25
"""So many times as long a statement may take by the clock, which also runs while it has no processor."""


MALFORMED = ("malformed JSON", "user-defined function raised exception")
"""What SQLite says where a statement looks into a document that is damaged."""

_ASKED = re.compile(r"\b(json_\w+|net_subtotal|extra_matches)\(((?:\w+\.)?document)\b")


def _nothing() -> None:
    """Do nothing."""


class Interrupted(Exception):
    """A statement was stopped because it took too long."""


class Snapshot:
    """A connection, and what it reads of one moment of the file."""

    __slots__ = ("_closed", "_known", "_path", "checked", "connection", "version")

    def __init__(self, connection: sqlite3.Connection, path: Path, *, reads: bool = False) -> None:
        self.connection = connection
        self._path = path
        self._closed = NOT_COPIED if reads else CLOSED
        self._known: Known = {}
        self.version = 0
        self.checked = False

    def begin(self) -> None:
        """Take the file as it is by the first statement from now on."""
        try:
            self.connection.execute("BEGIN")
        except sqlite3.Error as error:
            raise in_words(error, self._path) from error
        self.checked = False

    def end(self) -> None:
        """Let go of that moment."""
        try:
            # SQLite itself ends what it fails to read.
            if self.connection.in_transaction:
                self.connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise in_words(error, self._path) from error

    def rows(self, text: str, params: Row = ()) -> list[Row]:
        """Read all rows of a statement.

        Raises Upstream where the file cannot be read, Interrupted where it may not go on.
        """
        try:
            return self._rows(text, params)
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
                raise Interrupted from error
            raise in_words(error, self._path) from error
        except STRANGE as error:
            raise strange() from error

    def _rows(self, text: str, params: Row) -> list[Row]:
        try:
            return self.connection.execute(text, params).fetchall()
        except sqlite3.OperationalError as error:
            if str(error) not in MALFORMED:
                raise
        # One that is damaged answers no question.
        guarded = _ASKED.sub(r"\1(iif(json_valid(\2), \2, '{}')", text)
        return self.connection.execute(guarded, params).fetchall()

    def known(self, read: Callable[[list[Row]], T], text: str, params: Row) -> T:
        """Give what is read out of rows that are asked for again and again.

        The file is asked only where there has been a commit since.
        """
        self.check()
        found: T | None = self._known.get((text, params))
        if found is None:
            found = self._known[text, params] = read(self.rows(text, params))
        return found

    def interrupt(self) -> None:
        """Stop the statement that another thread is at, if any."""
        self.connection.interrupt()

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def check(self) -> None:
        """Drop what was cached at another version; every commit but our own makes a new one.

        Raises Upstream where nobody may use the book.
        """
        if self.checked:
            return
        ((version,),) = self.rows("PRAGMA data_version")
        if version != self.version or len(self._known) > MOST_KNOWN:
            if self.rows(self._closed):
                raise Upstream(NOT_WHOLE)
            self._known, self.version = {}, version
        self.checked = True


class Reader:
    """Reads on a connection of each thread's own.

    A statement by itself takes twice as long for the lock on the file as for what it reads. So the
    first one of a turn takes the lock for all, and it is let go of before anything else has a turn:
    a client that waits for a commit sees it.
    """

    def __init__(self, path: Path, *, reads: bool = False) -> None:
        self._path = path
        self._reads = reads
        self.look: Callable[[], None] = _nothing
        """Raises Unready where the file is not the one that was opened any more."""
        self._turns: list[Turn] = []
        self._here = local()
        # From its first statement on this keeps out who would begin a copy into the file.
        if self._open().rows(NOT_COPIED):
            self.close()
            raise unfinished(str(path))

    def turn(self) -> Turn:
        """Give what this turn of the event loop reads from."""
        turn: Turn = getattr(self._here, "turn", None) or self._open()
        if not turn.lasts():
            try:
                self.look()
            except Unready as error:
                raise Upstream(str(error)) from error
            turn.begin()
        return turn

    def rows(self, text: str, params: Row = ()) -> list[Row]:
        """Read all rows of a statement; raises Upstream where the file cannot be read."""
        return self.turn().rows(text, params)

    def known(self, read: Callable[[list[Row]], T], text: str, params: Row) -> T:
        """Give what is read out of rows that are asked for again and again."""
        return self.turn().known(read, text, params)

    def close(self) -> None:
        """Close the connections of all threads."""
        for turn in self._turns:
            turn.close()

    def _open(self) -> Turn:
        connection = connect(self._path, reads=True)
        turn = self._here.turn = Turn(connection, self._path, reads=self._reads)
        self._turns.append(turn)
        return turn


class Turn(Snapshot):
    """A thread's connection, and the event loop in whose turn it holds the lock."""

    __slots__ = ("deadline", "ending", "latest", "loop")

    def __init__(self, connection: sqlite3.Connection, path: Path, *, reads: bool) -> None:
        super().__init__(connection, path, reads=reads)
        self.loop: AbstractEventLoop | None = None
        self.ending: Handle | None = None
        self.deadline = self.latest = 0.0

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Stop what takes more than so many seconds of processor time: it raises Interrupted.

        On a busy machine others have the processor meanwhile, of which this statement is not the cause.
        """
        self.deadline, self.latest = thread_time() + seconds, monotonic() + WAITS * seconds
        self.connection.set_progress_handler(self._is_late, STEPS)
        try:
            yield
        finally:
            self.connection.set_progress_handler(None, 0)

    def lasts(self) -> bool:
        """Tell whether the turn goes on; a loop that was stopped in the middle has not ended it."""
        return self.loop is not None and self.loop.is_running()

    def begin(self) -> None:
        """Take the file as it is for this turn of the loop."""
        self.end()
        super().begin()
        self.check()
        self.loop = get_running_loop()
        self.ending = self.loop.call_soon(self.end)

    def end(self) -> None:
        """Let go of that moment."""
        self.loop = None
        super().end()

    def close(self) -> None:
        """Close the connection, and end no turn afterwards."""
        if self.ending is not None:
            self.ending.cancel()
        super().close()

    def _is_late(self) -> bool:
        return thread_time() > self.deadline or monotonic() > self.latest
