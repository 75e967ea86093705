"""The pool: a handful of connections that the requests of one event loop share.

The driver has a pool, too, with which a request that reads one order costs half as much again, or more
(docs/decisions/0200-poolers-and-a-pool-of-our-own.md).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import asyncpg

from orderglot.core.errors import HubError, Upstream
from orderglot.stores.database_url import shown
from orderglot.stores.postgres.connection import (
    FAILURES,
    close,
    connect,
    in_words,
    is_lost,
    is_of_machine,
    is_usable_after,
)
from orderglot.stores.postgres.grammar import numbered
from orderglot.stores.postgres.waits import SERVING, Waits

if TYPE_CHECKING:
    from orderglot.stores.postgres.straight import Straight

MOST = 8
"""So many connections a process has at most to a server."""

FEW = 4
"""So many of them at most are for the rows of one machine of a cluster, which may hang."""


class Place:
    """Where rows are: by a number on which machine of a cluster, and how that is asked itself, if it can be."""

    __slots__ = ("machine", "straight")

    def __init__(self, machine: int, straight: Straight | None = None) -> None:
        self.machine = machine
        self.straight = straight


ANY, EVERY = Place(0), Place(-1)
"""It makes no difference, or all machines have to be written to."""

PATIENCE = 5.0
"""So many seconds a request waits for one of them at most."""

Row = Any
"""A record of the driver: it can be unpacked like a tuple."""

Params = tuple[Any, ...]

T = TypeVar("T")


Rows = Callable[[str, Params], Awaitable[list[Row]]]
"""Gives the rows of a statement that changes nothing."""

RowsOf = Callable[[asyncpg.Connection, str, Params], Awaitable[list[Row]]]
"""Gives the rows of a statement that changes nothing, over a connection."""

Find = Callable[[Rows], Awaitable[T]]
"""Finds something by asking some statements."""


class StatementTimeout(Exception):
    """The server stopped a statement because it took too long."""


class Lent:
    """A connection of a pool for as long as a block runs.

    A class of its own, since every statement goes through one and a generator would cost it more.
    """

    __slots__ = ("_anyway", "_at", "_connection", "_pool")

    def __init__(self, pool: Pool, at: Place, *, anyway: bool) -> None:
        self._pool = pool
        self._at = at
        self._anyway = anyway

    async def __aenter__(self) -> asyncpg.Connection:
        self._connection = await self._pool.take(self._at, anyway=self._anyway)
        return self._connection

    async def __aexit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: object
    ) -> None:
        try:
            if isinstance(error, asyncpg.DataError):
                # Where the driver itself refused a value, it never told the server that this was the
                # end of a transaction, and the next one would begin within it.
                await self._connection.execute("SELECT 1")
        finally:
            self._pool.give(self._connection, error, self._at)


class Pool:
    """Connections to one server, opened as they are needed.

    ``prepare`` is done with the first of them before anything else is asked. ``at`` is in all cases the
    place on a cluster that has what is asked for.
    """

    def __init__(
        self,
        url: str,
        prepare: Callable[[asyncpg.Connection], Awaitable[None]] | None = None,
        waits: Waits = SERVING,
    ) -> None:
        self.url = url
        self._waits = waits
        self._prepare = prepare
        self._opening = asyncio.Lock()
        self._places = asyncio.Semaphore(MOST)
        self._machines = defaultdict[int, asyncio.Semaphore](lambda: asyncio.Semaphore(FEW))
        self._free: list[asyncpg.Connection] = []
        self._closed = False
        self.refusal: HubError | None = None
        """Why nobody is to be served just now."""
        self.setting = ""
        """What is said first on each connection, once it is known that it has to be."""

    async def read(
        self, text: str, params: Params = (), at: Place = ANY, rows: RowsOf | None = None
    ) -> list[Row]:
        """Give the rows of a statement that changes nothing; asked once more on a lost line."""
        rows = rows or rows_of
        if at.straight is not None and self.refusal is None:
            local = at.straight.localized(text)
            found = await at.straight.asked(lambda line: rows(line, local, params))
            if found is not None:
                return found
        return await self.ask(lambda line: rows(line, text, params), at)

    async def read_each(self, text: str, several: Sequence[Params], at: Place = ANY) -> list[Row]:
        """Give for each of several parameters the one row of a statement, all in one round trip."""
        if at.straight is not None and self.refusal is None:
            local = numbered(at.straight.one_of_many(text))
            last = len(several) - 1
            looking = [(*params, place == last) for place, params in enumerate(several)]
            found = await at.straight.asked(lambda line: line.fetchmany(local, looking))
            if found is not None:
                return found
        return await self.ask(lambda line: line.fetchmany(numbered(text), several), at)

    async def read_within(
        self, seconds: float | None, find: Find[T], at: Place = ANY, rows: RowsOf | None = None
    ) -> T:
        """Give what some statements find at one moment.

        Raises StatementTimeout where one of them takes longer than so many seconds.
        """
        rows = rows or rows_of
        straight = at.straight
        if straight is not None and self.refusal is None:
            localized = straight.localized

            async def there(line: asyncpg.Connection, text: str, params: Params) -> list[Row]:
                return await rows(line, localized(text), params)

            try:
                found = await straight.asked(lambda line: read_within(line, seconds, find, there))
            except StatementTimeout:
                if seconds is not None:
                    raise
            else:
                if found is not None:
                    return found
        return await self.ask(lambda line: read_within(line, seconds, find, rows), at)

    async def ask(self, ask: Callable[[asyncpg.Connection], Awaitable[T]], at: Place = ANY) -> T:
        """Give what is read over a connection; asked once more where that, or one behind it, is lost."""
        try:
            return await self._once(ask, at)
        except FAILURES as error:
            if not is_lost(error) and not is_of_machine(error):
                raise in_words(error, self.url) from error
        try:
            return await self._once(ask, at)
        except FAILURES as error:
            raise in_words(error, self.url) from error

    async def _once(self, ask: Callable[[asyncpg.Connection], Awaitable[T]], at: Place) -> T:
        async with self.lent(at) as connection:
            return await ask(connection)

    async def fetch(self, text: str, params: Params = (), at: Place = ANY) -> list[Row]:
        """Give the rows of a statement, which is a transaction of its own."""
        return await self._once(lambda line: line.fetch(numbered(text), *params), at)

    def lent(self, at: Place = ANY, *, anyway: bool = False) -> Lent:
        """Lend a connection for several statements, each of which is a transaction of its own.

        Perhaps ``anyway``, though nobody is to be served.
        """
        return Lent(self, at, anyway=anyway)

    @asynccontextmanager
    async def transaction(self, at: Place = ANY) -> AsyncIterator[asyncpg.Connection]:
        """Take a connection for a transaction, which is kept at its end, or not at all."""
        async with self.lent(at) as connection:
            try:
                await connection.execute("BEGIN")
                yield connection
                await connection.execute("COMMIT")
            except BaseException as error:
                await _undo(connection, error)
                raise

    async def close(self) -> None:
        """Close every connection; nothing may be asked afterwards."""
        self._closed = True
        free, self._free = self._free, []
        await asyncio.gather(*map(close, free))

    async def take(self, at: Place = ANY, *, anyway: bool = False) -> asyncpg.Connection:
        """Take a connection, which is given back in any case."""
        if self.refusal is not None and not anyway:
            raise self.refusal
        if self._closed:
            raise Upstream(f"The order book {shown(self.url)} has been closed; open it again.")
        places = [self._places] if not at.machine else [self._machines[at.machine], self._places]
        taken = list[asyncio.Semaphore]()
        try:
            for place in places:
                await self._place(place)
                taken.append(place)
            while self._free:
                connection = self._free.pop()
                if not connection.is_closed():
                    return connection
            return await self._open()
        except BaseException as error:
            for place in taken:
                place.release()
            if isinstance(error, FAILURES):
                # Raised here, where nothing has been sent yet.
                raise in_words(error, self.url) from error
            raise

    async def _place(self, places: asyncio.Semaphore) -> None:
        if not places.locked():
            await places.acquire()
            return
        try:
            async with asyncio.timeout(PATIENCE):
                await places.acquire()
        except TimeoutError as error:
            every = "Every connection to" if places is self._places else "A machine of"
            busy = f"{every} {shown(self.url)} is in use; try again in a moment."
            raise Upstream(busy) from error

    async def _open(self) -> asyncpg.Connection:
        connection = await connect(self.url, self._waits)
        try:
            if self._prepare is not None:
                async with self._opening:
                    if self._prepare is not None:
                        await self._prepare(connection)
                    self._prepare = None
            if self.setting:
                await connection.execute(self.setting)
        except BaseException:
            connection.terminate()
            raise
        return connection

    def give(
        self, connection: asyncpg.Connection, error: BaseException | None = None, at: Place = ANY
    ) -> None:
        """Take a connection back, with what went wrong on it."""
        if error is not None:
            self._look(connection, error)
        if self._closed:
            connection.terminate()
        elif not connection.is_closed():
            self._free.append(connection)
        self._places.release()
        if at.machine:
            self._machines[at.machine].release()

    def _look(self, connection: asyncpg.Connection, error: BaseException) -> None:
        """Let go of a connection that failed, of all where they lead to a server that has gone."""
        if not is_usable_after(error):
            connection.terminate()
        if is_lost(error):
            free, self._free = self._free, []
            for other in free:
                other.terminate()


# What is sought decides which way to it is short, so that is planned anew each time.
_BEGIN = (
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL plan_cache_mode = force_custom_plan"
)


async def rows_of(connection: asyncpg.Connection, text: str, params: Params) -> list[Row]:
    """Give the rows of a statement that changes nothing."""
    found: list[Row] = await connection.fetch(numbered(text), *params)
    return found


async def read_within(
    connection: asyncpg.Connection, seconds: float | None, find: Find[T], read: RowsOf = rows_of
) -> T:
    """Give what some statements find at one moment; raises StatementTimeout where one takes too long.

    The server itself stops it, also where nobody is left who waits for it.
    """
    limit = f"; SET LOCAL statement_timeout = {round(seconds * 1000)}" if seconds else ""
    try:
        await connection.execute(_BEGIN + limit)
        found = await find(partial(read, connection))
        await connection.execute("COMMIT")
    except BaseException as error:
        await _undo(connection, error)
        if isinstance(error, asyncpg.QueryCanceledError):
            raise StatementTimeout from error
        raise
    return found


async def _undo(connection: asyncpg.Connection, error: BaseException) -> None:
    """End a transaction; without its connection the server does so by itself."""
    if connection.is_closed() or not is_usable_after(error):
        return
    try:
        await connection.execute("ROLLBACK")
    except BaseException:
        connection.terminate()
        raise
