"""Migrations of a large book in PostgreSQL: cut off, gone on with, and held up by others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from orderglot import stores
from orderglot.core.errors import Conflict, Invalid
from orderglot.hub.migrating import migrate, plan
from orderglot.stores.migrations import Migration, latest, migrations
from orderglot.stores.postgres import PostgresStore, batches, indexes, migrating, migration, opening
from orderglot.stores.postgres.migrating import Progress, make
from orderglot.stores.postgres.script import Kind, Statement, statements
from tests.postgres import aside, asked, new_database, ordered
from tests.stores.next_version import next_steps

ROWS = 40
"""So many orders each of two sellers has."""

COLUMNS = """
SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
WHERE table_schema = 'public' ORDER BY 1, 2
"""
CATALOGUE = (
    *(["CREATE", "TABLE"], ["ALTER", "TABLE"], ["CREATE", "FUNCTION"], ["CREATE", "OR"]),
    ["DO", "$$"],
)
"""How a statement begins that changes the catalogue alone."""

INDEXES = "SELECT indexname::text, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
UNFINISHED = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"
AGAIN = """
-- beside: 11

-- batched orders (seller, id):
UPDATE orders SET version = version + 1
WHERE id > 0;
"""


class CutOff(Exception):
    """The migration was ended from outside."""


def of_the_first_version() -> str:
    """Make a book as the first version made it, with orders in it, and give its URL."""
    url = new_database()

    async def fill() -> None:
        connection = await asyncpg.connect(url)
        await make(connection, migrations("postgres")[:1])
        await connection.close()

    aside(fill())
    status = """'{"extras": {"catalyst.statusTypeId": 5}}'"""
    ordered(
        url,
        "INSERT INTO sellers VALUES (1, 1, 'one', '{}'), (2, 1, 'two', '{}'), (3, 1, 'none', '{}')",
        "INSERT INTO credentials VALUES ('kole', 'token', 'x', 1, 'x', NULL, '{}')",
        "INSERT INTO orders (seller, id, version, test, kind, status, created, modified, lines, document)"
        f" SELECT s, n, 1, 0, 'sale', 'open', n, n, 0, {status} FROM generate_series(1, 2) AS s,"
        f" generate_series(1, {ROWS}) AS n",
    )
    return url


def migrated(url: str, on_progress: Callable[[Progress], None] = lambda _at: None) -> None:
    aside(migrate(url, on_progress, lambda _sentence: None))


def cut_off(url: str, on_progress: Callable[[Progress], None]) -> bool:
    """Migrate, and tell whether that was cut off."""
    try:
        migrated(url, on_progress)
    except CutOff:
        return True
    return False


def test_every_statement_is_of_a_kind_that_fits_it() -> None:
    for step in migrations("postgres"):
        made = {one.changed for one in statements(step) if one.text.startswith("CREATE TABLE")}
        for one in statements(step):
            words = one.text.split()[0:2]
            if one.kind is Kind.QUICK and one.changed not in made:
                assert words in CATALOGUE, one.text
            if one.kind in (Kind.CONCURRENT, Kind.REPLACED):
                assert one.index, one.text
            if one.kind is Kind.BATCHED:
                assert {one.table} | {*one.key} <= {*one.text.replace(",", " ").split()} | {
                    "seller",
                    "id",
                    "dialect",
                    "fingerprint",
                }
                assert "\nWHERE " in one.text


@pytest.mark.parametrize(
    ("script", "words"), [("SELECT 1;", "does not say its kind"), ("-- quick:\nSELECT", "no end")]
)
def test_a_script_that_leaves_something_open_is_refused(script: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        statements(Migration(1, "0001_x.sql", script))


def test_a_statement_ends_behind_the_body_of_its_function() -> None:
    body = "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$\nSELECT 1;\n$$"
    found = statements(Migration(1, "0001_x.sql", f"-- quick:\n{body};\nSELECT 2;"))

    assert [body, "SELECT 2"] == [one.text for one in found]


def test_an_index_is_made_while_others_write_whatever_it_is_called() -> None:
    one = Statement("CREATE UNIQUE INDEX a\nON b (c)", Kind.CONCURRENT)

    assert ("a", "b") == (one.index, one.changed)
    assert "CREATE UNIQUE INDEX CONCURRENTLY a ON b (c)" == one.concurrently()
    assert "CREATE UNIQUE INDEX CONCURRENTLY d ON b (c)" == one.concurrently("d")


def test_a_book_of_the_first_version_becomes_what_a_new_one_is() -> None:
    url, new = of_the_first_version(), new_database()
    aside(opened(new))
    migrated(url)

    assert asked(new, COLUMNS) == asked(url, COLUMNS)
    assert asked(new, INDEXES) == asked(url, INDEXES)
    assert [(5, 2 * ROWS)] == asked(url, "SELECT own_status, count(*) FROM orders GROUP BY 1")
    assert [] == asked(url, "SELECT id FROM credentials WHERE kind <> 'key'")
    assert [] == asked(url, "TABLE unfinished_migrations")


async def opened(url: str) -> None:
    store = PostgresStore(url)
    try:
        await store.sellers()
    finally:
        await store.close()


def test_a_small_book_is_migrated_by_whoever_opens_it() -> None:
    url, new = of_the_first_version(), new_database()
    aside(opened(new))
    aside(opened(url))

    assert asked(new, INDEXES) == asked(url, INDEXES)
    assert [(5, 2 * ROWS)] == asked(url, "SELECT own_status, count(*) FROM orders GROUP BY 1")


def test_of_a_large_book_the_command_is_named_and_nothing_is_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = of_the_first_version()
    monkeypatch.setattr(opening, "FEW", ROWS)
    with pytest.raises(Conflict, match="'orderglot database migrate --database"):
        aside(opened(url))

    assert [(1,)] == asked(url, "SELECT number FROM migrations")
    assert len(aside(plan(url))) == sum(len(statements(one)) for one in migrations("postgres")[1:])


@pytest.mark.long
def test_what_is_cut_off_at_any_statement_goes_on_there() -> None:
    url, new = of_the_first_version(), new_database()
    aside(opened(new))
    seen = list[tuple[str, str]]()

    def once(at: Progress) -> None:
        if (at.step, at.statement.text) not in seen:
            seen.append((at.step, at.statement.text))
            raise CutOff

    while cut_off(url, once):
        pass
    every = [
        (one.name, each.text) for one in migrations("postgres")[1:] for each in statements(one)
    ]
    assert every == seen
    assert asked(new, INDEXES) == asked(url, INDEXES)
    assert [(5, 2 * ROWS)] == asked(url, "SELECT own_status, count(*) FROM orders GROUP BY 1")


def test_rows_that_were_changed_before_it_was_cut_off_are_not_changed_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = of_the_first_version()
    aside(opened(url))
    monkeypatch.setattr(stores.migrations, "FOLDER", next_steps(tmp_path, AGAIN))
    monkeypatch.setattr(batches, "SIZE", 7)
    rows = list[int]()

    def each(at: Progress) -> None:
        if at.row and at.row not in rows:
            rows.append(at.row)
            raise CutOff

    while cut_off(url, each):
        pass
    # Whoever is cut off in the middle of a batch does that one again, as if nothing had been.
    assert [(2, 2 * ROWS)] == asked(url, "SELECT version, count(*) FROM orders GROUP BY 1")
    assert sorted(rows) == rows
    assert 2 * ROWS == rows[-1]


def test_an_index_that_was_cut_off_is_made_anew() -> None:
    url = of_the_first_version()
    ordered(
        url,
        "CREATE INDEX orders_created_new ON orders (seller, created)",
        "CREATE INDEX customers_email ON customers (seller)",
        "UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid::regclass::text"
        " IN ('orders_created_new', 'customers_email')",
    )
    assert 2 == len(asked(url, UNFINISHED))
    migrated(url)
    new = new_database()
    aside(opened(new))

    assert [] == asked(url, UNFINISHED)
    assert asked(new, INDEXES) == asked(url, INDEXES)


def test_who_holds_up_a_statement_is_named_and_holds_up_nobody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = of_the_first_version()
    monkeypatch.setattr(migrating, "LONGEST_LOCK", 50)
    waiting, waits = list[str](), asyncio.Event()

    def note(at: Progress) -> None:
        if at.waiting:
            waiting.append(at.waiting)
            waits.set()

    async def meet() -> None:
        reader = await asyncpg.connect(url, server_settings={"application_name": "slow report"})
        other = await asyncpg.connect(url)
        held = reader.transaction()
        await held.start()
        await reader.fetch("SELECT count(*) FROM orders")
        work = asyncio.create_task(migrate(url, note, lambda _sentence: None))
        await waits.wait()
        assert 2 * ROWS == await other.fetchval("SELECT count(*) FROM orders")
        await held.rollback()
        await work
        await reader.close()
        await other.close()

    aside(meet())
    assert "slow report" in waiting[0]
    assert () == aside(plan(url))


def test_an_index_waits_for_those_who_still_look_at_what_was_before_and_names_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = of_the_first_version()
    monkeypatch.setattr(indexes, "PAUSE", 0.01)
    waiting, waits = list[Progress](), asyncio.Event()

    def note(at: Progress) -> None:
        if at.waiting:
            waiting.append(at)
            waits.set()

    async def meet() -> None:
        reader = await asyncpg.connect(url, server_settings={"application_name": "slow report"})
        held = reader.transaction(isolation="repeatable_read")
        await held.start()
        await reader.fetch("SELECT count(*) FROM sellers")
        work = asyncio.create_task(migrate(url, note, lambda _sentence: None))
        await waits.wait()
        await held.rollback()
        await work
        await reader.close()

    aside(meet())
    assert {"slow report, process"} == {at.waiting.rpartition(" ")[0] for at in waiting}
    assert waiting[0].statement.index


def test_who_is_held_up_for_too_long_says_by_whom(monkeypatch: pytest.MonkeyPatch) -> None:
    url = of_the_first_version()
    monkeypatch.setattr(migration, "ATTEMPTS", 1)

    async def meet() -> None:
        reader = await asyncpg.connect(url, server_settings={"application_name": "slow report"})
        async with reader.transaction():
            await reader.fetch("SELECT count(*) FROM orders")
            with pytest.raises(Conflict, match="orders is held by slow report, process"):
                await migrate(url, lambda _at: None, lambda _sentence: None)
        await reader.close()

    aside(meet())


def test_two_who_migrate_at_once_do_it_once() -> None:
    url = of_the_first_version()
    waited = list[str]()

    async def both() -> None:
        await asyncio.gather(*(migrate(url, lambda _at: None, waited.append) for _ in range(2)))

    aside(both())
    assert len(migrations("postgres")) == len(asked(url, "TABLE migrations"))
    assert {"Waiting for another migration"} == {one[:29] for one in waited}


def test_a_step_that_older_programs_may_not_go_on_beside_waits_for_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = new_database()
    beside, alone = AGAIN, AGAIN.replace("-- beside: 11", "")
    now = latest("postgres")

    async def with_an_older_one() -> str:
        store = PostgresStore(url)
        await store.add_seller("one")
        monkeypatch.setattr(stores.migrations, "FOLDER", next_steps(tmp_path, beside, alone))
        with pytest.raises(Conflict) as refused:
            await migrate(url, lambda _at: None, lambda _sentence: None)
        await store.close()
        return refused.value.message

    assert f"{now + 2:04}_more.sql cannot be done beside older programs" in aside(
        with_an_older_one()
    )
    migrated(url)
    assert [(now + 1, 11), (now + 2, None)] == asked(
        url, f"SELECT number, oldest FROM migrations WHERE number > {now} ORDER BY 1"
    )
