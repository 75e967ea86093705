"""The tables of PostgreSQL can be spread over a cluster by seller, and are where there is one."""

from __future__ import annotations

import asyncio

import pytest

from orderglot.core.errors import HubError, Invalid, Unsupported
from orderglot.hub.books import open_store
from orderglot.hub.distributing import distribute
from tests.postgres import asked, new_database, ordered

EVERYWHERE = {"sellers", "credentials"}
"""The tables that every machine has whole: who the sellers are, and who may come in."""

UNIQUE = """
SELECT c.relname::text, ARRAY(
    SELECT a.attname::text FROM pg_attribute AS a
    WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1])
)
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid
WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique AND c.relname <> ALL ('{migrations,unfinished_migrations,processes}')
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
A_CLUSTER = """
CREATE SCHEMA citus;
CREATE TABLE citus.citus_tables (table_name regclass, citus_table_type text, "column" text);
CREATE FUNCTION citus.create_reference_table(name regclass) RETURNS void LANGUAGE sql AS
$$ INSERT INTO citus.citus_tables VALUES (name, 'reference') $$;
CREATE FUNCTION citus.create_distributed_table(name regclass, "column" text) RETURNS void
LANGUAGE sql AS $$ INSERT INTO citus.citus_tables VALUES (name, 'distributed', "column") $$;
DO $$ BEGIN
EXECUTE format('ALTER DATABASE %I SET search_path = public, citus', current_database());
END $$;
"""


@pytest.fixture
def url() -> str:
    """Give the URL of an empty book in PostgreSQL."""
    url = new_database()

    async def make() -> None:
        store = open_store(url, create=True)
        await store.sellers()
        await store.close()

    asyncio.run(make())
    return url


@pytest.fixture
def cluster(url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the URL of a book in what looks like a cluster, and notes what it is told to do."""
    ordered(url, A_CLUSTER)
    monkeypatch.setattr("orderglot.stores.postgres.distributing.EXTENSION", "plpgsql")
    return url


def distributed(url: str, *, dry: bool = False) -> tuple[str, ...]:
    return asyncio.run(distribute(url, dry=dry))


def test_every_unique_key_carries_the_seller(url: str) -> None:
    found = asked(url, UNIQUE)

    assert {"orders", "notes", "order_links"} < {table for table, _ in found}
    assert EVERYWHERE == {table for table, columns in found if "seller" not in columns}  # type: ignore[operator]


def test_every_foreign_key_carries_the_seller(url: str) -> None:
    found = asked(url, FOREIGN)
    within = [columns for _, target, columns in found if target not in EVERYWHERE]
    outward = [columns for _, target, columns in found if target in EVERYWHERE]

    assert 5 <= len(within)
    assert [] == [columns for columns in within if "seller=seller" not in columns]  # type: ignore[operator]
    assert [["seller=id"]] * len(outward) == outward


def test_what_would_be_done_is_told_without_a_cluster(url: str) -> None:
    statements = distributed(url, dry=True)
    tables = {str(table) for table, _ in asked(url, UNIQUE)}

    assert len(tables) == len(statements)
    assert {f"SELECT create_reference_table('{name}')" for name in EVERYWHERE} == {*statements[:2]}
    assert {
        f"SELECT create_distributed_table('{name}', 'seller')" for name in tables - EVERYWHERE
    } == {*statements[2:]}


def test_a_table_comes_behind_those_that_it_points_at(url: str) -> None:
    places = {one.split("'")[1]: place for place, one in enumerate(distributed(url, dry=True))}

    assert [] == [(own, to) for own, to, _ in asked(url, FOREIGN) if places[own] < places[to]]  # type: ignore[index]


def test_a_cluster_is_told_once(cluster: str) -> None:
    first = distributed(cluster)

    assert (len(first), ()) == (len(asked(cluster, "TABLE citus_tables")), distributed(cluster))
    assert [("reference", None, 2), ("distributed", "seller", len(first) - 2)] == asked(
        cluster,
        """SELECT citus_table_type, "column", count(*)::int FROM citus_tables
        GROUP BY 1, 2 ORDER BY 3""",
    )


def test_what_was_cut_off_goes_on(cluster: str) -> None:
    ordered(
        cluster,
        "SELECT create_reference_table('sellers')",
        "INSERT INTO citus_tables VALUES ('orders', 'local')",
    )
    names = [statement.split("'")[1] for statement in distributed(cluster)]

    assert "sellers" not in names
    assert "orders" in names


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
        distributed(where or url)
