"""The customers and products of an open book in a Python program, asynchronous and blocking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orderglot import Line, Order, dialects, open_book, open_book_sync
from orderglot.core.customer import Customer
from orderglot.core.errors import Conflict, Invalid, NotFound
from orderglot.core.product import Product, Tier
from orderglot.dialects.orderglot.tables import NAME
from orderglot.hub.book_records import BookCustomers, BookProducts
from orderglot.hub.library import BlockingBook

MUG = Product(sku="MUG", tiers=(Tier(price=Decimal("1.20")),))


@pytest.fixture
def book(tmp_path: Path) -> Iterator[BlockingBook]:
    """Open a new book of a seller who sells mugs to Ann."""
    with open_book_sync(f"sqlite:///{tmp_path}/book.db", "acme", create=True, who="Bea") as book:
        book.products.create(MUG)
        book.customers.create({"number": "C-1", "name": "Ann"})
        yield book


@pytest.mark.parametrize(("kind", "of"), [(BookCustomers, "customers"), (BookProducts, "products")])
def test_there_is_a_method_for_each_operation(kind: type, of: str) -> None:
    every = (one.name.partition(".") for one in dialects.dialect(NAME).operations)
    asked = {name.replace("-", "_") for one, _, name in every if one == of}

    assert asked | {"walk"} == {name for name in dir(kind) if not name.startswith("_")}


def test_a_customer_is_made_found_changed_and_removed(book: BlockingBook) -> None:
    made = book.customers.create(Customer(number="C-2", name="Bea"))
    changed = book.customers.change("C-2", {"phone": "1", "name": None}, version=1)

    assert (made.id, 2, "1", "") == (changed.id, changed.version, changed.phone, changed.name)
    for which in (made, made.id, "C-2"):
        assert changed == book.customers.get(which)
    with pytest.raises(Conflict):
        book.customers.remove(made, version=1)
    book.customers.remove(made, version=2)
    with pytest.raises(NotFound):
        book.customers.get(made)


def test_a_customers_own_numbers_are_set_read_and_removed(book: BlockingBook) -> None:
    assert 1 == book.customers.set_items("C-1", {"4711-B": "MUG"})
    assert {"4711-B": "MUG"} == book.customers.items("C-1")
    with pytest.raises(Invalid, match="no product"):
        book.customers.set_items("C-1", {"4712": "CUP"})
    book.customers.remove_item("C-1", "4711-B")
    assert {} == book.customers.items("C-1")


def test_a_customer_is_asked_to_be_erased(book: BlockingBook) -> None:
    with pytest.raises(NotFound):
        book.customers.erasure("C-1")

    asked = book.customers.erase("C-1")

    assert "waiting" == asked.state
    assert asked == book.customers.erasure("C-1") == book.customers.erase("C-1")


def test_a_product_is_made_found_changed_and_removed(book: BlockingBook) -> None:
    changed = book.products.change("MUG", {"pack": 12}, version=1)

    assert (12, "USD", MUG.tiers) == (changed.pack, changed.currency, changed.tiers)
    assert changed == book.products.get(MUG)
    book.orders.create(Order(lines=(Line(sku="MUG", quantity=12),)), customer="C-1")
    with pytest.raises(Conflict, match="1 order"):
        book.products.remove("MUG")
    with pytest.raises(Conflict, match="1 order"):
        book.customers.remove("C-1")
    assert "TOWEL" == book.products.create({"sku": "TOWEL"}).sku
    book.products.remove("TOWEL")
    assert ["MUG"] == [one.sku for one in book.products.walk()]


def test_a_list_is_filtered_sorted_and_counted_and_goes_on(book: BlockingBook) -> None:
    for number in range(5):
        book.customers.create({"number": f"D-{number}", "phone": str(9 - number)})
    first = book.customers.list(filter="number = D-*", sort="phone", limit=3, total=True)
    assert first.next
    second = book.customers.list(filter="number = D-*", sort="phone", after=first.next)

    assert 5 == first.total
    found = [one.number for one in (*first.items, *second.items)]
    assert ["D-4", "D-3", "D-2", "D-1", "D-0"] == found
    assert (None, None) == (second.next, second.total)
    assert ["Ann"] == [one.name for one in book.customers.walk(q="c-1")]


def test_a_book_is_asked_for_products_and_customers_as_any_book_is(book: BlockingBook) -> None:
    assert ["MUG"] == list(book.products(["MUG", "none"]))
    assert ["C-1"] == [one.number for one in book.customers()]


@pytest.mark.parametrize(
    ("ask", "field"),
    [
        (lambda book: book.orders.create(None), "order"),
        (lambda book: book.orders.create([]), "order"),
        (lambda book: book.orders.create({}), "lines"),
        (lambda book: book.orders.get(None), "order"),
        (lambda book: book.customers.get(None), "customer"),
        (lambda book: book.customers.create({}), "number"),
        (lambda book: book.customers.create(MUG), "customer"),
        (lambda book: book.products.create({}), "sku"),
        (lambda book: book.products.change("MUG", None), "change"),
        (lambda book: book.products.list(filter="hue = red"), "filter"),
    ],
    ids=map(str, range(10)),
)
def test_what_makes_no_sense_is_refused_by_name(
    book: BlockingBook, ask: Callable[[BlockingBook], Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        ask(book)

    assert field == refused.value.problems[0].field


def test_members_make_an_order_as_they_do_over_the_api(book: BlockingBook) -> None:
    order = book.orders.create({"lines": [{"sku": "MUG", "quantity": 2}]}, customer="C-1")

    assert ("C-1", Decimal("2.40")) == (
        order.customer and order.customer.number,
        order.totals.total,
    )


def test_a_closed_book_says_that_it_is_closed(book: BlockingBook) -> None:
    book.close()

    for ask in (
        lambda: book.orders.list(),
        lambda: book.orders.create({"lines": [{"sku": "MUG", "quantity": 1}]}),
        lambda: book.products.get("MUG"),
        lambda: list(book.customers.walk()),
        lambda: book.keep_product(MUG),
    ):
        with pytest.raises(Invalid, match="This book is closed; open it again"):
            ask()


async def asked_after_its_end(path: Path) -> None:
    async with open_book(f"sqlite:///{path}/book.db", "acme", create=True) as book:
        assert () == (await book.customers.list()).items
    await book.products.list()


def test_a_book_that_is_left_says_so_as_well(tmp_path: Path) -> None:
    import asyncio

    with pytest.raises(Invalid, match="This book is closed"):
        asyncio.run(asked_after_its_end(tmp_path))


@pytest.mark.parametrize("name", ["q", "filter", "sort", "after"])
@pytest.mark.parametrize("of", ["orders", "customers", "products"])
def test_what_is_no_text_is_refused_by_its_name(book: BlockingBook, of: str, name: str) -> None:
    with pytest.raises(Invalid, match=f"{name}: this is no text in UTF-8"):
        getattr(book, of).list(**{name: "a\udcff"})


def test_members_that_are_no_text_are_refused_by_their_name(book: BlockingBook) -> None:
    with pytest.raises(Invalid, match="phone: this is no text in UTF-8"):
        book.customers.create({"number": "C-9", "phone": "\udcff"})
    with pytest.raises(Invalid, match="sku: this is no text in UTF-8"):
        book.products.get("\udcff")
