"""Documents that cannot be read: each is named, and takes nobody else with it."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import pytest

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.errors import Conflict, Damaged, Upstream
from orderglot.core.left_out import noting
from orderglot.core.order import Identity, Link, Order, Reference
from orderglot.core.ports import Book
from orderglot.core.product import Product
from orderglot.core.query import Compare, Operator, Sort, Window
from orderglot.core.values import Relation
from orderglot.hub.backups import verify
from orderglot.hub.books import open_store
from orderglot.hub.copying import copy
from orderglot.hub.lookup import customers, find_order
from orderglot.stores.postgres.rows import PostgresRows
from orderglot.stores.store import BookStore
from tests.postgres import asked, new_database, ordered
from tests.stores.token_kinds import SESSION

T = TypeVar("T")

FIRST = 1_000_000_001
SENTENCE = (
    r"The {} of seller 'acme' in \S+ is damaged and cannot be read; 'orderglot database verify' lists"
    r" all that cannot be read; restore the book from a backup\."
)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of a book of six orders, three customers and three products."""
    url = new_database() if request.param == "postgres" else f"sqlite:///{tmp_path / 'book.db'}"

    async def fill(store: BookStore, book: Book) -> None:
        for number in range(3):
            await book.keep_customer(Customer(number=f"C{number}"))
            await book.keep_product(Product(sku=f"AA{number}"))
        for number in range(6):
            await book.place(
                Order(
                    number=f"N{number}",
                    customer=Identity(number="C0"),
                    references=(Reference("kole", f"K{number}"),),
                )
            )
        for secret in ("one", "two"):
            await store.keyring.plant_key("kole", book.caller, secret, secret)

    done(url, fill, create=True)
    return url


def done(url: str, work: Callable[[BookStore, Book], Awaitable[T]], *, create: bool = False) -> T:
    async def once() -> T:
        store = open_store(url, create=create)
        try:
            seller = await store.add_seller("acme") if create else await store.seller("acme")
            return await work(store, store.of(Caller(seller=seller.id)))
        finally:
            await store.close()

    return asyncio.run(once())


def damage(url: str, table: str, where: str) -> None:
    """Change a byte of each of some documents, as far as the database lets one."""
    if url.startswith("postgres"):
        ordered(url, f"UPDATE {table} SET document = '[]' WHERE {where}")
        return
    path = Path(url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path)) as file:
        found = file.execute(f"SELECT document FROM {table} WHERE {where}").fetchall()
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = path.read_bytes()
    for (text,) in found:
        assert 1 == content.count(text[:200].encode())
        content = content.replace(text[:200].encode(), b"{\xff" + text[2:200].encode())
    path.write_bytes(content)


def ids(orders: Any) -> list[int]:
    return [one.id - FIRST for one in orders]


@pytest.mark.parametrize("limit", [1, 2, 4, 100])
@pytest.mark.parametrize("sort", [(), (Sort("number", descending=True),)])
@pytest.mark.parametrize("gone", [(2,), (0,), (5,), (1, 2, 3), (0, 1, 2, 3, 4)])
def test_a_list_goes_without_them_to_its_end_and_notes_each(
    url: str, gone: tuple[int, ...], sort: tuple[Sort, ...], limit: int
) -> None:
    damage(url, "orders", f"id IN ({', '.join(str(FIRST + one) for one in gone)})")

    async def listed(_: BookStore, book: Book) -> tuple[list[Order], list[int | None], list[str]]:
        window: Window | None = Window(sort=sort, limit=limit, total=True)
        found, totals = list[Order](), list[int | None]()
        with noting() as left:
            while window is not None:
                page = await book.page(window)
                assert len(page.orders) <= limit
                found, window = [*found, *page.orders], page.next
                totals.append(page.total)
        return found, totals, left

    found, totals, left = done(url, listed)
    assert sorted({*range(6)} - {*gone}) == sorted(ids(found))
    assert {6} == {*totals}
    named = {one.split()[2] for one in left}
    assert {str(FIRST + one) for one in gone} == named


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_customers_and_products_go_without_them_too(url: str, limit: int) -> None:
    damage(url, "customers", "number = 'C1'")
    damage(url, "products", "sku = 'AA0'")

    async def listed(_: BookStore, book: Book) -> tuple[list[str], list[str], list[str]]:
        with noting() as left:
            people, after = list[str](), 0
            while some := await book.customers(after, limit):
                people, after = [*people, *(one.number for one in some)], some[-1].id
            things, last = list[str](), ""
            while more := await book.every_product(last, limit):
                things, last = [*things, *(one.sku for one in more)], more[-1].sku
        return people, things, left

    people, things, left = done(url, listed)
    assert (["C0", "C2"], ["AA1", "AA2"]) == (people, things)
    assert {"customer 100002", "product AA0"} == {" ".join(one.split()[1:3]) for one in left}


