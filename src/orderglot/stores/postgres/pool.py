"""The pool: a handful of connections that the requests of one event loop share.

The driver has a pool, too, but of a read by key it costs as much again as the read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from orderglot.core.errors import Upstream
from orderglot.stores.address import shown
from orderglot.stores.postgres.connection import (
    FAILURES,
    close,
    connect,
    in_words,
    is_lost,
    is_usable_after,
)
from orderglot.stores.postgres.grammar import numbered

MOST = 8
"""So many connections a process has at most to a server."""

Row = Any
"""A record of the driver: it can be unpacked like a tuple."""


class Pool:
    """Connections to one server, opened as they are needed.

    ``prepare`` is done with the first of them before anything else is asked.
    """

    def __init__(
        self, url: str, prepare: Callable[[asyncpg.Connection], Awaitable[None]] | None = None
    ) -> None:
        self.url = url
        self._prepare = prepare
        self._opening = asyncio.Lock()
        self._places = asyncio.Semaphore(MOST)
        self._free: list[asyncpg.Connection] = []
        self._closed = False

    async def read(self, text: str, params: tuple[Any, ...] = ()) -> list[Row]:
        """Give the rows of a statement that changes nothing; asked once more on a lost line."""
        try:
            return await self.fetch(text, params)
        except FAILURES as error:
            if not is_lost(error):
                raise in_words(error, self.url) from error
        try:
            return await self.fetch(text, params)
        except FAILURES as error:
            raise in_words(error, self.url) from error

    async def fetch(self, text: str, params: tuple[Any, ...] = ()) -> list[Row]:
        """Give the rows of a statement, which is a transaction of its own."""
        connection = await self._take()
        try:
            return await connection.fetch(numbered(text), *params)
        except BaseException as error:
            self._look(connection, error)
            raise
        finally:
            self._give(connection)

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[asyncpg.Connection]:
        """Lend a connection for several statements, each of which is a transaction of its own."""
        connection = await self._take()
        try:
            yield connection
        except BaseException as error:
            self._look(connection, error)
            raise
        finally:
            self._give(connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[asyncpg.Connection]:
        """Take a connection for a transaction, which is kept at its end, or not at all."""
        connection = await self._take()
        try:
            await connection.execute("BEGIN")
            yield connection
            await connection.execute("COMMIT")
        except BaseException as error:
            await self._undo(connection, error)
            raise
        finally:
            self._give(connection)

    async def close(self) -> None:
        """Close every connection; nothing may be asked afterwards."""
        self._closed = True
        free, self._free = self._free, []
        for connection in free:
            await close(connection)

    async def _take(self) -> asyncpg.Connection:
        if self._closed:
            raise Upstream(f"The order book {shown(self.url)} has been closed; open it again.")
        await self._places.acquire()
        try:
            while self._free:
                connection = self._free.pop()
                if not connection.is_closed():
                    return connection
            return await self._open()
        except BaseException:
            self._places.release()
            raise

    async def _open(self) -> asyncpg.Connection:
        connection = await connect(self.url)
        if self._prepare is None:
            return connection
        async with self._opening:
            try:
                if self._prepare is not None:
                    await self._prepare(connection)
            except BaseException:
                connection.terminate()
                raise
            self._prepare = None
        return connection

    def _give(self, connection: asyncpg.Connection) -> None:
        if self._closed:
            connection.terminate()
        elif not connection.is_closed():
            self._free.append(connection)
        self._places.release()

    def _look(self, connection: asyncpg.Connection, error: BaseException) -> None:
        """Let go of a connection that failed, of all where they lead to a server that has gone."""
        if not is_usable_after(error):
            connection.terminate()
        if is_lost(error):
            free, self._free = self._free, []
            for other in free:
                other.terminate()

    async def _undo(self, connection: asyncpg.Connection, error: BaseException) -> None:
        """End a transaction; without its connection the server does so by itself."""
        self._look(connection, error)
        if connection.is_closed():
            return
        try:
            await connection.execute("ROLLBACK")
        except BaseException:
            connection.terminate()
            raise
