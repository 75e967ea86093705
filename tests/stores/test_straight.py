"""What goes straight to a machine of a cluster: by which names, only to the right one, and never for what has moved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest

from orderglot.core.amounts import Totals
from orderglot.core.caller import Caller
from orderglot.core.order import Order, Reference, Shipping, by_hub_id
from orderglot.core.ports import Book
from orderglot.core.query import Compare, Operator, Window
from orderglot.stores.postgres import machines
from orderglot.stores.postgres.backend import PostgresBackend
from orderglot.stores.postgres.machines import at_host
from orderglot.stores.postgres.straight import Machine, Straight
from orderglot.stores.store import BookStore
from tests import citus
from tests.clock import Clock
from tests.postgres import aside

K1 = Reference("kole", "K1")
SEARCH = Compare("shipping.instructions", Operator.CONTAINS, "gate")
RANGE = Compare("totals.total", Operator.GTE, Decimal(1))
MOVE = "SELECT citus_move_shard_placement({}, '127.0.0.1', {}, '127.0.0.1', {}, 'block_writes')"
END = "SELECT pg_terminate_backend(pg_backend_pid())"
on_a_cluster = pytest.mark.skipif(not citus.COORDINATOR, reason=citus.MISSING)


@pytest.mark.parametrize(
    ("url", "there"),
    [
        ("postgresql://me@db:5432/orders", "postgresql://me@w:5433/orders"),
        ("postgresql://me:p%40ss@db/orders?ssl=on", "postgresql://me:p%40ss@w:5433/orders?ssl=on"),
        ("postgresql://db/orders", "postgresql://w:5433/orders"),
        # Which server these mean the driver finds out by itself.
        ("postgresql:///orders?host=/run/postgresql", ""),
        ("postgresql://me@one,two/orders", ""),
        ("postgresql:///orders", ""),
    ],
)
def test_another_machine_is_named_in_the_url_of_one(url: str, there: str) -> None:
    assert there == at_host(url, "w", 5433)


def test_an_address_of_version_6_stands_in_brackets() -> None:
    assert "postgresql://me@[::1]:5433/orders" == at_host("postgresql://me@db/orders", "::1", 5433)


def test_tables_go_by_the_names_of_their_parts_and_nothing_else_does() -> None:
    names = {"orders": "orders_7", "order_links": "order_links_9"}
    machine = Machine(3, "postgresql://w/orders", "")

    local = Straight(machine, 7, names).localized(
        "SELECT orders FROM orders AS o JOIN order_links AS l ON TRUE JOIN orders_too AS t ON TRUE"
    )

    assert local == (
        "SELECT here.* FROM (SELECT orders FROM orders_7 AS o JOIN order_links_9 AS l ON TRUE"
        " JOIN orders_too AS t ON TRUE) AS here WHERE"
        " 1 / EXISTS (SELECT FROM pg_dist_placement WHERE shardid = 7 AND groupid = 3)::int = 1"
    )


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give which way everything goes that could go straight."""
    found = list[str]()

    def watched(name: str) -> None:
        real: Callable[..., Awaitable[Any]] = getattr(Straight, name)

        async def watching(straight: Straight, *args: Any) -> Any:
            answer = await real(straight, *args)
            found.append("round" if answer is None else "straight")
            return answer

        monkeypatch.setattr(Straight, name, watching)

    watched("asked")
    watched("written")
    return found


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[tuple[PostgresBackend, Book]]:
    """Open the book of the one seller there is."""
    backend = PostgresBackend(url)
    store = BookStore(backend, Clock())
    try:
        (seller,) = await store.sellers()
        yield backend, store.of(Caller(seller=seller.id))
    finally:
        await store.close()


@pytest.fixture(scope="module")
def url() -> str:
    """Give the URL of a book with a seller who has an order, on a cluster."""
    url = citus.new_book()

    async def fill() -> None:
        store = BookStore(PostgresBackend(url), Clock())
        seller = await store.add_seller("example")
        await store.of(Caller(seller=seller.id)).place(Order(references=(K1,)))
        await store.close()

    aside(fill())
    return url


