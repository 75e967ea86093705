"""The replica: a copy that follows the database, and answers for it as soon as it has caught up.

Before each read the database is asked how far it has written, and the copy answers if it has come as
far. So a client whose write was acknowledged, by whichever process, finds it; and the
database has one small selection to answer for all reads that come while the last one is on its way.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import asyncpg

from orderglot.core.errors import HubError
from orderglot.stores.database_url import shown
from orderglot.stores.postgres.connection import FAILURES, in_words
from orderglot.stores.postgres.pool import ANY, Find, Place, Pool, Row, RowsOf, read_within, rows_of

T = TypeVar("T")

REST = 5.0
"""For so many seconds a copy that fails is not asked again."""

WRITTEN = "SELECT (pg_current_wal_flush_lsn() - '0/0')::bigint"
# One that follows nobody any more is no copy.
REPLAYED = (
    "SELECT CASE WHEN pg_is_in_recovery() THEN (pg_last_wal_replay_lsn() - '0/0')::bigint"
    " ELSE 0 END"
)

log = logging.getLogger("orderglot.stores")


class Replica:
    """Reads from a copy where it is as good as the database itself."""

    def __init__(self, url: str, primary: Pool) -> None:
        self._primary = primary
        self._copy = Pool(url)
        self._asking = asyncio.Lock()
        self._next: asyncio.Task[int] | None = None
        self._rests_until = 0.0
        # A server does not go back as long as the connection to it stands.
        self._replayed: WeakKeyDictionary[asyncpg.Connection, int] = WeakKeyDictionary()

    async def read(
        self,
        text: str,
        params: tuple[Any, ...] = (),
        at: Place = ANY,
        rows: RowsOf = rows_of,
    ) -> list[Row]:
        """Give the rows of a statement that changes nothing."""
        return await self.ask(lambda line: rows(line, text, params), at)

    async def read_within(
        self, seconds: float | None, find: Find[T], at: Place = ANY, rows: RowsOf = rows_of
    ) -> T:
        """Give what some statements find at one moment, none of which may take longer than so many seconds."""
        return await self.ask(lambda line: read_within(line, seconds, find, rows), at)

    async def ask(self, ask: Callable[[asyncpg.Connection], Awaitable[T]], at: Place = ANY) -> T:
        """Give what is read over a connection to the copy, or else to the database itself."""
        found = await self._tried(ask)
        return await self._primary.ask(ask, at) if found is None else found

    async def _tried(self, ask: Callable[[asyncpg.Connection], Awaitable[T]]) -> T | None:
        """Ask the copy; gives None where it cannot answer, or not as the database itself would."""
        if time.monotonic() < self._rests_until:
            return None
        written = await self._written()
        try:
            return await self._from_copy(written, ask)
        except asyncpg.DataError:
            return None  # It is the value that is wrong, which the database itself says as well.
        except (HubError, *FAILURES) as error:
            self._rests_until = time.monotonic() + REST
            reason = error if isinstance(error, HubError) else in_words(error, self._copy.url)
            why = {"replica": shown(self._copy.url), "reason": str(reason)}
            log.warning("the replica fails", extra=why)
            return None

    async def close(self) -> None:
        """Close the connections to the copy."""
        await self._copy.close()

    async def _from_copy(
        self, written: int, ask: Callable[[asyncpg.Connection], Awaitable[T]]
    ) -> T | None:
        """Give what the copy says, None where it has not come so far."""
        async with self._copy.lent() as connection:
            if self._replayed.get(connection, 0) < written:
                self._replayed[connection] = await connection.fetchval(REPLAYED)
            if self._replayed[connection] < written:
                return None
            return await ask(connection)

    async def _written(self) -> int:
        """Give how far the database had written at some moment after this call."""
        if self._next is None:
            self._next = asyncio.create_task(self._ask())
        return await asyncio.shield(self._next)

    async def _ask(self) -> int:
        async with self._asking:
            # A read from now on may follow a later write: it needs the next answer.
            self._next = None
            ((written,),) = await self._primary.read(WRITTEN)
            return int(written)
