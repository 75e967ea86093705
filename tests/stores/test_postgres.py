"""PostgreSQL alone: shared statements, plans, races, and databases that are no books."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import (
    Conflict,
    Damaged,
    HubError,
    Invalid,
    NotFound,
    Overtaken,
    Upstream,
)
from orderglot.core.order import Identity, Order, Reference
from orderglot.core.ports import Answered, Book
from orderglot.core.query import Window
from orderglot.core.values import Omits
from orderglot.stores.backend import Entity, Scope
from orderglot.stores.migrations import migrations
from orderglot.stores.postgres import PostgresStore, pool
from orderglot.stores.postgres.backend import PostgresBackend
from orderglot.stores.postgres.grammar import PostgresGrammar, numbered
from orderglot.stores.postgres.identities import claim
from orderglot.stores.postgres.order_writes import SELDOM
from orderglot.stores.selection import selection, write_cursor
from orderglot.stores.sql.paging import selected_ids
from orderglot.stores.store import BookStore
from tests.clock import HOUR, NOON
from tests.postgres import BorrowedBackend, aside, asked, new_database, ordered, server
from tests.stores.indexed_queries import (
    OF_A_CUSTOMER,
    OMITS,
    OMITTING,
    ORDINARY,
    RARE,
    keys,
)
from tests.stores.shops import Shop

SENTENCE = re.compile(r"[^\n]+[.]")


@pytest.fixture
def shop() -> Iterator[Shop]:
    """Open an empty shop in PostgreSQL."""
    with asyncio.Runner() as runner:
        shop = Shop(runner, BorrowedBackend())
        yield shop
        runner.run(shop.store.close())


def commits(shop: Shop) -> int:
    assert isinstance(shop.backend, PostgresBackend)
    return shop.backend.writer.commits


def url_of(shop: Shop) -> str:
    assert isinstance(shop.backend, BorrowedBackend)
    return shop.backend.url


def placed_at_once(shop: Shop, *orders: Order) -> list[Order | BaseException]:
    async def place() -> list[Order | BaseException]:
        work = (shop.book.place(order) for order in orders)
        return await asyncio.gather(*work, return_exceptions=True)

    return shop.run(place())


# shared statements


def test_orders_that_come_at_once_go_together(shop: Shop) -> None:
    shop.placed()
    before = commits(shop)
    placed = placed_at_once(shop, *[Order()] * 64)

    assert 64 == len({order.id for order in placed if isinstance(order, Order)})
    assert commits(shop) - before <= 4
    assert 65 == len(shop.walked())


def test_orders_that_are_looked_up_at_once_are_each_given_to_who_asked(shop: Shop) -> None:
    for number in range(8):
        shop.placed(references=(Reference("kole", f"K{number}"),))

    async def looked_up() -> list[Order | BaseException]:
        asked = [shop.book.get(Reference("kole", f"K{number % 10}")) for number in range(40)]
        return await asyncio.gather(*asked, return_exceptions=True)

    found = [
        one.references[0].id if isinstance(one, Order) else type(one)
        for one in shop.run(looked_up())
    ]
    assert [*(f"K{number}" for number in range(8)), NotFound, NotFound] * 4 == found


def test_one_that_cannot_be_read_takes_nobody_with_it(shop: Shop) -> None:
    for number in range(3):
        shop.placed(references=(Reference("kole", f"K{number}"),))
    broken = "UPDATE orders SET document = '[]' WHERE id = (SELECT max(id) FROM orders)"
    ordered(url_of(shop), broken)

    async def looked_up() -> list[Order | BaseException]:
        asked = [shop.book.get(Reference("kole", f"K{number}")) for number in range(3)]
        return await asyncio.gather(*asked, return_exceptions=True)

    assert [Order, Order, Damaged] == [type(one) for one in shop.run(looked_up())]


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b"])
def test_who_asks_for_what_cannot_be_said_takes_nobody_with_it(shop: Shop, name: str) -> None:
    names = ("K0", name, "K1")
    placed = placed_at_once(shop, *[Order(references=(Reference("kole", n),)) for n in names])

    assert [Order, Invalid, Order] == [type(one) for one in placed]
    assert 2 == len(shop.walked())


def test_who_looks_something_up_on_lost_lines_finds_it(shop: Shop) -> None:
    shop.placed(references=(Reference("kole", "K1"),))
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    ordered(url_of(shop), ended)

    async def looked_up() -> list[Order]:
        return await asyncio.gather(*[shop.book.get(Reference("kole", "K1")) for _ in range(9)])

    assert 9 == len(shop.run(looked_up()))


@pytest.mark.parametrize(("waits", "seconds"), [(60, 0), (0, 60)], ids=["wait", "statement"])
def test_a_list_is_slow_by_its_statements_alone(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, waits: int, seconds: int
) -> None:
    backend, clock = shop.backend, [0]
    assert isinstance(backend, PostgresBackend)
    monkeypatch.setattr("orderglot.stores.postgres.lists.monotonic", lambda: clock[0])
    fetch = asyncpg.Connection.fetch

    async def fetch_later(connection: asyncpg.Connection, *statement: Any) -> list[Any]:
        clock[0] += seconds
        return list(await fetch(connection, *statement))

    async def list_while_every_connection_is_taken() -> None:
        taken = [await backend._pool.take() for _ in range(pool.MOST)]
        waiting = asyncio.create_task(shop.book.page(Window()))
        await asyncio.sleep(0.01)
        clock[0] += waits
        for connection in taken:
            backend._pool.give(connection)
        with monkeypatch.context() as slowed:
            slowed.setattr(asyncpg.Connection, "fetch", fetch_later)
            await waiting

    shop.placed()
    shop.run(list_while_every_connection_is_taken())
    assert bool(seconds) == bool(backend._lists._slow._until)


def test_answers_that_are_over_go_while_new_ones_come(shop: Shop) -> None:
    async def remember(*keys: str) -> None:
        expires = shop.clock.time + HOUR
        async with shop.book.together() as unit:
            for key in keys:
                unit.remember(
                    Answered(dialect="kole", key=key, asked="a", answer=b"", expires=expires)
                )

    shop.run(remember("old 1", "old 2"))
    shop.clock.forward(2 * HOUR)
    # So many at once leave nothing to chance.
    new = [f"new {number:02}" for number in range(SELDOM)]
    shop.run(remember(*new))

    kept = asked(url_of(shop), "SELECT key FROM answers ORDER BY key")
    assert [(key,) for key in new] == kept


def test_one_that_fails_takes_nobody_with_it(shop: Shop) -> None:
    shop.placed()
    same = Order(references=(Reference("kole", "K1"),))
    placed = placed_at_once(shop, *[Order()] * 4, same, same, Order())

    assert [Conflict] == [type(result) for result in placed if not isinstance(result, Order)]
    assert 7 == len(shop.walked())


def test_who_gives_up_waiting_stops_nobody(shop: Shop) -> None:
    shop.placed()

    async def impatient() -> list[Order]:
        waiting = [asyncio.ensure_future(shop.book.place(Order())) for _ in range(8)]
        await asyncio.sleep(0.001)
        waiting[0].cancel()
        waiting[5].cancel()
        return await asyncio.gather(*waiting[1:5], *waiting[6:])

    assert 6 == len(shop.run(impatient()))
    # What was given up may have been written all the same.
    assert len(shop.walked()) in (7, 8, 9)


def test_a_remembered_answer_is_never_written_over_before_it_expires(shop: Shop) -> None:
    def answered(text: bytes, expires_in: int) -> Answered:
        expires = shop.clock.time + expires_in * HOUR
        return Answered(dialect="kole", key="K", asked="a", answer=text, expires=expires)

    async def remember(found: Answered) -> None:
        async with shop.book.together() as unit:
            await unit.place(Order())
            unit.remember(found)

    shop.run(remember(answered(b"first", 1)))
    with pytest.raises(Conflict):
        shop.run(remember(answered(b"second", 1)))
    assert 1 == len(shop.walked())
    shop.clock.forward(2 * HOUR)
    shop.run(remember(answered(b"third", 1)))

    found = shop.run(shop.store.answered(shop.book.caller, "kole", "K"))
    assert found is not None
    assert b"third" == found.answer


def test_of_two_answers_under_one_key_that_come_at_once_one_is_kept(shop: Shop) -> None:
    async def remember(key: str) -> Order:
        expires = shop.clock.time + HOUR
        async with shop.book.together() as unit:
            placed = await unit.place(Order())
            unit.remember(Answered(dialect="kole", key=key, asked="a", answer=b"", expires=expires))
        return placed

    async def at_once() -> list[Order | BaseException]:
        work = [remember(key) for key in ("same", "same", "other")]
        return await asyncio.gather(*work, return_exceptions=True)

    *same, other = shop.run(at_once())
    assert {Order, Overtaken} == {type(one) for one in same}
    assert isinstance(other, Order)
    assert 2 == len(shop.walked())


# several programs


@pytest.fixture
def beside(shop: Shop) -> Iterator[Shop]:
    """Open the same shop in another program."""
    assert isinstance(shop.backend, BorrowedBackend)
    other = Shop.__new__(Shop)
    other.__dict__.update(shop.__dict__)
    other.backend = PostgresBackend(shop.backend.url)
    other.store = BookStore(other.backend, shop.clock)
    other.book = other.store.of(Caller(seller=shop.seller.id, name="beside"))
    yield other
    shop.run(other.store.close())


def test_an_id_is_never_somebodys_reference_whoever_is_first(shop: Shop, beside: Shop) -> None:
    first = shop.placed().id

    async def keep(number: int) -> None:
        with suppress(Conflict):
            await beside.book.keep(Order(references=(Reference("kole", str(first + number)),)))

    async def place() -> None:
        with suppress(Conflict):
            await shop.book.place(Order())

    for number in range(1, 30):
        shop.run(asyncio.gather(keep(number), place()))

    orders = shop.walked()
    names = {ref.id for order in orders for ref in order.references}
    assert not names & {str(order.id) for order in orders if not order.references}


def test_who_claims_an_id_holds_up_nobody_but_who_adds_to_the_same_sellers_book(
    shop: Shop, beside: Shop
) -> None:
    first = shop.placed().id
    other = beside.run(beside.store.add_seller("other"))
    others = beside.opened(seller=other.id)

    async def claim_and_place() -> Order:
        line = await asyncpg.connect(url_of(shop))
        async with line.transaction():
            await claim(line, shop.seller.id, Entity.ORDER, {first + 1})
            async with asyncio.timeout(30):
                await others.place(Order())
                await shop.book.page(Window(total=True))
            waiting = asyncio.create_task(shop.book.place(Order()))
            while not await line.fetchval(WAITING):
                await line.execute("SELECT pg_sleep(0.01)")
            taken = "INSERT INTO order_references VALUES ($1, $2, 'kole', $3)"
            await line.execute(taken, shop.seller.id, str(first + 1), first)
        await line.close()
        return await waiting

    placed = shop.run(claim_and_place())
    assert placed.id > first + 1


WAITING = (
    "SELECT count(*) FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid"
    " WHERE NOT l.granted AND a.datname = current_database()"
)


def test_orders_bear_their_customers_present_name_whoever_is_first(
    shop: Shop, beside: Shop
) -> None:
    customer = shop.customer(number="C-0")

    async def rename(number: int) -> None:
        (found,) = await beside.book.customers()
        await beside.book.keep_customer(replace(found, number=f"C-{number}"))

    async def place() -> None:
        with suppress(Conflict):
            await shop.book.place(Order(customer=Identity(id=customer.id)))

    for number in range(1, 30):
        shop.run(asyncio.gather(rename(number), *(place() for _ in range(4))))

    assert {"C-29"} == {order.customer.number for order in shop.walked() if order.customer}


def test_programs_that_keep_the_same_orders_keep_each_once(shop: Shop, beside: Shop) -> None:
    async def keep(book: Book) -> None:
        for number in range(20):
            customer = Identity(number=f"C{number % 3}")
            order = Order(references=(Reference("kole", f"K{number}"),), customer=customer)
            while True:
                try:
                    await book.keep(order)
                except Conflict:
                    continue
                break

    async def race() -> None:
        await asyncio.gather(*(keep(one.book) for one in (shop, beside) * 3))

    shop.run(race())
    assert 20 == len(shop.walked())
    assert 3 == len(shop.run(shop.book.customers()))


def test_programs_that_open_a_new_database_at_once_make_it_once() -> None:
    url = new_database()

    async def opened(number: int) -> None:
        store = PostgresStore(url)
        await store.add_seller(f"seller {number}")
        await store.close()

    async def together() -> None:
        await asyncio.gather(*map(opened, range(6)))

    aside(together())
    assert [(len(migrations("postgres")),)] == asked(url, "SELECT count(*) FROM migrations")
    assert [(6,)] == asked(url, "SELECT count(*) FROM sellers")


def test_a_deadlock_is_nobodys_to_see(shop: Shop, beside: Shop) -> None:
    """Two programs change the same orders in opposite order."""
    orders = shop.kept(*(Order(references=(Reference("kole", f"K{n}"),)) for n in range(30)))

    async def change(book: Book, mine: list[Order]) -> int:
        done = 0
        for _ in range(6):
            try:
                found = [await book.get(order.references[0]) for order in mine]
                async with book.together() as unit:
                    for order in found:
                        await unit.change(order)
                done += 1
            except Conflict:
                continue
        return done

    async def race() -> tuple[int, int]:
        return await asyncio.gather(change(shop.book, orders), change(beside.book, orders[::-1]))

    done = shop.run(race())
    assert {1 + sum(done)} == {order.version for order in shop.walked()}


# plans


@pytest.fixture(scope="module")
def grown() -> str:
    """Fill a database with a seller's twenty thousand orders and give its URL."""
    url = new_database()

    async def fill() -> None:
        store = PostgresStore(url)
        await store.add_seller("example")
        await store.close()

    aside(fill())
    ordered(
        url,
        "INSERT INTO customers SELECT 1, 100000 + n, 1, 'C' || n, '{}' FROM generate_series(1, 400) n",
        "INSERT INTO orders SELECT 1, 1000000000 + n, 1, 0, 'sale', 'completed',"
        " 100001 + n % 400, 'N' || n, 'A' || n, NULLIF('P' || n % 50, 'P0'), 'I' || n,"
        " 1700000000000000 + n, 1700000000000000 + n, NULL, 'USD', n, 1, '{}'"
        " FROM generate_series(1, 20000) n",
        "VACUUM ANALYZE",
    )
    return url


