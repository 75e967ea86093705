"""Copying a whole book from any database into any other: all of it, however often it is cut off."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.customer_items import set_item_numbers
from orderglot.core.errors import Conflict, HubError, Invalid, Upstream
from orderglot.core.order import Identity, Line, Link, Order, Reference
from orderglot.core.ports import Answered, Book, Event, Note
from orderglot.core.product import Product
from orderglot.core.values import Relation
from orderglot.hub.books import open_rows, open_store
from orderglot.hub.copying import copy
from orderglot.stores.backend import FIRST, Entity
from orderglot.stores.checksum import plain
from orderglot.stores.copying import Copied, Copying, Progress
from orderglot.stores.marks import SKIPPED
from orderglot.stores.postgres.catalogue import BESIDE
from orderglot.stores.postgres.count_tables import DERIVED
from orderglot.stores.rows import Row, Rows, Table
from orderglot.stores.store import BookStore
from tests.full_records import full
from tests.postgres import asked, new_database
from tests.stores.token_kinds import REFRESH, SESSION

ROOT = Path(__file__).parents[2]
ORDERS = 12
LATER = datetime.now(UTC) + timedelta(days=9)

DATABASES: dict[str, Callable[[Path, str], str]] = {
    "sqlite": lambda folder, name: f"sqlite:///{folder}/{name}.db",
    "postgres": lambda folder, name: new_database(),
}
WAYS = [pytest.param(pair, id="-".join(pair)) for pair in product(DATABASES, DATABASES)]


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """Give the URL of a filled book, and that of a database that is not there yet."""
    source, target = request.param
    url = DATABASES[source](tmp_path, "source")
    asyncio.run(fill(url))
    return url, DATABASES[target](tmp_path, "target")


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[tuple[BookStore, Book]]:
    store = open_store(url, create=True)
    try:
        if not await store.sellers():
            await store.keyring.issue_operator(bytes.hex, lambda _: "operator-1", None)
            await store.add_seller("example", tables={"catalyst.statuses": [{"id": 1}]})
        yield store, store.of(Caller(seller=(await store.seller("example")).id, tests=True))
    finally:
        await store.close()


@asynccontextmanager
async def rows_of(url: str, *, copy_of: str = "") -> AsyncIterator[Rows]:
    rows = await open_rows(url, copy_of=copy_of)
    try:
        yield rows
    finally:
        await rows.close()


async def fill(url: str) -> None:
    """Make a book in which every table has rows."""
    async with opened(url) as (store, book):
        await store.add_seller("ällönghi 另")
        await book.keep_customer(replace(full(Customer, 1), number="C1"))
        await book.keep_product(full(Product, 1))
        for number in range(ORDERS):
            await book.keep(_order(number))
        await book.place(_order(0, links=(Link(Relation.SPLIT_OF, Identity(number="N9")),)))
        await store.keyring.plant_key("kole", book.caller, "X1", "hush")
        ring = store.keyring
        holder = await ring.admit("kole", "hush")
        _, refresh = await ring.issue(holder, SESSION, REFRESH)
        await ring.renew(holder, REFRESH, refresh, SESSION, REFRESH)
        await book.tally("asked", LATER)
        async with book.together() as unit:
            unit.remember(
                Answered(dialect="kole", key="k", asked="a", answer=b"\x00\xff", expires=LATER)
            )
            unit.note(Note(kind="pull", name="kole/", document=b"\x00\xff how far"))
            await set_item_numbers(unit, await unit.customer(BUYER), {"4711-ß": await _sku(unit)})


BUYER = Reference("orderglot", str(FIRST[Entity.CUSTOMER]))


async def _sku(book: Book) -> str:
    (product,) = await book.every_product()
    return product.sku


def _order(number: int, **fields: Any) -> Order:
    return Order(
        number=f"N{number}" if not fields else "",
        references=(Reference("kole", f"ß{number}"), Reference("adobe", f"{number}"))
        if not fields
        else (),
        customer=Identity(number="C1"),
        lines=tuple(Line(number=n, sku=f"AA{n}", unit_price=Decimal("1.50")) for n in range(9)),
        extras={"kole.x": [Decimal("1E+2"), Decimal("0.10"), {"b": 1, "aa": None}]},
        **fields,
    )


async def all_of(url: str) -> dict[str, list[Row]]:
    """Give every row of a database, as it is compared."""
    async with rows_of(url) as rows:
        return {
            table.name: [plain(table, row) async for row in rows.rows(table)]
            for table in await rows.tables()
        }


async def seen_in(url: str) -> Any:
    """Give what a book has to say of itself."""
    async with opened(url) as (store, book):
        orders = [order async for order in book.walk()]
        return {
            "sellers": await store.sellers(),
            "counts": await store.counts(book.caller.seller, test=True),
            "orders": orders,
            "events": [await book.events(order.id) for order in orders],
            "credentials": await store.keyring.credentials(book.caller.seller),
            "notes": await book.notes("pull"),
            "item numbers": await book.item_numbers((await book.customer(BUYER)).id),
            "answer": await store.answered(book.caller, "kole", "k"),
            "key": await store.keyring.admit("kole", "hush"),
            "tally": await book.tally("asked", LATER),
        }


async def next_ids(url: str) -> tuple[int, int, int]:
    """Give the ids that an order and a customer get next, and the number of the event of the former."""
    async with opened(url) as (_, book):
        order, customer = await book.place(Order()), await book.keep_customer(Customer())
        after, more, events = 0, True, list[Event]()
        while more:
            feed = await book.feed(after)
            after, more, events = feed.after, feed.more, [*events, *feed.events]
        return order.id, customer.id, events[-1].sequence


async def number_events(url: str) -> None:
    async with opened(url) as (_, book):
        assert 13 == len((await book.feed()).events)


def copied(
    source: str, target: str, on_progress: Callable[[Progress], None] = print
) -> tuple[Copied, ...]:
    return asyncio.run(copy(source, target, on_progress))


def test_a_copy_says_of_everything_what_its_source_says(way: tuple[str, str]) -> None:
    source, target = way
    asyncio.run(number_events(source))
    copied(source, target)
    here, there = asyncio.run(all_of(source)), asyncio.run(all_of(target))

    assert [] == [name for name, rows in here.items() if not rows]
    assert here == there
    assert asyncio.run(seen_in(source)) == asyncio.run(seen_in(target))


def test_neither_side_hands_out_what_the_other_one_does(way: tuple[str, str]) -> None:
    source, target = way
    before = asyncio.run(next_ids(source))
    copied(source, target)
    here, there = asyncio.run(next_ids(source)), asyncio.run(next_ids(target))

    for first, second, third in zip(before, here, there, strict=True):
        assert first < second < third
        assert first + SKIPPED <= third <= first + 2 * SKIPPED


@pytest.mark.parametrize("kind", DATABASES)
def test_no_table_is_left_out(kind: str, tmp_path: Path) -> None:
    url = DATABASES[kind](tmp_path, "source")
    asyncio.run(fill(url))
    beside = {*BESIDE, "sqlite_stat1", "order_counts", *DERIVED}

    assert tables_in(url, tmp_path) - beside == {*asyncio.run(all_of(url))}


def test_a_file_counts_anew_what_was_copied_into_it(way: tuple[str, str], tmp_path: Path) -> None:
    source, target = way
    copied(source, target)
    file = target if target.startswith("sqlite") else DATABASES["sqlite"](tmp_path, "back")
    if file != target:
        copied(target, file)
    connection = sqlite3.connect(file.removeprefix("sqlite:///"))
    counted, recounted = (
        sorted(connection.execute(f"SELECT * FROM {one}"))
        for one in ("order_counts", "recounted_orders")
    )
    connection.close()

    assert recounted == counted
    assert recounted


def tables_in(url: str, folder: Path) -> set[str]:
    """Ask a database itself for its tables."""
    if not url.startswith("sqlite"):
        named = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        return {str(name) for (name,) in asked(url, named)}
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    found = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    connection.close()
    return {name for (name,) in found}


def test_what_is_copied_is_counted_and_once_more_nothing_is_written(way: tuple[str, str]) -> None:
    first, again = copied(*way), copied(*way)

    assert [one.rows for one in first] == [one.written for one in first]
    assert {0} == {one.written for one in again}
    assert [(one.name, one.rows, one.checksum) for one in first] == [
        (one.name, one.rows, one.checksum) for one in again
    ]


@pytest.mark.long
@pytest.mark.parametrize("steps", [1, 6, 12, 20])
def test_a_copy_that_is_killed_goes_on_and_is_not_opened_before(
    way: tuple[str, str], steps: int, tmp_path: Path
) -> None:
    source, target = way
    asyncio.run(number_events(source))
    words = (sys.executable, "-m", "tests.stores.copy_process", source, target)
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for _ in range(steps):
            assert child.stdout.readline()
        child.kill()
    with pytest.raises(Conflict, match="holds a copy that is not finished"):
        asyncio.run(seen_in(target))
    with pytest.raises(Conflict, match="is an unfinished copy itself"):
        copied(target, f"sqlite:///{tmp_path}/third.db")
    went_on = copied(source, target)

    assert sum(one.written for one in went_on) < sum(one.rows for one in went_on)
    assert asyncio.run(all_of(source)) == asyncio.run(all_of(target))
    assert asyncio.run(seen_in(source)) == asyncio.run(seen_in(target))


def test_so_many_rows_at_most_are_on_the_way_at_once(
    way: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = way
    monkeypatch.setattr("orderglot.stores.copying.SIZE", 3)
    sizes = list[int]()

    async def copy() -> None:
        here, there = await open_rows(source), await open_rows(target, copy_of=source)
        put = there.put

        async def count(table: Table, rows: Collection[Row], *rest: Any) -> None:
            sizes.append(len(rows))
            await put(table, rows, *rest)

        there.put = count  # type: ignore[method-assign,assignment]
        await Copying(here, there, source, "", print).copy()
        await here.close()
        await there.close()

    asyncio.run(copy())

    assert 3 == max(sizes)
    assert asyncio.run(all_of(source)) == asyncio.run(all_of(target))


def test_a_row_that_the_target_cannot_hold_is_named(tmp_path: Path) -> None:
    source, target = (DATABASES[kind](tmp_path, "book") for kind in ("sqlite", "postgres"))
    long = "".join(sha256(f"{n}".encode()).hexdigest() for n in range(99))

    async def fill_with_a_long_name() -> int:
        await fill(source)
        async with opened(source) as (_, book):
            return (await book.place(Order(name=long))).id

    id = asyncio.run(fill_with_a_long_name())

    assert f"orders (1, {id}): This has a number, a name or" in refused(source, target, Invalid)
    with pytest.raises(Conflict, match="not finished"):
        asyncio.run(seen_in(target))


class Cut(Exception):
    """Somebody pulled the plug."""


def cut_off(source: str, target: str, table: str) -> None:
    """Copy until a table is being compared."""

    def cut(done: Progress) -> None:
        if done.checking and done.table == table:
            raise Cut

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("orderglot.stores.copying.SIZE", 3)
        with pytest.raises(Cut):
            copied(source, target, cut)


def test_what_changes_in_the_source_after_a_cut_is_brought_along(way: tuple[str, str]) -> None:
    source, target = way
    cut_off(source, target, "orders")

    async def change() -> None:
        async with opened(source) as (_, book):
            order = await book.get(Reference("kole", "ß3"))
            await book.change(replace(order, notes="changed", references=order.references[1:]))
            await book.keep(_order(ORDERS))
            (note,) = await book.notes("pull")
            async with book.together() as unit:
                unit.strike(note)

    asyncio.run(change())
    copied(source, target)

    assert asyncio.run(all_of(source)) == asyncio.run(all_of(target))


def test_what_is_written_while_it_is_copied_is_not_half_copied(way: tuple[str, str]) -> None:
    source, target = way
    asyncio.run(number_events(source))
    before = asyncio.run(all_of(source))

    async def copy() -> None:
        here, there = await open_rows(source), await open_rows(target, copy_of=source)
        stand_still = here.stand_still

        async def stand_still_and_let_others_write() -> None:
            await stand_still()
            async with opened(source) as (_, book):
                await book.keep(_order(ORDERS))

        here.stand_still = stand_still_and_let_others_write  # type: ignore[method-assign]
        await Copying(here, there, source, "", print).copy()
        await here.close()
        await there.close()

    asyncio.run(copy())

    assert before == asyncio.run(all_of(target))


def refused(source: str, target: str, kind: type[HubError] = Conflict) -> str:
    with pytest.raises(kind) as refusal:
        copied(source, target)
    return refusal.value.message


def test_a_target_that_holds_something_else_is_left_alone(
    way: tuple[str, str], tmp_path: Path
) -> None:
    source, target = way

    async def other() -> None:
        async with opened(target) as (_, book):
            await book.place(Order())

    asyncio.run(other())
    before = asyncio.run(all_of(target))

    assert "is a book already, with other sellers; name an empty" in refused(source, target)
    assert before == asyncio.run(all_of(target))


def test_a_copy_that_is_in_use_is_left_alone(way: tuple[str, str]) -> None:
    source, target = way
    copied(source, target)

    async def use() -> None:
        async with opened(target) as (_, book):
            await book.keep(_order(ORDERS))

    asyncio.run(use())
    before = asyncio.run(all_of(target))

    assert "is a book already, with other hub_notes; name an empty" in refused(source, target)
    assert before == asyncio.run(all_of(target))


def test_an_unfinished_copy_of_something_else_is_left_alone(
    way: tuple[str, str], tmp_path: Path
) -> None:
    source, target = way
    other = f"sqlite:///{tmp_path}/other.db"
    asyncio.run(fill(other))
    cut_off(other, target, "orders")

    assert f"holds an unfinished copy of {other}" in refused(source, target)


def test_nothing_is_copied_into_itself(way: tuple[str, str]) -> None:
    assert "would be copied into itself" in refused(way[0], way[0], HubError)


def test_databases_with_different_tables_are_not_copied(tmp_path: Path) -> None:
    source, target = (DATABASES["sqlite"](tmp_path, name) for name in ("source", "target"))
    asyncio.run(fill(source))
    asyncio.run(fill(target))
    connection = sqlite3.connect(target.removeprefix("sqlite:///"))
    connection.execute("CREATE TABLE letters (seller INTEGER PRIMARY KEY, text TEXT)")
    connection.close()

    assert "differ in their tables (letters)" in refused(source, target, Upstream)


def test_a_row_that_was_lost_on_the_way_is_found_out(way: tuple[str, str]) -> None:
    source, target = way

    async def copy() -> None:
        here, there = await open_rows(source), await open_rows(target, copy_of=source)
        put = there.put

        async def lose(table: Table, rows: Collection[Row], *rest: Any) -> None:
            await put(table, [*rows][1:] if table.name == "order_events" else rows, *rest)

        there.put = lose  # type: ignore[method-assign,assignment]
        try:
            await Copying(here, there, source, "", print).copy()
        finally:
            await here.close()
            await there.close()

    with pytest.raises(
        Upstream, match="other order_events: 12 rows instead of 13, or not the same"
    ):
        asyncio.run(copy())
    with pytest.raises(Conflict, match="not finished"):
        asyncio.run(seen_in(target))


def test_who_comes_too_late_writes_nothing_into_a_book_in_use(way: tuple[str, str]) -> None:
    source, target = way
    copied(source, target)

    async def write() -> None:
        async with rows_of(target, copy_of=source) as rows:
            table, *_ = await rows.tables()
            await rows.put(table, [row async for row in rows.rows(table)], (), source)

    with pytest.raises(Conflict, match="has finished this copy meanwhile"):
        asyncio.run(write())
