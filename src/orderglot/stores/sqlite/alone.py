"""Alone: a file that no other connection is open to, nor can be for a while.

Every connection to a file with a log holds a lock on it as long as it is open, be it of this version of
Orderglot or of an earlier one.
"""

from __future__ import annotations

import os
import random
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orderglot.core.errors import Conflict

PATIENCE = 3.0
"""For so many seconds those are waited for who have the file open: a command has soon done."""

LOCKS = Path("/proc/locks")
"""Where Linux says which process has which lock."""

_HELD = re.compile(r"\d+: POSIX +\w+ +\w+ (\d+) \S+:(\d+) ")
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


@contextmanager
def alone(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file for oneself alone; raises Conflict where others stay in it, else what SQLite raises."""
    last = time.monotonic() + PATIENCE
    while (connection := _locked(path)) is None:
        if time.monotonic() > last:
            raise in_use(path)
        # Those who come at the same moment keep each other out.
        time.sleep(random.uniform(0.01, 0.05))
    try:
        yield connection
    finally:
        connection.close()


def in_use(path: Path) -> Conflict:
    """State that others have a file open."""
    return Conflict(f"{path} is open in {_holders(path)}; stop that, and try again.")


def _locked(path: Path) -> sqlite3.Connection | None:
    """Open a file and lock everybody else out; gives None where somebody is there."""
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF not in _BUSY:
            raise
        return None
    except BaseException:
        connection.close()
        raise
    return connection


def is_locked(path: Path) -> bool:
    """Tell whether another program has a lock on a file, as far as the system says so."""
    return bool(_others(path))


def _holders(path: Path) -> str:
    names = ", ".join(map(str, _others(path)[:3]))
    return f"another program (process {names})" if names else "another program"


def _others(path: Path) -> list[int]:
    """Give the numbers of the other programs that have a lock on a file."""
    try:
        held = [_HELD.match(line) for line in LOCKS.read_text().splitlines()]
        inode = str(path.stat().st_ino)
    except OSError:
        return []
    return sorted({int(one[1]) for one in held if one and one[2] == inode} - {os.getpid()})
