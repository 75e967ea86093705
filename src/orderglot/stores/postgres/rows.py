"""All rows of a PostgreSQL database as they stand in it, for copying them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg
import msgspec

from orderglot.core.errors import Conflict, HubError, Invalid
from orderglot.stores.beside import Beside
from orderglot.stores.database_url import shown
from orderglot.stores.marks import COPY, MOVED, UNFINISHED, demand_moving
from orderglot.stores.postgres import order_terms
from orderglot.stores.postgres.catalogue import SELLER, described
from orderglot.stores.postgres.cluster import is_cluster, of_one_moment
from orderglot.stores.postgres.connection import FAILURES, close, connect, in_words, refused
from orderglot.stores.postgres.count_tables import DERIVED
from orderglot.stores.postgres.counts import miscounted, recount_all
from orderglot.stores.postgres.opening import SET_MARK, UNMARK, prepare
from orderglot.stores.postgres.processes import present
from orderglot.stores.postgres.waits import PATIENT
from orderglot.stores.rows import Gone, Row, Table, demand_marked, misfit, sorted_names, table
from orderglot.stores.sql.grammar import fragment

BATCH = 500
"""So many rows are fetched at a time."""

LONGEST = 3600.0
"""So many seconds it may take to look through a whole table."""

JSON = "jsonb"
CLAIMS = "claims"
"""A column that tells only those who write at the same time something."""

MARKING = 0x4F474C54_00000001
"""The lock of whoever marks a book and looks who has it open."""

_HOLD = "SAVEPOINT still"
_BACK = "ROLLBACK TO SAVEPOINT still"
"""What cannot be read ends everything since the savepoint, and nothing has been done since."""

_MARKED = "SELECT name FROM migrations WHERE number = $1"

_PLACE = """
SELECT format('%s %s %s', pg_postmaster_start_time(), d.oid, current_schema())
FROM pg_database AS d WHERE d.datname = current_database()
"""


_INVALID = """
SELECT i.indexrelid::regclass::text FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid
WHERE c.relnamespace = current_schema()::regnamespace AND NOT i.indisvalid ORDER BY 1
"""


class PostgresRows:
    """The rows of a database: of one that is only read, or of one that they are copied into.

    To what is only read nothing is written; what is copied into gets its tables where they are not there.
    """

    def __init__(self, url: str, reader: asyncpg.Connection, writer: asyncpg.Connection) -> None:
        self._url = url
        self._reader = reader
        self._writer = writer
        self._types: dict[str, dict[str, str]] = {}
        self._sellers: tuple[int, ...] = ()
        """Who there is, where the rows of each stand on a machine of their own."""
        self._stands_still = False

    @classmethod
    async def open(cls, url: str, *, copy_of: str = "") -> PostgresRows:
        """Connect, and bring the tables up to date where something is copied into them."""
        reads = not copy_of
        with translating_errors(url):
            reader = await connect(url, PATIENT)
            try:
                await prepare(
                    reader, url, create=True, reads=reads, unfinished=True, copy_of=copy_of
                )
                # What is read for a copy may stand still; what is written may not.
                rows = cls(url, reader, await connect(url, PATIENT))
            except BaseException:
                reader.terminate()
                raise
        return rows

    async def place(self) -> str:
        """Give where the rows are, by whatever URL that was named."""
        with translating_errors(self._url):
            return str(await self._reader.fetchval(_PLACE))

    async def tables(self) -> tuple[Table, ...]:
        """Give every table that belongs to a book, each behind those that it points at."""
        with translating_errors(self._url):
            found = [one for one in await described(self._reader) if one.name not in DERIVED]
        self._types = {
            one.name: {name: kind for name, kind in one.types.items() if name != CLAIMS}
            for one in found
        }
        keys = {one.name: one.keys[0] for one in found}
        order = sorted_names({one.name: one.points for one in found})
        return tuple(table(name, keys[name], self._types[name]) for name in order)

    async def stand_still(self) -> None:
        """See everything from now on as it is at this moment."""
        with translating_errors(self._url):
            await self._reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            if await is_cluster(self._reader):
                self._sellers = await of_one_moment(self._reader)
            await self._reader.fetchval("SELECT 1 FROM migrations LIMIT 1")
            await self._reader.execute(_HOLD)
        self._stands_still = True

    async def count(self, table: Table) -> int:
        """Count the rows of a table."""
        text = fragment("SELECT count(*) FROM", table.name)
        async with self._reading():
            found = await self._reader.fetchval(text, timeout=LONGEST)
        return int(found)

    async def rows(self, table: Table) -> AsyncIterator[Row]:
        """Give the rows of a table by rising key."""
        types = self._types[table.name]
        documents = [at for at, name in enumerate(table.columns) if types[name] == JSON]
        if table.columns[0] != SELLER or not self._sellers:
            async for record in self._along(table, ""):
                yield _compact(record, documents)
            return
        # Asked for all sellers at once, each machine would give as many rows as are asked for in all.
        for seller in self._sellers:
            async for record in self._along(table, f"{SELLER} = {seller:d}"):
                yield _compact(record, documents)

    async def _along(self, table: Table, only: str) -> AsyncIterator[Row]:
        """Give rows by rising key, some at a time."""
        types, key = self._types[table.name], table.columns[: table.key]
        columns = ", ".join(
            f"{name}::text" if types[name] == JSON else name for name in table.columns
        )
        begin = fragment("SELECT", columns, "FROM", table.name)
        end = fragment("ORDER BY", ", ".join(key), "LIMIT", str(BATCH))
        behind = fragment(f"({', '.join(key)}) > ({_marks(len(key))})")
        last: Row = ()
        while True:
            where = " AND ".join(part for part in (only, behind if last else "") if part)
            text = fragment(begin, f"WHERE {where}" if where else "", end)
            async with self._reading():
                found = await self._reader.fetch(text, *last)
            for record in found:
                yield tuple(record)
            if len(found) < BATCH:
                return
            last = tuple(found[-1])[: table.key]

    async def beside(self, beside: Beside, seller: int, first: int, last: int) -> list[Row]:
        """Give what stands beside the documents of a seller from one id to another."""
        async with self._reading():
            found = await self._reader.fetch(beside.select("${}"), seller, first, last)
        return [tuple(record) for record in found]

    async def source(self) -> str | None:
        """Name what an unfinished copy is made of, or None where this is no unfinished copy."""
        with translating_errors(self._url):
            name = await self._reader.fetchval(
                "SELECT name FROM migrations WHERE number = $1", UNFINISHED
            )
        return None if name is None else str(name)

    async def begin(self, source: str) -> None:
        """Mark the database as an unfinished copy, which nobody else opens from now on.

        Raises Conflict where somebody has it open.
        """
        await self._mark(UNFINISHED, source)

    async def move_to(self, target: str) -> None:
        """Mark the book as moved, to which nothing is written from now on; raises as ``begin``."""
        await self._mark(MOVED, target)

    async def _mark(self, mark: int, name: str) -> None:
        with translating_errors(self._url):
            # Each waits for the one before, which may take its mark away again.
            async with self._reader.transaction():
                await self._reader.execute(f"SELECT pg_advisory_xact_lock({MARKING})")
                await self._mark_unless_open(mark, name)

    async def _mark_unless_open(self, mark: int, name: str) -> None:
        # Whoever opens the book is there before it looks for marks; here it is the other way round.
        is_new = await self._writer.fetchval(SET_MARK, mark, name)
        if mark == MOVED:
            demand_moving(str(await self._writer.fetchval(_MARKED, mark)), name, shown(self._url))
        # A mark from before may be of one that was killed before it looked.
        if found := await present(self._writer):
            if is_new:
                await self._writer.execute(UNMARK, mark)
            raise Conflict(
                f"{shown(self._url)} is open in {'; '.join(found[:3])}; stop that, and try again."
            )

    async def put(
        self, table: Table, rows: Collection[Row], gone: Collection[Row], source: str
    ) -> None:
        """Write rows, in the place of those with their keys, and take out those of some keys."""
        try:
            with translating_errors(self._url):
                await self._put(table, rows, gone, source)
        except Invalid as error:
            if len(rows) == 1:
                key = ", ".join(map(str, next(iter(rows))[: table.key]))
                raise Invalid(message=f"{table.name} ({key[:200]}): {error.message}") from error
            for row in rows:
                await self.put(table, (row,), (), source)
            raise

    async def _put(
        self, table: Table, rows: Collection[Row], gone: Collection[Row], source: str
    ) -> None:
        key, others = table.columns[: table.key], table.columns[table.key :]
        types = self._types[table.name]
        arrays = ", ".join(
            f"${place}::{types[name]}[]" for place, name in enumerate(table.columns, 1)
        )
        changes = ", ".join(f"{name} = excluded.{name}" for name in others)
        matching = " AND ".join(f"{name} = ${place}" for place, name in enumerate(key, 1))
        async with self._writer.transaction():
            there = "SELECT 1 FROM migrations WHERE number = $1 AND name = $2 FOR SHARE"
            demand_marked(await self._writer.fetchval(there, UNFINISHED, source))
            if gone:
                remove = fragment("DELETE FROM", table.name, "WHERE", matching)
                await self._writer.executemany(remove, gone)
            if rows:
                insert = fragment(
                    "INSERT INTO",
                    f"{table.name} ({', '.join(table.columns)})",
                    "SELECT * FROM",
                    f"unnest({arrays}) ON CONFLICT ({', '.join(key)}) DO",
                    f"UPDATE SET {changes}" if others else "NOTHING",
                )
                await self._writer.execute(insert, *zip(*rows, strict=True))

    async def finish(self) -> None:
        """Count the orders, index what they are found by, and state instead of the mark that this is a whole copy.

        And let the planner know how much there is by now.
        """
        with translating_errors(self._url):
            await recount_all(self._writer)
            await order_terms.remake(self._writer)
            await self._writer.execute(
                "UPDATE migrations SET number = $1 WHERE number = $2", COPY, UNFINISHED
            )
            await self._writer.execute("ANALYZE", timeout=LONGEST)

    async def examine(self) -> tuple[str, ...]:
        """Give what is amiss with what stands beside the rows: indexes, pointers, counts."""
        async with self._reading():
            invalid = await self._reader.fetch(_INVALID)
            wrong = await miscounted(self._reader)
            lost = await order_terms.astray(self._reader)
        broken = [f"the index {name} is INVALID" for (name,) in invalid]
        broken += [f"the counts of seller {id} are not those of the orders" for id in wrong]
        broken += [f"what orders of seller {id} are found by is not what they say" for id in lost]
        return tuple(broken)

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[None]:
        """Read something; where it cannot be read, other things can be afterwards, as of the same moment."""
        try:
            with translating_errors(self._url):
                yield
        except HubError as error:
            if self._stands_still:
                try:
                    await self._reader.execute(_BACK)
                except FAILURES:
                    raise Gone(error.message) from error
            raise

    async def close(self) -> None:
        """Let go of what is held open."""
        await close(self._reader)
        await close(self._writer)


def _marks(count: int) -> str:
    return ", ".join(f"${place}" for place in range(1, count + 1))


def _compact(row: Row, documents: Collection[int]) -> Row:
    """Give a row whose documents are written without blanks, as the book writes them."""
    values: list[Any] = [*row]
    for at in documents:
        values[at] = msgspec.json.format(values[at], indent=-1)
    return tuple(values)


@contextmanager
def translating_errors(url: str) -> Iterator[None]:
    """Say the server's complaints in our words."""
    try:
        yield
    except asyncpg.PostgresError as error:
        problem = refused(error)
        if isinstance(problem, Invalid):
            raise problem from error
        if problem is not None:
            raise misfit(shown(url)) from error
        raise in_words(error, url) from error
    except FAILURES as error:
        raise in_words(error, url) from error
