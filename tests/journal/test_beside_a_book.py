"""A journal stands beside its book and is no part of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import pytest

from orderglot.config import Config
from orderglot.core.caller import Caller
from orderglot.core.errors import NotFound
from orderglot.core.journal import Criteria
from orderglot.hub.books import lax_files, open_rows, open_store
from orderglot.hub.journals import journal_of, recorder_of
from orderglot.hub.opening import Hub, opened
from orderglot.stores.memory import MemoryStore
from orderglot.stores.postgres.catalogue import described
from tests import citus
from tests.journal.conftest import PLACES
from tests.journal.exchanges import exchange
from tests.postgres import asked, new_database


@pytest.fixture(params=PLACES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give where a book with one seller is."""
    made = {
        "sqlite": lambda: f"sqlite:///{tmp_path}/book.db",
        "postgres": new_database,
        "citus": citus.new_book,
    }
    url = made[request.param]()

    async def fill() -> None:
        store = open_store(url, create=True)
        await store.add_seller("acme")
        await store.close()

    asyncio.run(fill())
    return url


async def record(url: str, **settings: object) -> None:
    recorder = recorder_of(Config(database=url, **settings))  # type: ignore[arg-type]
    if recorder is not None:
        recorder(exchange(Caller(seller=1)))
        await recorder.close()


def test_the_journal_of_a_book_is_found_by_the_books_url(url: str) -> None:
    async def run() -> int:
        await record(url)
        async with opened(url) as hub:
            assert ["acme"] == [one.name for one in await hub.store.sellers()]
            return len(await hub.journal.page(Caller(seller=1), Criteria(), 10))

    assert 1 == asyncio.run(run())


def test_what_is_copied_of_a_book_has_no_exchanges(url: str) -> None:
    async def run() -> set[str]:
        await record(url)
        rows = await open_rows(url)
        found = {table.name for table in await rows.tables()}
        await rows.close()
        return found

    found = asyncio.run(run())
    assert "orders" in found
    assert not {name for name in found if name.startswith("journal")}


def test_off_makes_nothing(url: str) -> None:
    async def run() -> None:
        await record(url, journal="off")
        kept = journal_of(url)
        assert kept is not None
        assert () == await kept.page(Caller(seller=1), Criteria(), 10)
        await kept.close()

    asyncio.run(run())
    if url.startswith("postgres"):
        assert [] == asked(url, "SELECT relname::text FROM pg_class WHERE relname ~ '^journal'")
    else:
        assert not Path(f"{url.removeprefix('sqlite:///')}.exchanges").exists()


def test_a_book_in_memory_keeps_no_exchanges() -> None:
    assert journal_of("memory:") is None
    assert recorder_of(Config(database="memory:")) is None
    with pytest.raises(NotFound, match="in memory"):
        _ = Hub(MemoryStore(), url="memory:").journal


def test_the_days_of_a_journal_are_partitions() -> None:
    url = new_database()

    async def run() -> tuple[list[str], set[str]]:
        store = open_store(url, create=True)
        await store.add_seller("acme")
        await store.close()
        await record(url)
        connection = await asyncpg.connect(url)
        tables = {one.name for one in await described(connection)}
        found = await connection.fetch(
            "SELECT c.relname::text FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = 'journal_exchanges'::regclass"
        )
        await connection.close()
        return [name for (name,) in found], tables

    partitions, tables = asyncio.run(run())
    assert 3 == len(partitions)
    assert not {name for name in tables if name.startswith("journal")}


def test_a_file_that_others_may_read_is_named(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/book.db"

    async def run() -> None:
        store = open_store(url, create=True)
        await store.add_seller("acme")
        await store.close()
        await record(url)

    asyncio.run(run())
    kept = tmp_path / "book.db.exchanges"
    assert {} == lax_files(url)
    kept.chmod(0o644)
    assert {kept: 0o644} == lax_files(url)
