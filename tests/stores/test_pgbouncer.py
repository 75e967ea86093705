"""A book behind PgBouncer in transaction mode: everything as without it, but for migrations."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest

from orderglot.core.caller import Caller
from orderglot.core.errors import HubError, Unsupported
from orderglot.core.order import Order, Reference
from orderglot.core.query import Window
from orderglot.hub.migrating import migrate
from orderglot.stores.postgres import PostgresStore
from orderglot.stores.postgres.connection import close, connect, in_words
from orderglot.stores.postgres.waits import SERVING, start_up
from tests import pgbouncer
from tests.postgres import asked, new_database, ordered, server

pytestmark = pytest.mark.skipif(
    pgbouncer.PROGRAM is None, reason="PgBouncer is not installed, as the summary says"
)

IGNORED = ", ".join(name for name in start_up(SERVING) if name != "application_name")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Give a folder that the user of the server can reach."""
    with TemporaryDirectory(prefix="orderglot-pooler-") as path:
        yield Path(path)


@pytest.fixture(scope="module")
def database() -> str:
    """Give the URL of a database itself."""
    return new_database()


@pytest.fixture(scope="module")
def url(database: str, folder: Path) -> Iterator[str]:
    """Give the URL of that database by way of PgBouncer, set up as documented."""
    with pgbouncer.pooled(database, folder, server().system_user, IGNORED) as pooled:
        yield pooled


def refused(url: str) -> HubError:
    async def opened() -> None:
        store = PostgresStore(url)
        try:
            await store.sellers()
        finally:
            await store.close()

    with pytest.raises(HubError) as error:
        asyncio.run(opened())
    return error.value


def test_orders_are_written_and_found_by_many_who_share_few_connections(
    url: str, database: str
) -> None:
    async def work() -> tuple[int | None, int]:
        stores = [PostgresStore(f"{url}?statement_cache=off") for _ in range(2)]
        seller = await stores[0].add_seller("busy")
        books = [store.of(Caller(seller=seller.id)) for store in stores]

        async def one(number: int) -> Order:
            book = books[number % 2]
            placed = await book.place(Order(references=(Reference("kole", f"K{number}"),)))
            await book.page(Window(limit=3, total=True))
            return await book.get(placed.references[0])

        found = await asyncio.gather(*map(one, range(40)))
        total = (await books[0].page(Window(limit=1, total=True))).total
        feed = await books[1].feed()
        for store in stores:
            await store.close()
        assert 40 == len({order.id for order in found})
        return total, len(feed.events)

    assert (40, 40) == asyncio.run(work())
    assert [] == asked(database, "SELECT id FROM processes")


def test_one_that_keeps_no_prepared_statements_is_told_how_to_be_asked(url: str) -> None:
    async def ask_twice() -> HubError:
        one, other = await connect(url), await connect(url)
        assert 1 == await one.fetchval("SELECT 1")
        # The other one has the connection now on which that was prepared.
        await other.execute("BEGIN")
        with pytest.raises(asyncpg.InvalidSQLStatementNameError) as error:
            await one.fetchval("SELECT 1")
        await asyncio.gather(close(one), close(other))
        return in_words(error.value, url)

    error = asyncio.run(ask_twice())
    assert isinstance(error, Unsupported)
    assert "add 'statement_cache=off' to the URL" in error.message


LIMITED = """
DO $$ BEGIN
EXECUTE format('ALTER ROLE postgres IN DATABASE %I SET statement_timeout = 55000', current_database());
END $$
"""


def test_limits_that_it_does_not_hand_on_are_to_be_set_at_the_server(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = new_database()

    async def opened(url: str) -> int:
        caplog.clear()
        store = PostgresStore(f"{url}?statement_cache=off")
        await store.sellers()
        await store.close()
        return sum("ends no statement" in entry.message for entry in caplog.records)

    with pgbouncer.pooled(database, folder, server().system_user, IGNORED) as url:
        before = asyncio.run(opened(url))
    ordered(database, LIMITED)
    with pgbouncer.pooled(database, folder, server().system_user, IGNORED) as url:
        after = asyncio.run(opened(url))

    assert (1, 0) == (before, after)


def test_a_start_up_parameter_that_it_does_not_take_is_named(database: str, folder: Path) -> None:
    with pgbouncer.pooled(database, folder, server().system_user, "") as url:
        error = refused(url)

    assert isinstance(error, Unsupported)
    assert "does not take the start-up parameter jit; " in error.message
    assert f"'ignore_startup_parameters = {IGNORED}'" in error.message


def test_a_migration_does_not_go_through_it(url: str) -> None:
    work = migrate(f"{url}?statement_cache=off", lambda _at: None, lambda _sentence: None)
    with pytest.raises(Unsupported, match="is a pooler such as PgBouncer; name the server itself"):
        asyncio.run(work)