def test_what_is_asked_for_by_name_is_refused_and_named(url: str) -> None:
    damage(url, "orders", f"id = {FIRST + 2}")
    damage(url, "customers", "number = 'C1'")
    damage(url, "products", "sku = 'AA0'")
    damage(url, "credentials", "id = 'one'")
    order, customer = SENTENCE.format(f"order {FIRST + 2}"), SENTENCE.format("customer 100002")

    async def work(store: BookStore, book: Book) -> None:
        for ask, sentence in (
            (lambda: book.get(Reference("kole", "K2")), order),
            (lambda: book.get(Reference("orderglot", str(FIRST + 2))), order),
            (lambda: book.keep(Order(references=(Reference("kole", "K2"),), notes="new")), order),
            (lambda: find_order(book, "N2"), order),
            (lambda: find_order(book, "kole:K2"), order),
            (lambda: book.customer(Reference("orderglot", "100002")), customer),
            (lambda: book.place(Order(customer=Identity(number="C1"))), customer),
            (lambda: book.products(["AA0"]), SENTENCE.format("product AA0")),
            (lambda: store.keyring.admit("kole", "one"), SENTENCE.format("key one")),
        ):
            with pytest.raises(Damaged, match=sentence):
                await ask()
        assert "K3" == (await book.get(Reference("kole", "K3"))).references[0].id
        assert "two" == (await store.keyring.admit("kole", "two")).id
        assert 1 == len(await store.keyring.credentials(book.caller.seller))
        assert ["C0", "C2"] == [one.number async for one in customers(book)]

    done(url, work)


def test_a_token_of_a_damaged_key_is_refused(url: str) -> None:
    async def issue(store: BookStore, book: Book) -> str:
        holder = await store.keyring.admit("kole", "one")
        token, *_ = await store.keyring.issue(holder, SESSION)
        return token

    async def use(store: BookStore, _: Book) -> None:
        with pytest.raises(Damaged, match=SENTENCE.format("key one")):
            await store.keyring.admit("kole", token, SESSION)

    token = done(url, issue)
    damage(url, "credentials", "id = 'one'")
    done(url, use)


@pytest.mark.parametrize("field", ["extras.kole.x", "bill_to.city", "extras.adobe.x"])
def test_a_question_that_looks_into_documents_goes_without_them(url: str, field: str) -> None:
    damage(url, "orders", f"id = {FIRST + 2}")
    where = Compare(field, Operator.EQ, None)

    async def listed(_: BookStore, book: Book) -> list[Order]:
        return [one async for one in book.walk(where)]

    assert [0, 1, 3, 4, 5] == ids(done(url, listed))


def test_what_is_linked_to_it_is_read_without_it(url: str) -> None:
    async def link(_: BookStore, book: Book) -> int:
        link = Link(Relation.SPLIT_OF, Identity(number="N2"))
        return (await book.place(Order(number="N6", links=(link,)))).id

    async def linked(_: BookStore, book: Book) -> tuple[int, int, list[str]]:
        with noting() as left:
            found = await book.linked(Reference("orderglot", str(id)))
            (order,) = [one for one in (await book.page(Window(limit=9))).orders if one.id == FIRST]
            owners = await book.owners((order,))
        return len(found), len(owners), left

    id = done(url, link)
    damage(url, "orders", f"id = {FIRST + 2}")
    damage(url, "customers", "number = 'C0'")

    found, owners, left = done(url, linked)
    assert (0, 0) == (found, owners)
    assert 3 == len(left)


def test_another_seller_is_served_and_one_more_is_added(url: str) -> None:
    async def work(store: BookStore, _: Book) -> list[str]:
        await store.add_seller("beta")
        damage(url, "sellers", "name = 'acme'")
        with noting() as left:
            assert ["beta"] == [one.name for one in await store.sellers()]
        assert "The seller 1 in" in left[0]
        await store.add_seller("gamma")
        with pytest.raises(
            Conflict, match=r"'acme' cannot be added; see 'orderglot database verify'"
        ):
            await store.add_seller("acme")
        return [one.name for one in await store.sellers()]

    assert ["beta", "gamma"] == done(url, work)


