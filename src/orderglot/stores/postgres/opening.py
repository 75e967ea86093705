"""Opening: a database becomes an order book, and an older one is brought up to date where that is quick."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence

import asyncpg
import msgspec

from orderglot.core.errors import Conflict, Invalid, NotFound, Upstream
from orderglot.stores.database_url import shown
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
    IN_USE,
    Migration,
    check_applied,
    latest,
    migrations,
    outdated,
    pending,
    report_upgrade,
)
from orderglot.stores.postgres.beginnings import skip
from orderglot.stores.postgres.migrating import LOCK, Migrating, make
from orderglot.stores.postgres.script import Kind, beside, statements
from orderglot.stores.postgres.trigrams import index_names
from orderglot.stores.postgres.waits import SERVING
from orderglot.stores.sql.grammar import fragment

OLDEST = 14

FEW = 10_000
"""A table of so many rows at most is changed, and gets its indexes, before anybody notices."""

ATTEMPTS = 8
"""How often whoever opens a book tries a statement that others hold up: for half a minute."""

SET_MARK = (
    "INSERT INTO migrations (number, name) VALUES ($1, $2) ON CONFLICT (number) DO NOTHING"
    " RETURNING TRUE"
)
UNMARK = "DELETE FROM migrations WHERE number = $1"

APPLIED = "SELECT number, name, (to_jsonb(m) ->> 'oldest')::bigint FROM migrations AS m"
"""Which steps were done, and which is the oldest program that may go on beside each of them."""

_FOUND = """
SELECT current_schema()::text, (
    SELECT c.relnamespace::regnamespace::text FROM pg_class AS c
    WHERE c.oid = to_regclass('migrations')
), EXISTS (
    SELECT 1 FROM pg_class AS c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
    AND NOT EXISTS (
        SELECT 1 FROM pg_depend AS d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
    )
)
"""
"""The schema that is used, the one in which there is a table of steps, and whether the first has tables."""

_OTHERS = """
SELECT n.nspname FROM pg_namespace AS n WHERE 4 = (
    SELECT count(*) FROM pg_class AS c WHERE c.relnamespace = n.oid
    AND c.relname IN ('migrations', 'sellers', 'orders', 'order_events') AND c.relkind IN ('r', 'p')
) ORDER BY 1
"""
"""The schemas with a book in them."""


log = logging.getLogger("orderglot.stores")


async def prepare(
    connection: asyncpg.Connection,
    url: str,
    *,
    create: bool,
    reads: bool = False,
    unfinished: bool = False,
    copy_of: str = "",
) -> bool:
    """Bring the tables up to date where that is quick; tells whether they had to be made.

    Any number of processes may do so at once.

    A new book is marked from the beginning as the unfinished copy that it may be. Where it ``reads`` alone,
    nothing is written. Raises Invalid where the tables are something else's or from the future,
    Upstream where the server is none that can be used, NotFound where there are none and ``create``
    does not allow to make them, Conflict where they are an unfinished copy, unless that is what is wanted,
    where the book has moved, and where it would take long to bring them up to date or nobody is to.
    """
    await check_server(connection, url)
    there = await is_book(connection, url, create=create and not reads)
    if there:
        steps = await pending_steps(connection, url)
        if steps and reads:
            raise outdated(url)
        if steps and copy_of:
            demand_free(marks_of(await connection.fetch(APPLIED)), shown(url))
        if steps:
            await _demand_quick(connection, steps, url)
            done = await Migrating(connection, attempts=ATTEMPTS).run(steps)
            await report(connection, done, url)
            await index_names(connection)
    else:
        await _make(connection, url, copy_of)
        await index_names(connection)
    marks = marks_of(await connection.fetch(APPLIED))
    if not unfinished:
        demand_whole(marks, shown(url))
    if not reads and not unfinished:
        demand_here(marks, shown(url))
        if COPY in marks:
            await _begin_to_write(connection)
    return not there


async def check_server(connection: asyncpg.Connection, url: str) -> None:
    """Raise Upstream on a server, Invalid on a database, that no book can be in."""
    version = connection.get_server_version()
    if version.major < OLDEST:
        raise Upstream(
            f"{shown(url)} is PostgreSQL {version.major}; Orderglot needs {OLDEST} or later."
        )
    encoding = await connection.fetchval("SHOW server_encoding")
    if encoding != "UTF8":
        raise Invalid(
            message=f"The database {shown(url)} keeps its texts in {encoding}; "
            "make one with 'createdb --encoding UTF8 --template template0'."
        )


async def warn_of_no_limits(connection: asyncpg.Connection, url: str) -> None:
    """Log that the server ends no statement, where a pooler did not hand on that it should."""
    if await connection.fetchval("SELECT current_setting('statement_timeout') = '0'"):
        mend = f"ALTER ROLE … SET statement_timeout = '{SERVING.statement}'"
        log.warning(
            "the server ends no statement that takes too long",
            extra={"database": shown(url), "mend": mend},
        )


async def is_book(connection: asyncpg.Connection, url: str, *, create: bool) -> bool:
    """Tell whether a database is a book, else is empty; raises as ``prepare`` does where it is neither."""
    ((schema, where, anything),) = await connection.fetch(_FOUND)
    ours = where is not None
    if schema is None:
        raise _no_schema(url)
    if ours and where != schema:
        raise _elsewhere(url, schema, where)
    if not ours and anything:
        raise _alien(url)
    if not ours and not create and (others := await connection.fetch(_OTHERS)):
        raise _elsewhere(url, schema, others[0][0])
    if not ours and not create:
        raise NotFound(
            f"There is no order book in {shown(url)}; 'orderglot seller add NAME' makes one."
        )
    return bool(ours)


async def pending_steps(connection: asyncpg.Connection, url: str) -> tuple[Migration, ...]:
    """Give the steps that are still to be done; raises Invalid on a book from the future.

    Later steps are none of the future, beside which this program may go on.
    """
    known = migrations("postgres")
    try:
        rows = await connection.fetch(APPLIED)
    except asyncpg.UndefinedColumnError:
        raise _alien(url) from None
    done = steps_of(rows)
    if any(done.get(step.number, step.name) != step.name for step in known):
        raise _alien(url)
    later = {number for number, _, oldest in rows if is_beside(number, oldest)}
    return pending(known, done.keys() - later, shown(url))


def is_beside(number: int, oldest: int | None) -> bool:
    """Tell whether this program may go on beside a step that it does not know."""
    return number > latest("postgres") and oldest is not None and oldest <= latest("postgres")


def check_current(done: Collection[str]) -> None:
    """Raise Unready unless the steps known here were done, and none that this program may not go on beside.

    Each is a JSON array of its number, its name and the oldest program.
    """
    steps = [msgspec.json.decode(one, type=tuple[int, str, int | None]) for one in done]
    check_applied("postgres", [one for one in steps if not is_beside(one[0], one[2])])


async def is_quick(connection: asyncpg.Connection, steps: Sequence[Migration]) -> bool:
    """Tell whether steps are done before anybody notices."""
    slow = [one for step in steps for one in statements(step) if one.kind is not Kind.QUICK]
    for table in sorted({one.changed for one in slow} - {""}):
        if await connection.fetchval("SELECT to_regclass($1) IS NULL", table):
            continue
        if not await is_small(connection, table):
            return False
    return True


async def is_small(connection: asyncpg.Connection, table: str = "orders") -> bool:
    """Tell whether to go through a table takes so little that nobody notices."""
    some = fragment("(SELECT 1 FROM", table, f"LIMIT {FEW + 1}) AS few")
    return bool(await connection.fetchval(fragment("SELECT count(*) FROM", some)) <= FEW)


async def _demand_quick(
    connection: asyncpg.Connection, steps: Sequence[Migration], url: str
) -> None:
    if not await is_quick(connection, steps):
        raise Conflict(
            f"The book in {shown(url)} is of an earlier version, and large; bring it to this one "
            f"with 'orderglot database migrate --database {shown(url)}', while others may go on."
        )


async def _make(connection: asyncpg.Connection, url: str, copy_of: str) -> None:
    """Make the tables, unless somebody was faster."""
    async with connection.transaction():
        await connection.execute(f"SELECT pg_advisory_xact_lock({LOCK})")
        if not await is_book(connection, url, create=True):
            await make(connection, migrations("postgres"))
            if copy_of:
                await connection.execute(SET_MARK, UNFINISHED, copy_of)


async def _begin_to_write(connection: asyncpg.Connection) -> None:
    """Make a copy that is written to from now on a book of its own.

    It hands out no number that may have been handed out elsewhere since it was made.
    """
    try:
        async with connection.transaction():
            # Somebody else may have been faster.
            if await connection.execute(UNMARK, COPY) == "DELETE 1":
                await skip(connection)
    except (asyncpg.ReadOnlySQLTransactionError, asyncpg.InsufficientPrivilegeError):
        return


async def report(connection: asyncpg.Connection, done: Sequence[Migration], url: str) -> None:
    """State that a book is of another version now, where programs of the one before may not go on."""
    parts = any(beside(step) is None for step in done)
    if parts and not connection.is_in_transaction() and await connection.fetchval(IN_USE):
        report_upgrade(shown(url))


def _alien(url: str) -> Invalid:
    return Invalid(
        message=f"{shown(url)} has tables that are not Orderglot's; name a database of its own."
    )


def _no_schema(url: str) -> Invalid:
    return Invalid(
        message=f"The search_path for {shown(url)} names no schema that is there; make it with CREATE "
        "SCHEMA, or set another with ALTER ROLE … SET search_path or in the URL."
    )


def _elsewhere(url: str, schema: str, where: str) -> Invalid:
    return Invalid(
        message=f"The search_path for {shown(url)} leads to the schema {schema!r}, and there is an order "
        f"book in {where!r}; let it begin with {where!r}, or name a database of its own."
    )
