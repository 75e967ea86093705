"""The migration of a book that is in use, as a command: watched, cut off at any moment, and gone on with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

import asyncpg

from orderglot.core.errors import Conflict, Unsupported
from orderglot.stores.database_url import shown
from orderglot.stores.migrations import Migration, Planned
from orderglot.stores.postgres import opening
from orderglot.stores.postgres.connection import close, connect
from orderglot.stores.postgres.indexes import Indexes
from orderglot.stores.postgres.migrating import LOCK, Migrating, OnProgress
from orderglot.stores.postgres.processes import older
from orderglot.stores.postgres.rows import translating_errors
from orderglot.stores.postgres.script import beside, statements
from orderglot.stores.postgres.switching import switch_on
from orderglot.stores.postgres.trigrams import index_names
from orderglot.stores.postgres.waits import MIGRATING

ATTEMPTS = 60
"""How often a statement is tried that others hold up: for some minutes."""

PAUSE = 1.0
"""So many seconds lie between two looks whether another migration has ended."""

_HELD = """
SELECT l.pid FROM pg_locks AS l WHERE l.locktype = 'advisory' AND l.granted
AND l.objid = $1 AND l.classid = 0 AND l.database = (
    SELECT oid FROM pg_database WHERE datname = current_database()
) LIMIT 1
"""

OnWait = Callable[[str], None]


async def migrate(url: str, on_progress: OnProgress, on_wait: OnWait) -> tuple[Planned, ...]:
    """Bring a book to this version while others read and write; gives the statements that did it.

    Raises Unsupported where a pooler stands before the server, NotFound where there is no book,
    Conflict where others hold it up for too long, or where older programs are there that may not go on.
    """
    with translating_errors(url):
        async with _connected(url) as connection, _connected(url) as watching:
            await _alone(connection, on_wait)
            steps = await opening.pending_steps(connection, url)
            await _demand_none_older(connection, steps)
            done = await Migrating(
                connection,
                attempts=ATTEMPTS,
                aside=Indexes(connection, watching),
                on_progress=on_progress,
            ).run(steps)
            await opening.report(connection, done, url)
            await index_names(connection, beside=True)
            await switch_on(connection)
            return _planned(steps)


async def plan(url: str) -> tuple[Planned, ...]:
    """Give the statements that bring a book to this version; nothing is changed. Raises as ``migrate``."""
    with translating_errors(url):
        async with _connected(url) as connection:
            return _planned(await opening.pending_steps(connection, url))


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Connect to the server of a book itself."""
    connection = await connect(url, MIGRATING)
    try:
        # Each pooler gives numbers of its own to the connections that it lets in.
        if connection.get_server_pid() != await connection.fetchval("SELECT pg_backend_pid()"):
            raise Unsupported(
                f"{shown(url)} is a pooler such as PgBouncer; name the server itself with --database."
            )
        await opening.check_server(connection, url)
        await opening.is_book(connection, url, create=False)
        # So the server ends what it does for a migration that is gone; some systems cannot.
        with suppress(asyncpg.PostgresError):
            await connection.execute("SET client_connection_check_interval = 1000")
        yield connection
    finally:
        await close(connection)


async def _alone(connection: asyncpg.Connection, on_wait: OnWait) -> None:
    """Wait until nobody else migrates."""
    while not await connection.fetchval(f"SELECT pg_try_advisory_lock({LOCK})"):
        pid = await connection.fetchval(_HELD, LOCK)
        on_wait(f"Waiting for another migration (process {pid} of the server) to end.")
        await asyncio.sleep(PAUSE)


async def _demand_none_older(connection: asyncpg.Connection, steps: Sequence[Migration]) -> None:
    """Raise Conflict where programs are there that may not go on beside the steps."""
    for step in steps:
        oldest = beside(step)
        if found := await older(connection, step.number if oldest is None else oldest):
            raise Conflict(
                f"{step.name} cannot be done beside older programs, and the book is open in "
                f"{'; '.join(found[:3])}; stop them and try again."
            )


def _planned(steps: Sequence[Migration]) -> tuple[Planned, ...]:
    return tuple(
        Planned(step.name, one.kind.value, one.text) for step in steps for one in statements(step)
    )
