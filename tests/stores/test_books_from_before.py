"""A book of the version before orders had details: opened, asked, changed, copied and served as ever."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.adding_up import answer
from orderglot.core.caller import Caller
from orderglot.core.line_details import LineDetails
from orderglot.core.order import HUB, Line, Order, Reference
from orderglot.core.ports import Book, Event
from orderglot.core.query import Compare, Operator, Sort, Window
from orderglot.faces.server import Server
from orderglot.hub.copying import copy
from orderglot.stores.postgres import PostgresStore
from orderglot.stores.sqlite import SqliteStore
from orderglot.stores.store import BookStore
from orderglot.wire.message import Response
from tests.conformance.specimens import book_of, provoked
from tests.conformance.structure import structure
from tests.full_records import NOON, full
from tests.postgres import new_database

BEFORE = Path(__file__).parent / "before-quantities"
THEN = [name for name in dialects.names() if (BEFORE / f"{name}.db.gz").exists()]
"""The dialects that there were when these books were made."""
"""Books of one seller each: that of each dialect's specimens, and ``everything``, with full orders."""

stores = pytest.mark.parametrize("kind", ["sqlite", "postgres"])


@asynccontextmanager
async def opened(
    kind: str, folder: Path, name: str = "everything", now: datetime = NOON
) -> AsyncIterator[BookStore]:
    """Open an old book, or a copy of it in PostgreSQL."""
    file = folder / "before.db"
    file.write_bytes(gzip.decompress((BEFORE / f"{name}.db.gz").read_bytes()))
    store: BookStore
    if kind == "postgres":
        there = new_database()
        await copy(f"sqlite:///{file}", there, lambda _progress: None)
        store = PostgresStore(there, lambda: now)
    else:
        store = SqliteStore(file, lambda: now)
    try:
        yield store
    finally:
        await store.close()


async def book_of_all(store: BookStore) -> Book:
    (seller,) = await store.sellers()
    return store.of(Caller(seller=seller.id, name="now"))


async def numbers(book: Book, window: Window) -> list[str]:
    return [order.number for order in (await book.page(window)).orders]


@stores
def test_what_was_kept_is_there_to_the_last_member(kind: str, tmp_path: Path) -> None:
    async def read() -> list[Order]:
        async with opened(kind, tmp_path) as store:
            return [order async for order in (await book_of_all(store)).walk()]

    found = {order.number: order for order in asyncio.run(read())}
    assert {*(f"F-{n}" for n in range(1, 5)), *(f"Q-{n}" for n in (1, 2, 3, 24))} == found.keys()
    for number in range(1, 5):
        order = found[f"F-{number}"]
        was = replace(full(Order, number), unknown=())
        for member in (
            "shipping",
            "payment",
            "recurrence",
            "discount",
            "totals",
            "invoice",
            "extras",
        ):
            assert getattr(was, member) == getattr(order, member)
        assert [(line.sku, line.quantity) for line in was.lines] == [
            (line.sku, line.quantity) for line in order.lines
        ]
        assert {None} == {line.details for line in order.lines}


@stores
def test_orders_of_then_and_now_are_found_side_by_side(kind: str, tmp_path: Path) -> None:
    async def find() -> tuple[list[str], list[str], int | None]:
        async with opened(kind, tmp_path) as store:
            book = await book_of_all(store)
            line = Line(sku="AA124", quantity=Decimal("2.5"), details=LineDetails(shipped=1))
            await book.place(Order(number="Q-2.5", currency="USD", lines=(line,)))
            goods = Compare("lines.sku", Operator.EQ, "AA124")
            some = Compare("lines.quantity", Operator.GTE, 2)
            sort = (Sort("number"),)
            return (
                await numbers(book, Window(where=goods, sort=sort)),
                await numbers(book, Window(where=some, sort=sort, limit=100)),
                (await book.page(Window(where=goods, total=True))).total,
            )

    goods, some, total = asyncio.run(find())
    assert ["Q-1", "Q-2", "Q-2.5", "Q-24", "Q-3"] == goods
    assert ["Q-2", "Q-2.5", "Q-24", "Q-3"] == [name for name in some if name.startswith("Q")]
    assert 5 == total


@stores
def test_an_order_of_then_is_changed_to_what_there_is_now(kind: str, tmp_path: Path) -> None:
    async def change() -> tuple[Order, Order]:
        async with opened(kind, tmp_path) as store:
            book = await book_of_all(store)
            (order,) = (await book.page(Window(where=Compare("number", Operator.EQ, "Q-3")))).orders
            lines = (replace(order.lines[0], quantity=Decimal("2.75"), unit="kg"),)
            changed = await book.change(replace(order, lines=lines))
            return changed, await book.get(Reference(HUB, str(order.id)))

    changed, kept = asyncio.run(change())
    assert changed == kept
    assert Decimal("2.75") == kept.lines[0].quantity


@stores
def test_whether_an_order_of_then_adds_up_is_told_once_it_is_written_again(
    kind: str, tmp_path: Path
) -> None:
    async def change() -> tuple[list[str], list[str], list[str]]:
        async with opened(kind, tmp_path) as store:
            book = await book_of_all(store)
            untold = Window(where=Compare("adds_up", Operator.EQ, None), limit=100)
            before = await numbers(book, untold)
            (order,) = (await book.page(Window(where=Compare("number", Operator.EQ, "Q-3")))).orders
            await book.change(replace(order, notes="again"))
            found = Compare("adds_up", Operator.EQ, str(answer(order)))
            return before, await numbers(book, untold), await numbers(book, Window(where=found))

    before, after, written = asyncio.run(change())
    assert 8 == len(before)
    assert sorted([*after, "Q-3"]) == sorted(before)
    assert ["Q-3"] == written


@stores
def test_what_happened_then_is_numbered_in_the_order_in_which_it_happened(
    kind: str, tmp_path: Path
) -> None:
    async def read() -> tuple[list[Event], list[Event]]:
        async with opened(kind, tmp_path) as store:
            book = await book_of_all(store)
            before = (await book.feed()).events
            await book.place(Order())
            after, last, more = list[Event](), 0, True
            while more:
                feed = await book.feed(last)
                after, last, more = [*after, *feed.events], feed.after, feed.more
            return [*before], after

    before, after = asyncio.run(read())
    assert 8 <= len(before)
    assert before == sorted(before, key=lambda one: (one.at, one.order, one.version))
    assert [*range(1, len(before) + 1)] == [one.sequence for one in before]
    assert before[-1].sequence < after[-1].sequence
    assert (before, "placed") == (after[:-1], after[-1].what)
    assert {("", "")} == {(one.why, one.exchange) for one in after}


@stores
@pytest.mark.parametrize("name", THEN)
def test_it_is_served_as_ever(kind: str, name: str, tmp_path: Path) -> None:
    asked = [
        specimen
        for specimen in provoked(name)
        if specimen.request.method == "GET" and specimen.operation and specimen.orders
    ]

    async def ask() -> list[Response]:
        async with opened(kind, tmp_path, name, book_of(name).now) as store:
            server = Server(dialects.dialect(name), store)
            return [await server(specimen.request) for specimen in asked]

    assert asked
    for specimen, response in zip(asked, asyncio.run(ask()), strict=True):
        assert specimen.response.status == response.status, specimen.name
        assert structure(specimen.response) == structure(response), specimen.name
