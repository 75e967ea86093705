"""The journal of a book in PostgreSQL: tables beside the book's, a partition of each for every day.

On a cluster they are spread by seller, as the book is.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

import asyncpg

from orderglot.core.caller import Caller
from orderglot.core.erasing import Theirs
from orderglot.core.errors import HubError, Upstream
from orderglot.core.journal import Criteria, Gap, Kept, Row, first_id, moment_of, not_kept
from orderglot.journal.entries import BLOCK, COLUMNS, GAP, Entry, batch_of, bytes_of
from orderglot.journal.erasing import AT_ONCE, BLOCKS, PUT_BLOCK, PUT_ROW, ROWS, cleaned
from orderglot.journal.keeping import Keep, cutoff
from orderglot.journal.selection import POSTGRES, page_statements, row_of, show_statement, together

Connect = Callable[[], Awaitable[asyncpg.Connection]]
"""Opens a connection to the database that the book is in."""

LOCK = 0x4F474C4A
"""The advisory lock of whoever makes or drops partitions."""

DAY = timedelta(days=1)
_DAY_OF = re.compile(r"_(\d{8})$")

TABLES = {
    "journal_exchanges": (
        'seller BIGINT NOT NULL, id TEXT COLLATE "C" NOT NULL, direction TEXT NOT NULL,'
        " dialect TEXT NOT NULL, operation TEXT NOT NULL, customer BIGINT NOT NULL,"
        " key TEXT NOT NULL, peer TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,"
        " status INTEGER NOT NULL, took BIGINT NOT NULL, orders TEXT NOT NULL,"
        ' reason TEXT NOT NULL, block TEXT COLLATE "C" NOT NULL, place INTEGER NOT NULL,'
        " PRIMARY KEY (seller, id)"
    ),
    "journal_blocks": (
        'seller BIGINT NOT NULL, id TEXT COLLATE "C" NOT NULL, last TEXT COLLATE "C" NOT NULL,'
        " size INTEGER NOT NULL, orders TEXT NOT NULL, content BYTEA NOT NULL,"
        " PRIMARY KEY (seller, id)"
    ),
    "journal_gaps": (
        'seller BIGINT NOT NULL, id TEXT COLLATE "C" NOT NULL, dropped BIGINT NOT NULL,'
        " PRIMARY KEY (seller, id)"
    ),
}

_CLUSTER = """
SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus')
AND EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = to_regclass('orders'))
"""
_SPREAD = "SELECT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = to_regclass($1))"
_PARTITIONS = """
SELECT c.relname::text FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
WHERE i.inhparent = to_regclass($1) ORDER BY c.relname
"""
_USED = """
SELECT coalesce(sum({size}), 0)::bigint FROM pg_inherits AS i
WHERE i.inhparent = ANY (ARRAY[to_regclass('journal_exchanges'), to_regclass('journal_blocks'),
    to_regclass('journal_gaps')])
