"""Reader threads: one partner's long search keeps nobody waiting, and ends when its time is over."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from orderglot.core.caller import Caller
from orderglot.core.errors import TooMany
from orderglot.core.order import Order, Reference
from orderglot.core.ports import Book
from orderglot.core.query import LARGE, Compare, Operator, Page, Query, Window
from orderglot.stores.postgres.backend import PostgresBackend
from orderglot.stores.reads import utc_now
from orderglot.stores.slots import MOST, MOST_OF_ONE, Slots
from orderglot.stores.sqlite import grammar, lists, reader
from orderglot.stores.sqlite.backend import SqliteBackend
from orderglot.stores.store import BookStore
from tests.postgres import new_database

SEARCH = Compare("notes", Operator.CONTAINS, "zz")
SLOW = Compare("extras.kole.x", Operator.EQ, "never")
"""Asks for what a function in Python looks at in each order, which a test makes slow."""

MANY = 60
A, B, C = "kole:A", "kole:B", "kole:C"


class Shop:
    """A seller's book as several keys see it."""

    def __init__(self, store: BookStore) -> None:
        self.store = store

    async def open(self, orders: int = MANY) -> Shop:
        self.seller = (await self.store.add_seller("example")).id
        drafts = [
            Order(po_number=f"PO-{n}", references=(Reference("kole", f"K{n}"),), notes="zz")
            for n in range(orders)
        ]
        await self.book("").keep(*drafts)
        return self

    def book(self, key: str) -> Book:
        return self.store.of(Caller(seller=self.seller, name=key))

    def search(self, key: str, where: Query = SEARCH, **window: Any) -> asyncio.Task[Page]:
        return asyncio.create_task(self.book(key).page(Window(where=where, **window)))

    async def get(self, key: str = C) -> Order:
        return await self.book(key).get(Reference("kole", "K7"))


Behaviour = Callable[[Shop], Awaitable[None]]


def check(
    backend: SqliteBackend | PostgresBackend, behaviour: Behaviour, orders: int = MANY
) -> None:
    async def held() -> None:
        store = BookStore(backend, utc_now)
        try:
            await behaviour(await Shop(store).open(orders))
        finally:
            await store.close()

    asyncio.run(held())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "book.db"


class Gate:
    """Holds every search up until it is opened."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.inside = 0
        self.lock = threading.Lock()

    def through(self, read: Callable[..., Any]) -> Callable[..., Any]:
        def held_up(*args: Any) -> Any:
            if threading.current_thread() is not threading.main_thread():
                with self.lock:
                    self.inside += 1
                assert self.opened.wait(120)
            return read(*args)

        return held_up

    async def holds(self, count: int) -> None:
        """Wait until so many are held up, and a little longer for one too many."""
        async with asyncio.timeout(60):
            while self.inside < count:  # noqa: ASYNC110 (it is a thread that counts)
                await asyncio.sleep(0.001)
        await asyncio.sleep(0.05)
        assert count == self.inside


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate()
    monkeypatch.setattr(lists, "_read", gate.through(lists._read))
    yield gate
    gate.opened.set()


def test_a_get_is_answered_while_others_search(file: Path, gate: Gate) -> None:
    async def behaviour(shop: Shop) -> None:
        searches = [shop.search(A) for _ in range(8)]
        await gate.holds(MOST_OF_ONE)
        assert "PO-7" == (await asyncio.wait_for(shop.get(), 60)).po_number
        assert 1 == len((await shop.book(A).page(Window(limit=1))).orders)

        others = [shop.search(B) for _ in range(8)]
        await gate.holds(MOST)
        assert "PO-7" == (await asyncio.wait_for(shop.get(), 60)).po_number

        gate.opened.set()
        for page in await asyncio.gather(*searches, *others):
            assert LARGE == len(page.orders)

    check(SqliteBackend(file), behaviour)


def test_a_large_page_is_read_beside_the_loop(file: Path, gate: Gate) -> None:
    async def behaviour(shop: Shop) -> None:
        page = asyncio.create_task(shop.book(A).page(Window(limit=MANY)))
        await gate.holds(1)
        assert "PO-7" == (await shop.get()).po_number

        gate.opened.set()
        assert [f"PO-{n}" for n in range(MANY)] == [one.po_number for one in (await page).orders]

    check(SqliteBackend(file), behaviour)


def test_a_list_and_its_total_are_of_one_moment(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, written = threading.Event(), threading.Event()
    along = lists._along

    def after_a_write(*args: Any) -> lists.Found:
        counted.set()
        assert written.wait(30)
        return along(*args)

    monkeypatch.setattr(lists, "_along", after_a_write)

    async def behaviour(shop: Shop) -> None:
        search = shop.search(A, total=True, limit=100)
        await asyncio.to_thread(counted.wait, 30)
        await shop.book("").place(Order(notes="zz"))
        written.set()
        page = await search
        assert (5, 5) == (page.total, len(page.orders))
        assert 6 == (await shop.search(A, total=True, limit=100)).total

    check(SqliteBackend(file), behaviour, orders=5)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Make searches slow, and give what they have looked at."""
    looked = list[str]()

    def value_matches(values: str, asked: str) -> bool:
        looked.append(values)
        time.sleep(0.02)
        return False

    monkeypatch.setattr(grammar, "value_matches", value_matches)
    return looked


