"""The journal beside a book in a file: a SQLite file of its own."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from orderglot.core.caller import Caller
from orderglot.core.erasing import Theirs
from orderglot.core.errors import Upstream
from orderglot.core.journal import Criteria, Gap, Kept, Row, first_id, moment_of, not_kept
from orderglot.journal.entries import BLOCK, COLUMNS, GAP, Entry, batch_of, bytes_of
from orderglot.journal.erasing import (
    AT_ONCE as BLOCKS_AT_ONCE,
)
from orderglot.journal.erasing import (
    BLOCKS,
    PUT_BLOCK,
    PUT_ROW,
    ROWS,
    cleaned,
)
from orderglot.journal.keeping import Keep, cutoff
from orderglot.journal.selection import SQLITE, page_statements, row_of, show_statement, together

T = TypeVar("T")

ENDING = ".exchanges"
"""What a journal's file is called behind the name of its book."""

APPLICATION = 0x4F474C4A
"""How a SQLite file says that it is a journal: ``OGLJ``."""

VERSION = 1
PRIVATE = 0o600
TIMEOUT = 10.0
PAGE = 8192
AT_ONCE = 128
"""So many rows one statement writes: between two, other threads run."""

FEW = 500
"""So many blocks go at once where it is too much, so that nobody waits long who writes."""

_SCHEMA = """
CREATE TABLE journal_exchanges (
    seller INTEGER NOT NULL, id TEXT NOT NULL, direction TEXT NOT NULL, dialect TEXT NOT NULL,
    operation TEXT NOT NULL, customer INTEGER NOT NULL, key TEXT NOT NULL, peer TEXT NOT NULL,
    method TEXT NOT NULL, path TEXT NOT NULL, status INTEGER NOT NULL, took INTEGER NOT NULL,
    orders TEXT NOT NULL, reason TEXT NOT NULL, block TEXT NOT NULL, place INTEGER NOT NULL,
    PRIMARY KEY (seller, id)
) WITHOUT ROWID;
CREATE TABLE journal_blocks (
    seller INTEGER NOT NULL, id TEXT NOT NULL, last TEXT NOT NULL, size INTEGER NOT NULL,
    orders TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (seller, id)
);
CREATE INDEX journal_blocks_by_age ON journal_blocks (last, size);
CREATE TABLE journal_gaps (
    seller INTEGER NOT NULL, id TEXT NOT NULL, dropped INTEGER NOT NULL, PRIMARY KEY (seller, id)
) WITHOUT ROWID;
"""


def beside(book: Path) -> Path:
    """Give where the journal of a book in a file is."""
    return book.with_name(book.name + ENDING)