def plan(url: str, window: Window, customer: int | None = None, omits: Omits = frozenset()) -> str:
    scope = Scope(1, customer, test=False, deleted=False, omits=omits)
    sql = selected_ids(scope, selection(window), PostgresGrammar())

    async def explain() -> str:
        backend = PostgresBackend(url)
        rows = await backend._pool.read(f"EXPLAIN (COSTS OFF) {sql.text}", sql.params)
        await backend.close()
        return "; ".join(line.strip() for (line,) in rows)

    return aside(explain())


IN_ORDER = ("by id", "by name", "modified since")
"""What an index only sorts: whether an order is in sight, the table says."""


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_request_is_answered_from_an_index(grown: str, name: str) -> None:
    where, sort = ORDINARY[name]
    found = plan(grown, Window(where=where, sort=keys(sort)))

    only = "" if name in IN_ORDER else "Only "
    assert re.match(rf"Limit; ->  Index {only}Scan (Backward )?using", found)
    assert "Sort" not in found


@pytest.mark.parametrize("name", OF_A_CUSTOMER)
def test_an_ordinary_request_of_a_customer_is_answered_from_an_index_alone(
    grown: str, name: str
) -> None:
    where, sort = ORDINARY[name]
    found = plan(grown, Window(where=where, sort=keys(sort)), customer=100_001)

    assert re.search(r"Index Only Scan (Backward )?using orders_customer", found)


