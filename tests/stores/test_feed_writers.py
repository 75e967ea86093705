"""The feed while others write: none is missed, none comes twice, and nobody waits for a writer."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import asyncpg
import pytest
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.order import Order
from orderglot.core.ports import Event
from orderglot.hub.books import open_store
from orderglot.hub.copying import copy
from orderglot.stores.postgres import feed as numbering
from orderglot.stores.store import BookStore
from tests.postgres import asked, new_database, ordered
from tests.stores.test_processes import begin, children

NUMBERS = "SELECT sequence FROM order_events ORDER BY sequence"
UNNUMBERED = "SELECT count(*) FROM order_events WHERE sequence IS NULL"


READ_ONLY = """
DO $$ BEGIN
EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database());
END $$
"""


def address(kind: str, folder: Path) -> str:
    return new_database() if kind == "postgres" else f"sqlite:///{folder / 'book.db'}"


async def stocked(url: str) -> BookStore:
    """Make a book with the seller of these tests."""
    store = open_store(url, create=True)
    await store.add_seller("example")
    return store


async def followed(url: str, *, limit: int) -> AsyncIterator[Event]:
    """Give the events of a book for ever, as they come."""
    store, after = open_store(url), 0
    try:
        book = store.of(Caller(seller=(await store.seller("example")).id))
        while True:
            feed = await book.feed(after, limit)
            after = feed.after
            for event in feed.events:
                yield event
            if not feed.more:
                await asyncio.sleep(0.005)
    finally:
        await store.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_who_follows_processes_that_write_gets_each_event_once_and_in_order(
    kind: str, tmp_path: Path
) -> None:
    url = address(kind, tmp_path)

    async def make() -> None:
        await (await stocked(url)).close()

    async def follow(limit: int, count: int) -> list[Event]:
        found = list[Event]()
        async for event in followed(url, limit=limit):
            found.append(event)
            if len(found) == count:
                break
        return found

    async def follow_all() -> list[list[Event]]:
        async with asyncio.timeout(120):
            return await asyncio.gather(*(follow(limit, 640) for limit in (1, 7, 1_000)))

    asyncio.run(make())
    with children(url, "change", "change") as running:
        begin(running)
        readers = asyncio.run(follow_all())
        written = [line for child in running for line in child.communicate()[0].splitlines()]

    for events in readers:
        assert [*range(1, 641)] == [one.sequence for one in events]
        assert {f"wrote {one.order} {one.version}" for one in events} == {*written}
        versions = defaultdict[int, list[int]](list)
        for one in events:
            versions[one.order].append(one.version)
        assert [[1, 2, 3, 4]] * 160 == [*versions.values()]
    assert readers[0] == readers[1] == readers[2]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_what_was_acknowledged_is_in_the_feed_once_though_its_writers_are_killed(
    kind: str, tmp_path: Path
) -> None:
    url = address(kind, tmp_path)

    async def rest(after: int) -> list[Event]:
        store, found, more = open_store(url), list[Event](), True
        book = store.of(Caller(seller=(await store.seller("example")).id))
        while more:
            feed = await book.feed(after, 50)
            after, more, found = feed.after, feed.more, [*found, *feed.events]
        await store.close()
        return found

    asyncio.run(_filled(url))
    with children(url, "burst", "burst") as running:
        begin(running)
        lines = [child.stdout.readline() for child in running if child.stdout for _ in range(30)]
        events = asyncio.run(rest(0))
        for child in running:
            child.kill()
            lines += child.communicate()[0].splitlines(keepends=True)
    events += asyncio.run(rest(events[-1].sequence))

    placed = Counter(one.order for one in events if one.what == "placed")
    printed = [line.split() for line in lines if line.endswith("\n")]
    assert {int(name) for what, name in printed if what == "placed"} <= placed.keys()
    assert {1} == {*placed.values()}
    assert [*range(1, len(events) + 1)] == [one.sequence for one in events]


def test_a_transaction_that_is_held_open_hides_no_event_but_its_own() -> None:
    url = new_database()

    async def work() -> tuple[list[str], list[str], list[int]]:
        store = await stocked(url)
        book = store.of(Caller(seller=(await store.seller("example")).id))
        order = await book.place(Order())
        line = await asyncpg.connect(url)
        async with line.transaction():
            # It began before, and ends behind, everything else.
            await line.execute(
                "INSERT INTO order_events (seller, order_id, version, at, what, who)"
                " SELECT seller, order_id, version, at, 'held', who FROM order_events"
            )
            for notes in ("a", "b"):
                order = await book.change(replace(order, notes=notes), notes)
            meanwhile = (await book.feed()).events
        feed = await book.feed(meanwhile[-1].sequence)
        await line.close()
        every = (await book.feed()).events
        await store.close()
        return (
            [one.what for one in meanwhile],
            [one.what for one in feed.events],
            [one.sequence for one in every],
        )

    meanwhile, later, numbers = asyncio.run(work())
    assert ["placed", "a", "b"] == meanwhile
    assert ["held"] == later
    assert [1, 2, 3, 4] == numbers


def test_a_writer_never_waits_for_who_numbers_events() -> None:
    url = new_database()

    async def work() -> int:
        store = await stocked(url)
        seller = await store.seller("example")
        book = store.of(Caller(seller=seller.id))
        await book.place(Order())
        line = await asyncpg.connect(url, command_timeout=30)
        async with line.transaction():
            await line.fetchval(numbering._LOCK, seller.id, "event")
            async with asyncio.timeout(30):
                await book.place(Order())
        await line.close()
        found = len((await book.feed()).events)
        await store.close()
        return found

    assert 2 == asyncio.run(work())


class Stopped:
    """A connection of a process that stops where it is, once it alone may give numbers."""

    def __init__(self, line: asyncpg.Connection) -> None:
        self.line = line
        self.here = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.line, name)

    async def fetchval(self, *statement: Any) -> None:
        await self.line.fetchval(*statement)
        self.here.set()
        await asyncio.Event().wait()


def test_a_reader_that_stops_in_the_middle_stops_the_others_for_a_while_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = new_database()
    monkeypatch.setattr(numbering, "LONGEST_IDLE", 100)

    async def work() -> list[int]:
        store = await stocked(url)
        seller = await store.seller("example")
        book = store.of(Caller(seller=seller.id))
        await book.place(Order())
        line = Stopped(await asyncpg.connect(url))
        connection = cast(asyncpg.Connection, line)
        stopped = asyncio.create_task(numbering._number(connection, seller.id, 1))
        await line.here.wait()
        async with asyncio.timeout(30):
            found = (await book.feed()).events
        stopped.cancel()
        await asyncio.gather(stopped, return_exceptions=True)
        await store.close()
        return [one.sequence for one in found]

    assert [1] == asyncio.run(work())


def test_events_are_numbered_a_part_at_a_time_and_each_order_by_its_versions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = new_database()
    monkeypatch.setattr(numbering, "NUMBERED", 2)

    async def work() -> list[list[tuple[int, int, bool]]]:
        store = await stocked(url)
        book = store.of(Caller(seller=(await store.seller("example")).id))
        first = await book.place(Order())
        await book.place(Order())
        await book.change(first)
        # The clock went back by an hour before the last version was made.
        ordered(url, "UPDATE order_events SET at = at - 3600000000 WHERE version = 2")
        found, after, more = [], 0, True
        while more:
            feed = await book.feed(after)
            found.append([(one.sequence, one.version, feed.more) for one in feed.events])
            after, more = feed.after, feed.more
        await store.close()
        return found

    assert [[(1, 1, True), (2, 2, True)], [(3, 1, False)]] == asyncio.run(work())


async def _filled(url: str) -> None:
    store = await stocked(url)
    book = store.of(Caller(seller=(await store.seller("example")).id))
    for _ in range(3):
        await book.place(Order())
    await store.close()


async def _last(url: str) -> int:
    store = open_store(url)
    book = store.of(Caller(seller=(await store.seller("example")).id))
    await book.place(Order())
    found, after, more = 0, 0, True
    while more:
        feed = await book.feed(after)
        after, more = feed.after, feed.more
        found = feed.events[-1].sequence if feed.events else found
    await store.close()
    return found


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_copy_numbers_the_events_of_its_source_for_itself_alone(
    kind: str, tmp_path: Path
) -> None:
    source, target = new_database(), address(kind, tmp_path)
    asyncio.run(_filled(source))
    ordered(source, READ_ONLY)
    asyncio.run(copy(source, target, lambda _progress: None))
    last = asyncio.run(_last(target))

    assert [(3,)] == asked(source, UNNUMBERED)
    found = asked(target, NUMBERS) if kind == "postgres" else numbers_in(tmp_path / "book.db")
    assert 4 == len({number for (number,) in found} - {None})
    assert (last,) == found[-1]


def numbers_in(path: Path) -> list[tuple[int]]:
    with closing(sqlite3.connect(path)) as file:
        return file.execute(NUMBERS).fetchall()
