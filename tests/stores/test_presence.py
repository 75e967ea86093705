"""Programs that have a book in PostgreSQL open: each says so, and no older one goes on unseen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from orderglot.core.errors import Invalid, Upstream
from orderglot.stores.migrations import ANOTHER_VERSION, latest
from orderglot.stores.postgres import PostgresStore, processes, switching
from orderglot.stores.postgres.processes import older
from orderglot.stores.postgres.switching import Switch, demand
from tests.postgres import aside, asked, new_database, ordered

ROWS = "SELECT knows FROM processes ORDER BY knows"


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[PostgresStore]:
    """Open a book as a program does."""
    store = PostgresStore(url)
    await store.sellers()
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Connect beside every program."""
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


def older_than_next(url: str) -> tuple[str, ...]:
    async def ask() -> tuple[str, ...]:
        async with connected(url) as connection:
            return await older(connection, latest("postgres") + 1)

    return aside(ask())


def another(url: str, knows: int, seen: str = "now()") -> None:
    """Let a program on another machine have the book open, or have had it."""
    row = f"concat({knows}, ' ', {seen}), {knows}, 'far', 7, now(), {seen}"
    ordered(url, f"INSERT INTO processes SELECT {row}")


def test_a_program_is_there_from_when_it_opens_a_book_until_it_closes_it() -> None:
    url = new_database()

    async def open_it() -> list[tuple[object, ...]]:
        async with opened(url), opened(url):
            return asked(url, ROWS)

    assert [(latest("postgres"),)] * 2 == asyncio.run(open_it())
    assert [] == asked(url, ROWS)


def test_the_older_ones_are_told_by_their_signs_of_life_and_their_sessions() -> None:
    url = new_database()

    async def open_it() -> tuple[str, ...]:
        async with opened(url):
            another(url, 3)
            another(url, 4, "now() - interval '1 day'")
            another(url, latest("postgres") + 1)
            return older_than_next(url)

    far, *here = asyncio.run(open_it())
    assert "far, process 7" == far
    assert [True, True] == sorted("process" in one or "session" in one for one in here)
    assert ("far, process 7",) == older_than_next(url)


@pytest.mark.parametrize(
    ("name", "is_older"),
    [("orderglot", True), ("orderglot/3", True), ("orderglot/99999", False), ("psql", False)],
)
def test_a_session_tells_by_its_name_what_its_program_knows(name: str, is_older: bool) -> None:
    url = new_database()

    async def ask() -> tuple[str, ...]:
        async with opened(url):
            pass
        session = await asyncpg.connect(url, server_settings={"application_name": name})
        found = older_than_next(url)
        await session.close()
        return found

    assert is_older == bool(asyncio.run(ask()))


def test_what_every_program_must_know_is_demanded_once_no_older_one_is_left() -> None:
    url, now = new_database(), latest("postgres")

    async def ask() -> tuple[tuple[str, ...], tuple[str, ...]]:
        async with opened(url), connected(url) as connection:
            another(url, now)
            ordered(url, f"INSERT INTO migrations VALUES ({now + 1}, 'next.sql', {now})")
            before = await demand(connection, now + 1)
        async with opened(url):
            ordered(url, "DELETE FROM processes WHERE host = 'far'")
        async with connected(url) as connection:
            after = await demand(connection, now + 1)
        store = PostgresStore(url)
        with pytest.raises(Invalid, match="newer Orderglot"):
            await store.sellers()
        await store.close()
        return before, after

    before, after = asyncio.run(ask())
    assert "far, process 7" in before
    assert () == after


def test_a_program_that_is_too_old_by_now_writes_nothing_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = new_database()
    later = f"INSERT INTO migrations VALUES ({latest('postgres') + 1}, 'next.sql')"

    async def write() -> None:
        async with opened(url) as store:
            await store.add_seller("one")
            ordered(url, later)
            monkeypatch.setattr(processes, "STALE", 0.0)
            with pytest.raises(Upstream, match=ANOTHER_VERSION):
                await store.add_seller("two")

    asyncio.run(write())
    assert [("one",)] == asked(url, "SELECT name FROM sellers")


def test_what_every_writer_must_know_begins_when_the_last_older_program_has_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, began = new_database(), asyncio.Event()

    async def begin(_connection: asyncpg.Connection) -> None:
        began.set()

    async def open_it() -> tuple[bool, bool]:
        monkeypatch.setattr(switching, "SWITCHES", ())
        async with opened(url):
            pass
        another(url, latest("postgres") - 1)
        monkeypatch.setattr(processes, "BEAT", 0.01)
        monkeypatch.setattr(switching, "SWITCHES", (Switch(latest("postgres"), begin),))
        async with opened(url):
            before = began.is_set()
            ordered(url, "DELETE FROM processes WHERE host = 'far'")
            await began.wait()
        return before, began.is_set()

    assert (False, True) == asyncio.run(open_it())
    assert [(latest("postgres"),)] == asked(url, "SELECT max(oldest) FROM migrations")
