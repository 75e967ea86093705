"""A book on a real cluster: spread while empty or full, cut off, undone, copied there and back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import Conflict, NotFound, Upstream
from orderglot.core.order import Order, Reference
from orderglot.core.ports import Answered
from orderglot.core.query import Window
from orderglot.hub.backups import verify
from orderglot.hub.copying import copy
from orderglot.hub.distributing import distribute, foreseen, undoing
from orderglot.stores.postgres import PostgresStore, distributing
from orderglot.stores.sqlite import SqliteStore
from orderglot.stores.store import BookStore
from tests import citus
from tests.clock import HOUR, NOON
from tests.postgres import TABLES, aside, asked, ordered

pytestmark = pytest.mark.skipif(not citus.COORDINATOR, reason=citus.MISSING)

SELLERS, ORDERS = 6, 7
CALL = f"SELECT write_orders_1($1, NULL, NULL, $2{', NULL' * 9})"
SPREAD = [
    ("distributed", len(TABLES) - len(distributing.EVERYWHERE)),
    ("reference", len(distributing.EVERYWHERE)),
]
STATEMENTS = 27
"""One for each table that is spread or stands everywhere, and for each function that goes to where a seller is."""
KINDS = "SELECT citus_table_type, count(*)::int FROM citus_tables GROUP BY 1 ORDER BY 1"


class CutOff(Exception):
    """Somebody pressed Ctrl-C."""


def spread(url: str, on_step: Callable[[str, int, int], None] = lambda *_: None) -> tuple[str, ...]:
    return aside(distribute(url, on_step))


async def fill(store: BookStore) -> list[int]:
    sellers = [(await store.add_seller(f"seller {n}")).id for n in range(SELLERS)]
    for seller in sellers:
        book = store.of(Caller(seller=seller))
        for number in range(ORDERS):
            ref = Reference("kole", f"K{number}")
            await book.place(Order(number=f"N-{number}", references=(ref,)))
    return sellers


async def held(store: BookStore) -> dict[str, list[str]]:
    """Give every order of every seller, by how it is counted and found."""
    found = {}
    for seller in await store.sellers():
        book = store.of(Caller(seller=seller.id))
        page = await book.page(Window(total=True))
        assert page.total == len(page.orders)
        for order in page.orders:
            assert order == await book.get(order.references[0])
        found[seller.name] = sorted(order.number for order in page.orders)
    return found


def holding(url: str) -> dict[str, list[str]]:
    async def look() -> dict[str, list[str]]:
        store = PostgresStore(url)
        try:
            return await held(store)
        finally:
            await store.close()

    return aside(look())


def filled(url: str) -> None:
    async def work() -> None:
        store = PostgresStore(url)
        await fill(store)
        await store.close()

    aside(work())


async def place_more(url: str) -> None:
    store = PostgresStore(url)
    for seller in await store.sellers():
        book = store.of(Caller(seller=seller.id))
        await book.place(Order(number="more", references=(Reference("kole", "more"),)))
    await store.close()


EVERY = {f"seller {n}": [f"N-{number}" for number in range(ORDERS)] for n in range(SELLERS)}


@pytest.fixture
def url() -> str:
    """Give the URL of an empty database on every machine of the cluster."""
    return citus.new_cluster_database()


def test_an_empty_book_is_spread_and_filled(url: str) -> None:
    statements = spread(url)
    filled(url)

    assert (SPREAD, ()) == (asked(url, KINDS), spread(url))
    assert STATEMENTS == len(statements)
    assert EVERY == holding(url)


def test_a_full_book_is_spread_where_it_is(url: str) -> None:
    filled(url)
    steps: list[tuple[str, int, int]] = []
    spread(url, lambda *step: steps.append(step))

    assert EVERY == holding(url)
    far = [done for _, done, _ in steps]
    assert far == sorted(far)
    assert all(done <= of for _, done, of in steps)
    assert [] == asked(
        url, "SELECT table_name FROM citus_tables WHERE pg_relation_size(table_name) > 0"
    )
    assert () == spread(url)


@pytest.mark.parametrize("place", [1, 4, 8, 13, 18])
def test_what_was_cut_off_goes_on(url: str, place: int) -> None:
    filled(url)
    steps = []

    def cut(statement: str, _done: int, _of: int) -> None:
        steps.append(statement)
        if len(steps) == place:
            raise CutOff

    with pytest.raises(CutOff):
        spread(url, cut)
    spread(url)

    assert (SPREAD, EVERY) == (asked(url, KINDS), holding(url))


@pytest.mark.parametrize("place", [2, 6, 12, 40])
def test_what_is_half_done_is_undone(url: str, place: int) -> None:
    filled(url)
    steps = []

    def cut(statement: str, _done: int, _of: int) -> None:
        steps.append(statement)
        if len(steps) == place:
            raise CutOff

    with suppress(CutOff):
        spread(url, cut)
    ordered(url, *aside(undoing(url)))

    assert [] == [kind for kind in asked(url, KINDS) if kind[0] in ("distributed", "reference")]
    assert ((), EVERY) == (aside(undoing(url)), holding(url))
    aside(place_more(url))
    assert {name: [*numbers, "more"] for name, numbers in EVERY.items()} == holding(url)


def test_a_statement_that_fails_says_what_undoes_the_others(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(url)
    # Nothing can be divided by a column that is no part of a key.
    monkeypatch.setattr(distributing, "SELLER", "version")

    with pytest.raises(
        Upstream, match=r"failed: .*undo what is done with: SELECT undistribute_table"
    ):
        spread(url)


def test_what_would_fail_is_foreseen(url: str) -> None:
    async def while_open() -> tuple[str, ...]:
        store = PostgresStore(url)
        await fill(store)
        try:
            with pytest.raises(Conflict, match="The book is open in"):
                await distribute(url, lambda *_: None)
            return (await foreseen(url))[1]
        finally:
            await store.close()

    (problem,) = aside(while_open())
    assert "The book is open in" in problem
    statements, problems = aside(foreseen(url))
    assert (STATEMENTS, ()) == (len(statements), problems)
    assert [] == asked(url, KINDS)


def test_a_cluster_that_does_not_know_its_coordinator_is_foreseen(url: str) -> None:
    ordered(url, "SELECT citus_remove_node(nodename, nodeport) FROM pg_dist_node WHERE groupid = 0")

    _, (problem,) = aside(foreseen(url))
    assert "say SELECT citus_set_coordinator_host" in problem


def test_a_book_goes_from_a_file_to_a_cluster_and_back(url: str, tmp_path: Path) -> None:
    here, there = (f"sqlite:///{tmp_path / name}.db" for name in ("here", "there"))

    async def work() -> dict[str, list[str]]:
        store = SqliteStore(tmp_path / "here.db")
        await fill(store)
        await store.close()
        await distribute(url, lambda *_: None)
        await copy(here, url, lambda _at: None)
        await copy(url, there, lambda _at: None)
        back = SqliteStore(tmp_path / "there.db")
        found = await held(back)
        await back.close()
        return found

    assert (EVERY, EVERY) == (asyncio.run(work()), holding(url))


def test_a_book_on_a_cluster_is_verified(url: str) -> None:
    spread(url)
    filled(url)

    def findings() -> list[tuple[str, str]]:
        found = aside(verify(url, lambda *_: None)).findings
        return [(one.table, one.seller) for one in found]

    assert [] == findings()
    ordered(url, "UPDATE orders SET number = 'another' WHERE number = 'N-3' AND seller = 2")
    assert [("orders", "seller 1")] == findings()


def test_an_unknown_seller_is_not_found(url: str) -> None:
    spread(url)

    async def work() -> None:
        store = PostgresStore(url)
        try:
            await store.of(Caller(seller=77)).place(Order())
        finally:
            await store.close()

    with pytest.raises(NotFound, match="There is no such seller"):
        aside(work())


def test_a_repeated_request_gets_its_first_answer(url: str) -> None:
    spread(url)
    first = Answered(dialect="kole", key="k", asked="a", answer=b"\x00 first", expires=NOON + HOUR)

    async def work() -> list[Answered | None]:
        store = PostgresStore(url, lambda: NOON)
        seller = await store.add_seller("example")
        caller = Caller(seller=seller.id)
        async with store.of(caller).together() as unit:
            unit.remember(first)
        found = [await store.answered(caller, "kole", key) for key in ("k", "other")]
        with pytest.raises(Conflict):
            async with store.of(caller).together() as unit:
                unit.remember(replace(first, answer=b"second"))
        found.append(await store.answered(caller, "kole", "k"))
        await store.close()
        return found

    assert [first, None, first] == aside(work())


def test_a_create_is_carried_out_on_the_sellers_machine(url: str) -> None:
    spread(url)

    async def work() -> str:
        store = PostgresStore(url)
        seller = await store.add_seller("example")
        await store.of(Caller(seller=seller.id)).place(Order())
        await store.close()
        line = await asyncpg.connect(url)
        log = list[str]()
        line.add_log_listener(lambda _line, message: log.append(message.message))
        await line.execute("SET client_min_messages = debug1")
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await line.fetch(CALL, seller.id, '[{"id": 1, "version": 1}]')
        await line.close()
        return " ".join(log)

    assert "pushing down the function call" in aside(work())


def test_a_machine_that_is_added_gets_its_share(url: str) -> None:
    _, _, (host, port), *_ = citus.nodes()
    ordered(url, f"SELECT citus_remove_node('{host}', {port})")
    spread(url)
    filled(url)
    ordered(
        url,
        f"SELECT citus_add_node('{host}', {port})",
        "SELECT rebalance_table_shards(shard_transfer_mode => 'block_writes')",
    )

    shares = asked(
        url,
        "SELECT count(*) FROM citus_shards WHERE table_name = 'orders'::regclass GROUP BY nodeport",
    )
    assert [(citus.PARTS // 2,)] * 2 == shares
    aside(place_more(url))
    assert {name: [*numbers, "more"] for name, numbers in EVERY.items()} == holding(url)
