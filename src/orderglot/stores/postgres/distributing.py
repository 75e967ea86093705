"""Distributing: a book in PostgreSQL spread over the machines of a Citus cluster, by seller."""

from __future__ import annotations

import asyncpg

from orderglot.core.errors import Unsupported
from orderglot.stores.database_url import shown
from orderglot.stores.postgres.catalogue import SELLER, Described, described
from orderglot.stores.postgres.connection import close, connect
from orderglot.stores.postgres.opening import prepare
from orderglot.stores.postgres.rows import translating_errors
from orderglot.stores.postgres.waits import PATIENT
from orderglot.stores.rows import sorted_names

EXTENSION = "citus"

LONGEST = 24 * 3600.0
"""So many seconds a table with rows in it may take."""

# A table that points at one that is spread is managed by Citus as well, and still a local one.
_SPREAD = """
SELECT table_name::text FROM citus_tables WHERE citus_table_type IN ('distributed', 'reference')
"""


async def distribute(url: str, *, dry: bool) -> tuple[str, ...]:
    """Spread the tables over the cluster; gives the statements that did it, or with ``dry`` would.

    What is spread already is left out, so whatever was cut off goes on. Raises Unsupported where
    the database has no Citus.
    """
    with translating_errors(url):
        connection = await connect(url, PATIENT)
        try:
            return await (_would if dry else _do)(connection, url)
        finally:
            await close(connection)


async def _do(connection: asyncpg.Connection, url: str) -> tuple[str, ...]:
    await prepare(connection, url, create=True, unfinished=True)
    if not await _is_cluster(connection):
        raise Unsupported(
            f"{shown(url)} has no Citus; install it, say 'CREATE EXTENSION citus' there, and try "
            "again (--dry-run shows what would be done)."
        )
    todo = await _todo(connection)
    # Each in a transaction of its own: several in one would have to go one after the other anyway.
    for statement in todo:
        await connection.execute(statement, timeout=LONGEST)
    return todo


async def _would(connection: asyncpg.Connection, url: str) -> tuple[str, ...]:
    """Give what would be done; tables that are made to be looked at are gone again in the end."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await prepare(connection, url, create=True, unfinished=True)
        return await _todo(connection)
    finally:
        await transaction.rollback()


async def _is_cluster(connection: asyncpg.Connection) -> bool:
    there = "SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = $1)"
    return bool(await connection.fetchval(there, EXTENSION))


async def _todo(connection: asyncpg.Connection) -> tuple[str, ...]:
    done = await connection.fetch(_SPREAD) if await _is_cluster(connection) else []
    names = {name for (name,) in done}
    statements = plan(await described(connection)).items()
    return tuple(statement for name, statement in statements if name not in names)


def plan(tables: tuple[Described, ...]) -> dict[str, str]:
    """Give by table the statement that spreads it, those first that others point at.

    Tables with a unique key that is not a seller's own stand on every machine.
    """
    named = {one.name: one for one in tables}
    order = sorted_names({name: one.points for name, one in named.items()})
    whole = [name for name in order if not named[name].divided]
    divided = [name for name in order if named[name].divided]
    return {
        **{name: f"SELECT create_reference_table('{name}')" for name in whole},
        **{name: f"SELECT create_distributed_table('{name}', '{SELLER}')" for name in divided},
    }