@pytest.mark.parametrize("name", OMITTING)
def test_a_list_that_omits_something_is_answered_from_an_index_alone(grown: str, name: str) -> None:
    where, sort = ORDINARY[name]
    window = Window(where=where, sort=keys(sort))
    found = plan(grown, window, omits=OMITS)
    of_a_customer = plan(grown, window, customer=100_001, omits=OMITS)

    assert re.match(r"Limit; ->  Index Only Scan (Backward )?using", found)
    assert re.search(r"Index Only Scan (Backward )?using orders_customer", of_a_customer)
    assert "Sort" not in found


@pytest.mark.parametrize("column", RARE)
def test_a_name_or_number_is_looked_up_in_its_own_index(grown: str, column: str) -> None:
    assert f"using orders_{column} on orders" in plan(grown, Window(where=RARE[column]))


@pytest.mark.parametrize("sort", ["created", "-created", "id", "-modified"])
def test_the_next_page_begins_at_its_place_in_the_index(grown: str, sort: str) -> None:
    order = Order(id=1_000_000_900, created=NOON, modified=NOON)
    found = plan(grown, Window(sort=keys(sort), after=write_cursor(order, keys(sort))))

    assert re.match(r"Limit; ->  Index (Only )?Scan (Backward )?using", found)
    assert re.search(r"Index Cond: \(\(seller = .*ROW\(", found)


