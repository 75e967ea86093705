"""Processes: which programs have a book open, and which is the oldest of them.

Each keeps a row with a sign of life. One that could give none for a while writes nothing before it has
given the next: so whoever finds no older program any more may rely on it.
"""

from __future__ import annotations

import asyncio
import logging
import math
import os
import secrets
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import asyncpg

from orderglot.core.errors import HubError, Upstream
from orderglot.stores.marks import CLOSED, NOT_WHOLE
from orderglot.stores.migrations import ANOTHER_VERSION, latest
from orderglot.stores.postgres.connection import FAILURES, in_words
from orderglot.stores.postgres.opening import is_small
from orderglot.stores.postgres.pool import Pool
from orderglot.stores.postgres.waits import LONGEST, PROGRAM

BEAT = 5.0
"""So many seconds lie between two signs of life."""

STALE = 20.0
"""A process that gave no sign of life for so many seconds gives one before it writes."""

GONE = STALE + LONGEST + 10.0
"""A process that gave no sign of life for so many seconds has gone: none of its writes can still be under way."""

KEPT = 3600.0
"""So many seconds the row of a process that has gone stays, for whoever wonders."""

FIRST = 11
"""Programs that know this migration have a row."""

log = logging.getLogger("orderglot.stores")

LONGEST_LEAVE = 2.0
"""So many seconds it takes at most to say that a process is gone."""

Begin = Callable[[asyncpg.Connection], Awaitable[bool]]

_ENTER = """
WITH gone AS (DELETE FROM processes WHERE seen < now() - make_interval(secs => $5))
INSERT INTO processes (id, knows, host, pid, began, seen)
VALUES ($1, $2, $3, $4, now(), now()) ON CONFLICT (id) DO UPDATE SET seen = now()
"""
_LEAVE = "DELETE FROM processes WHERE id = $1"
_DEMANDED = "SELECT coalesce(max(coalesce(oldest, number)), 0) FROM migrations"
_OLDER = """
SELECT format('%s, process %s', host, pid) FROM processes
WHERE knows < $1 AND seen > now() - make_interval(secs => $2) ORDER BY 1
"""
_PRESENT = """
SELECT format('%s, process %s (seen %s s ago)', host, pid, extract(epoch FROM now() - seen)::int)
FROM processes WHERE seen > now() - make_interval(secs => $1) ORDER BY 1
"""
# Programs from before there were rows are known by the names of their sessions alone.
_OLDER_SESSIONS = """
SELECT format('%s, session %s', coalesce(host(client_addr), 'here'), pid)
FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
AND CASE WHEN application_name = $2 THEN TRUE
    WHEN application_name ~ ('^' || $2 || '/[0-9]{1,9}$')
    THEN split_part(application_name, '/', 2)::bigint < $1 ELSE FALSE END
ORDER BY 1
"""


async def older(connection: asyncpg.Connection, than: int) -> tuple[str, ...]:
    """Name the programs that have the book open and know no migration of that number."""
    found = await connection.fetch(_OLDER_SESSIONS, than, PROGRAM)
    if await connection.fetchval("SELECT to_regclass('processes') IS NOT NULL"):
        found = [*await connection.fetch(_OLDER, than, GONE), *found]
    return tuple(name for (name,) in found)


async def present(connection: asyncpg.Connection) -> tuple[str, ...]:
    """Name the programs that have the book open to write to it."""
    found = await connection.fetch(_PRESENT, GONE)
    return tuple(
        name for (name,) in [*found, *await connection.fetch(_OLDER_SESSIONS, FIRST, PROGRAM)]
    )


class Presence:
    """The row of this process, from when it opens the book until it closes it.

    ``begin`` begins what no older program is left for, and tells whether everything has begun.
    """

    def __init__(self, pool: Pool, begin: Begin) -> None:
        self._pool = pool
        self._begin = begin
        self._begun = False
        self._id = secrets.token_hex(8)
        self._seen = -math.inf
        self._entered = False
        self._beating: asyncio.Task[None] | None = None

    async def open(self, connection: asyncpg.Connection) -> None:
        """Be there from now on, and begin at once what takes little. Raises as ``enter``."""
        await self.enter(connection)
        if await is_small(connection):
            await self.begin(connection)

    async def begin(self, connection: asyncpg.Connection) -> None:
        """Begin what no older program is left for; that may take long where the book is large."""
        self._begun = self._begun or await self._begin(connection)

    async def enter(self, connection: asyncpg.Connection) -> None:
        """Be there from now on, as far as the book can be written to; raises Upstream where it is of a later version."""
        began = time.monotonic()
        name = (self._id, latest("postgres"), socket.gethostname(), os.getpid())
        try:
            await connection.execute(_ENTER, *name, KEPT)
        except (asyncpg.ReadOnlySQLTransactionError, asyncpg.InsufficientPrivilegeError):
            return
        closed = await connection.fetchval(CLOSED)
        if closed is not None or await connection.fetchval(_DEMANDED) > latest("postgres"):
            await connection.execute(_LEAVE, self._id)
            self._seen = -math.inf
            raise Upstream(ANOTHER_VERSION if closed is None else NOT_WHOLE)
        self._seen, self._entered = began, True
        if self._beating is None:
            self._beating = asyncio.create_task(self._beat())

    async def demand(self) -> None:
        """Give a sign of life where the last one is a while ago; raises Upstream where that fails."""
        if time.monotonic() - self._seen < STALE:
            return
        await self._give_sign()

    async def leave(self) -> None:
        """Be gone, without waiting for long."""
        if self._beating is not None:
            self._beating.cancel()
        if self._entered:
            with suppress(HubError, *FAILURES):
                async with asyncio.timeout(LONGEST_LEAVE):
                    await self._pool.fetch(_LEAVE, (self._id,))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            try:
                await self._give_sign(begin=True)
            except HubError as error:
                log.info("no sign of life", extra={"reason": error.message})

    async def _give_sign(self, *, begin: bool = False) -> None:
        try:
            async with self._pool.lent(anyway=True) as connection:
                await self._enter_again(connection)
                if begin:
                    await self.begin(connection)
        except FAILURES as error:
            raise in_words(error, self._pool.url) from error

    async def _enter_again(self, connection: asyncpg.Connection) -> None:
        """Be there, or have nobody served as long as the book may not be used."""
        try:
            await self.enter(connection)
        except Upstream as error:
            self._pool.refusal = error
            raise
        self._pool.refusal = None
