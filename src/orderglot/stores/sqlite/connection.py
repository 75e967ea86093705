"""Connections to the file: its settings, and its complaints in plain words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from orderglot.core.errors import HubError, Invalid, NotFound, Upstream
from orderglot.stores.backend import Raced
from orderglot.stores.sqlite.grammar import teach

Row = tuple[Any, ...]

STRANGE = (UnicodeEncodeError, OverflowError)
"""What Python raises over half a surrogate pair and over numbers beyond 64 bits."""

TIMEOUT = 10.0
"""For so many seconds a lock that another process holds is waited for."""

_SETTINGS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -32000",
    "PRAGMA temp_store = MEMORY",
)


def connect(path: Path, *, reads: bool, untouched: bool = False) -> sqlite3.Connection:
    """Open the file for writing, or for reading alone; then it may have to stay ``untouched`` to the last byte."""
    with translating_errors(path):
        connection = plain_connection(path, reads=untouched)
        for setting in _SETTINGS:
            connection.execute(setting)
        if reads:
            connection.execute("PRAGMA query_only = ON")
        teach(connection)
        return connection


def is_writable(path: Path) -> bool:
    """Tell whether a file and its folder may be written to, as far as they are there."""
    return all(os.access(one, os.W_OK) for one in (path, path.parent) if one.exists())


def _address(path: Path, *, reads: bool) -> str:
    """Give where SQLite finds the file, in a way that it can go where nothing may be written.

    Beside a file with a log it keeps an index of that, which it cannot make in a folder that may only
    be read; where there is no log, nobody is writing, and it can do without. Whoever only reads leaves
    what is in the log there, even as the last one.
    """
    log = path.with_name(f"{path.name}-wal")
    logged = log.exists() and log.stat().st_size
    if is_writable(path) and not (reads and logged):
        return str(path)
    alone = not os.access(path.parent, os.W_OK) and not logged
    return f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if alone else ''}"


def plain_connection(path: Path, *, reads: bool = False) -> sqlite3.Connection:
    """Open the file as it is, perhaps for reading alone."""
    address = _address(path, reads=reads)
    return sqlite3.connect(
        address,
        uri=address != str(path),
        timeout=TIMEOUT,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=512,
    )


@contextmanager
def translating_errors(path: Path) -> Iterator[None]:
    """Say SQLite's errors in our words, with what to do next."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
            raise NotFound("There is no such seller; add it first.") from error
        raise Raced(str(error)) from error
    except sqlite3.Error as error:
        raise in_words(error, path) from error
    except STRANGE as error:
        raise strange() from error


def strange() -> Invalid:
    """State that something cannot be asked or written: it is not the file that fails."""
    return Invalid(
        message="This has a text with a character, or a number of a size, that SQLite does not "
        "have; leave it out."
    )


def in_words(error: sqlite3.Error, path: Path) -> HubError:
    """Say one of SQLite's errors in our words."""
    # Errors that Python's module makes by itself have no name.
    name = getattr(error, "sqlite_errorname", "")
    for prefix, words in WORDS.items():
        if name.startswith(prefix):
            return Upstream(words.format(path=path))
    return Upstream(f"The database {path} failed: {error}.")


WORDS = {
    "SQLITE_BUSY": "The order book {path} is being written to by another program; try again.",
    "SQLITE_LOCKED": "The order book {path} is being written to by another program; try again.",
    "SQLITE_FULL": "The disk of {path} is full; make room and try again.",
    "SQLITE_READONLY": "{path} may only be read; allow writing to it and to its folder.",
    "SQLITE_PERM": "{path} may not be opened; allow reading and writing it.",
    "SQLITE_CANTOPEN": "{path} cannot be opened; allow writing to it and to its folder.",
    "SQLITE_NOTADB": "{path} is not an Orderglot book; name another file.",
    "SQLITE_CORRUPT": "{path} is damaged; restore it from a backup.",
    "SQLITE_IOERR": "The disk of {path} failed; look at the disk and try again.",
}
