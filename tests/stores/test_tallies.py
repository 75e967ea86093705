"""Tallies: how often something was done, counted for everybody who opens the book."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from orderglot.core.caller import Caller
from orderglot.stores.backend import Backend
from orderglot.stores.postgres.backend import PostgresBackend
from orderglot.stores.sqlite import SqliteStore
from orderglot.stores.sqlite.backend import SqliteBackend
from orderglot.stores.store import BookStore
from tests.clock import HOUR, NOON, Clock
from tests.postgres import asked, new_database
from tests.stores.shops import Shop

TALLIES = "SELECT count(*) FROM tallies"


def test_each_time_counts_one_more(shop: Shop) -> None:
    assert [1, 2, 3] == [shop.run(shop.book.tally("asked", NOON + HOUR)) for _ in range(3)]


def test_a_new_moment_begins_anew(shop: Shop) -> None:
    shop.run(shop.book.tally("asked", NOON + HOUR))
    shop.clock.forward(2 * HOUR)

    assert 1 == shop.run(shop.book.tally("asked", NOON + 3 * HOUR))


def test_each_thing_and_each_seller_is_counted_apart(shop: Shop) -> None:
    other = shop.opened(seller=shop.run(shop.store.add_seller("other")).id)
    shop.run(shop.book.tally("asked", NOON + HOUR))

    assert 1 == shop.run(shop.book.tally("told", NOON + HOUR))
    assert 1 == shop.run(other.tally("asked", NOON + HOUR))


def test_what_was_counted_stays_so_where_the_rest_fails(shop: Shop) -> None:
    async def fail() -> None:
        async with shop.book.together() as unit:
            await unit.tally("asked", NOON + HOUR)
            raise ZeroDivisionError

    for _ in range(2):
        try:
            shop.run(fail())
        except ZeroDivisionError:
            continue

    assert 3 == shop.run(shop.book.tally("asked", NOON + HOUR))


def test_two_programs_count_together(tmp_path: Path) -> None:
    async def count() -> list[int]:
        clock = Clock()
        stores = [SqliteStore(tmp_path / "book.db", clock) for _ in range(2)]
        seller = await stores[0].add_seller("example")
        books = [store.of(Caller(seller=seller.id)) for store in stores]
        counted = await asyncio.gather(
            *(book.tally("asked", NOON + HOUR) for _ in range(20) for book in books)
        )
        for store in stores:
            await store.close()
        return sorted(counted)

    assert list(range(1, 41)) == asyncio.run(count())


def test_tallies_that_are_over_go_some_at_a_time(tmp_path: Path) -> None:
    path, url = tmp_path / "book.db", new_database()

    def in_file() -> int:
        with closing(sqlite3.connect(path)) as file:
            return int(file.execute(TALLIES).fetchone()[0])

    async def left(backend: Backend, counted: Callable[[], Any]) -> list[int]:
        seller = (await BookStore(backend, lambda: NOON).add_seller("example")).id
        found = list[int]()
        for number in range(250):
            await backend.tally(seller, f"{number}", NOON, NOON - HOUR)
        for number in range(4):
            await backend.tally(seller, f"{number}", NOON + HOUR, NOON)
            found.append(counted())
        await backend.close()
        return found

    assert [151, 52, 3, 4] == asyncio.run(left(SqliteBackend(path), in_file))
    counted = left(PostgresBackend(url), lambda: asked(url, TALLIES)[0][0])
    assert [151, 52, 3, 4] == asyncio.run(counted)
