"""Counts that are kept beforehand, and short ways to far pages, tell what looking would tell."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.order import Order, Reference, Totals
from orderglot.core.ports import Book
from orderglot.core.query import And, Compare, Not, Operator, Or, Query, Sort, Window
from orderglot.core.values import Kind, Omits, Status
from orderglot.hub.books import open_store
from orderglot.stores.backend import Scope
from orderglot.stores.memory import MemoryStore
from orderglot.stores.postgres import PostgresStore
from orderglot.stores.sql import skipping
from orderglot.stores.sql.count_buckets import (
    AXES,
    CREATED,
    TOTAL,
    UNSET,
    entries,
    hundreds,
)
from orderglot.stores.sql.counting import counted, split
from orderglot.stores.sql.rows import LEAST, MOST, row
from orderglot.stores.sqlite import SqliteStore
from orderglot.stores.sqlite.connection import connect
from orderglot.stores.sqlite.grammar import SqliteGrammar
from orderglot.stores.store import BookStore
from tests.postgres import new_database
from tests.stores.indexed_queries import OMITS

NOON = datetime(2024, 5, 21, 12, tzinfo=UTC)
OWN = "catalyst.statusTypeId"

moments = st.builds(
    lambda days, tick: NOON + timedelta(days=days, microseconds=tick),
    st.integers(-2, 2) | st.sampled_from((-150_000, -450, -100, 36_500)),
    st.sampled_from((0, 1, 12 * 3600 * 10**6, 12 * 3600 * 10**6 - 1)),
)
totals = st.sampled_from([Decimal(n) for n in ("0", "0.000005", "40", "40.5", "41", "-7", "1e9")])
givens = st.sampled_from([7, 8, Decimal("7.0"), Decimal("7.5"), "7", True, 2**70, ""])


@st.composite
def kept(draw: st.DrawFn, number: int = 0) -> Order:
    given = draw(st.none() | givens)
    return Order(
        references=(Reference("kole", str(number)),),
        kind=draw(st.sampled_from((Kind.SALE, Kind.QUOTE))),
        status=draw(st.sampled_from((Status.RECEIVED, Status.SHIPPED))),
        test=draw(st.booleans()),
        created=draw(moments),
        deleted=draw(st.none() | st.just(NOON)),
        totals=Totals(total=draw(st.none() | totals)),
        extras={} if given is None else {OWN: given},
    )


def some_orders() -> SearchStrategy[list[Order]]:
    return st.integers(0, 12).flatmap(lambda many: st.tuples(*map(kept, range(many)))).map(list)


def compares(field: str, values: SearchStrategy[Any], *operators: Operator) -> Any:
    return st.builds(Compare, st.just(field), st.sampled_from(operators), values)


SAMENESS = (Operator.EQ, Operator.NE)
RANGE = (Operator.LT, Operator.LTE, Operator.GT, Operator.GTE)
BESIDE = st.one_of(
    compares("kind", st.sampled_from(("sale", "quote", None)), *SAMENESS, Operator.LT),
    compares("status", st.sampled_from(("received", "shipped")), *SAMENESS),
    compares("deleted", st.none(), *SAMENESS),
    compares("test", st.booleans(), *SAMENESS),
    compares(f"extras.{OWN}", givens.filter(lambda one: one != 2**70) | st.none(), *SAMENESS),
    compares(f"extras.{OWN}", givens.filter(lambda one: one != 2**70) | st.none(), *RANGE),
    compares(f"extras.{OWN}", st.tuples(givens, st.none() | st.just(8)), Operator.IN),
)
RANGES = compares("created", moments, *RANGE) | compares("totals.total", totals, *RANGE)


@st.composite
def trees(draw: st.DrawFn) -> Query:
    """Draw what the counts mostly tell."""
    ranges = draw(st.lists(RANGES, max_size=3))
    rest = st.recursive(
        BESIDE,
        lambda part: part.map(Not) | st.lists(part, max_size=2).map(lambda some: Or(tuple(some))),
        max_leaves=3,
    )
    return And((*ranges, And(tuple(draw(st.lists(rest, max_size=2))))))


class Stores(NamedTuple):
    """A store of every kind, and the loop that all of them are asked in."""

    runner: asyncio.Runner
    every: tuple[BookStore, ...]


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    path = tmp_path_factory.mktemp("counting") / "book.db"
    every = (
        MemoryStore(lambda: NOON),
        SqliteStore(path, lambda: NOON),
        PostgresStore(new_database(), lambda: NOON),
    )
    with asyncio.Runner() as runner:
        yield Stores(runner, every)
        for store in every:
            runner.run(store.close())


async def filled(
    store: BookStore,
    orders: list[Order],
    *,
    test: bool = False,
    deleted: bool = False,
    omits: Omits = frozenset(),
) -> Book:
    seller = await store.add_seller(f"seller {len(await store.sellers())}")
    await store.of(Caller(seller=seller.id, tests=True)).keep(*orders)
    return store.of(Caller(seller=seller.id, tests=test, deleted=deleted), omits=omits)


SORTS = [
    (Sort(name, descending=down), *more)
    for name in ("created", "totals.total", "status")
    for down in (False, True)
    for more in ((), (Sort("kind"),))
]


@settings(max_examples=settings().max_examples * 2, deadline=None)
@given(
    orders=some_orders(),
    where=trees(),
    sort=st.sampled_from(SORTS),
    offset=st.integers(0, 13),
    limit=st.integers(0, 4),
    sight=st.fixed_dictionaries(
        {
            "test": st.booleans(),
            "deleted": st.booleans(),
            "omits": st.frozensets(st.sampled_from((Kind.QUOTE, Status.SHIPPED))),
        }
    ),
)
def test_a_far_page_and_its_total_are_those_of_a_plain_reading(
    stores: Stores,
    orders: list[Order],
    where: Query,
    sort: tuple[Sort, ...],
    offset: int,
    limit: int,
    sight: dict[str, Any],
) -> None:
    window = Window(where=where, sort=sort, offset=offset, limit=limit, total=True)

    async def asked(store: BookStore) -> tuple[list[int], int | None, bool]:
        page = await (await filled(store, orders, **sight)).page(window)
        return [order.id for order in page.orders], page.total, page.next is not None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(skipping, "FAR", 0)
        memory, sqlite, postgres = [stores.runner.run(asked(store)) for store in stores.every]

    assert memory == sqlite == postgres


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_far_page_is_of_the_book_as_it_is_now(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(skipping, "FAR", 1)
    newest = (Sort("created", descending=True),)

    async def seen() -> list[tuple[int, int | None]]:
        found = []
        url = new_database() if kind == "postgres" else f"sqlite:///{tmp_path / 'book.db'}"
        store = open_store(url, create=True)
        book = await filled(store, [])
        for number in range(8):
            await book.place(Order(created=NOON + timedelta(days=number)))
            page = await book.page(Window(sort=newest, offset=number, total=True))
            found.append((len(page.orders), page.total))
            # The oldest stays at the end, whatever came before it.
            assert [NOON] == [order.created for order in page.orders]
        await store.close()
        return found

    assert [(1, number + 1) for number in range(8)] == asyncio.run(seen())


@settings(deadline=None)
@given(before=some_orders(), after=some_orders())
def test_counts_follow_what_orders_become(
    tmp_path_factory: pytest.TempPathFactory, before: list[Order], after: list[Order]
) -> None:
    path = tmp_path_factory.mktemp("counts") / "book.db"
    newer = [replace(order, modified=NOON + timedelta(days=1)) for order in after]

    async def written() -> list[Order]:
        store = SqliteStore(path, lambda: NOON)
        book = await filled(store, before, test=True, deleted=True)
        await book.keep(*newer)
        found = [order async for order in book.walk()]
        await store.close()
        return found

    days = Counter(
        entry for order in asyncio.run(written()) for entry in entries(row(order, UNSET))
    )
    expected = {**days, **hundreds(days)}
    with closing(sqlite3.connect(path)) as file:
        counts = file.execute("SELECT * FROM order_counts WHERE orders <> 0").fetchall()
    assert expected == {tuple(entry): orders for _, *entry, orders in counts}


@given(
    axis=st.sampled_from(AXES),
    value=st.integers(LEAST + 2, MOST) | st.integers(-2_000, 2_000),
)
def test_a_value_lies_in_the_span_of_its_bucket_and_in_no_other(axis: Any, value: int) -> None:
    bucket = axis.bucket(value)
    begin, end = axis.span(bucket)

    assert begin <= value <= end
    assert {bucket} == {axis.bucket(begin), axis.bucket(end)}
    assert axis.bucket(begin - 1) < bucket < axis.bucket(end + 1)


def test_the_steps_of_the_tables_count_what_was_there_before(tmp_path: Path) -> None:
    values = [*range(-250, 250), 10**12, -(10**12), 999_999_999, None]
    row = "INSERT INTO orders VALUES (1, ?, 1, 0, 's', 'r', NULL, NULL, NULL, NULL, NULL, ?, 0,"
    store = SqliteStore(tmp_path / "new.db")
    asyncio.run(store.add_seller("example"))
    asyncio.run(store.close())
    older(tmp_path / "new.db")
    with closing(sqlite3.connect(tmp_path / "new.db")) as file, file:
        for number, value in enumerate(values):
            file.execute(f"{row} NULL, NULL, ?, 0, '{{}}')", (number, moment(number), value))
    asyncio.run(SqliteStore(tmp_path / "new.db").close())

    with closing(sqlite3.connect(tmp_path / "new.db")) as file:
        found = file.execute("SELECT axis, bucket, orders FROM order_counts").fetchall()
    totals_of = Counter(LEAST if value is None else TOTAL.bucket(value) for value in values)
    days = Counter(CREATED.bucket(moment(number)) for number in range(len(values)))
    assert {
        **{("total", bucket): many for bucket, many in totals_of.items()},
        **{("created", bucket): many for bucket, many in days.items()},
        **{
            ("hundreds", one): many
            for one, many in Counter(day // 100 for day in days.elements()).items()
        },
    } == {(axis, bucket): many for axis, bucket, many in found}


def moment(number: int) -> int:
    """Give moments before and after 1970, some of one day."""
    return (number - 100) * 3 * 10**10


def older(path: Path) -> None:
    """Undo the step that brought the counts and all after it, as far as it matters to that step."""
    with closing(sqlite3.connect(path)) as file, file:
        for name in ("customers_last_name", "customers_email", "customers_company"):
            file.execute(f"DROP INDEX {name}")
        for statement in (
            "DROP TABLE hub_notes",
            "DROP VIEW terms_of_orders",
            "DROP TABLE order_terms",
            *(
                f"DROP INDEX {name}"
                for name in ("customers_name", "products_upc", "products_title")
            ),
            "DROP VIEW numbers_of_events",
            "DELETE FROM sequences WHERE thing = 'event'",
            "DROP VIEW counted_orders",
            "DROP VIEW recounted_orders",
            "DROP TABLE order_counts",
            "DROP TABLE tokens",
            "CREATE INDEX credentials_expires ON credentials (expires)",
            "DROP INDEX orders_completes",
            "ALTER TABLE orders DROP COLUMN completes",
            "ALTER TABLE orders DROP COLUMN adds_up",
            "DROP INDEX orders_own_status",
            *(f"DROP INDEX orders_{name}" for name in ("created", "customer", "status")),
            "CREATE INDEX orders_created ON orders (seller, created)",
            "CREATE INDEX orders_customer ON orders (seller, customer)",
            "CREATE INDEX orders_status ON orders (seller, status)",
            "ALTER TABLE orders DROP COLUMN own_status",
            "DELETE FROM migrations WHERE number >= 4",
        ):
            file.execute(statement)


def test_a_number_of_a_status_from_before_gets_its_column(tmp_path: Path) -> None:
    path = tmp_path / "book.db"
    store = SqliteStore(path)
    seller = asyncio.run(store.add_seller("example"))
    book = store.of(Caller(seller=seller.id))
    values = [7, Decimal("7.0"), Decimal("7.5"), "7", "", None, True]
    for one in values:
        asyncio.run(book.place(Order(extras={OWN: one, "kole.x": 1})))
    asyncio.run(store.close())
    with closing(sqlite3.connect(path)) as file:
        expected = file.execute("SELECT id, own_status FROM orders ORDER BY id").fetchall()
    older(path)
    asyncio.run(SqliteStore(path).close())

    assert [7, 7, LEAST, LEAST, None, None, LEAST] == [number for _, number in expected]
    with closing(sqlite3.connect(path)) as file:
        assert expected == file.execute("SELECT id, own_status FROM orders ORDER BY id").fetchall()


def plan(path: Path, where: Query, omits: Omits = frozenset()) -> str:
    sql = counted(Scope(1, test=False, deleted=False, omits=omits), where, SqliteGrammar())
    with closing(connect(path, reads=True)) as reader:
        steps = reader.execute(f"EXPLAIN QUERY PLAN {sql.text}", sql.params).fetchall()
    return "; ".join(str(step[3]) for step in steps)


def test_a_range_is_counted_order_by_order_only_at_its_ends(tmp_path: Path) -> None:
    asyncio.run(SqliteStore(tmp_path / "book.db").close())
    over = Compare("totals.total", Operator.GT, 40)
    found = plan(tmp_path / "book.db", And((over, Compare("deleted", Operator.EQ, None))))

    assert "SEARCH order_counts USING PRIMARY KEY (seller=? AND axis=? AND bucket" in found
    assert "SEARCH o USING COVERING INDEX orders_total (seller=? AND total>? AND total<?)" in found


def test_what_is_omitted_is_left_out_of_the_kept_counts(tmp_path: Path) -> None:
    asyncio.run(SqliteStore(tmp_path / "book.db").close())
    found = plan(tmp_path / "book.db", And(()), OMITS)

    assert "SEARCH order_counts USING PRIMARY KEY (seller=? AND axis=? AND bucket" in found
    assert "SEARCH o " not in found


@pytest.mark.parametrize(
    "where",
    [
        Compare("name", Operator.EQ, "x"),
        Compare("totals.total", Operator.EQ, 40),
        And((Compare("totals.total", Operator.GT, 4), Compare("created", Operator.GT, NOON))),
        Or((Compare("totals.total", Operator.GT, 4), Compare("kind", Operator.EQ, "sale"))),
        Compare(f"extras.{OWN}", Operator.GT, 4),
        Compare("deleted", Operator.GT, NOON),
    ],
)
def test_what_the_counts_do_not_tell_is_looked_up(where: Query) -> None:
    assert split(where) is None
