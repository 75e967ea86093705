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
SELECT greatest(tuples_done, blocks_done), greatest(tuples_total, blocks_total)
FROM pg_stat_progress_create_index WHERE pid = $1
"""
# It waits for whoever was there before, and nobody waits for it meanwhile.
_ENDLESS = ("SET statement_timeout = 0", "SET lock_timeout = 0")

OnRows = Callable[[int, int], None]


class Indexes:
    """Makes indexes over one connection, and watches over another one how far it is."""

    def __init__(self, connection: asyncpg.Connection, watching: asyncpg.Connection) -> None:
        self._connection = connection
        self._watching = watching

    async def __call__(self, one: Statement, on_rows: OnRows) -> None:
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
        await self._watch(making, on_rows)
        return None

    async def _drop(self, index: str) -> None:
        await self._connection.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index}")

    async def _watch(self, making: asyncio.Task[str], on_rows: OnRows) -> None:
        pid = self._connection.get_server_pid()
        while not (await asyncio.wait([making], timeout=PAUSE))[0]:
            if found := await self._watching.fetchrow(_PROGRESS, pid):
                on_rows(*found)
        await making
