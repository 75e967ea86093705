"""What a pull reads to recognise the book's own orders does not grow with how much was sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import Raw
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.core.errors import Conflict
from orderglot.core.order import Line, Order
from orderglot.stores import document
from orderglot.stores.store import BookStore
from orderglot.sync.duplicates import find_twins
from orderglot.sync.notes import PLACING, SENT, TAKEN, Placing, Taken, noted
from orderglot.sync.sent import INDEXED, Sent, index_sent, note_sent, sent_before
from tests.conformance.implementations import STORES, Shop

NOON = datetime(2024, 5, 21, 12, tzinfo=UTC)
PAGE = 20

each_store = pytest.mark.parametrize("kind", STORES)


def strange(number: int) -> Order:
    """Give an order that the book does not have."""
    return Order(
        po_number=f"THEIRS-{number}",
        created=NOON + timedelta(minutes=1 + number),
        lines=(Line(number=1, sku=f"Z{number}", quantity=1),),
    )


class Counting:
    """A backend whose answers are counted: questions, and what came of them."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self.asked = Counter[str]()
        self.read = 0

    def __getattr__(self, name: str) -> Any:
        real: Callable[..., Any] = getattr(self._backend, name)
        if name not in ("notes", "orders_known", "orders_with", "select", "order_known"):
            return real

        async def counted(*words: Any) -> Any:
            found = await real(*words)
            self.asked[name] += 1
            self.read += len(getattr(found, "orders", found) or ())
            return found

        return counted


async def reads(store: BookStore, placed: int, orders: list[Order]) -> tuple[dict[str, int], int]:
    """Count what is asked and read for a page where so many orders of the same goods were sent."""
    seller = await store.add_seller(f"here{placed}")
    book = store.of(Caller(seller=seller.id))
    for number in range(placed):
        line = Line(number=1, sku="AA124", quantity=24)
        order = await book.place(Order(po_number=f"PO-{number}", created=NOON, lines=(line,)))
        await note_sent(book, order, NOON)
    counting = Counting(store._backend)
    async with store.of(Caller(seller=seller.id)).together() as unit:
        unit._backend = counting
        await find_twins(unit, "kole@there", dialects.dialect("kole"), orders)
    return dict(counting.asked), counting.read


@each_store
def test_what_is_read_for_a_page_does_not_grow_with_what_was_sent(
    kind: str, tmp_path: Path
) -> None:
    shop = Shop(kind, tmp_path)

    async def work() -> list[tuple[dict[str, int], int]]:
        store = shop.store(lambda: NOON)
        page = [strange(number) for number in range(PAGE)]
        return [await reads(store, placed, page) for placed in (1, 40)]

    few, many = shop.run(work())
    assert few == many
    assert ({"notes": 2, "select": 1}, 0) == many


@each_store
def test_an_order_of_the_same_goods_that_was_sent_about_then_may_be_ours(
    kind: str, tmp_path: Path
) -> None:
    shop = Shop(kind, tmp_path)
    line = Line(number=1, sku="AA124", quantity=24)
    back = Order(created=NOON + timedelta(hours=5), lines=(line,))

    async def work() -> None:
        store = shop.store(lambda: NOON)
        await reads(store, 1, [replace(back, created=NOON + timedelta(days=4))])
        with pytest.raises(Conflict, match="looks like order"):
            await reads(store, 2, [back])

    shop.run(work())


@each_store
def test_what_an_older_version_sent_is_indexed_once(kind: str, tmp_path: Path) -> None:
    shop = Shop(kind, tmp_path)
    line = Line(number=1, sku="AA124", quantity=24)

    async def work() -> None:
        store = shop.store(lambda: NOON)
        seller = await store.add_seller("here")
        book = store.of(Caller(seller=seller.id))
        taken, under_way = [await book.place(Order(created=NOON, lines=(line,))) for _ in range(2)]
        async with book.together() as unit:
            text = document.write(taken)
            unit.note(
                noted(
                    TAKEN, "x/1", Taken(order=taken.id, channel="x", at=NOON, sent=Raw(text)), None
                )
            )
            text = document.write(under_way)
            placing = Placing(dialect="kole", key="", begun=NOON, sent=NOON, order=text)
            unit.note(noted(PLACING, "x/2", placing, None))
        assert {} == await sent_before(book, [taken])
        await index_sent(book)
        notes = await book.notes(SENT)
        await index_sent(book)

        assert {taken.id: NOON, under_way.id: NOON} == await sent_before(book, [taken])
        assert notes == await book.notes(SENT)

    shop.run(work())


@each_store
@pytest.mark.parametrize("earlier", [None, INDEXED], ids=["no index", "an index without spans"])
def test_goods_are_recognised_whether_sent_before_they_were_indexed_or_later(
    kind: str, earlier: str | None, tmp_path: Path
) -> None:
    shop = Shop(kind, tmp_path)
    line = Line(number=1, sku="AA124", quantity=24)

    async def work() -> None:
        store = shop.store(lambda: NOON)
        book = store.of(Caller(seller=(await store.add_seller("here")).id))
        before, later = [
            await book.place(Order(created=moment, lines=(line,)))
            for moment in (NOON, NOON + timedelta(days=30))
        ]
        if earlier is not None:
            async with book.together() as unit:
                unit.note(noted(SENT, earlier, Sent(), None))
        await note_sent(book, before, NOON)
        await index_sent(book)
        await note_sent(book, later, NOON + timedelta(days=30))

        assert {before.id: NOON} == await sent_before(book, [before])
        assert {later.id: NOON + timedelta(days=30)} == await sent_before(book, [later])

    shop.run(work())


@each_store
def test_goods_are_not_looked_for_on_days_on_which_none_were_sent(
    kind: str, tmp_path: Path
) -> None:
    shop = Shop(kind, tmp_path)
    order = Order(created=NOON, lines=(Line(number=1, sku="AA124", quantity=24),))

    async def work() -> None:
        store = shop.store(lambda: NOON)
        book = store.of(Caller(seller=(await store.add_seller("here")).id))
        await index_sent(book)
        async with book.together() as unit:
            counting = unit._backend = Counting(store._backend)
            await sent_before(unit, [order])
            assert {"notes": 1} == counting.asked

    shop.run(work())
