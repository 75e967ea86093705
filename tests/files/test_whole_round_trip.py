"""Exported and imported again, a book is the same: every order, in every format, whatever it says."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderglot.core.caller import Caller
from orderglot.core.errors import HubError
from orderglot.core.order import Identity, Link, Order, Reference
from orderglot.core.ports import Book
from orderglot.core.values import Relation
from orderglot.stores.memory import MemoryStore
from tests.files.whole_books import FORMS, essence, every, exported, taken
from tests.full_records import full
from tests.strategies import orders


async def empty_book() -> Book:
    store = MemoryStore()
    seller = await store.add_seller("example", currency="GBP")
    return store.of(Caller(seller=seller.id, name="test", tests=True, deleted=True))


async def filled(drawn: list[Order]) -> Book:
    """Place those orders that a book takes."""
    book = await empty_book()
    for order in drawn:
        try:
            await book.place(order)
        except HubError:
            continue
    return book


async def there_and_back(path: Path, drawn: list[Order], format: str, *, lines: bool) -> None:
    book, other = await filled(drawn), await empty_book()
    before = await every(book)
    content = await exported(book, format, lines=lines)
    progress = await taken(other, path, content)

    assert (len(before), ()) == (progress.new, progress.aside)
    assert list(map(essence, before)) == list(map(essence, await every(other)))
    again = await taken(other, path, content)
    assert (0, 0, len(before), ()) == (again.new, again.changed, again.same, again.aside)
    same = await taken(book, path, content)
    assert (0, 0, len(before), ()) == (same.new, same.changed, same.same, same.aside)
    assert before == await every(book)


@pytest.mark.parametrize(("format", "lines"), FORMS)
def test_orders_that_say_something_in_every_member_come_back(
    tmp_path: Path, format: str, lines: bool
) -> None:
    drawn = [full(Order, number) for number in range(1, 6)]
    asyncio.run(there_and_back(tmp_path / f"book.{format}", drawn, format, lines=lines))


@pytest.mark.parametrize(("format", "lines"), FORMS)
@given(drawn=st.lists(orders(), max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_orders_of_any_kind_come_back(
    tmp_path: Path, format: str, lines: bool, drawn: list[Order]
) -> None:
    asyncio.run(there_and_back(tmp_path / f"book.{format}", drawn, format, lines=lines))


ODD = datetime(1970, 1, 1, microsecond=81, tzinfo=UTC)


@pytest.mark.parametrize(
    "drawn",
    [
        # In the other book the second gets the id that the third has here.
        [Order(), Order(created=ODD), Order(created=ODD, assigned_user="Ann")],
        [
            Order(links=(Link(Relation.RETURN_OF, Identity(number="SO-1")),)),
            Order(number="SO-1", test=True),
            Order(created=ODD),
        ],
        [
            Order(references=(Reference("kole", "1"),)),
            Order(created=ODD, references=(Reference("kole", "2"),)),
            Order(created=ODD, references=(Reference("kole", "3"),)),
        ],
    ],
    ids=["the same moment", "a test order of the name", "other references"],
)
def test_no_order_is_taken_for_another_one(tmp_path: Path, drawn: list[Order]) -> None:
    asyncio.run(there_and_back(tmp_path / "book.jsonl", drawn, "jsonl", lines=False))


def test_two_links_to_orders_of_one_number_come_back_as_two(tmp_path: Path) -> None:
    named = Identity(number="SO-1", references=(Reference("kole", "7"),))
    links = tuple(Link(Relation.SPLIT_OF, one) for one in (named, Identity(number="SO-1")))
    drawn = [Order(links=links)]
    asyncio.run(there_and_back(tmp_path / "book.jsonl", drawn, "jsonl", lines=False))
