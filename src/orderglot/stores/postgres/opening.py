"""Opening: a database becomes an order book, and an older one is brought up to date."""

from __future__ import annotations

import asyncpg

from orderglot.core.errors import Invalid, NotFound, Upstream
from orderglot.stores.database_url import shown
from orderglot.stores.migrations import (
    APPLIED,
    IN_USE,
    Migration,
    demand_finished,
    migrations,
    pending,
    report_upgrade,
)
from orderglot.stores.postgres.counts import switch_on

OLDEST = 14
LOCK = 0x4F474C54
"""The advisory lock that is held while the tables are changed: ``OGLT``."""

_FOUND = """
SELECT to_regclass('migrations') IS NOT NULL, EXISTS (
    SELECT 1 FROM pg_class AS c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
    AND NOT EXISTS (
        SELECT 1 FROM pg_depend AS d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
    )
)
"""
_MADE = "CREATE TABLE migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL)"


async def prepare(
    connection: asyncpg.Connection, url: str, *, create: bool, unfinished: bool = False
) -> None:
    """Bring the tables up to date; any number of processes may do so at once.

    Raises Invalid where they are something else's or from the future, Upstream where the server is
    none that can be used, NotFound where there are none and ``create`` does not allow to make them,
    Conflict where they are an unfinished copy, unless that is what is wanted.
    """
    await _check(connection, url)
    if await _pending(connection, url, create=create):
        tentative = connection.is_in_transaction()
        async with connection.transaction():
            await connection.execute(f"SELECT pg_advisory_xact_lock({LOCK})")
            steps = await _pending(connection, url, create=create)
            for step in steps:
                await _apply(connection, step)
            upgraded = bool(steps) and await connection.fetchval(IN_USE)
        if upgraded and not tentative:
            report_upgrade(shown(url))
    if not unfinished:
        done = await connection.fetch(APPLIED)
        demand_finished([number for (number,) in done], shown(url))
        if not connection.is_in_transaction():
            await switch_on(connection)


async def _check(connection: asyncpg.Connection, url: str) -> None:
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


async def _pending(
    connection: asyncpg.Connection, url: str, *, create: bool
) -> tuple[Migration, ...]:
    known = migrations("postgres")
    ((ours, anything),) = await connection.fetch(_FOUND)
    if not ours and anything:
        raise _alien(url)
    if not ours and not create:
        raise NotFound(
            f"There is no order book in {shown(url)}; 'orderglot seller add NAME' makes one."
        )
    if not ours:
        return known
    try:
        rows = await connection.fetch("SELECT number, name FROM migrations")
    except asyncpg.UndefinedColumnError:
        raise _alien(url) from None
    done: dict[int, str] = dict(tuple(row) for row in rows)
    if any(done.get(step.number, step.name) != step.name for step in known):
        raise _alien(url)
    return pending(known, done, shown(url))


def _alien(url: str) -> Invalid:
    return Invalid(
        message=f"{shown(url)} has tables that are not Orderglot's; name a database of its own."
    )


async def _apply(connection: asyncpg.Connection, step: Migration) -> None:
    if step.number == 1:
        await connection.execute(_MADE)
    await connection.execute(step.script)
    await connection.execute("INSERT INTO migrations VALUES ($1, $2)", step.number, step.name)
