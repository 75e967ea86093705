"""Connections to the file: opening it, its settings, and its complaints in plain words."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from orderglot.core.errors import HubError, Invalid, NotFound, Upstream
from orderglot.stores.backend import Raced
from orderglot.stores.migrations import (
    APPLIED,
    IN_USE,
    Migration,
    demand_finished,
    migrations,
    pending,
    report_upgrade,
)
from orderglot.stores.sqlite.file import make_private
from orderglot.stores.sqlite.grammar import teach

APPLICATION = 0x4F474C54
"""How a SQLite file says that it is an Orderglot book: ``OGLT``."""

Row = tuple[Any, ...]

STRANGE = (UnicodeEncodeError, OverflowError)
"""What Python raises over half a surrogate pair and over numbers beyond 64 bits."""

OLDEST = (3, 35, 0)
TIMEOUT = 10.0
"""For so many seconds a lock that another process holds is waited for."""

PAGE = 8192
"""So many bytes has a page of a new file: most orders fit into one with others, and an import or a
pull writes a third fewer pages than with half as many."""

_SETTINGS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -32000",
    "PRAGMA temp_store = MEMORY",
)


def prepare(path: Path, *, unfinished: bool = False, reads: bool = False) -> None:
    """Make the file where it is not there, and bring its tables up to date.

    Any number of processes may do so at once. Raises Invalid where the file is something else or
    from the future, Upstream where it cannot be used, Conflict where it is an unfinished copy,
    unless that is what is wanted. With ``reads`` a file that may only be read will do, as long as
    it is up to date.
    """
    if sqlite3.sqlite_version_info < OLDEST:
        raise Upstream(
            f"This Python comes with SQLite {sqlite3.sqlite_version}; "
            f"Orderglot needs {'.'.join(map(str, OLDEST))} or later."
        )
    if path.is_dir():
        raise Invalid(message=f"{path} is a folder; name a file in it.")
    if not path.parent.is_dir():
        raise Invalid(message=f"There is no folder {path.parent}; make it first.")
    # SQLite itself finds out at the first write alone.
    writable = _is_writable(path)
    if not writable and not (reads and path.exists()):
        raise Upstream(_WORDS["SQLITE_READONLY"].format(path=path))
    try:
        make_private(path)
    except OSError as error:
        raise Upstream(_WORDS["SQLITE_CANTOPEN"].format(path=path)) from error
    with translating_errors(path):
        connection = _connect(path)
        try:
            (_prepare if writable else _demand_current)(connection, path)
            if not unfinished:
                demand_finished(_done(connection), str(path))
        finally:
            connection.close()


def connect(path: Path, *, reads: bool) -> sqlite3.Connection:
    """Open the file for writing, or for reading alone."""
    with translating_errors(path):
        connection = _connect(path)
        for setting in _SETTINGS:
            connection.execute(setting)
        if reads:
            connection.execute("PRAGMA query_only = ON")
        teach(connection)
        return connection


def _is_writable(path: Path) -> bool:
    return all(os.access(one, os.W_OK) for one in (path, path.parent) if one.exists())


def _address(path: Path) -> str:
    """Give where SQLite finds the file, in a way that it can go where nothing may be written.

    Beside a file with a log it keeps an index of that, which it cannot make in a folder that may only
    be read; where there is no log, nobody is writing, and it can do without.
    """
    if _is_writable(path):
        return str(path)
    log = path.with_name(f"{path.name}-wal")
    alone = not os.access(path.parent, os.W_OK) and not (log.exists() and log.stat().st_size)
    return f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if alone else ''}"


def _connect(path: Path) -> sqlite3.Connection:
    address = _address(path)
    return sqlite3.connect(
        address,
        uri=address != str(path),
        timeout=TIMEOUT,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=512,
    )


def _demand_book(connection: sqlite3.Connection, path: Path) -> int:
    """Raise Invalid where the file is something else; gives how many tables it has."""
    connection.execute("BEGIN")  # so that both answers are of one moment
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    connection.execute("COMMIT")
    if tables and application != APPLICATION:
        raise Invalid(message=f"{path} is a SQLite file, but not an Orderglot book; name another.")
    return int(tables)


def _demand_current(connection: sqlite3.Connection, path: Path) -> None:
    """Raise Upstream where the file would have to be written to before it can be read."""
    there = _demand_book(connection, path)
    if not there or pending(migrations("sqlite"), _done(connection), str(path)):
        reason = f"{path} is of an earlier version and may only be read"
        raise Upstream(f"{reason}; allow writing to it and to its folder once.")


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    _demand_book(connection, path)
    connection.execute(f"PRAGMA page_size = {PAGE}")
    _turn_on_wal(connection)
    upgraded = [_apply(connection, path, step) for step in migrations("sqlite")]
    _applied(connection, path)
    if any(upgraded):
        report_upgrade(str(path))


def _turn_on_wal(connection: sqlite3.Connection) -> None:
    # This one statement does not wait for a lock by itself.
    last = time.monotonic() + TIMEOUT
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > last:
                raise
            time.sleep(0.02)
        else:
            return


def _apply(connection: sqlite3.Connection, path: Path, step: Migration) -> bool:
    """Do a step unless it is done, all in one transaction that nobody else can be in.

    Tells whether that has changed a book that was there already.
    """
    upgrades = False
    connection.execute("BEGIN EXCLUSIVE")
    try:
        if step in _applied(connection, path):
            for statement in _statements(step.script):
                connection.execute(statement)
            (upgrades,) = connection.execute(IN_USE).fetchone()
            connection.execute("INSERT INTO migrations VALUES (?, ?)", (step.number, step.name))
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    return bool(upgrades)


def _applied(connection: sqlite3.Connection, path: Path) -> tuple[Migration, ...]:
    connection.execute(
        "CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL)"
    )
    return pending(migrations("sqlite"), _done(connection), str(path))


def _done(connection: sqlite3.Connection) -> list[int]:
    return [number for (number,) in connection.execute(APPLIED)]


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


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
    for prefix, words in _WORDS.items():
        if name.startswith(prefix):
            return Upstream(words.format(path=path))
    return Upstream(f"The database {path} failed: {error}.")


_WORDS = {
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
