"""Migrating: the statements of the steps that are pending, one by one, while others read and write.

Each is a transaction of its own, with time-outs of its own, and is tried again where somebody holds what
it needs. How far a step has come is kept beside it, so that whoever comes next goes on there.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

import asyncpg
from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.errors import Conflict
from orderglot.stores.migrations import Migration
from orderglot.stores.postgres import batches
from orderglot.stores.postgres.script import NEW, Kind, Statement, beside, statements

T = TypeVar("T")

LOCK = 0x4F474C54
"""The advisory lock that is held while the tables are changed: ``OGLT``."""

LONGEST_LOCK = 1_000
"""So many milliseconds a statement waits for a lock before it gives way to those that queue behind it."""

LONGEST = 30_000
"""So many milliseconds a statement may take that others cannot go on beside."""

LONGEST_PAUSE = 5.0
"""So many seconds at most lie between two attempts."""

MADE = "CREATE TABLE migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL)"
_MADE_UNFINISHED = (
    "CREATE TABLE IF NOT EXISTS unfinished_migrations"
    " (number BIGINT PRIMARY KEY, done BIGINT NOT NULL, reached TEXT NOT NULL)"
)
_LIMITS = (
    f"SET LOCAL lock_timeout = {LONGEST_LOCK}",
    f"SET LOCAL statement_timeout = {LONGEST}",
    f"SELECT pg_advisory_xact_lock({LOCK})",
)
_BEGUN = """
INSERT INTO unfinished_migrations (number, done, reached) SELECT $1, 0, ''
WHERE NOT EXISTS (SELECT 1 FROM migrations WHERE number = $1) ON CONFLICT (number) DO NOTHING
"""
_STATE = "SELECT done, reached FROM unfinished_migrations WHERE number = $1"
_NOTED = "UPDATE unfinished_migrations SET done = $2, reached = $3 WHERE number = $1"
_ENDED = "DELETE FROM unfinished_migrations WHERE number = $1"
_NOTE = "INSERT INTO migrations VALUES ($1, $2) ON CONFLICT (number) DO NOTHING RETURNING TRUE"
_NOTE_OLDEST = "UPDATE migrations SET oldest = $2 WHERE number = $1"
_HOLDERS = """
SELECT string_agg(DISTINCT format('%s, process %s', a.application_name, l.pid), '; ')
FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
WHERE l.relation = to_regclass($1) AND l.granted AND l.pid <> pg_backend_pid()
"""
_PASSING = (
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
)


class Progress(Struct, frozen=True):
    """How far the steps have come: at which statement of how many, and at which row of how many.

    ``waiting`` names who holds what is needed, where somebody does.
    """

    step: str
    statement: Statement
    number: int
    of: int
    row: int = 0
    rows: int = 0
    waiting: str = ""


OnProgress = Callable[[Progress], None]
Aside = Callable[[Statement, Callable[[int, int, str], None]], Awaitable[None]]
"""Makes or drops an index while others write; it is given what to tell how far it is, and who holds it up."""


async def make(connection: asyncpg.Connection, steps: Sequence[Migration]) -> None:
    """Make the tables of a new book, in the caller's transaction: nobody else sees them before."""
    await connection.execute(MADE)
    await connection.execute(_MADE_UNFINISHED)
    for step in steps:
        for one in statements(step):
            for text in _texts(one, aside=False):
                await connection.execute(text)
        await _note(connection, step)


