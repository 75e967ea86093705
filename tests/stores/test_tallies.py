"""Tallies: how often something was done, counted for everybody who opens the book."""

from __future__ import annotations

import asyncio
from pathlib import Path

from orderglot.core.caller import Caller
from orderglot.stores.sqlite import SqliteStore
from tests.clock import HOUR, NOON, Clock
from tests.stores.shops import Shop


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
