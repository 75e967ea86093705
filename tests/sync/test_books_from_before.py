"""A book from before there were channels: every id that anybody was told stands."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.core.order import HUB, Line, Order, Reference, id_at
from orderglot.core.ports import Book
from orderglot.core.values import Status
from orderglot.faces.client import Client
from orderglot.hub.books import open_store
from orderglot.hub.copying import copy
from orderglot.stores.store import BookStore
from orderglot.sync.channel import Channel
from orderglot.sync.conflicts import disagreements
from orderglot.sync.continuation import begin, is_continued
from orderglot.sync.criteria import Criteria
from orderglot.sync.pull import Progress, pull
from orderglot.sync.vendor import Source, Vendor
from tests.postgres import new_database
from tests.sync.hubs import NOON, QUICK, RENO, Hub

BEFORE = Path(__file__).parent / "before-channels.db.gz"
URL = "https://vendor.example"
CHANNEL = Channel(name="wholesaler", dialect="kole", url=URL, credentials={})


@asynccontextmanager
async def opened(kind: str, folder: Path) -> AsyncIterator[BookStore]:
    """Open the old book, or a copy of it in PostgreSQL."""
    file = folder / "before.db"
    file.write_bytes(gzip.decompress(BEFORE.read_bytes()))
    url = f"sqlite:///{file}"
    if kind == "postgres":
        there = new_database()
        await copy(url, there, lambda _progress: None)
        url = there
    store = open_store(url)
    try:
        yield store
    finally:
        await store.close()


async def wholesaler() -> Hub:
    """Open the vendor as it was pulled from: four orders, of which one is shipped by now."""
    hub = await Hub("wholesaler").open()
    for number in range(4):
        await hub.book.keep(
            Order(
                references=(Reference("kole", str(70000 + number)),),
                po_number=f"PO-{number}",
                currency="USD",
                created=NOON.replace(minute=number),
                status=Status.SHIPPED if number == 3 else Status.PROCESSING,
                ship_to=replace(RENO, company="Sample Store"),
                lines=(Line(number=1, sku=f"AA{100 + number}", quantity=24),),
            )
        )
    return hub


async def pulled(store: BookStore, hub: Hub) -> Progress:
    seller, _ = await begin(store, await store.seller("here"), CHANNEL)
    dialect = dialects.dialect("kole")
    vendor: Client = (await hub.vendor(hub, "kole")).client
    source = Source(CHANNEL.reference, dialect, is_continued(seller, CHANNEL))
    book = store.of(Caller(seller=seller.id, name="orderglot"))
    return await pull(book, Vendor(CHANNEL, vendor, source), Criteria(url=URL), retry_policy=QUICK)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_book_from_before_keeps_every_id_and_is_pulled_into_as_ever(
    kind: str, tmp_path: Path
) -> None:
    async def worked() -> None:
        async with opened(kind, tmp_path) as store:
            book = store.of(Caller(seller=(await store.seller("here")).id))
            before = {order.id: order async for order in book.walk()}
            done = await pulled(store, await wholesaler())
            after = {order.id: order async for order in book.walk()}

            assert before.keys() == after.keys()
            assert (0, 0) == (done.checkpoint.new, done.checkpoint.rejected)
            for id, order in before.items():
                assert {*order.references} <= {*after[id].references}
                for reference in (*order.references, Reference(HUB, str(id))):
                    assert id == (await book.get(reference)).id
            theirs = [order for order in after.values() if id_at(order, CHANNEL.reference)]
            assert 4 == len(theirs)
            again = await pulled(store, await wholesaler())
            assert (0, 0, 4) == (
                again.checkpoint.new,
                again.checkpoint.changed,
                again.checkpoint.same,
            )

    asyncio.run(worked())


def test_a_book_from_before_continues_the_address_that_it_was_pulled_from(tmp_path: Path) -> None:
    async def worked() -> None:
        async with opened("sqlite", tmp_path) as store:
            elsewhere = replace(CHANNEL, name="elsewhere", url="https://elsewhere.example")
            seller, begins = await begin(store, await store.seller("here"), elsewhere)
            assert not begins
            seller, begins = await begin(store, seller, CHANNEL)
            assert begins
            assert is_continued(seller, CHANNEL)

    asyncio.run(worked())


async def _fourth(store: BookStore) -> tuple[Book, Order]:
    book = store.of(Caller(seller=(await store.seller("here")).id))
    return book, await book.get(Reference("kole", "70003"))


def test_what_a_vendor_changed_since_a_book_from_before_arrives(tmp_path: Path) -> None:
    async def worked() -> None:
        async with opened("sqlite", tmp_path) as store:
            await pulled(store, await wholesaler())

            assert Status.SHIPPED is (await _fourth(store))[1].status

    asyncio.run(worked())


def test_what_was_changed_here_in_a_book_from_before_stands_and_is_listed(tmp_path: Path) -> None:
    async def worked() -> None:
        async with opened("sqlite", tmp_path) as store:
            book, order = await _fourth(store)
            await book.change(replace(order, status=Status.CANCELLED))
            done = await pulled(store, await wholesaler())

            assert Status.CANCELLED is (await _fourth(store))[1].status
            (one,) = await disagreements(book)
            assert ("status", "cancelled", "shipped", True) == (
                one.field,
                one.ours,
                one.theirs,
                one.ours_stands,
            )
            assert 1 == done.checkpoint.conflicts
            assert (0, 0) == (
                (again := (await pulled(store, await wholesaler())).checkpoint).changed,
                again.conflicts,
            )

    asyncio.run(worked())