class SqliteJournal:
    """A journal in a file, which is made by the first that writes to it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="orderglot-journal")
        self._writer: sqlite3.Connection | None = None

    async def write(self, entries: list[Entry], gaps: Sequence[tuple[int, str, int]]) -> None:
        """Write some exchanges, all or none."""
        await self._do(partial(self._write, entries, gaps))

    async def prune(self, keep: Keep, now: datetime) -> None:
        """Let go of what is older, or more, than may be kept."""
        while await self._do(partial(self._prune, keep, now)):
            pass

    async def page(self, caller: Caller, criteria: Criteria, limit: int) -> tuple[Row, ...]:
        """Give those that meet the criteria, newest first, at most ``limit``."""

        def read(connection: sqlite3.Connection) -> tuple[Row, ...]:
            found = [
                row_of(row)
                for text, params in page_statements(caller, criteria, limit, SQLITE)
                for row in connection.execute(text, params)
            ]
            return together(found, limit)

        return await self._read(read, ())

    async def show(self, caller: Caller, id: str) -> Kept:
        """Give one with its bytes; raises NotFound where there is none in the caller's sight."""
        text, params = show_statement(caller, id)
        found = await self._read(lambda line: line.execute(text, params).fetchone(), None)
        if found is None:
            raise not_kept(id)
        *row, content, place = found
        return Kept(row_of(tuple(row)), bytes_of(content, place))

    async def gaps(self, caller: Caller, since: datetime | None = None) -> tuple[Gap, ...]:
        """Give what was dropped, newest first."""
        text = "SELECT id, dropped FROM journal_gaps WHERE seller = ? AND id >= ? ORDER BY id DESC"
        params = (caller.seller, "" if since is None else first_id(since))
        found: list[Any] = await self._read(lambda line: line.execute(text, params).fetchall(), [])
        return tuple(Gap(moment_of(id), dropped) for id, dropped in found)

    async def erase(
        self, seller: int, theirs: Theirs, behind: str, *, dry: bool
    ) -> tuple[str, int]:
        """Erase a person from some exchanges of a seller, behind a block."""
        if not self._path.exists():
            return "", 0
        return await self._do(partial(self._erase, seller, theirs, behind, dry))

    def _erase(self, seller: int, theirs: Theirs, behind: str, dry: bool) -> tuple[str, int]:
        connection, count, last = self._opened(), 0, ""
        with _in_words(self._path), _transaction(connection):
            blocks = connection.execute(BLOCKS, (seller, behind, BLOCKS_AT_ONCE)).fetchall()
            for last, content in blocks:
                rows = connection.execute(ROWS, (seller, last)).fetchall()
                if (clean := cleaned(content, rows, theirs)) is None:
                    continue
                count += clean.spoke
                if not dry:
                    put = (clean.content, len(clean.content), seller, last)
                    connection.execute(PUT_BLOCK, put)
                    for *texts, id in clean.rows:
                        connection.execute(PUT_ROW, (*texts, seller, id))
        return last if len(blocks) == BLOCKS_AT_ONCE else "", count

    async def compact(self) -> None:
        """Leave nothing in the file of what was there before."""
        if self._path.exists():
            await self._do(self._compact)

    def _compact(self) -> None:
        with _in_words(self._path):
            connection = self._opened()
            connection.execute("VACUUM")
            (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise Upstream(f"Others are reading {self._path} all the time; try again.")

    async def close(self) -> None:
        """Close the file."""
        if self._writer is not None:
            await self._do(self._writer.close)
        self._thread.shutdown(wait=False)

    async def _do(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _read(self, read: Callable[[sqlite3.Connection], T], nothing: T) -> T:
        """Read from the file; gives ``nothing`` where there is none yet."""

        def work() -> T:
            if not self._path.exists():
                return nothing
            with _in_words(self._path), closing(_reading(self._path)) as connection:
                return read(connection) if _is_made(connection, self._path) else nothing

        return await asyncio.to_thread(work)

    def _opened(self) -> sqlite3.Connection:
        if self._writer is None:
            with _in_words(self._path):
                _make_private(self._path)
                self._writer = _opened(self._path)
        return self._writer

    def _write(self, entries: list[Entry], gaps: Sequence[tuple[int, str, int]]) -> None:
        batch = batch_of(entries, gaps)
        connection = self._opened()
        with _in_words(self._path), _transaction(connection):
            _insert(connection, "journal_exchanges", COLUMNS, batch.rows)
            _insert(connection, "journal_blocks", BLOCK, batch.blocks)
            _insert(connection, "journal_gaps", GAP, batch.gaps)

    def _prune(self, keep: Keep, now: datetime) -> bool:
        """Let go of a few that have to; gives whether there may be more."""
        connection = self._opened()
        with _in_words(self._path), _transaction(connection):
            oldest = first_id(now - keep.age)
            upto = max(oldest, self._too_much(connection, keep))
            found = connection.execute(
                "SELECT last FROM journal_blocks WHERE last <= ? ORDER BY last LIMIT 1 OFFSET ?",
                (upto, FEW),
            ).fetchone()
            upto = found[0] if found else upto
            for (seller,) in connection.execute(_SELLERS).fetchall():
                of = (seller, upto)
                connection.execute("DELETE FROM journal_exchanges WHERE seller = ? AND id <= ?", of)
                connection.execute("DELETE FROM journal_gaps WHERE seller = ? AND id <= ?", of)
            connection.execute("DELETE FROM journal_blocks WHERE last <= ?", (upto,))
            return found is not None

    def _too_much(self, connection: sqlite3.Connection, keep: Keep) -> str:
        pages, free = (
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count")
        )
        used = (pages - free) * PAGE
        if used <= keep.size:
            return ""
        blocks = connection.execute("SELECT last, size FROM journal_blocks ORDER BY last")
        return cutoff(blocks, used, keep)


# One seller after the other, without looking at all of their rows.
_SELLERS = """
WITH RECURSIVE sellers (seller) AS (
    SELECT min(seller) FROM journal_exchanges
    UNION ALL
    SELECT (SELECT min(e.seller) FROM journal_exchanges AS e WHERE e.seller > sellers.seller)
    FROM sellers WHERE sellers.seller IS NOT NULL
)
SELECT seller FROM sellers WHERE seller IS NOT NULL
"""


def _insert(
    connection: sqlite3.Connection,
    table: str,
    columns: tuple[str, ...],
    rows: Sequence[tuple[Any, ...]],
) -> None:
    """Write rows, many at once: a thread that writes one by one waits for all others each time."""
    marks = f"({', '.join('?' * len(columns))})"
    into = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES"
    at = 0
    while at < len(rows):
        # Of as few different lengths as can be, so that each statement is prepared once.
        count = AT_ONCE
        while count > len(rows) - at:
            count //= 2
        values = [value for row in rows[at : at + count] for value in row]
        statement = (into, ", ".join([marks] * count))
        connection.execute(" ".join(statement), values)
        at += count


def _connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=TIMEOUT, isolation_level=None, check_same_thread=False)


def _reading(path: Path) -> sqlite3.Connection:
    """Open the file to read it, also where nothing may be written and so nobody is writing."""
    alone = not all(os.access(one, os.W_OK) for one in (path, path.parent))
    if alone:
        address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        return sqlite3.connect(address, uri=True, timeout=TIMEOUT)
    connection = _connected(path)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _opened(path: Path) -> sqlite3.Connection:
    connection = _connected(path)
    try:
        connection.execute(f"PRAGMA page_size = {PAGE}")
        connection.execute("PRAGMA journal_mode = WAL")
        # What a killed process has written is there; a power cut may take the last of it.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
        with _transaction(connection):
            if not _is_made(connection, path):
                for statement in _SCHEMA.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION}")
                connection.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        connection.close()
        raise
    return connection


def _is_made(connection: sqlite3.Connection, path: Path) -> bool:
    """Tell whether the file is a journal, and not empty; raises Upstream where it is another's."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and (application, version) != (APPLICATION, VERSION):
        raise Upstream(f"{path} is no journal of this version; move it elsewhere.")
    return bool(tables)


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise Upstream(f"The journal {path} cannot be used: {error}.") from error


def _make_private(path: Path) -> None:
    """Make the file where it is not there, for its owner alone, whatever the umask."""
    try:
        os.close(os.open(path.resolve(), os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE))
    except FileExistsError:
        return
