"""Indexes: made and dropped while others write, and mended where one was cut off."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import asyncpg

from orderglot.stores.postgres.script import NEW, Kind, Statement

PAUSE = 1.0
"""So many seconds lie between two looks at how far an index has come."""

_VALID = """
SELECT i.indisvalid FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = $1
"""
_PROGRESS = """
SELECT greatest(p.tuples_done, p.blocks_done), greatest(p.tuples_total, p.blocks_total),
    CASE WHEN a.pid IS NULL THEN '' ELSE format('%s, process %s', a.application_name, a.pid) END
FROM pg_stat_progress_create_index AS p
LEFT JOIN pg_stat_activity AS a ON a.pid = nullif(p.current_locker_pid, 0) WHERE p.pid = $1
"""
# It waits for whoever was there before, and nobody waits for it meanwhile.
_ENDLESS = ("SET statement_timeout = 0", "SET lock_timeout = 0")

OnIndex = Callable[[int, int, str], None]
"""Is given how many rows of how many are done, and whose transaction has to end first, if any has."""


class Indexes:
    """Makes indexes over one connection, and watches over another one how far it is."""

    def __init__(self, connection: asyncpg.Connection, watching: asyncpg.Connection) -> None:
        self._connection = connection
        self._watching = watching

    async def __call__(self, one: Statement, on_index: OnIndex) -> None:
        """Make or drop an index beside others, whatever somebody left of it."""
        for text in _ENDLESS:
            await self._connection.execute(text)
        if one.drops:
            return await self._drop(one.index)
        index = f"{one.index}{NEW}" if one.kind is Kind.REPLACED else one.index
        valid = await self._connection.fetchval(_VALID, index)
        if valid:
            return None
        if valid is not None:
            # Cut off while it was made: it is kept up by every write, and serves no read.
            await self._drop(index)
        making = asyncio.create_task(self._connection.execute(one.concurrently(index)))
        await self._watch(making, on_index)
        return None

    async def _drop(self, index: str) -> None:
        await self._connection.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index}")

    async def _watch(self, making: asyncio.Task[str], on_index: OnIndex) -> None:
        pid = self._connection.get_server_pid()
        while not (await asyncio.wait([making], timeout=PAUSE))[0]:
            if found := await self._watching.fetchrow(_PROGRESS, pid):
                on_index(*found)
        await making
