"""Opening: a file becomes an order book, and an older one is brought up to date where somebody may write to it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from orderglot.core.errors import Invalid, NotFound, Upstream
from orderglot.stores.marks import (
    COPY,
    UNFINISHED,
    demand_free,
    demand_here,
    demand_whole,
    marks_of,
    steps_of,
)
from orderglot.stores.migrations import (
    APPLIED,
    IN_USE,
    Migration,
    migrations,
    outdated,
    pending,
    report_upgrade,
)
from orderglot.stores.sqlite.alone import alone
from orderglot.stores.sqlite.beginnings import skip
from orderglot.stores.sqlite.connection import (
    TIMEOUT,
    WORDS,
    is_writable,
    plain_connection,
    translating_errors,
)
from orderglot.stores.sqlite.feed import number_copied
from orderglot.stores.sqlite.file import make_private

APPLICATION = 0x4F474C54
"""How a SQLite file says that it is an Orderglot book: ``OGLT``."""

OLDEST = (3, 35, 0)

PAGE = 8192
"""So many bytes has a page of a new file: most orders fit into one with others, and an import or a
pull writes a third fewer pages than with half as many."""


class Prepared(NamedTuple):
    """Whether a book was made, and by which steps it was brought up to date."""

    made: bool
    steps: tuple[Migration, ...]


Done = list[tuple[int, str]]
"""The steps that were done, and the marks, each with its name."""

SET_MARK = "INSERT OR REPLACE INTO migrations VALUES (?, ?)"
_NOTE = "INSERT INTO migrations VALUES (?, ?)"
UNMARK = "DELETE FROM migrations WHERE number = ?"

_TABLE = "CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL)"


def prepare(
    path: Path,
    *,
    create: bool = True,
    reads: bool = False,
    unfinished: bool = False,
    copy_of: str = "",
) -> Prepared:
    """Make the book where there is none, and bring it up to date.

    Any number of processes may do so at once. A new book is marked from the beginning as the
    unfinished copy that it may be. Where it ``reads`` alone, nothing is written. Raises Invalid
    where the file is something else or from the future, NotFound where there is no book and
    ``create`` does not allow to make one, Upstream where it cannot be used, Conflict where it is an
    unfinished copy, unless that is what is wanted, where it has moved, and where it is of an earlier
    version and only to be read, or open in another program.
    """
    _demand_place(path, create=create, reads=reads)
    made = False
    steps: tuple[Migration, ...] = ()
    with translating_errors(path):
        done = _look(path)
        if done is None:
            if not create or reads:
                raise _no_book(path)
            done, made = _make(path, copy_of), True
        elif pending(migrations("sqlite"), steps_of(done), str(path)):
            if reads:
                raise outdated(f"sqlite:///{path}")
            if copy_of:
                demand_free(marks_of(done), str(path))
            steps, used = _upgrade(path)
            if used and not unfinished:
                report_upgrade(str(path))
        if not unfinished:
            demand_whole(marks_of(done), str(path))
        if not reads and not unfinished:
            demand_here(marks_of(done), str(path))
            _begin_to_write(path, done)
    return Prepared(made, steps)


def pending_steps(path: Path) -> tuple[Migration, ...]:
    """Give the steps that would bring a book to this version; raises as ``prepare`` does where it only reads."""
    _demand_place(path, create=False, reads=True)
    with translating_errors(path):
        done = _look(path)
        if done is None:
            raise _no_book(path)
        return pending(migrations("sqlite"), steps_of(done), str(path))


def demand_book(path: Path, *, whole: bool = True) -> None:
    """Raise NotFound where there is no book, Invalid where there is something else, Conflict where it is not whole."""
    _demand_place(path, create=False, reads=True)
    done = _look(path)
    if done is None:
        raise _no_book(path)
    if whole:
        demand_whole(marks_of(done), str(path))


def turn_on_log(connection: sqlite3.Connection) -> None:
    """Write to a log beside the file, so that nobody who reads waits for who writes."""
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


def _demand_place(path: Path, *, create: bool, reads: bool) -> None:
    if sqlite3.sqlite_version_info < OLDEST:
        raise Upstream(
            f"This Python comes with SQLite {sqlite3.sqlite_version}; "
            f"Orderglot needs {'.'.join(map(str, OLDEST))} or later."
        )
    if path.is_dir():
        raise Invalid(message=f"{path} is a folder; name a file in it.")
    if not path.parent.is_dir():
        raise Invalid(message=f"There is no folder {path.parent}; make it first.")
    if not create and not path.exists():
        raise _no_book(path)
    # SQLite itself finds out at the first write alone.
    if not is_writable(path) and not (reads and path.exists()):
        raise Upstream(WORDS["SQLITE_READONLY"].format(path=path))


def _no_book(path: Path) -> NotFound:
    empty = " (the file is empty)" if path.exists() else ""
    return NotFound(f"There is no order book {path}{empty}; 'orderglot seller add NAME' makes one.")


def _look(path: Path) -> Done | None:
    """Give the steps that were done, None where nothing is there; raises Invalid where something else is."""
    if not path.exists() or (not path.stat().st_size and not _log(path)):
        return None
    with closing(plain_connection(path, reads=True)) as connection:
        connection.execute("BEGIN")  # so that all answers are of one moment
        found = _look_into(connection, path)
        connection.execute("COMMIT")
        return found


def _log(path: Path) -> int:
    log = path.with_name(f"{path.name}-wal")
    return log.stat().st_size if log.exists() else 0


def _look_into(connection: sqlite3.Connection, path: Path) -> Done | None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if not tables:
        return None
    if application != APPLICATION:
        raise Invalid(message=f"{path} is a SQLite file, but not an Orderglot book; name another.")
    return _done(connection)


def _make(path: Path, copy_of: str) -> Done:
    """Make a book in one transaction, unless somebody was faster."""
    try:
        make_private(path)
    except OSError as error:
        raise Upstream(WORDS["SQLITE_CANTOPEN"].format(path=path)) from error
    with closing(plain_connection(path)) as connection:
        connection.execute(f"PRAGMA page_size = {PAGE}")
        turn_on_log(connection)
        connection.execute("BEGIN EXCLUSIVE")
        try:
            if _look_into(connection, path) is None:
                _do(connection, migrations("sqlite"))
                if copy_of:
                    connection.execute(SET_MARK, (UNFINISHED, copy_of))
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        return _done(connection)


def _upgrade(path: Path) -> tuple[tuple[Migration, ...], bool]:
    """Do the steps that are pending while nobody else has the file open; gives those that were done here.

    And whether that has changed a book that somebody may use.

    A program of an earlier version that went on would write what the later tables do not expect.
    """
    with alone(path) as connection:
        steps = pending(migrations("sqlite"), steps_of(_done(connection)), str(path))
        (used,) = connection.execute(IN_USE).fetchone()
        for step in steps:
            connection.execute("BEGIN EXCLUSIVE")
            try:
                _do(connection, (step,))
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
    return steps, bool(steps and used)


def _do(connection: sqlite3.Connection, steps: Sequence[Migration]) -> None:
    connection.execute(_TABLE)
    for step in steps:
        for statement in statements(step.script):
            connection.execute(statement)
        connection.execute(_NOTE, (step.number, step.name))
    connection.execute(f"PRAGMA application_id = {APPLICATION}")


def _begin_to_write(path: Path, done: Done) -> None:
    """Make a copy that is written to from now on a book of its own."""
    with closing(plain_connection(path)) as connection:
        turn_on_log(connection)
        if COPY not in marks_of(done):
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Somebody else may have been faster.
            if connection.execute(UNMARK, (COPY,)).rowcount:
                number_copied(connection)
                skip(connection)
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")


def _done(connection: sqlite3.Connection) -> Done:
    return connection.execute(APPLIED).fetchall()


def statements(script: str) -> Iterator[str]:
    """Give the statements of a script."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
