"""The reader: what is read in one turn of an event loop is of one moment of the file."""

from __future__ import annotations

import sqlite3
from asyncio import AbstractEventLoop, Handle, get_running_loop
from collections.abc import Callable
from pathlib import Path
from threading import local
from typing import Any, TypeVar

from orderglot.stores.sqlite.connection import STRANGE, Row, connect, in_words, strange

T = TypeVar("T")
Known = dict[tuple[str, Row], Any]

MOST_KNOWN = 1024
"""So many answers at most are known, so that no stranger can fill the memory."""


class Reader:
    """Reads on a connection of each thread's own.

    A statement by itself takes twice as long for the lock on the file as for what it reads. So the
    first one of a turn takes the lock for all, and it is let go of before anything else has a turn:
    whoever waits for a commit sees it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turns: list[_Turn] = []
        self._here = local()
        self._open()

    def rows(self, text: str, params: Row = ()) -> list[Row]:
        """Read all rows of a statement; raises Upstream where the file cannot be read."""
        turn: _Turn = getattr(self._here, "turn", None) or self._open()
        try:
            if not turn.lasts():
                turn.begin()
            return turn.connection.execute(text, params).fetchall()
        except sqlite3.Error as error:
            raise in_words(error, self._path) from error
        except STRANGE as error:
            raise strange() from error

    def known(self, read: Callable[[list[Row]], T], text: str, params: Row) -> T:
        """Give what is read out of rows that are asked for again and again.

        The file is asked only where there has been a commit since.
        """
        known = self._known()
        found: T | None = known.get((text, params))
        if found is None:
            found = known[text, params] = read(self.rows(text, params))
        return found

    def close(self) -> None:
        """Close the connections of all threads."""
        for turn in self._turns:
            turn.close()

    def _known(self) -> Known:
        turn: _Turn = getattr(self._here, "turn", None) or self._open()
        if not (turn.checked and turn.lasts()):
            ((version,),) = self.rows("PRAGMA data_version")
            turn.check(version)
        return turn.known

    def _open(self) -> _Turn:
        turn = self._here.turn = _Turn(connect(self._path, reads=True))
        self._turns.append(turn)
        return turn


class _Turn:
    """A thread's connection, and the event loop in whose turn it holds the lock."""

    __slots__ = ("checked", "connection", "ending", "known", "loop", "version")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.loop: AbstractEventLoop | None = None
        self.ending: Handle | None = None
        self.known: Known = {}
        self.version = 0
        self.checked = False

    def lasts(self) -> bool:
        """Tell whether the turn goes on; a loop that was stopped in the middle has not ended it."""
        return self.loop is not None and self.loop.is_running()

    def begin(self) -> None:
        self.end()
        self.connection.execute("BEGIN")
        self.loop, self.checked = get_running_loop(), False
        self.ending = self.loop.call_soon(self.end)

    def end(self) -> None:
        self.loop = None
        # SQLite itself ends what it fails to read.
        if self.connection.in_transaction:
            self.connection.execute("COMMIT")

    def check(self, version: int) -> None:
        """Forget what was known at another version; every commit but our own makes a new one."""
        if version != self.version or len(self.known) > MOST_KNOWN:
            self.known, self.version = {}, version
        self.checked = True

    def close(self) -> None:
        if self.ending is not None:
            self.ending.cancel()
        self.connection.close()