def test_where_nobody_else_says_so_the_log_does(url: str, caplog: pytest.LogCaptureFixture) -> None:
    damage(url, "orders", f"id = {FIRST + 2}")

    async def listed(_: BookStore, book: Book) -> int:
        return len([one async for one in book.walk()])

    with caplog.at_level(logging.ERROR):
        assert 5 == done(url, listed)
    (record,) = [one for one in caplog.records if one.getMessage().startswith("left out: ")]
    assert f"The order {FIRST + 2} of seller 'acme'" in record.getMessage()


@pytest.mark.parametrize("target", ["sqlite", "postgres"])
def test_a_copy_of_it_is_not_whole_and_the_source_is_blamed(
    url: str, target: str, tmp_path: Path
) -> None:
    damage(url, "orders", f"id = {FIRST + 2}")
    there = new_database() if target == "postgres" else f"sqlite:///{tmp_path / 'there.db'}"
    with pytest.raises(Damaged, match=SENTENCE.format(f"order {FIRST + 2}")) as refusal:
        asyncio.run(copy(url, there, lambda _: None))

    assert url.partition("@")[2] in refusal.value.message
    with pytest.raises(Conflict, match="holds a copy that is not finished"):
        done(there, lambda store, _: store.sellers())


def test_of_a_copy_that_was_damaged_the_target_is_blamed(url: str, tmp_path: Path) -> None:
    there = f"sqlite:///{tmp_path / 'there.db'}"
    asyncio.run(copy(url, there, lambda _: None))
    damage(there, "orders", f"id = {FIRST + 2}")
    with pytest.raises(Damaged, match=SENTENCE.format(f"order {FIRST + 2}")) as refusal:
        asyncio.run(copy(url, there, lambda _: None))

    assert there in refusal.value.message


def verified(url: str) -> list[tuple[str, str, str, str]]:
    found = asyncio.run(verify(url, lambda *_: None))
    return [(one.table, one.seller, one.key, one.reason) for one in found.findings]


def test_all_that_is_amiss_is_listed(url: str) -> None:
    assert [] == verified(url)
    damage(url, "orders", f"id IN ({FIRST + 2}, {FIRST + 4})")
    damage(url, "customers", "number = 'C1'")
    damage(url, "products", "sku = 'AA0'")
    damage(url, "credentials", "id = 'one'")
    change(url, f"UPDATE orders SET number = 'M' WHERE id = {FIRST}")
    torn = "is damaged and cannot be read"

    assert sorted(
        [
            ("orders", "acme", f"{FIRST + 2}", torn),
            ("orders", "acme", f"{FIRST + 4}", torn),
            ("customers", "acme", "100002", torn),
            ("products", "acme", "AA0", torn),
            ("credentials", "acme", "one", torn),
            ("orders", "acme", f"{FIRST}", "is not what its row says: number"),
        ]
    ) == sorted(verified(url))


def test_counts_that_are_wrong_are_listed(url: str) -> None:
    if url.startswith("postgres"):
        change(
            url,
            "INSERT INTO order_count_deltas (seller, axis, bucket, test, gone, kind, status,"
            " own_status, orders, id) VALUES (1, 'total', 0, 0, 0, 'sale', 'open', 0, 1, 1)",
        )
    else:
        change(url, "UPDATE order_counts SET orders = orders + 1 WHERE axis = 'total'")
    ((table, _, _, reason),) = verified(url)

    assert ("", True) == (table, "not those of the orders" in reason)


def test_hundreds_of_days_that_are_not_those_of_the_days_are_listed(url: str) -> None:
    if url.startswith("postgres"):
        change(url, "SELECT merge_counts_2(1, 2000)")
    change(url, "UPDATE order_counts SET orders = orders + 1 WHERE axis = 'hundreds'")
    ((table, _, _, reason),) = verified(url)

    assert ("", True) == (table, "not those of the orders" in reason)


