"""Counts in PostgreSQL are what counting gives, while others write, merge, count anew, or are killed."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar, cast

import asyncpg
import pytest

from orderglot.core.caller import Caller
from orderglot.core.order import Order, Totals
from orderglot.core.ports import Book
from orderglot.core.query import And, Compare, Operator, Query, Sort, Window
from orderglot.hub.copying import copy
from orderglot.stores.backend import Scope
from orderglot.stores.postgres import PostgresStore, counts, lists, merger
from orderglot.stores.postgres.backend import PostgresBackend
from orderglot.stores.postgres.count_tables import DERIVED
from orderglot.stores.postgres.grammar import PostgresGrammar, numbered
from orderglot.stores.sql import skipping
from orderglot.stores.sql.count_buckets import entries
from orderglot.stores.sql.counting import counted, one_by_one
from orderglot.stores.sql.finding import Questions, whereabouts
from orderglot.stores.sql.rows import STANDING
from orderglot.stores.store import BookStore
from tests.clock import HOUR, NOON
from tests.postgres import asked, new_database, ordered
from tests.stores.indexed_queries import OMITS
from tests.stores.store_process import kept_otherwise
from tests.stores.test_processes import begin, children

T = TypeVar("T")

BOTH = " UNION ALL ".join(
    "SELECT seller, axis, bucket, test, gone, kind, status, own_status, orders FROM "
    + table
    + " WHERE axis <> 'hundreds'"
    for table in ("order_counts", "order_count_deltas")
)
KEPT = (
    "SELECT seller, axis, bucket, test, gone, kind, status, own_status, sum(orders)::bigint"
    " FROM (" + BOTH + ") AS b GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING sum(orders) <> 0"
)
ORDERS = "SELECT seller, " + ", ".join(STANDING) + " FROM orders"
DELTAS = "SELECT count(*) FROM order_count_deltas"
ASKED: tuple[Query, ...] = (
    And(()),
    Compare("totals.total", Operator.GT, 3),
    Compare("created", Operator.LTE, NOON + timedelta(hours=9)),
    And((Compare("status", Operator.EQ, "shipped"), Compare("created", Operator.GT, NOON))),
)
GRAMMAR = PostgresGrammar()


def counted_anew(url: str) -> Counter[tuple[Any, ...]]:
    """Count the orders in a database as they stand in it."""
    rows = asked(url, ORDERS)
    return Counter((seller, *entry) for seller, *row in rows for entry in entries((*row,)))


def kept(url: str) -> Counter[tuple[Any, ...]]:
    """Give what the counts and the deltas of a database come to."""
    return Counter({tuple(key): int(str(orders)) for *key, orders in asked(url, KEPT)})


async def kept_and_anew(line: asyncpg.Connection, where: Query, scope: Scope) -> list[int]:
    """Give what the counts tell, and what counting gives at the same moment."""
    async with line.transaction(isolation="repeatable_read", readonly=True):
        return [
            await line.fetchval(numbered(sql.text), *sql.params)
            for sql in (counted(scope, where, GRAMMAR), one_by_one(scope, where, GRAMMAR))
        ]


def worked(url: str, work: Callable[[BookStore, Book], Awaitable[T]]) -> T:
    """Do something with the book of a new or old seller."""

    async def run() -> T:
        store = PostgresStore(url)
        there = {one.name: one.id for one in await store.sellers()}
        seller = there.get("example") or (await store.add_seller("example")).id
        try:
            return await work(store, store.of(Caller(seller=seller, tests=True, deleted=True)))
        finally:
            await store.close()

    return asyncio.run(run())


async def varied(_store: BookStore, book: Book) -> None:
    chance = random.Random(1)
    await kept_otherwise(book, chance, 30)
    await asyncio.gather(*(kept_otherwise(book, chance) for _ in range(20)))
    for _ in range(20):
        await kept_otherwise(book, chance)


async def shown_total(_store: BookStore, book: Book) -> int | None:
    return (await book.page(Window(limit=0, total=True))).total


# sums


@pytest.mark.parametrize("seldom", [1, 10**9])
def test_counts_are_right_however_seldom_deltas_are_merged(
    monkeypatch: pytest.MonkeyPatch, seldom: int
) -> None:
    monkeypatch.setattr(merger, "SELDOM", seldom)
    url = new_database()
    worked(url, varied)

    assert counted_anew(url) == kept(url)
    assert (seldom == 1) == bool(asked(url, "SELECT 1 FROM order_counts"))
    assert 30 == worked(url, shown_total)


def test_counts_that_came_to_nothing_are_forgotten_when_they_are_merged() -> None:
    url = new_database()
    worked(url, varied)

    async def merge() -> list[int]:
        line = await asyncpg.connect(url)
        found = [await counts.merge(line, 1), await counts.merge(line, 1)]
        await line.close()
        return found

    merged, again = asyncio.run(merge())
    assert 0 < merged
    assert 0 == again
    assert counted_anew(url) == kept(url)
    assert [(0,)] == asked(url, DELTAS)
    assert [] == asked(url, "SELECT 1 FROM order_counts WHERE orders = 0")


def test_two_who_merge_at_once_take_each_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merger, "SELDOM", 10**9)
    monkeypatch.setattr(counts, "MERGED", 5)
    url = new_database()
    worked(url, varied)

    async def merge_until_nothing_is_left() -> int:
        line, merged = await asyncpg.connect(url, command_timeout=30), 0
        while (more := await counts.merge(line, 1)) or await line.fetchval(DELTAS):
            merged += more
        await line.close()
        return merged

    async def merge() -> list[int]:
        return await asyncio.gather(*(merge_until_nothing_is_left() for _ in range(3)))

    ((deltas,),) = asked(url, DELTAS)
    assert deltas == sum(asyncio.run(merge()))
    assert counted_anew(url) == kept(url)


def test_a_merger_that_fails_is_reported_and_no_sum_is_wrong(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(merger, "SELDOM", 1)
    monkeypatch.setattr(counts, "_MERGE", "SELECT nothing FROM nowhere")
    caplog.set_level(logging.INFO, "orderglot.stores")
    url = new_database()
    worked(url, varied)

    assert "counts of orders were not merged" in {record.msg for record in caplog.records}
    assert counted_anew(url) == kept(url)
    assert 30 == worked(url, shown_total)


def test_nobody_who_writes_waits_for_who_merges_or_counts_anew() -> None:
    url = new_database()
    worked(url, varied)

    async def write(_store: BookStore, book: Book) -> int | None:
        line = await asyncpg.connect(url)
        async with line.transaction():
            await line.execute("SELECT 1 FROM order_count_deltas FOR UPDATE")
            await line.execute("SELECT 1 FROM order_counts FOR UPDATE")
            await line.execute("SELECT 1 FROM counted_sellers FOR UPDATE")
            async with asyncio.timeout(30):
                await book.place(Order())
                found = (await book.page(Window(limit=0, total=True))).total
        await line.close()
        return found

    assert 31 == worked(url, write)


def test_a_far_page_and_its_total_are_of_one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skipping, "FAR", 1)
    url = new_database()

    def whereabouts_before_an_older_order(*asked: Any) -> Questions:
        found = yield from whereabouts(*asked)
        ordered(url, NEW.format(id=1, moment=0, total=0))
        return found

    async def read(_store: BookStore, book: Book) -> tuple[list[int], int | None]:
        placed = [await book.place(Order(created=NOON + number * HOUR)) for number in range(4)]
        monkeypatch.setattr(lists, "whereabouts", whereabouts_before_an_older_order)
        newest = (Sort("created", descending=True),)
        page = await book.page(Window(sort=newest, offset=2, limit=1, total=True))
        return [placed.index(order) for order in page.orders], page.total

    assert ([1], 4) == worked(url, read)


# hundreds of days

IN_HUNDREDS = (
    "SELECT seller, 'hundreds', bucket / 100, test, gone, kind, status, own_status, sum(orders)::bigint"
    " FROM order_counts WHERE axis = 'created' GROUP BY 1, 2, 3, 4, 5, 6, 7, 8"
)
HUNDREDS = (
    "SELECT seller, axis, bucket, test, gone, kind, status, own_status, orders"
    " FROM order_counts WHERE axis = 'hundreds' AND orders <> 0"
)


async def of_centuries(_store: BookStore, book: Book) -> None:
    orders = [Order(created=NOON - timedelta(days=450 * number)) for number in range(300)]
    await book.keep(*orders, *(Order(created=NOON - number * HOUR) for number in range(30)))


@pytest.mark.parametrize("seldom", [1, 10**9])
def test_hundreds_of_days_are_what_their_days_are_before_and_after_merging(
    monkeypatch: pytest.MonkeyPatch, seldom: int
) -> None:
    monkeypatch.setattr(merger, "SELDOM", seldom)
    monkeypatch.setattr(skipping, "FAR", 1)
    url = new_database()
    worked(url, varied)
    worked(url, of_centuries)

    async def read(_store: BookStore, book: Book) -> list[Any]:
        every = [order async for order in book.walk()]
        expected = sorted(every, key=lambda order: (order.created, order.id), reverse=True)
        since = NOON - timedelta(days=100_000)
        found = list[Any]()
        for where in (And(()), Compare("created", Operator.GT, since)):
            asked = [one for one in expected if where == And(()) or (one.created or since) > since]
            for offset in range(1, len(asked), 37):
                newest = (Sort("created", descending=True),)
                window = Window(where=where, sort=newest, offset=offset, limit=2, total=True)
                page = await book.page(window)
                if (page.total, page.orders) != (len(asked), (*asked[offset : offset + 2],)):
                    found.append((where, offset, page.total))
        return found

    assert [] == worked(url, read)
    assert [(1,)] == asked(url, "SELECT DISTINCT hundreds FROM counted_sellers")
    assert sorted(asked(url, IN_HUNDREDS)) == sorted(asked(url, HUNDREDS))
    assert (seldom == 1) == bool(asked(url, HUNDREDS))


def test_hundreds_are_kept_once_no_program_is_left_that_merges_without_them() -> None:
    url = new_database()
    worked(url, of_centuries)
    # As an older program leaves it that goes on.
    knows = counts.SUMMED_UP_SINCE - 1
    ordered(
        url,
        "UPDATE counted_sellers SET hundreds = 0",
        f"UPDATE migrations SET oldest = 11 WHERE number = {counts.SUMMED_UP_SINCE}",
        "INSERT INTO processes VALUES"
        f" ('old', {knows}, 'there', 1, now(), now() + interval '1 hour')",
        "SELECT merge_counts_1(1, 2000)",
    )
    assert 330 == worked(url, shown_total)
    assert [(0,)] == asked(url, "SELECT DISTINCT hundreds FROM counted_sellers")
    ordered(url, "DELETE FROM processes WHERE id = 'old'")

    assert 330 == worked(url, shown_total)
    assert [(1,)] == asked(url, "SELECT DISTINCT hundreds FROM counted_sellers")
    assert asked(url, HUNDREDS)
    assert sorted(asked(url, IN_HUNDREDS)) == sorted(asked(url, HUNDREDS))


@pytest.mark.parametrize(("oldest", "kept"), [(11, 0), (counts.SUMMED_UP_SINCE, 1)])
def test_counting_anew_sums_up_hundreds_where_every_program_merges_them(
    oldest: int, kept: int
) -> None:
    url = new_database()
    worked(url, of_centuries)
    ordered(url, f"UPDATE migrations SET oldest = {oldest} WHERE oldest > {oldest}")

    async def recount() -> None:
        line = await asyncpg.connect(url)
        await counts.recount_all(line)
        await line.close()

    asyncio.run(recount())
    assert [(kept,)] == asked(url, "SELECT DISTINCT hundreds FROM counted_sellers")
    assert kept == bool(asked(url, HUNDREDS))
    if kept:
        assert sorted(asked(url, IN_HUNDREDS)) == sorted(asked(url, HUNDREDS))


def test_summing_up_misses_nothing_that_is_merged_meanwhile() -> None:
    url = new_database()

    async def write(_store: BookStore, book: Book) -> None:
        lines = [await asyncpg.connect(url, command_timeout=30) for _ in range(2)]
        chance = random.Random(2)

        async def sum_up() -> None:
            for _ in range(10):
                await lines[0].execute("UPDATE counted_sellers SET hundreds = 0")
                await counts.sum_up(lines[0])

        async def merge() -> None:
            for _ in range(20):
                await counts.merge(lines[1], 1)
                await asyncio.sleep(0.005)

        await asyncio.gather(sum_up(), merge(), *(kept_otherwise(book, chance) for _ in range(30)))
        for line in lines:
            await line.close()

    worked(url, write)
    assert counted_anew(url) == kept(url)
    assert sorted(asked(url, IN_HUNDREDS)) == sorted(asked(url, HUNDREDS))


# kept or not


def test_until_they_are_counted_anew_a_sellers_orders_are_counted_one_by_one() -> None:
    url = new_database()
    worked(url, varied)
    # As if a program from before the counts had written.
    ordered(url, "DELETE FROM counted_sellers", "DELETE FROM order_count_deltas")

    async def totals() -> tuple[list[int | None], tuple[int, ...]]:
        store = PostgresStore(url)
        book = store.of(Caller(seller=1, tests=True, deleted=True))
        line = await asyncpg.connect(url)
        await store.sellers()
        await line.execute("DELETE FROM counted_sellers")
        found = [await shown_total(store, book)]
        missing = await counts.uncounted(line)
        await counts.recount(line, 1)
        await line.execute("UPDATE order_counts SET orders = orders + 1 WHERE bucket = 806")
        found.append(await shown_total(store, book))
        await store.close()
        await line.close()
        return found, missing

    (before, after), missing = asyncio.run(totals())
    assert (0, 1) == missing
    assert 30 == before
    assert (kept(url) - counted_anew(url)).total() == (after or 0) - 30


def test_a_new_seller_is_counted_from_the_start_unless_older_programs_may_be_left() -> None:
    url = new_database()

    async def added() -> None:
        store = PostgresStore(url)
        await store.add_seller("first")
        ordered(url, "DELETE FROM counted_sellers WHERE seller = 0")
        await store.add_seller("second")
        await store.close()

    asyncio.run(added())
    assert [(1,)] == asked(url, "SELECT seller FROM counted_sellers")
    worked(url, shown_total)
    assert [(0,), (1,), (2,), (3,)] == asked(url, "SELECT seller FROM counted_sellers ORDER BY 1")


def test_counting_anew_misses_nothing_that_is_written_meanwhile() -> None:
    url = new_database()

    async def write(_store: BookStore, book: Book) -> None:
        line = await asyncpg.connect(url, command_timeout=30)
        chance = random.Random(2)

        async def recount() -> None:
            for _ in range(10):
                await counts.recount(line, 1)

        await kept_otherwise(book, chance)
        await asyncio.gather(recount(), *(kept_otherwise(book, chance) for _ in range(40)))
        await line.close()

    worked(url, write)
    assert counted_anew(url) == kept(url)


def test_a_book_from_before_the_counts_is_counted_when_it_is_opened() -> None:
    url = new_database()
    worked(url, shown_total)
    tables = ", ".join(sorted(DERIVED))
    ordered(url, "DROP TABLE " + tables, "DROP FUNCTION merge_counts_2")
    ordered(url, f"DELETE FROM migrations WHERE number IN (9, {counts.SUMMED_UP_SINCE})")
    values = [*range(-250, 250), 10**12, -(10**12), 999_999_999, -(2**63), 2**63 - 1, None]
    rows = (
        NEW.format(id=number, moment=(number - 100) * 3 * 10**10, total=value or 0)
        for number, value in enumerate(values)
    )
    without = "UPDATE orders SET total = NULL WHERE id = " + str(len(values) - 1)
    ordered(url, "; ".join((*rows, without)))

    assert len(values) == worked(url, shown_total)
    assert counted_anew(url) == kept(url)


NEW = (
    "INSERT INTO orders (seller, id, version, test, kind, status, created, modified, total, lines,"
    " document) VALUES (1, {id}, 1, 0, 's', 'r', {moment}, 0, {total}, 0, '{{}}')"
)


def test_a_copy_counts_for_itself(tmp_path: Path) -> None:
    source, target = new_database(), new_database()
    worked(source, varied)
    ordered(source, "UPDATE order_count_deltas SET orders = 7")
    copied = asyncio.run(copy(source, target, lambda _progress: None))

    assert counted_anew(source) == kept(target)
    assert not {"order_counts", "order_count_deltas", "counted_sellers"} & {
        table.name for table in copied
    }
    assert 30 == worked(target, shown_total)


# plans


def test_a_total_is_added_up_from_counts_and_the_ends_of_its_range_alone() -> None:
    url = new_database()
    worked(url, shown_total)
    scope = Scope(1, test=False, deleted=False, omits=OMITS)

    async def plan(where: Query) -> str:
        line = await asyncpg.connect(url)
        await line.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
        sql = counted(scope, where, GRAMMAR)
        rows = await line.fetch(f"EXPLAIN (COSTS OFF) {numbered(sql.text)}", *sql.params)
        await line.close()
        return "; ".join(line.strip() for (line,) in rows)

    whole = asyncio.run(plan(And(())))
    over = asyncio.run(plan(Compare("totals.total", Operator.GT, 40)))
    assert "orders_" not in whole
    assert "order_counts_pkey" in whole
    assert "(total >= '40000001'::bigint) AND (total <= '40999999'::bigint)" in over


def test_a_range_is_planned_by_its_values_each_time() -> None:
    url = new_database()

    async def asked_often(_store: BookStore, book: Book) -> list[tuple[str, int, int]]:
        newest = (Sort("created", descending=True),)
        await book.place(Order(totals=Totals(total=Decimal(99))))
        for number in range(8):
            over = Compare("totals.total", Operator.GT, number)
            await book.page(Window(where=over, sort=newest, total=True))
            await book.page(Window(sort=newest))
        plans = "SELECT statement, generic_plans, custom_plans FROM pg_prepared_statements"
        backend = cast(PostgresBackend, _store._backend)
        return [(*row,) for row in await backend._pool.read(plans)]

    plans = worked(url, asked_often)
    of_ranges = [found for found in plans if "o.total >= $" in found[0]]
    assert [8] * len(of_ranges) == [custom for _, _, custom in of_ranges]
    assert [0] * len(of_ranges) == [generic for _, generic, _ in of_ranges]
    assert of_ranges


# others, who are killed


def test_whoever_is_killed_while_others_write_the_counts_are_right() -> None:
    kill_and_compare(rounds=1, lines=20)


@pytest.mark.long
def test_whoever_is_killed_again_and_again_the_counts_are_right() -> None:
    kill_and_compare(rounds=8, lines=400)


def kill_and_compare(*, rounds: int, lines: int) -> None:
    """Let processes vary orders, kill them in the middle, and compare all the while."""
    url = new_database()
    worked(url, varied)

    async def compare(done: asyncio.Event) -> list[tuple[int, ...]]:
        line = await asyncpg.connect(url)
        wrong = list[tuple[int, ...]]()
        while not done.is_set():
            for where in ASKED:
                for scope in (Scope(1), Scope(1, test=False, deleted=False, omits=OMITS)):
                    kept_sum, found = await kept_and_anew(line, where, scope)
                    if kept_sum != found:
                        wrong.append((int(kept_sum), found))
        await line.close()
        return wrong

    async def run() -> list[tuple[int, ...]]:
        done = asyncio.Event()
        comparing = asyncio.create_task(compare(done))
        for _ in range(rounds):
            await asyncio.to_thread(killed_in_the_middle, url, lines)
        done.set()
        return await comparing

    assert [] == asyncio.run(run())
    assert counted_anew(url) == kept(url)
    assert 30 == worked(url, shown_total)


def killed_in_the_middle(url: str, lines: int) -> None:
    with children(url, "vary", "vary") as running:
        begin(running)
        for child in running:
            assert child.stdout is not None
            for _ in range(lines):
                child.stdout.readline()
