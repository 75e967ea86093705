"""Trigrams: an index for what names of orders contain, where the server has the extensions for it.

Without them such a request reads every name of the seller, and is as right.
"""

from __future__ import annotations

import logging

import asyncpg

from orderglot.stores.postgres.migrating import LOCK
from orderglot.stores.sql.grammar import fragment

INDEX = "orders_name_trigrams"

LONGEST = 24 * 3600.0
"""So many seconds it may take to make the index of a large book."""

_VALID = """
SELECT i.indisvalid FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = $1
"""
_EXTENSIONS = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    # With it the index begins with the seller, as all others do.
    "CREATE EXTENSION IF NOT EXISTS btree_gin",
)
_ON = fragment("INDEX {beside}", INDEX, "ON orders USING gin (seller, lower(name) gin_trgm_ops)")
_REFUSED = (
    asyncpg.InsufficientPrivilegeError,
    asyncpg.UndefinedFileError,
    asyncpg.FeatureNotSupportedError,
    asyncpg.InvalidParameterValueError,
    asyncpg.ReadOnlySQLTransactionError,
)

log = logging.getLogger("orderglot.stores")


async def index_names(connection: asyncpg.Connection, *, beside: bool = False) -> bool:
    """Make the index where it is not there yet; tells whether it is there now.

    With ``beside`` others write meanwhile, as they must where the book is large; nobody else may be making
    it then. Raises what the driver raises, but where the server has no such extensions or does not let us
    have them: of that one line of the log says what to do.
    """
    valid = await connection.fetchval(_VALID, INDEX)
    if valid:
        return True
    try:
        async with connection.transaction():
            await connection.execute(f"SELECT pg_advisory_xact_lock({LOCK})")
            for statement in _EXTENSIONS:
                await connection.execute(statement)
    except _REFUSED as error:
        log.info(
            "no index for what names contain: %s; install pg_trgm and btree_gin, let a superuser say"
            " CREATE EXTENSION for both, and say 'orderglot database migrate'",
            error.args[0],
        )
        return False
    if not beside:
        async with connection.transaction():
            await connection.execute(f"SELECT pg_advisory_xact_lock({LOCK})")
            await connection.execute("CREATE " + _ON.format(beside="IF NOT EXISTS"))
        return True
    if valid is not None:
        # Cut off while it was made.
        await connection.execute(fragment("DROP INDEX CONCURRENTLY IF EXISTS", INDEX))
    for limit in ("SET statement_timeout = 0", "SET lock_timeout = 0"):
        await connection.execute(limit)
    statement = "CREATE " + _ON.format(beside="CONCURRENTLY IF NOT EXISTS")
    await connection.execute(statement, timeout=LONGEST)
    return True
