"""What names contain is found by trigrams where PostgreSQL has them, and is the same where it has not."""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from orderglot.core.caller import Caller
from orderglot.core.order import Order
from orderglot.core.query import Compare, Operator, Query, Window
from orderglot.stores.backend import Scope
from orderglot.stores.memory import MemoryStore
from orderglot.stores.postgres import PostgresStore
from orderglot.stores.postgres.grammar import PostgresGrammar, numbered
from orderglot.stores.postgres.trigrams import INDEX, index_names
from orderglot.stores.sql.counting import counted
from orderglot.stores.store import BookStore
from tests import debian_postgres
from tests.postgres import new_database, ordered

REFUSED = "no index for what names contain"
NAMES = [
    "Glass Ball",
    "glass_ball",
    "50% off",
    r"back\slash",
    "Über glas",
    "",
    "ab",
    "GLA",
    "%",
    "_",
]
SOUGHT = ["glass", "GLASS", "ass_b", "0% o", r"k\s", "%", "_", "gl", "über", "Üb", "ball", "x" * 99]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Run a server that has trigrams; who has none is told so at the end of the run."""
    if debian_postgres.programs() is None:
        pytest.skip(debian_postgres.MISSING)
    # The path of a socket has to be short.
    folder = Path(tempfile.mkdtemp(prefix="ogt"))
    folder.chmod(0o755)
    try:
        with debian_postgres.running(folder / "pg") as url:
            yield url
    finally:
        shutil.rmtree(folder)


def database(server: str, name: str, *options: str) -> str:
    ordered(server, " ".join((f"CREATE DATABASE {name}", *options)))
    return server.replace("/postgres?", f"/{name}?")


async def found(store: BookStore) -> list[list[str]]:
    """Give the names that a book of some orders has for what is sought."""
    seller = await store.add_seller("example")
    book = store.of(Caller(seller=seller.id))
    for name in NAMES:
        await book.place(Order(name=name))
    names = list[list[str]]()
    for sought in SOUGHT:
        for operator in (Operator.CONTAINS, Operator.BEGINS):
            page = await book.page(Window(where=Compare("name", operator, sought), total=True))
            assert len(page.orders) == page.total
            names.append([order.name for order in page.orders])
    await store.close()
    return names


async def plan(url: str, where: Query) -> str:
    line = await asyncpg.connect(url)
    sql = counted(Scope(1), where, PostgresGrammar())
    rows = await line.fetch(f"EXPLAIN (COSTS OFF) {numbered(sql.text)}", *sql.params)
    await line.close()
    return "; ".join(line.strip() for (line,) in rows)


def reasons(caplog: pytest.LogCaptureFixture) -> int:
    return sum(record.msg.startswith(REFUSED) for record in caplog.records)


def test_names_are_found_by_trigrams_and_are_the_same_ones(
    server: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "orderglot.stores")
    url = database(server, "found")

    assert asyncio.run(found(MemoryStore())) == asyncio.run(found(PostgresStore(url)))
    assert 0 == reasons(caplog)


def test_what_a_name_contains_is_looked_up_among_the_sellers_trigrams(server: str) -> None:
    url = database(server, "looked_up")
    asyncio.run(found(PostgresStore(url)))
    ordered(
        url,
        "INSERT INTO orders (seller, id, version, test, kind, status, name, created, modified, lines,"
        " document) SELECT 1, n, 1, 0, 's', 'r', 'Shop ' || md5(n::text), 0, 0, 0, '{}'"
        " FROM generate_series(1, 5000) n",
        "VACUUM ANALYZE",
    )

    for operator in (Operator.CONTAINS, Operator.BEGINS):
        steps = asyncio.run(plan(url, Compare("name", operator, "Glass")))
        assert f"Bitmap Index Scan on {INDEX}" in steps
        assert "(seller = '1'::bigint) AND (lower(name) ~~ '" in steps


def test_a_large_book_gets_the_index_while_others_write_and_after_it_was_cut_off(
    server: str,
) -> None:
    url = database(server, "beside")
    asyncio.run(found(PostgresStore(url)))
    # As a cut-off leaves it.
    ordered(url, f"UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = '{INDEX}'::regclass")

    async def make() -> list[bool]:
        line = await asyncpg.connect(url)
        made = [await index_names(line, beside=True) for _ in range(2)]
        valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = $1::regclass"
        made.append(await line.fetchval(valid, INDEX))
        await line.close()
        return made

    assert [True, True, True] == asyncio.run(make())


def test_who_may_not_have_the_extensions_has_a_book_without_and_one_line_says_so(
    server: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "orderglot.stores")
    url = database(server, "refused")
    ordered(url, "CREATE USER clerk", "GRANT CREATE ON SCHEMA public TO clerk")

    names = asyncio.run(found(PostgresStore(url.replace("postgres@", "clerk@"))))
    assert asyncio.run(found(MemoryStore())) == names
    assert 1 == reasons(caplog)


def test_a_server_without_the_extensions_has_a_book_and_one_line_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "orderglot.stores")
    url = new_database()

    assert asyncio.run(found(MemoryStore())) == asyncio.run(found(PostgresStore(url)))
    assert 1 == reasons(caplog)