def test_a_search_that_takes_too_long_is_stopped_and_refused(file: Path, slow: list[str]) -> None:
    async def behaviour(shop: Shop) -> None:
        with pytest.raises(TooMany, match="took longer than"):
            await shop.search(A, SLOW)
        assert len(slow) < 200
        assert 25 == len((await shop.search(A)).orders)

    check(SqliteBackend(file, Slots(budget=0.1)), behaviour, orders=200)


async def at_rest(looked: list[str]) -> None:
    """Wait until nothing is looked at any more."""
    before = -1
    while before < len(looked):
        before = len(looked)
        await asyncio.sleep(0.2)


@pytest.mark.usefixtures("slow")
def test_a_program_of_the_hubs_own_searches_as_long_as_it_takes(file: Path) -> None:
    async def behaviour(shop: Shop) -> None:
        own = Caller(seller=shop.seller, name="nightly", unlimited=True)
        assert () == (await shop.store.of(own).page(Window(where=SLOW))).orders

    check(SqliteBackend(file, Slots(budget=0.1)), behaviour, orders=10)


@pytest.mark.usefixtures("slow")
def test_who_waits_too_long_for_a_slot_is_refused_and_not_run(file: Path) -> None:
    async def behaviour(shop: Shop) -> None:
        searches = [shop.search("", SLOW) for _ in range(MOST)]
        await asyncio.sleep(0)
        with pytest.raises(TooMany, match="Other searches are under way"):
            await shop.search(A, SLOW)
        assert [()] * MOST == [page.orders for page in await asyncio.gather(*searches)]

    check(SqliteBackend(file, Slots(budget=0.1)), behaviour, orders=30)


def test_whoever_stops_waiting_stops_the_search(file: Path, slow: list[str]) -> None:
    async def behaviour(shop: Shop) -> None:
        for _ in range(6):
            before, search = len(slow), shop.search(A, SLOW)
            async with asyncio.timeout(60):
                while len(slow) == before:  # noqa: ASYNC110 (it is a thread that looks)
                    await asyncio.sleep(0.001)
            search.cancel()
        assert 25 == len((await shop.search(A)).orders)
        await at_rest(slow)
        assert len(slow) < 6 * 200

    check(SqliteBackend(file), behaviour, orders=200)