def test_counts_under_another_status_or_day_are_listed(url: str) -> None:
    tables = ["order_counts"] + ["order_count_deltas"] * url.startswith("postgres")
    for table in tables:
        change(url, f"UPDATE {table} SET status = 'cancelled'")
    ((table, _, _, reason),) = verified(url)

    assert ("", True) == (table, "not those of the orders" in reason)
    for table in tables:
        change(url, f"UPDATE {table} SET status = 'received'")
    before = verified(url)
    for table in tables:
        change(url, f"UPDATE {table} SET bucket = bucket - 400 WHERE axis = 'created'")

    assert before == []
    assert 1 == len(verified(url))


@pytest.mark.parametrize("most", [1, 4, 500])
def test_references_and_links_that_are_lost_or_too_many_are_listed(
    url: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orderglot.stores.beside.MOST", most)

    async def more(store: BookStore, book: Book) -> tuple[int, int, int]:
        other = await store.add_seller("other")
        theirs = store.of(Caller(seller=other.id))
        # The same ids and names, of another seller.
        for number in range(3):
            await theirs.place(Order(references=(Reference("kole", f"K{number}"),)))
        owner = await book.keep_customer(Customer(references=(Reference("kole", "C"),) * 2))
        later = Identity(number="later", references=(Reference("kole", "L"),))
        to = [Link(Relation.REFERS_TO, one) for one in (Identity(id=FIRST), later)]
        known, unknown = [await book.place(Order(links=(link,))) for link in to]
        return owner.id, known.id, unknown.id

    owner, known, unknown = done(url, more)

    assert [] == verified(url)
    change(url, "DELETE FROM order_references WHERE name = 'K1' AND seller = 1")
    change(url, f"DELETE FROM order_links WHERE order_id = {unknown} AND name = 'L'")
    change(url, f"UPDATE order_links SET target = {FIRST + 1} WHERE order_id = {known}")
    change(url, "UPDATE customer_references SET name = 'D'")
    change(
        url,
        "INSERT INTO order_references (seller, name, dialect, order_id)"
        f" VALUES (2, 'K9', 'kole', {FIRST + 2})",
    )

    assert sorted(
        [
            ("customers", "acme", f"{owner}", "is not what customer_references says"),
            ("orders", "acme", f"{FIRST + 1}", "is not what order_references says"),
            ("orders", "acme", f"{known}", "is not what order_links says"),
            ("orders", "acme", f"{unknown}", "is not what order_links says"),
            ("orders", "other", f"{FIRST + 2}", "is not what order_references says"),
        ]
    ) == sorted(verified(url))


def change(url: str, statement: str) -> None:
    if url.startswith("postgres"):
        ordered(url, statement)
        return
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file, file:
        file.execute(statement)


def file_of(url: str, table: str) -> Path:
    """Give the file in which a server keeps a table."""
    text = "SELECT current_setting('data_directory') || '/' || pg_relation_filepath('{}')"
    ((path,),) = asked(url, text.format(table))
    return Path(str(path))


def test_tables_behind_one_that_cannot_be_read_are_read_all_the_same() -> None:
    url = new_database()

    async def fill(_: BookStore, book: Book) -> list[Order]:
        return [await book.place(Order()) for _ in range(3)]

    orders = done(url, fill, create=True)
    damage(url, "orders", f"id = {orders[1].id}")
    gone = [file_of(url, table) for table in ("customers", "answers")]
    ordered(url, "CHECKPOINT")
    for file in gone:
        file.rename(file.with_name(f"{file.name}-away"))
    try:
        found = asyncio.run(verify(url, lambda *_: None))
    finally:
        for file in gone:
            file.with_name(f"{file.name}-away").rename(file)

    amiss = {(one.table, one.key, one.reason.partition(":")[0]) for one in found.findings}
    unread = {(table, "", "cannot be read to its end") for table in ("customers", "answers")}
    assert unread | {("orders", str(orders[1].id), "is damaged and cannot be read")} == amiss
    assert 3 <= found.rows


def test_a_server_that_goes_while_a_book_is_verified_is_no_damage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = new_database()
    done(url, lambda _, book: book.place(Order()), create=True)
    stand_still = PostgresRows.stand_still

    async def and_go(rows: PostgresRows) -> None:
        await stand_still(rows)
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        ordered(url, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")

    monkeypatch.setattr(PostgresRows, "stand_still", and_go)
    with pytest.raises(Upstream, match=r"was lost|is stopping"):
        asyncio.run(verify(url, lambda *_: None))