"""


class PostgresJournal:
    """A journal in tables, which are made by the first that writes to them."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._writer: asyncpg.Connection | None = None
        self._ready: date | None = None

    async def write(self, entries: list[Entry], gaps: Sequence[tuple[int, str, int]]) -> None:
        """Write some exchanges, all or none."""
        batch = batch_of(entries, gaps)
        async with self._writing() as connection:
            await self._prepare(connection, datetime.now(UTC).date())
            async with connection.transaction():
                # Orders' commits do not wait for this one's disk; what is lost with the server is its last half second.
                await connection.execute("SET LOCAL synchronous_commit TO off")
                for table, columns, rows in (
                    ("journal_exchanges", COLUMNS, batch.rows),
                    ("journal_blocks", BLOCK, batch.blocks),
                    ("journal_gaps", GAP, batch.gaps),
                ):
                    if rows:
                        await connection.copy_records_to_table(table, records=rows, columns=columns)

    async def prune(self, keep: Keep, now: datetime) -> None:
        """Let go of what is older, or more, than may be kept: whole days, then blocks."""
        async with self._writing() as connection:
            if not await _is_made(connection):
                return
            if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
                return
            try:
                await _drop_days(connection, first_id(now - keep.age))
                used = await _used(connection)
                for day in await _days(connection):
                    if used <= keep.size or day >= now.date():
                        break
                    await _drop_day(connection, day)
                    used = await _used(connection)
                if used > keep.size:
                    await _delete_most(connection, keep, used)
            finally:
                self._ready = None
                await connection.execute("SELECT pg_advisory_unlock($1)", LOCK)

    async def page(self, caller: Caller, criteria: Criteria, limit: int) -> tuple[Row, ...]:
        """Give those that meet the criteria, newest first, at most ``limit``."""
        async with self._reading() as connection:
            if connection is None:
                return ()
            found = [
                row_of(tuple(row))
                for text, params in page_statements(caller, criteria, limit, POSTGRES)
                for row in await connection.fetch(_numbered(text), *params)
            ]
            return together(found, limit)

    async def show(self, caller: Caller, id: str) -> Kept:
        """Give one with its bytes; raises NotFound where there is none in the caller's sight."""
        text, params = show_statement(caller, id)
        async with self._reading() as connection:
            found = connection and await connection.fetchrow(_numbered(text), *params)
            if not found:
                raise not_kept(id)
            *row, content, place = found
            return Kept(row_of(tuple(row)), bytes_of(content, place))

    async def gaps(self, caller: Caller, since: datetime | None = None) -> tuple[Gap, ...]:
        """Give what was dropped, newest first."""
        text = (
            "SELECT id, dropped FROM journal_gaps WHERE seller = $1 AND id >= $2 ORDER BY id DESC"
        )
        async with self._reading() as connection:
            if connection is None:
                return ()
            oldest = "" if since is None else first_id(since)
            found = await connection.fetch(text, caller.seller, oldest)
            return tuple(Gap(moment_of(id), dropped) for id, dropped in found)

    async def erase(
        self, seller: int, theirs: Theirs, behind: str, *, dry: bool
    ) -> tuple[str, int]:
        """Erase a person from some exchanges of a seller, behind a block."""
        async with self._writing() as connection:
            if not await _is_made(connection):
                return "", 0
            async with connection.transaction():
                blocks = await connection.fetch(_numbered(BLOCKS), seller, behind, AT_ONCE)
                count = 0
                for id, content in blocks:
                    count += await _erase(connection, seller, id, content, theirs, dry=dry)
        return blocks[-1][0] if len(blocks) == AT_ONCE else "", count

    async def compact(self) -> None:
        """Do nothing: the server itself takes out what no row has any more."""

    async def close(self) -> None:
        """Close the connection."""
        if self._writer is not None:
            with _in_words():
                await self._writer.close(timeout=2)

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[asyncpg.Connection]:
        with _in_words():
            if self._writer is None or self._writer.is_closed():
                self._writer = await self._connect()
            try:
                yield self._writer
            except BaseException:
                # Whatever state it is in, a new one is in none.
                self._writer.terminate()
                self._writer = None
                raise

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[asyncpg.Connection | None]:
        """Open a connection to read; None where there is no journal yet."""
        with _in_words():
            connection = await self._connect()
            try:
                yield connection if await _is_made(connection) else None
            finally:
                await connection.close(timeout=2)

    async def _prepare(self, connection: asyncpg.Connection, today: date) -> None:
        """Make the tables, and the partitions of these days, where they are not there yet."""
        if self._ready == today:
            return
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
            spread = await _is_cluster(connection)
            for table, columns in TABLES.items():
                await _make(connection, table, columns, spread=spread)
                for day in (today - DAY, today, today + DAY):
                    await connection.execute(_partition(table, day))
        self._ready = today