# databases that are no books


def not_opened(url: str, *, create: bool = True) -> HubError:
    """Open a store on a database that it cannot be opened on, and give the reason."""

    async def opened() -> None:
        store = PostgresStore(url, create=create)
        try:
            await store.sellers()
        finally:
            await store.close()

    with pytest.raises(HubError) as refused:
        aside(opened())
    assert SENTENCE.fullmatch(refused.value.message)
    assert "hush" not in refused.value.message
    return refused.value


def test_an_empty_database_is_no_book_where_none_may_be_made() -> None:
    refused = not_opened(new_database(), create=False)

    assert isinstance(refused, NotFound)
    assert "orderglot seller add NAME" in refused.message


def test_a_database_of_somebody_else_is_no_book_and_stays_as_it_is() -> None:
    for table in ("orders (id int)", "migrations (id int)", "migrations (number int, name text)"):
        url = new_database()
        ordered(url, f"CREATE TABLE {table}")
        if "name" in table:
            ordered(url, "INSERT INTO migrations VALUES (1, '001_users')")

        assert "not Orderglot's" in not_opened(url).message
        assert [(1,)] == asked(
            url, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        )


def test_a_book_from_the_future_is_refused() -> None:
    url = new_database()
    ordered(url, "CREATE TABLE migrations (number bigint, name text)")
    ordered(url, "INSERT INTO migrations VALUES (9999, '9999_wings.sql')")

    assert "upgrade" in not_opened(url).message


