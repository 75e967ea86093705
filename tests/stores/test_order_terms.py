"""Orders are found by their SKUs and tracking numbers along rows of their own, whatever becomes of them."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer, identity
from orderglot.core.order import Line, Order, Shipping
from orderglot.core.order_details import OrderDetails
from orderglot.core.product import Product
from orderglot.core.query import And, Compare, Operator, Query, Sort, Window
from orderglot.core.shipments import Shipment
from orderglot.dialects.orderglot.search import questions
from orderglot.hub.copying import copy
from orderglot.stores.backend import Scope
from orderglot.stores.migrations import migrations
from orderglot.stores.postgres import PostgresStore, batches
from orderglot.stores.postgres.grammar import PostgresGrammar, numbered
from orderglot.stores.postgres.migrating import Migrating
from orderglot.stores.postgres.order_writes import FUNCTION
from orderglot.stores.postgres.rows import PostgresRows
from orderglot.stores.selection import selection, write_cursor
from orderglot.stores.sql.grammar import Grammar
from orderglot.stores.sql.paging import selected_ids
from orderglot.stores.sqlite import SqliteStore
from orderglot.stores.sqlite.connection import connect
from orderglot.stores.sqlite.grammar import SqliteGrammar
from orderglot.stores.sqlite.rows import SqliteRows
from orderglot.stores.store import BookStore
from tests.clock import NOON
from tests.postgres import aside, asked, new_database, ordered
from tests.stores.shops import Shop

EQ, IN, NE = Operator.EQ, Operator.IN, Operator.NE
SKU, TRACKING, PARCEL = "lines.sku", "shipping.tracking", "details.shipments.tracking"


def order(number: int, *skus: str, tracking: str = "", parcel: str = "") -> Order:
    details = OrderDetails(shipments=(Shipment(tracking=parcel),)) if parcel else None
    return Order(
        number=f"N{number}",
        created=NOON + timedelta(minutes=number),
        shipping=Shipping(tracking=tracking),
        details=details,
        lines=tuple(Line(number=at, sku=sku) for at, sku in enumerate(skus, 1)),
    )


ORDERS = (
    order(1, "AA1", "AA1", "BB2"),
    order(2, "BB2", tracking="1Z 9"),
    order(3, "AA1", parcel="T-7"),
    order(4, "aa1", "x" * 300),
)


def fill(shop: Shop) -> tuple[Order, ...]:
    return tuple(kept.order for kept in shop.run(shop.book.keep(*ORDERS)))


def found(shop: Shop, where: Query, **window: object) -> str:
    page = shop.run(shop.book.page(Window(where=where, total=True, **window)))  # type: ignore[arg-type]
    assert len(page.orders) == page.total or "limit" in window
    return " ".join(one.number for one in page.orders)


QUESTIONS: dict[str, Query] = {
    "N1 N3": Compare(SKU, EQ, "AA1"),
    "N1 N2": Compare(SKU, EQ, "BB2"),
    "N1 N3 N4": Compare(SKU, IN, ("AA1", "aa1", "AA1")),
    "N2": Compare(TRACKING, EQ, "1Z 9"),
    "N3": Compare(PARCEL, EQ, "T-7"),
    "N4": Compare(SKU, EQ, "x" * 300),
    "N2 N4": Compare(SKU, NE, "AA1"),
    "N1": And((Compare(SKU, EQ, "AA1"), And((Compare(SKU, EQ, "BB2"),)))),
    "": And((Compare(SKU, EQ, "AA1"), Compare("number", EQ, "N2"))),
}


@pytest.mark.parametrize("numbers", QUESTIONS)
def test_orders_are_found_by_what_they_have(shop: Shop, numbers: str) -> None:
    fill(shop)

    assert numbers == found(shop, QUESTIONS[numbers])


def test_a_list_of_a_term_goes_on_behind_its_pages_either_way(shop: Shop) -> None:
    fill(shop)
    for sort, numbers in ((Sort("created"), ["N1", "N2"]), (Sort("created", True), ["N2", "N1"])):
        window: Window | None = Window(where=Compare(SKU, EQ, "BB2"), sort=(sort,), limit=1)
        seen = list[str]()
        while window is not None:
            page = shop.run(shop.book.page(window))
            seen += [one.number for one in page.orders]
            window = page.next

        assert numbers == seen


def test_an_order_is_found_by_what_it_has_by_now(shop: Shop) -> None:
    first = fill(shop)[0]
    (head, *_) = first.lines
    changed = replace(first, lines=(replace(head, sku="CC3"),), shipping=Shipping(tracking="Z"))
    shop.run(shop.book.change(changed))

    assert "N3" == found(shop, Compare(SKU, EQ, "AA1"))
    assert "N2" == found(shop, Compare(SKU, EQ, "BB2"))
    assert "N1" == found(shop, Compare(SKU, EQ, "CC3"))
    assert "N1" == found(shop, Compare(TRACKING, EQ, "Z"))


def test_an_order_that_was_made_at_another_time_stands_where_it_belongs(shop: Shop) -> None:
    first = fill(shop)[0]
    shop.run(shop.book.change(replace(first, created=NOON + timedelta(days=1))))

    assert "N3 N1" == found(shop, Compare(SKU, EQ, "AA1"))


def test_what_was_deleted_is_not_found(shop: Shop) -> None:
    first = fill(shop)[0]
    shop.run(shop.book.change(replace(first, deleted=NOON)))

    assert "N3" == found(shop, Compare(SKU, EQ, "AA1"))


# what the rows are


ROWS = [
    ("details.shipments.tracking T-7", "N3"),
    ("lines.sku AA1", "N1"),
    ("lines.sku AA1", "N3"),
    ("lines.sku BB2", "N1"),
    ("lines.sku BB2", "N2"),
    ("lines.sku aa1", "N4"),
    ("shipping.tracking 1Z 9", "N2"),
]
KEPT = """
SELECT t.term, o.number FROM order_terms AS t
JOIN orders AS o ON o.seller = t.seller AND o.id = t.order_id AND o.created = t.created ORDER BY 1, 2
"""


async def filled(store: BookStore) -> None:
    seller = await store.add_seller("example")
    await store.of(Caller(seller=seller.id)).keep(*ORDERS)
    await store.close()


def file_of(folder: Path, name: str = "book") -> Path:
    path = folder / f"{name}.db"
    asyncio.run(filled(SqliteStore(path)))
    return path


def in_file(path: Path, statement: str = KEPT) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement).fetchall()


def database() -> str:
    url = new_database()
    aside(filled(PostgresStore(url)))
    return url


def test_each_term_of_an_order_has_one_row(tmp_path: Path) -> None:
    assert ROWS == in_file(file_of(tmp_path))
    assert ROWS == asked(database(), KEPT)


def test_a_file_of_before_gets_them_when_it_is_opened(tmp_path: Path) -> None:
    path = file_of(tmp_path)
    for undo in ("DROP VIEW terms_of_orders", "DROP TABLE order_terms"):
        in_file(path, undo)
    for index in ("customers_name", "products_upc", "products_title"):
        in_file(path, f"DROP INDEX {index}")
    in_file(path, "DELETE FROM sqlite_stat1 WHERE tbl = 'order_terms'")
    in_file(path, "DELETE FROM migrations WHERE name LIKE '%order_terms%'")
    asyncio.run(SqliteStore(path).close())

    assert ROWS == in_file(path)


def test_a_database_of_before_gets_them_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "SIZE", 3)
    url = database()
    (step,) = [one for one in migrations("postgres") if "order_terms" in one.name]
    ordered(url, "DROP TABLE order_terms", "DELETE FROM migrations WHERE name LIKE '%order_terms%'")

    async def run() -> None:
        connection = await asyncpg.connect(url)
        await Migrating(connection, attempts=1).run([step])
        await connection.close()

    aside(run())

    assert ROWS == asked(url, KEPT)


def test_a_program_of_before_writes_them_as_well() -> None:
    assert "write_orders_1" == FUNCTION
    (then,) = [one for one in migrations("postgres") if "write_orders" in one.name]
    (now,) = [one for one in migrations("postgres") if "order_terms" in one.name]
    heads = [
        re.search(r"FUNCTION write_orders_1\((.*?)\) RETURNS", one.script, re.DOTALL)
        for one in (then, now)
    ]

    assert heads[0]
    assert heads[1]
    assert heads[0][1] == heads[1][1]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_copy_has_them_of_its_own(kind: str, tmp_path: Path) -> None:
    target = new_database() if kind == "postgres" else f"sqlite:///{tmp_path / 'copy.db'}"
    asyncio.run(copy(f"sqlite:///{file_of(tmp_path)}", target, lambda _progress: None))

    assert ROWS == (asked(target, KEPT) if kind == "postgres" else in_file(tmp_path / "copy.db"))


def test_a_row_that_is_amiss_is_found(tmp_path: Path) -> None:
    path, url = file_of(tmp_path), database()
    file, rows = SqliteRows(path), asyncio.run(_examined(url))
    assert ((), ()) == (asyncio.run(file.examine()), rows)
    stray = "DELETE FROM order_terms WHERE term = 'lines.sku AA1'"
    in_file(path, stray)
    ordered(url, stray)

    (of_file,) = asyncio.run(SqliteRows(path).examine())
    (of_database,) = asyncio.run(_examined(url))
    assert "what orders are found by is not what they say" == of_file
    assert "what orders of seller 1 are found by is not what they say" == of_database


async def _examined(url: str) -> tuple[str, ...]:
    rows = await PostgresRows.open(url)
    found = await rows.examine()
    await rows.close()
    return found


# plans


WHERE: dict[str, Query] = {
    "a SKU": Compare(SKU, EQ, "AA1"),
    "of a status": And((Compare("status", EQ, "received"), Compare(SKU, EQ, "AA1"))),
}


def selected(where: Query, grammar: Grammar, after: str = "") -> tuple[str, tuple[object, ...]]:
    scope = Scope(1, test=False, deleted=False)
    sql = selected_ids(scope, selection(Window(where=where, after=after)), grammar)
    return sql.text, sql.params


@pytest.mark.parametrize("name", WHERE)
@pytest.mark.parametrize("behind", [False, True])
def test_a_page_is_read_along_its_term(name: str, behind: bool, tmp_path: Path) -> None:
    last = Order(id=1_000_000_001, created=NOON)
    after = write_cursor(last, (Sort("created"),)) if behind else ""
    path, url = file_of(tmp_path), database()
    text, params = selected(WHERE[name], SqliteGrammar(), after)
    with closing(connect(path, reads=True)) as reader:
        steps = [str(step[3]) for step in reader.execute(f"EXPLAIN QUERY PLAN {text}", params)]
    asked_of, params = selected(WHERE[name], PostgresGrammar(), after)
    rest = "seller=? AND term=?" + (" AND (created,order_id)>(?,?)" if behind else "")

    assert [f"SEARCH k USING PRIMARY KEY ({rest})", "SEARCH o USING "] == [
        steps[0],
        steps[1][: len("SEARCH o USING ")],
    ]
    assert 2 == len(steps)

    async def explain() -> str:
        connection = await asyncpg.connect(url)
        await connection.execute("SET enable_seqscan = off")
        await connection.execute("SET enable_bitmapscan = off")
        found = await connection.fetch(f"EXPLAIN (COSTS OFF) {numbered(asked_of)}", *params)
        await connection.close()
        return "; ".join(line for (line,) in found)

    plan = aside(explain())
    assert "Only Scan using order_terms_key on order_terms" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize(
    "where", [Compare("customer.number", EQ, "C1"), Compare("references.id", EQ, "9")]
)
def test_whose_an_order_is_and_what_it_is_called_elsewhere_an_index_tells(
    where: Query, tmp_path: Path
) -> None:
    path = file_of(tmp_path)
    text, params = selected(where, SqliteGrammar())
    with closing(connect(path, reads=True)) as reader:
        steps = [str(step[3]) for step in reader.execute(f"EXPLAIN QUERY PLAN {text}", params)]

    assert steps[0].startswith("SEARCH o USING")
    assert "(seller=? AND customer=?)" in steps[0] or "rowid" in steps[0] or "id=?" in steps[0]


@pytest.mark.parametrize(
    "question", [*questions("x", ())], ids=lambda one: f"{one.field} {one.value}"
)
def test_whatever_a_person_may_mean_an_index_tells(question: Compare, tmp_path: Path) -> None:
    """So no way to find orders goes through all of them, nor through their documents."""
    path = file_of(tmp_path)
    text, params = selected(question, SqliteGrammar())
    with closing(connect(path, reads=True)) as reader:
        steps = [str(step[3]) for step in reader.execute(f"EXPLAIN QUERY PLAN {text}", params)]

    assert re.match(
        r"SEARCH (k USING PRIMARY KEY|o USING (COVERING )?INDEX \w+ \(seller=\? AND \w+=\?)",
        steps[0],
    ), steps
    assert [] == [step for step in steps if step.startswith("SCAN")]


def test_titles_and_names_may_be_longer_than_an_index_has_room_for(shop: Shop) -> None:
    long = "".join(chr(0x4E00 + number % 5_000) for number in range(4_500))
    shop.run(shop.book.keep_product(Product(sku="P-1", title=long, currency="USD")))
    customer = shop.run(shop.book.keep_customer(Customer(name=long)))
    shop.placed(customer=identity(customer))

    assert long == shop.run(shop.book.products(("P-1",)))["P-1"].title
    assert () == shop.run(shop.book.products_called("x"))
    assert 1 == len(shop.walked(Compare("customer.name", Operator.BEGINS, long[:100])))
