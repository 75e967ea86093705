"""SQLite alone: shared transactions, plans, files that are no books, and disks that fail."""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import pytest
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer, identity
from orderglot.core.errors import Conflict, HubError, Invalid, Upstream
from orderglot.core.order import Order, Reference
from orderglot.core.ports import Book
from orderglot.core.query import Window
from orderglot.core.values import Omits
from orderglot.stores import open_store
from orderglot.stores.backend import Scope
from orderglot.stores.memory import MemoryStore
from orderglot.stores.selection import selection, write_cursor
from orderglot.stores.sql.paging import selected_ids
from orderglot.stores.sqlite import SqliteStore, connection
from orderglot.stores.sqlite.backend import SqliteBackend
from orderglot.stores.sqlite.grammar import SqliteGrammar
from orderglot.stores.store import BookStore
from tests.clock import NOON
from tests.stores.indexed_queries import (
    OF_A_CUSTOMER,
    OMITS,
    OMITTING,
    ORDINARY,
    RARE,
    keys,
)

T = TypeVar("T")


class Counted:
    """A book in a file, and the transactions that its writer makes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.backend = SqliteBackend(path)
        self.store = BookStore(self.backend, lambda: NOON)
        seller = asyncio.run(self.store.add_seller("example"))
        self.book: Book = self.store.of(Caller(seller=seller.id))

    def commits(self, *works: Callable[[], Awaitable[T]]) -> tuple[int, list[T | BaseException]]:
        """Do several things at once; give the number of transactions and what became of each."""

        async def done() -> list[T | BaseException]:
            return await asyncio.gather(*(work() for work in works), return_exceptions=True)

        before = self.backend.writer.commits
        results = asyncio.run(done())
        return self.backend.writer.commits - before, results

    def place(self, *references: Reference) -> Callable[[], Awaitable[Order]]:
        return lambda: self.book.place(Order(references=references))

    def count(self) -> int | None:
        return asyncio.run(self.book.page(Window(total=True))).total


@pytest.fixture
def counted(tmp_path: Path) -> Iterator[Counted]:
    found = Counted(tmp_path / "book.db")
    yield found
    asyncio.run(found.store.close())


def asked(works: Callable[[], Awaitable[T]]) -> T:
    async def awaited() -> T:
        return await works()

    return asyncio.run(awaited())


# shared transactions


def test_orders_that_come_at_once_share_a_transaction(counted: Counted) -> None:
    asked(counted.place())
    commits, placed = counted.commits(*[counted.place()] * 64)

    assert 64 == len({order.id for order in placed if isinstance(order, Order)})
    assert commits <= 4


def test_a_new_file_has_pages_that_hold_most_orders(counted: Counted) -> None:
    with closing(sqlite3.connect(counted.path)) as file:
        assert (8_192,) == file.execute("PRAGMA page_size").fetchone()


def test_one_that_fails_takes_nobody_with_it(counted: Counted) -> None:
    same = Reference("kole", "K1")
    works = [counted.place(), counted.place(same), counted.place(same), counted.place()]
    _, (first, *twins, last) = counted.commits(*works)

    assert [Order, Order] == [type(first), type(last)]
    assert {Order, Conflict} == {type(result) for result in twins}
    assert 3 == counted.count()


def test_of_two_who_change_one_order_at_once_one_is_refused_and_others_are_not(
    counted: Counted,
) -> None:
    order = asked(counted.place())
    works = [
        counted.place(),
        lambda: counted.book.change(replace(order, notes="the first")),
        lambda: counted.book.change(replace(order, notes="the second")),
        counted.place(),
    ]
    _, (before, *changed, after) = counted.commits(*works)

    assert [Order, Order] == [type(before), type(after)]
    (kept,) = (one for one in changed if isinstance(one, Order))
    (_refused,) = (one for one in changed if isinstance(one, Conflict))
    assert kept == asked(lambda: counted.book.get(Reference("kole", str(order.id))))
    assert 3 == counted.count()


def test_an_order_of_who_gets_another_name_at_once_has_the_new_name(counted: Counted) -> None:
    book = counted.book
    customer = asked(lambda: book.keep_customer(Customer(number="C1")))
    placed, renamed = asyncio.run(placed_and_renamed(book, customer))

    assert 2 == renamed.version
    kept = asked(lambda: book.get(Reference("kole", str(placed.id))))
    assert identity(renamed) == kept.customer


async def placed_and_renamed(book: Book, customer: Customer) -> tuple[Order, Customer]:
    return await asyncio.gather(
        book.place(Order(customer=identity(customer))),
        book.keep_customer(replace(customer, number="C2")),
    )


def test_orders_of_several_sellers_share_a_transaction_and_are_counted_each(
    counted: Counted,
) -> None:
    seller = asked(lambda: counted.store.add_seller("other"))
    other = counted.store.of(Caller(seller=seller.id))
    asked(counted.place())
    asked(lambda: other.place(Order()))
    works = [counted.place(), lambda: other.place(Order()), lambda: other.place(Order())]
    commits, _ = counted.commits(*works)

    assert 1 == commits
    assert 2 == counted.count()
    assert 3 == asked(lambda: other.page(Window(total=True))).total


def test_a_fault_in_the_program_fails_its_transaction_and_no_other(counted: Counted) -> None:
    def faulty(connection: sqlite3.Connection, _pieces: list[None]) -> list[None]:
        connection.execute("DELETE FROM sequences")
        raise ZeroDivisionError

    asked(counted.place())
    with pytest.raises(ZeroDivisionError):
        asked(lambda: counted.backend.writer.write(faulty, None))

    assert 1_000_000_002 == asked(counted.place()).id
    assert 2 == counted.count()


def test_who_gives_up_waiting_stops_nobody(counted: Counted) -> None:
    async def impatient() -> list[Order]:
        waiting = [asyncio.ensure_future(counted.place()()) for _ in range(4)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        return await asyncio.gather(*waiting[1:])

    asked(counted.place())
    assert 3 == len(asyncio.run(impatient()))
    # What was given up may have been written all the same.
    assert counted.count() in (4, 5)


def test_event_loops_of_several_threads_can_share_a_store(counted: Counted) -> None:
    threads = [
        threading.Thread(target=lambda: counted.commits(*[counted.place()] * 10)) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 30 == counted.count()


def test_what_is_read_in_one_turn_is_of_one_moment(counted: Counted) -> None:
    async def counts_around(other: sqlite3.Connection) -> tuple[int, int, int]:
        before = len(await counted.store.sellers())
        other.execute("INSERT INTO sellers SELECT id + 1, 1, 'another', document FROM sellers")
        other.commit()
        same_turn = len(await counted.store.sellers())
        await asyncio.sleep(0)
        return before, same_turn, len(await counted.store.sellers())

    with closing(sqlite3.connect(counted.path)) as other:
        assert (1, 1, 2) == asyncio.run(counts_around(other))


def test_what_is_known_is_forgotten_when_somebody_has_committed(counted: Counted) -> None:
    path, seller = counted.path, asked(lambda: counted.store.seller("example"))
    book = counted.store.of(Caller(seller=seller.id))

    async def titles_around(other: SqliteStore) -> list[str]:
        titles = [(await book.seller()).title, (await book.seller()).title]
        await other.change_seller(replace(seller, title="Another"))
        await other.close()
        return [*titles, (await book.seller()).title]

    assert ["", "", "Another"] == asyncio.run(titles_around(SqliteStore(path)))


def test_a_loop_that_was_stopped_in_its_turn_leaves_no_old_moment(counted: Counted) -> None:
    async def stopped() -> None:
        await counted.store.sellers()
        asyncio.get_running_loop().stop()

    loop = asyncio.new_event_loop()
    reading = loop.create_task(stopped())
    loop.run_forever()
    loop.close()
    assert reading.done()
    with closing(sqlite3.connect(counted.path)) as other:
        other.execute("INSERT INTO sellers SELECT id + 1, 1, 'another', document FROM sellers")
        other.commit()

    assert 2 == len(asyncio.run(counted.store.sellers()))


# plans


def plan(
    counted: Counted, window: Window, customer: int | None = None, omits: Omits = frozenset()
) -> str:
    scope = Scope(1, customer, test=False, deleted=False, omits=omits)
    sql = selected_ids(scope, selection(window), SqliteGrammar())
    with closing(connection.connect(counted.path, reads=True)) as reader:
        steps = reader.execute(f"EXPLAIN QUERY PLAN {sql.text}", sql.params).fetchall()
    return "; ".join(str(step[3]) for step in steps)


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_request_is_answered_from_an_index_alone(counted: Counted, name: str) -> None:
    where, sort = ORDINARY[name]
    found = plan(counted, Window(where=where, sort=keys(sort)))

    assert found.startswith("SEARCH o USING COVERING INDEX")
    assert "TEMP B-TREE" not in found


@pytest.mark.parametrize("name", OF_A_CUSTOMER)
def test_an_ordinary_request_of_a_customer_is_answered_from_an_index_alone(
    counted: Counted, name: str
) -> None:
    where, sort = ORDINARY[name]
    found = plan(counted, Window(where=where, sort=keys(sort)), customer=100_001)

    assert found.startswith("SEARCH o USING COVERING INDEX orders_customer")
    assert "TEMP B-TREE" not in found


@pytest.mark.parametrize("name", OMITTING)
def test_a_list_that_omits_something_is_answered_from_an_index_alone(
    counted: Counted, name: str
) -> None:
    where, sort = ORDINARY[name]
    window = Window(where=where, sort=keys(sort))
    found = plan(counted, window, omits=OMITS)
    of_a_customer = plan(counted, window, customer=100_001, omits=OMITS)

    assert found.startswith("SEARCH o USING COVERING INDEX")
    assert of_a_customer.startswith("SEARCH o USING COVERING INDEX orders_customer")
    assert "TEMP B-TREE" not in found + of_a_customer


@pytest.mark.parametrize("column", RARE)
def test_a_name_or_number_is_looked_up_in_its_own_index(counted: Counted, column: str) -> None:
    found = plan(counted, Window(where=RARE[column]))

    assert f"orders_{column} (seller=? AND {column}=?)" in found


@pytest.mark.parametrize("sort", ["created", "-created", "id", "-modified"])
def test_the_next_page_begins_at_its_place_in_the_index(counted: Counted, sort: str) -> None:
    asked(counted.place())
    first = asked(lambda: counted.book.page(Window(sort=keys(sort), limit=1)))
    after = write_cursor(first.orders[0], keys(sort))
    found = plan(counted, Window(sort=keys(sort), after=after))

    assert found.startswith("SEARCH o USING COVERING INDEX")
    assert "TEMP B-TREE" not in found
    assert f"{sort.removeprefix('-')}" in found.partition("AND")[2]


# files

SENTENCE = re.compile(r"[^\n]+[.]")


def not_opened(path: Path) -> HubError:
    with pytest.raises(HubError) as refused:
        SqliteStore(path)
    assert SENTENCE.fullmatch(refused.value.message)
    assert str(path) in refused.value.message or str(path.parent) in refused.value.message
    return refused.value


def test_a_folder_is_no_book(tmp_path: Path) -> None:
    assert "is a folder" in not_opened(tmp_path).message


def test_a_book_needs_a_folder_that_is_there(tmp_path: Path) -> None:
    assert "no folder" in not_opened(tmp_path / "missing" / "book.db").message


def test_a_file_in_the_place_of_the_folder_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    assert "no folder" in not_opened(tmp_path / "file" / "book.db").message


def test_a_text_is_no_book_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("Invoice,StockCode\n" * 100)

    assert "not an Orderglot book" in not_opened(path).message
    assert "Invoice,StockCode\n" * 100 == path.read_text()


def test_a_database_of_somebody_else_is_no_book_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    run_on(path, "CREATE TABLE things (name)", "PRAGMA application_id = 7")
    before = path.read_bytes()

    assert "not an Orderglot book" in not_opened(path).message
    assert before == path.read_bytes()


def test_a_book_from_the_future_is_refused(counted: Counted) -> None:
    run_on(counted.path, "INSERT INTO migrations VALUES (9999, '9999_wings.sql')")

    assert "upgrade" in not_opened(counted.path).message


def test_an_empty_file_becomes_a_book(tmp_path: Path) -> None:
    (tmp_path / "book.db").touch()
    store = SqliteStore(tmp_path / "book.db")

    assert () == asyncio.run(store.sellers())
    asyncio.run(store.close())


def test_a_damaged_book_says_so(counted: Counted) -> None:
    for _ in range(50):
        asked(counted.place())
    asyncio.run(counted.store.close())
    content = bytearray(counted.path.read_bytes())
    content[8_192:] = b"\x7f" * (len(content) - 8_192)
    counted.path.write_bytes(content)

    assert "damaged" in not_opened(counted.path).message


def test_a_closed_book_says_so(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "book.db")
    asyncio.run(store.close())

    with pytest.raises(Upstream):
        asyncio.run(store.sellers())
    with pytest.raises(Upstream):
        asyncio.run(store.add_seller("example"))


def test_what_is_written_to_a_closed_book_fails(tmp_path: Path) -> None:
    backend = SqliteBackend(tmp_path / "book.db")
    asyncio.run(backend.close())

    with pytest.raises(Upstream, match="closed"):
        asked(lambda: backend.commit(1, ()))


def test_a_book_that_may_only_be_read_says_so(
    counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(path: Path, *, reads: bool = False) -> sqlite3.Connection:
        uri = f"file:{path}?mode=ro"
        return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)

    # Rights of files would not do: whoever runs the tests as root may write everywhere.
    monkeypatch.setattr(connection, "plain_connection", read_only)
    store = SqliteStore(counted.path)
    with pytest.raises(Upstream, match="allow writing"):
        asyncio.run(store.add_seller("other"))
    asyncio.run(store.close())
    monkeypatch.setattr(os, "access", lambda path, mode: path != counted.path)

    assert "allow writing" in not_opened(counted.path).message


class Failing:
    """A connection whose disk fails as it commits."""

    def __init__(self, connection: sqlite3.Connection, error: str) -> None:
        self.connection = connection
        self.error = error

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connection, name)

    def execute(self, text: str, *params: Any) -> sqlite3.Cursor:
        if text == "COMMIT":
            error = sqlite3.OperationalError("the disk failed")
            error.sqlite_errorname = self.error
            raise error
        return self.connection.execute(text, *params)


@pytest.mark.parametrize(
    ("error", "expected"), [("SQLITE_IOERR_FSYNC", True), ("SQLITE_FULL", False)]
)
def test_of_what_a_failing_disk_was_given_nobody_knows(
    counted: Counted, monkeypatch: pytest.MonkeyPatch, error: str, expected: bool
) -> None:
    writer = counted.backend.writer
    monkeypatch.setattr(writer, "_connection", Failing(writer._connection, error))
    with pytest.raises(Upstream) as refused:
        asked(counted.place())
    monkeypatch.undo()

    assert expected is refused.value.in_doubt
    assert 0 == counted.count()


def test_a_full_disk_keeps_what_is_there_and_says_so(counted: Counted) -> None:
    def limit(connection: sqlite3.Connection, pages: list[int]) -> list[sqlite3.Cursor]:
        return [connection.execute(f"PRAGMA max_page_count = {most}") for most in pages]

    before = asked(counted.place())
    asked(lambda: counted.backend.writer.write(limit, 1))
    with pytest.raises(Upstream, match="full"):
        asked(lambda: counted.book.place(Order(notes="x" * 1_000_000)))

    assert before == asked(lambda: counted.book.get(Reference("kole", str(before.id))))
    asked(lambda: counted.backend.writer.write(limit, 99_999))
    asked(counted.place())
    assert 2 == counted.count()


def test_a_lock_that_is_never_let_go_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "TIMEOUT", 0.05)
    store = SqliteStore(tmp_path / "book.db")
    holder = sqlite3.connect(tmp_path / "book.db")
    holder.execute("BEGIN IMMEDIATE")

    with pytest.raises(Upstream, match="another program"):
        asyncio.run(store.add_seller("example"))
    assert () == asyncio.run(store.sellers())
    holder.rollback()
    assert "example" == asyncio.run(store.add_seller("example")).name
    holder.close()
    asyncio.run(store.close())


# opening by URL


def test_a_url_names_a_file_or_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for url, file in (
        ("sqlite:///relative.db", "relative.db"),
        (f"sqlite:///{tmp_path}/absolute.db", "absolute.db"),
        ("bare.db", "bare.db"),
        (f"{tmp_path}/bare absolute.db", "bare absolute.db"),
    ):
        asyncio.run(open_store(url).close())
        assert (tmp_path / file).is_file()
    assert isinstance(open_store("memory:"), MemoryStore)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "sqlite:",
        "sqlite:///",
        "sqlite://host/x.db",
        "mysql://x",
        "x:",
    ],
)
def test_a_url_that_names_no_store_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        open_store(url)

    assert SENTENCE.fullmatch(refused.value.message)


def run_on(path: Path, *statements: str) -> None:
    """Do something to a file behind the store's back."""
    with closing(sqlite3.connect(path)) as other, other:
        for statement in statements:
            other.execute(statement)