async def use(book: Book) -> None:
    """Read and write what is read and written most, search, and read some things at one moment."""
    order = await book.get(K1)
    more = await book.place(
        Order(
            po_number="PO-7",
            shipping=Shipping(instructions="by the gate"),
            totals=Totals(total=Decimal(7)),
        )
    )
    for where in (SEARCH, RANGE):
        assert more in (await book.page(Window(where=where))).orders
    assert [order, more] == await both(book, K1, by_hub_id(more.id))
    page = await book.page(Window(total=True))
    assert page.total == len(page.orders)
    assert {order.id, more.id} <= {one.id for one in page.orders}
    assert 1 == len(await book.events(more.id))


async def both(book: Book, *references: Reference) -> list[Order]:
    """Get orders at once, which goes together."""
    return list(await asyncio.gather(*map(book.get, references)))


@on_a_cluster
def test_what_a_seller_has_is_read_and_written_at_its_machine(url: str, ways: list[str]) -> None:
    async def work() -> None:
        async with opened(url) as (_, book):
            await use(book)

    aside(work())

    assert {"straight"} == {*ways}
    assert 5 < len(ways)


@on_a_cluster
@pytest.mark.parametrize("wrong", ["nobody", "another machine"])
def test_who_is_not_that_machine_is_not_asked(
    url: str, ways: list[str], wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = [port for _, port in citus.nodes()]

    def at(url: str, host: str, port: int) -> str:
        # So a name like localhost leads elsewhere from here than from the coordinator.
        to = 9 if wrong == "nobody" else ports[ports.index(port) - 1]
        return at_host(url, host, to)

    monkeypatch.setattr(machines, "at_host", at)

    async def work() -> None:
        async with opened(url) as (_, book):
            await use(book)

    aside(work())

    assert {"round"} == {*ways}


@on_a_cluster
def test_a_machine_that_is_lost_on_the_way_is_asked_by_way_of_the_coordinator(
    url: str, ways: list[str]
) -> None:
    async def work() -> None:
        async with opened(url) as (backend, book):
            await book.get(K1)
            place = backend._machines.of(1)
            assert place.straight is not None
            assert await place.straight.asked(lambda line: line.fetch(END)) is None
            await use(book)

    aside(work())

    assert ("straight", {"round"}) == (ways[0], {*ways[1:]})


@on_a_cluster
@pytest.mark.parametrize("at_once", [False, True])
def test_what_has_moved_is_read_where_it_is(
    url: str, ways: list[str], monkeypatch: pytest.MonkeyPatch, *, at_once: bool
) -> None:
    (_, a), (_, b) = citus.nodes()[1:3]
    new = Reference("kole", f"at once: {at_once}")
    monkeypatch.setattr(machines, "SOON", 0.0)

    async def work() -> list[str]:
        async with opened(url) as (backend, book):
            await book.get(K1)
            place = backend._machines.of(1)
            assert place.straight is not None
            here, there = (a, b) if f":{a}/" in place.straight.machine.url else (b, a)
            async with backend._pool.lent() as line:
                await line.execute(MOVE.format(place.straight.shard, here, there))
            async with opened(url) as (_, elsewhere):
                changed = await elsewhere.place(Order(references=(new,)))
            ways.clear()
            if at_once:
                assert changed == (await both(book, K1, new))[1]
            else:
                assert changed == await book.get(new)
            page = await book.page(Window(total=True))
            assert page.total == len(page.orders)
            assert changed in page.orders
            async with asyncio.timeout(30):
                while (now := backend._machines.of(1)) is place:  # noqa: ASYNC110 (nothing tells when)
                    await asyncio.sleep(0.05)
            assert now.straight is not None
            assert f":{there}/" in now.straight.machine.url
            await book.get(K1)
        return ways

    found = aside(work())

    assert ("round", "straight") == (found[0], found[-1])
