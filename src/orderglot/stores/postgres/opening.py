"""Opening: a database becomes an order book, and an older one is brought up to date where that is quick."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence

import asyncpg
import msgspec

from orderglot.core.errors import Conflict, Invalid, NotFound, Upstream
from orderglot.stores.database_url import shown
from orderglot.stores.migrations import (
    IN_USE,
    Migration,
    check_applied,
    demand_finished,
    latest,
    migrations,
    pending,
    report_upgrade,
)
from orderglot.stores.postgres.counts import switch_on
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

APPLIED = "SELECT number, name, (to_jsonb(m) ->> 'oldest')::bigint FROM migrations AS m"
"""Which steps were done, and which is the oldest program that may go on beside each of them."""

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


log = logging.getLogger("orderglot.stores")


async def prepare(
    connection: asyncpg.Connection, url: str, *, create: bool, unfinished: bool = False
) -> None:
    """Bring the tables up to date where that is quick; any number of processes may do so at once.

    Raises Invalid where they are something else's or from the future, Upstream where the server is
    none that can be used, NotFound where there are none and ``create`` does not allow to make them,
    Conflict where they are an unfinished copy, unless that is what is wanted, and where it would take
    long to bring them up to date.
    """
    await check_server(connection, url)
    if await is_book(connection, url, create=create):
        steps = await pending_steps(connection, url)
        if steps:
            await _demand_quick(connection, steps, url)
            done = await Migrating(connection, attempts=ATTEMPTS).run(steps)
            await report(connection, done, url)
            await index_names(connection)
    else:
        await _make(connection, url)
        await index_names(connection)
    if not unfinished:
        demand_finished([number for number, *_ in await connection.fetch(APPLIED)], shown(url))
        if not connection.is_in_transaction():
            await switch_on(connection)


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
    ((ours, anything),) = await connection.fetch(_FOUND)
    if not ours and anything:
        raise _alien(url)
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
    done = {number: name for number, name, _ in rows}
    if any(done.get(step.number, step.name) != step.name for step in known):
        raise _alien(url)
    later = {number for number, _, oldest in rows if is_beside(number, oldest)}
    return pending(known, done.keys() - later, shown(url))


def is_beside(number: int, oldest: int | None) -> bool:
    """Tell whether this program may go on beside a step that it does not know."""
    return number > latest("postgres") and oldest is not None and oldest <= latest("postgres")


def check_current(done: Collection[str]) -> None:
    """Raise Unready unless the steps known here were done, and none that this program may not go on beside.

    Each is a JSON array of its number and the oldest program.
    """
    steps = [msgspec.json.decode(one, type=tuple[int, int | None]) for one in done]
    check_applied("postgres", [number for number, oldest in steps if not is_beside(number, oldest)])


async def is_quick(connection: asyncpg.Connection, steps: Sequence[Migration]) -> bool:
    """Tell whether steps are done before anybody notices."""
    slow = [one for step in steps for one in statements(step) if one.kind is not Kind.QUICK]
    for table in sorted({one.changed for one in slow} - {""}):
        if await connection.fetchval("SELECT to_regclass($1) IS NULL", table):
            continue
        some = fragment("(SELECT 1 FROM", table, f"LIMIT {FEW + 1}) AS few")
        if await connection.fetchval(fragment("SELECT count(*) FROM", some)) > FEW:
            return False
    return True


async def _demand_quick(
    connection: asyncpg.Connection, steps: Sequence[Migration], url: str
) -> None:
    if not await is_quick(connection, steps):
        raise Conflict(
            f"The book in {shown(url)} is of an earlier version, and large; bring it to this one "
            f"with 'orderglot database migrate --database {shown(url)}', while others may go on."
        )


async def _make(connection: asyncpg.Connection, url: str) -> None:
    """Make the tables, unless somebody was faster."""
    async with connection.transaction():
        await connection.execute(f"SELECT pg_advisory_xact_lock({LOCK})")
        if not await is_book(connection, url, create=True):
            await make(connection, migrations("postgres"))


async def report(connection: asyncpg.Connection, done: Sequence[Migration], url: str) -> None:
    """State that a book is of another version now, where programs of the one before may not go on."""
    parts = any(beside(step) is None for step in done)
    if parts and not connection.is_in_transaction() and await connection.fetchval(IN_USE):
        report_upgrade(shown(url))


def _alien(url: str) -> Invalid:
    return Invalid(
        message=f"{shown(url)} has tables that are not Orderglot's; name a database of its own."
    )