def test_texts_have_to_be_kept_in_unicode() -> None:
    url = new_database("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")

    assert "createdb --encoding UTF8" in not_opened(url).message


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://me:hush@127.0.0.1:1/orders", "No PostgreSQL answers at"),
        ("postgresql://me:hush@nowhere.invalid/orders", "No PostgreSQL answers at"),
        ("postgresql://me:hush@host:port/orders", "is malformed"),
        ("postgresql://[me:hush", "is malformed"),
    ],
)
def test_an_address_where_no_server_is_says_so(url: str, words: str) -> None:
    assert words in not_opened(url).message


def test_a_database_that_is_not_there_says_so() -> None:
    assert "createdb" in not_opened(server().get_uri("nowhere")).message


def test_a_user_without_rights_says_so() -> None:
    url = new_database()
    ordered(url, "DROP ROLE IF EXISTS weak", "CREATE ROLE weak LOGIN")

    assert "grant" in not_opened(url.replace("//postgres:", "//weak:hush")).message


def test_a_user_who_is_not_known_says_so() -> None:
    url = new_database().replace("//postgres:", "//nobody:hush")

    assert "check the user" in not_opened(url).message


def test_a_closed_book_says_so() -> None:
    async def closed() -> None:
        store = PostgresStore(new_database())
        await store.add_seller("example")
        await store.close()
        await store.sellers()

    with pytest.raises(Upstream, match="closed"):
        aside(closed())


def test_what_is_too_long_for_an_index_is_refused(shop: Shop) -> None:
    name = "".join(chr(0x4E00 + n * 7 % 20_000) for n in range(4_000))
    with pytest.raises(Invalid, match="too long"):
        shop.placed(name=name)
    with pytest.raises(Invalid, match="too long"):
        shop.placed(extras={"kole.x": Decimal("1E+200000")})


def test_a_statement_is_numbered_mark_by_mark() -> None:
    assert "a = $1 AND b IN ($2, $3)" == numbered("a = ? AND b IN (?, ?)")