class Migrating:
    """Does the steps over one connection.

    Indexes are made ``aside`` where there is somebody who does so; without, within the transactions,
    as is good for tables so small that nobody notices.
    """

    def __init__(
        self,
        connection: asyncpg.Connection,
        *,
        attempts: int,
        aside: Aside | None = None,
        on_progress: OnProgress = lambda _progress: None,
    ) -> None:
        self._connection = connection
        self._attempts = attempts
        self._aside = aside
        self._report = on_progress

    async def run(self, steps: Sequence[Migration]) -> tuple[Migration, ...]:
        """Do the steps, and give those whose end was done here: others may have been as fast.

        Raises Conflict where somebody holds up one of them for too long.
        """
        ended = list[Migration]()
        scripts = [statements(step) for step in steps]
        number, of = 0, sum(map(len, scripts))
        for step, script in zip(steps, scripts, strict=True):
            for place, one in enumerate(script):
                number += 1
                await self._statement(step, place, Progress(step.name, one, number, of))
            at = Progress(step.name, script[-1], number, of)
            if await self._tried(at, partial(self._end, step)):
                ended.append(step)
        return tuple(ended)

    async def _statement(self, step: Migration, place: int, at: Progress) -> None:
        """Do a statement, unless somebody did."""
        self._report(at)
        await self._tried(at, partial(self._begin, step))
        if self._aside and at.statement.index and await self._reached(step, place) is not None:
            await self._aside(
                at.statement,
                lambda *far: self._report(replace(at, row=far[0], rows=far[1], waiting=far[2])),
            )
        while await self._tried(at, partial(self._part, step, place, at)):
            pass

    async def _begin(self, step: Migration) -> None:
        await self._connection.execute(_MADE_UNFINISHED)
        await self._connection.execute(_BEGUN, step.number)

    async def _reached(self, step: Migration, place: int) -> str | None:
        """Give how far a statement has come, None where it is done."""
        found = await self._connection.fetchrow(_STATE, step.number)
        return None if found is None or found["done"] > place else str(found["reached"])

    async def _part(self, step: Migration, place: int, at: Progress) -> bool:
        """Do a part of a statement; tells whether there is more of it."""
        reached = await self._reached(step, place)
        if reached is None:
            return False
        if at.statement.kind is Kind.BATCHED:
            batch = await batches.change(self._connection, at.statement, reached)
            self._report(replace(at, row=batch.row, rows=batch.rows))
            reached = batch.reached
        else:
            for text in _texts(at.statement, aside=self._aside is not None):
                await self._connection.execute(text)
            reached = ""
        state = (place, reached) if reached else (place + 1, "")
        await self._connection.execute(_NOTED, step.number, *state)
        return bool(reached)

    async def _end(self, step: Migration) -> bool:
        await self._connection.execute(_ENDED, step.number)
        return await _note(self._connection, step)

    async def _tried(self, at: Progress, work: Callable[[], Awaitable[T]]) -> T:
        """Do something in a transaction, again where somebody else holds what it needs."""
        attempt = 0
        while True:
            try:
                async with self._connection.transaction():
                    for limit in _LIMITS:
                        await self._connection.execute(limit)
                    return await work()
            except _PASSING as error:
                attempt += 1
                held = await self._connection.fetchval(_HOLDERS, at.statement.changed)
                if attempt >= self._attempts:
                    raise _held_up(at, held) from error
            self._report(replace(at, waiting=held or "another program"))
            await asyncio.sleep(min(LONGEST_PAUSE, 0.1 * 2**attempt) * (0.5 + random.random()))


def _texts(one: Statement, *, aside: bool) -> tuple[str, ...]:
    """Give what is done of a statement within its transaction."""
    gone = f"DROP INDEX IF EXISTS {one.index}"
    match one.kind:
        case Kind.REPLACED if aside:
            return gone, f"ALTER INDEX {one.index}{NEW} RENAME TO {one.index}"
        case Kind.REPLACED:
            return f"{gone}, {one.index}{NEW}", one.text
        case Kind.CONCURRENT if aside:
            return ()
        case Kind.CONCURRENT:
            # One that is there already was left by who was cut off.
            return (gone,) if one.drops else (gone, one.text)
        case Kind.QUICK:
            return (one.text,)
        case Kind.BATCHED:
            # Of a book that is new there are no rows.
            return ()


async def _note(connection: asyncpg.Connection, step: Migration) -> bool:
    """Note that a step was done; tells whether nobody had."""
    if not await connection.fetchval(_NOTE, step.number, step.name):
        return False
    # The first steps are from before there was such a column.
    if (oldest := beside(step)) is not None:
        await connection.execute(_NOTE_OLDEST, step.number, oldest)
    return True


def _held_up(at: Progress, held: str | None) -> Conflict:
    return Conflict(
        f"{at.step}: {at.statement.changed} is held by {held or 'another program'}; "
        "end that, or wait for it, and try again."
    )