def test_what_an_index_does_not_find_in_time_is_searched_for(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Every statement looks at every step whether it may go on, and may not.
    monkeypatch.setattr(reader, "STEPS", 1)
    monkeypatch.setattr(lists, "INLINE", -1.0)
    where = Compare("currency", Operator.NE, "USD")

    async def behaviour(shop: Shop) -> None:
        page = await shop.search(A, where, total=True)
        assert (MANY, 25) == (page.total, len(page.orders))
        assert "PO-7" == (await shop.get()).po_number

        # From now on it is not even tried.
        monkeypatch.setattr(reader.Turn, "within", None)
        assert page.orders == (await shop.search(A, where)).orders

    check(SqliteBackend(file), behaviour)


def test_what_waits_for_a_processor_is_not_too_late(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each look at the clock finds that others had the processor for longer than a statement may have it.
    late = iter(range(10**6))
    monkeypatch.setattr(reader, "STEPS", 1)
    monkeypatch.setattr(reader, "WAITS", 10**9)
    monkeypatch.setattr(reader, "monotonic", lambda: next(late) * 2 * lists.INLINE)
    monkeypatch.setattr(reader, "thread_time", lambda: 0.0)
    monkeypatch.setattr(lists.Lists, "_beside", None)

    async def behaviour(shop: Shop) -> None:
        where = Compare("currency", Operator.NE, "USD")
        assert MANY == (await shop.search(A, where, total=True)).total

    check(SqliteBackend(file), behaviour)


def test_searches_see_what_was_written_before_they_began(file: Path) -> None:
    async def behaviour(shop: Shop) -> None:
        for number in range(1, 20):
            await shop.book("").place(Order(notes="zz"))
            assert number == (await shop.search(A, total=True)).total

    check(SqliteBackend(file), behaviour, orders=0)


def test_searches_cannot_write(file: Path) -> None:
    backend = SqliteBackend(file)

    async def behaviour(shop: Shop) -> None:
        await shop.search(A)
        (snapshot,) = backend._threads._every
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            snapshot.connection.execute("DELETE FROM orders")

    check(backend, behaviour)


# PostgreSQL


def test_a_server_stops_a_search_that_takes_too_long() -> None:
    url = new_database()

    async def behaviour(shop: Shop) -> None:
        assert 25 == len((await shop.search(A)).orders)
        async with shop.store._backend._pool.transaction() as connection:  # type: ignore[attr-defined]
            await connection.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
            searches = [shop.search(A) for _ in range(3)]
            refused = await asyncio.gather(*searches, return_exceptions=True)
            assert {TooMany} == {type(one) for one in refused}
        assert 25 == len((await shop.search(A)).orders)
        assert "PO-7" == (await shop.get()).po_number

    check(PostgresBackend(url, slots=Slots(budget=0.2)), behaviour)


async def count_of(connection: Any, statement: str) -> int:
    """Count anew; within a transaction the server goes by what it saw at first."""
    await connection.execute("SELECT pg_stat_clear_snapshot()")
    return int(await connection.fetchval(statement))


def test_two_searches_of_a_key_wait_for_a_server_and_gets_have_connections_left() -> None:
    url = new_database()
    under_way = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND query LIKE 'SELECT (SELECT d.document%' AND state = 'active'"
    )

    async def behaviour(shop: Shop) -> None:
        async with shop.store._backend._pool.transaction() as connection:  # type: ignore[attr-defined]
            await connection.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
            searches = [shop.search(key) for key in (A, B, C) for _ in range(6)]
            async with asyncio.timeout(60):
                while await count_of(connection, under_way) < MOST:  # noqa: ASYNC110 (nobody says so)
                    await asyncio.sleep(0.01)
            # And a little longer for one too many.
            await asyncio.sleep(0.05)
            assert MOST == await count_of(connection, under_way)
            assert "example" == (await shop.store.seller("example")).name
        for page in await asyncio.gather(*searches):
            assert LARGE == len(page.orders)

    check(PostgresBackend(url), behaviour)