async def _erase(
    connection: asyncpg.Connection,
    seller: int,
    block: str,
    content: bytes,
    theirs: Theirs,
    *,
    dry: bool,
) -> int:
    """Erase a person from a block and its rows; gives how many exchanges spoke of them."""
    rows = await connection.fetch(_numbered(ROWS), seller, block)
    clean = cleaned(content, [tuple(row) for row in rows], theirs)
    if clean is None or dry:
        return clean.spoke if clean else 0
    size = len(clean.content)
    await connection.execute(_numbered(PUT_BLOCK), clean.content, size, seller, block)
    changed = [(*texts, seller, id) for *texts, id in clean.rows]
    await connection.executemany(_numbered(PUT_ROW), changed)
    return clean.spoke


async def _is_made(connection: asyncpg.Connection) -> bool:
    return bool(await connection.fetchval("SELECT to_regclass('journal_gaps') IS NOT NULL"))


async def _is_cluster(connection: asyncpg.Connection) -> bool:
    there = "SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus')"
    return bool(await connection.fetchval(there) and await connection.fetchval(_CLUSTER))


async def _used(connection: asyncpg.Connection) -> int:
    """Give how many bytes all partitions have; on a cluster they are on other machines."""
    spread = await _is_cluster(connection) and await connection.fetchval(_SPREAD, "journal_gaps")
    own, of_all = "pg_total_relation_size(i.inhrelid)", "citus_total_relation_size(i.inhrelid)"
    return int(await connection.fetchval(_USED.format(size=of_all if spread else own)))


async def _make(connection: asyncpg.Connection, table: str, columns: str, *, spread: bool) -> None:
    await connection.execute(
        f"CREATE TABLE IF NOT EXISTS {table} ({columns}) PARTITION BY RANGE (id)"
    )
    if spread and not await connection.fetchval(_SPREAD, table):
        await connection.execute(f"SELECT create_distributed_table('{table}', 'seller')")


def _partition(table: str, day: date) -> str:
    # What is compressed already is not compressed again.
    begins, ends = _beginning(day), _beginning(day + DAY)
    return (
        f"CREATE TABLE IF NOT EXISTS {table}_{day:%Y%m%d} PARTITION OF {table}"
        f" FOR VALUES FROM ('{begins}') TO ('{ends}')"
    )


def _beginning(day: date) -> str:
    return first_id(datetime.combine(day, time(), UTC))


async def _days(connection: asyncpg.Connection) -> list[date]:
    """Give the days that have a partition, the first one first."""
    names = await connection.fetch(_PARTITIONS, "journal_exchanges")
    found = [_DAY_OF.search(name) for (name,) in names]
    return [date.fromisoformat(one[1]) for one in found if one]


async def _drop_days(connection: asyncpg.Connection, oldest: str) -> None:
    """Drop the days of which all is older than an id."""
    for day in await _days(connection):
        if _beginning(day + DAY) <= oldest:
            await _drop_day(connection, day)


async def _drop_day(connection: asyncpg.Connection, day: date) -> None:
    async with connection.transaction():
        for table in TABLES:
            await connection.execute(f"DROP TABLE IF EXISTS {table}_{day:%Y%m%d}")


async def _delete_most(connection: asyncpg.Connection, keep: Keep, used: int) -> None:
    """Delete the oldest of a day that is too much by itself; the server uses the room again."""
    blocks = await connection.fetch("SELECT last, size FROM journal_blocks ORDER BY last")
    upto = cutoff([(last, size) for last, size in blocks], used, keep)
    async with connection.transaction():
        await connection.execute("DELETE FROM journal_exchanges WHERE id <= $1", upto)
        await connection.execute("DELETE FROM journal_gaps WHERE id <= $1", upto)
        await connection.execute("DELETE FROM journal_blocks WHERE last <= $1", upto)


def _numbered(text: str) -> str:
    numbers = count(1)
    return re.sub(r"\?", lambda _mark: f"${next(numbers)}", text)


@contextmanager
def _in_words() -> Iterator[None]:
    """Say in our words what may pass, so that it is tried again; what a value is refused for is not."""
    try:
        yield
    except (HubError, asyncpg.DataError):
        raise
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        raise Upstream(
            f"The journal cannot be used: {str(error) or type(error).__name__}."
        ) from error
