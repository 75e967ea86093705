"""The tables of PostgreSQL can be spread over a cluster by seller, and which of them are not, and why."""

from __future__ import annotations

import asyncio
import re

import pytest

from orderglot.core.errors import HubError, Invalid, Unsupported
from orderglot.hub.distributing import distribute, foreseen
from orderglot.stores.postgres import PostgresStore
from orderglot.stores.postgres.catalogue import BESIDE
from orderglot.stores.postgres.distributing import EVERYWHERE
from tests.postgres import asked, new_database

UNIQUE = """
SELECT c.relname::text, ARRAY(
    SELECT a.attname::text FROM pg_attribute AS a
    WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1])
)
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid
WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique
"""
INDEXES = """
SELECT c.relname::text, x.relname::text, pg_get_indexdef(i.indexrelid, 1, TRUE)
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid JOIN pg_class AS x ON x.oid = i.indexrelid
WHERE c.relnamespace = 'public'::regnamespace
"""
TABLES = """
SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
"""
FOREIGN = """
SELECT c.relname::text, t.relname::text, ARRAY(
    SELECT own.attname || '=' || other.attname FROM unnest(f.conkey, f.confkey) AS k (own, other)
    JOIN pg_attribute AS own ON own.attrelid = f.conrelid AND own.attnum = k.own
    JOIN pg_attribute AS other ON other.attrelid = f.confrelid AND other.attnum = k.other
)
FROM pg_constraint AS f JOIN pg_class AS c ON c.oid = f.conrelid
JOIN pg_class AS t ON t.oid = f.confrelid WHERE f.contype = 'f'
"""
WHOLE = {*EVERYWHERE, *BESIDE}
"""The tables whose rows are no seller's alone: each is named with its reason where it is defined."""


@pytest.fixture
def url() -> str:
    """Give the URL of an empty book in PostgreSQL."""
    url = new_database()

    async def make() -> None:
        store = PostgresStore(url)
        await store.sellers()
        await store.close()

    asyncio.run(make())
    return url


def spreading(url: str) -> tuple[str, ...]:
    return asyncio.run(foreseen(url))[0]


def test_every_unique_key_carries_the_seller(url: str) -> None:
    found = asked(url, UNIQUE)

    assert {"orders", "notes", "order_links"} < {table for table, _ in found}
    assert [] == [
        (table, columns)
        for table, columns in found
        if table not in WHOLE and "seller" not in columns  # type: ignore[operator]
    ]


def test_every_index_begins_with_the_seller(url: str) -> None:
    found = asked(url, INDEXES)

    assert 20 < len(found)
    assert [] == [
        (table, index) for table, index, first in found if table not in WHOLE and first != "seller"
    ]


def test_every_foreign_key_carries_the_seller(url: str) -> None:
    found = asked(url, FOREIGN)
    within = [columns for _, target, columns in found if target not in WHOLE]
    outward = [columns for _, target, columns in found if target in WHOLE]

    assert 5 <= len(within)
    assert [] == [columns for columns in within if "seller=seller" not in columns]  # type: ignore[operator]
    assert [["seller=id"]] * len(outward) == outward


def test_every_table_is_spread_or_stands_on_every_machine_but_for_those_that_are_no_part_of_the_book(
    url: str,
) -> None:
    statements = spreading(url)
    tables = {str(table) for (table,) in asked(url, TABLES)} - {*BESIDE}
    spread = tables - {*EVERYWHERE}

    assert all(EVERYWHERE.values())
    assert all(BESIDE.values())
    whole = {f"SELECT create_reference_table('{name}')" for name in EVERYWHERE}
    divided = {f"SELECT create_distributed_table('{name}', 'seller')" for name in spread}
    assert whole == {*statements[: len(EVERYWHERE)]}
    assert divided == {*statements[len(EVERYWHERE) : len(tables)]}


def test_every_function_runs_where_the_rows_of_its_seller_are(url: str) -> None:
    called = [one for one in spreading(url) if "create_distributed_function" in one]
    names = {
        "write_orders_1",
        "write_orders_2",
        "write_beside_orders_1",
        "merge_counts_1",
        "merge_counts_2",
    }

    assert names == {found[1] for one in called if (found := re.search(r"'(\w+)\(", one))}
    assert all("'whose', colocate_with => 'orders'" in one for one in called)
    planned = [one for one in spreading(url) if "SET plan_cache_mode = 'force_custom_plan'" in one]
    kept = {"write_orders_1", "write_orders_2"}
    assert len(names - kept) == len(planned)


def test_a_table_comes_behind_those_that_it_points_at(url: str) -> None:
    statements = [one for one in spreading(url) if "_table('" in one]
    places = {one.split("'")[1]: place for place, one in enumerate(statements)}

    assert [] == [(own, to) for own, to, _ in asked(url, FOREIGN) if places[own] < places[to]]  # type: ignore[index]


def test_what_would_be_done_changes_nothing_and_says_what_is_missing() -> None:
    url = new_database()
    statements, problems = asyncio.run(foreseen(url))

    assert 17 < len(statements)
    assert [] == asked(url, TABLES)
    (problem,) = problems
    assert "has no Citus; install it, say 'CREATE EXTENSION citus' there" in problem


@pytest.mark.parametrize(
    ("where", "kind", "sentence"),
    [
        ("", Unsupported, "has no Citus; install it, say 'CREATE EXTENSION citus' there"),
        ("sqlite:///book.db", Invalid, "sqlite:///book.db is no PostgreSQL; copy it there with"),
    ],
)
def test_where_there_is_no_cluster_one_sentence_says_so(
    url: str, where: str, kind: type[HubError], sentence: str
) -> None:
    with pytest.raises(kind, match=sentence):
        asyncio.run(distribute(where or url, lambda _statement, _done, _of: None))
