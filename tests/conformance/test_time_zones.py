"""The seller's clock: shown and read where a wire's times name no zone, and nowhere else."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.core.order import Order, native
from orderglot.core.query import Window
from orderglot.core.time_zones import from_zone, zone_of
from orderglot.faces.client import Client
from orderglot.faces.server import Server
from orderglot.hub.rendering import written
from orderglot.stores.store import BookStore
from tests.conformance.implementations import NOON, Shop, can, credentials_of, orderer
from tests.conformance.specimens import book_of, shelve

LISTING = [name for name in dialects.names() if can(name, "page")]
UNZONED = [name for name in LISTING if not dialects.dialect(name).lists.zoned]
ZONED = [name for name in LISTING if dialects.dialect(name).lists.zoned]
STORES = ("memory", "sqlite")
FAR = "Pacific/Kiritimati"


async def opened(shop: Shop, name: str, zone: str) -> tuple[BookStore, Client]:
    """Open a store with the specimens of a dialect, whose seller has a clock, and a client of it."""
    dialect, store = dialects.dialect(name), shop.store(lambda: book_of(name).now)
    shelved = await shelve(store, dialect)
    (seller,) = [one for one in await store.sellers() if one.id == shelved]
    await store.change_seller(replace(seller, timezone=zone))
    credentials = credentials_of(dialect, await orderer(dialect, store), book_of(name).placer)
    return store, Client(dialect, Server(dialect, store), credentials, store.now)


async def shown(shop: Shop, name: str, zone: str) -> dict[str, Order]:
    """Give the orders of a dialect's specimens as their clients see them by a clock."""
    _, client = await opened(shop, name, zone)
    page = await client.page(Window(limit=client.dialect.can.max_size))
    assert page.orders
    return {native(order, name): order for order in page.orders}


@pytest.fixture(params=STORES)
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    return Shop(request.param, tmp_path)


@pytest.mark.parametrize("name", UNZONED)
def test_a_client_who_knows_the_clock_reads_the_true_moments(shop: Shop, name: str) -> None:
    async def work() -> None:
        there, here = await shown(shop, name, FAR), await shown(shop, name, "")

        assert there != here
        assert here == {id: from_zone(order, zone_of(FAR)) for id, order in there.items()}

    shop.run(work())


@pytest.mark.parametrize("name", ZONED)
def test_where_the_page_names_the_zone_the_clock_changes_nothing(shop: Shop, name: str) -> None:
    async def work() -> None:
        assert await shown(shop, name, "") == await shown(shop, name, FAR)

    shop.run(work())


@pytest.mark.parametrize("name", UNZONED)
def test_an_order_is_written_by_the_clock_outside_of_a_server_too(shop: Shop, name: str) -> None:
    async def work() -> None:
        store, client = await opened(shop, name, FAR)
        page = await client.page(Window(limit=client.dialect.can.max_size))
        book = store.of(Caller(seller=1))
        texts = {native(one, name): await as_written(store, book, one, name) for one in page.orders}

        assert {native(one, name): moments(one) for one in page.orders} == texts

    shop.run(work())


async def as_written(store: BookStore, book: Any, order: Order, name: str) -> list[datetime]:
    found = await book.get(order.references[0])
    response = await written(found, book, store.keyring, name, "https://hub.example")
    return moments(dialects.dialect(name).bodies.read(response.body).orders[0])


def moments(order: Order) -> list[datetime]:
    found = (order.created, order.modified, order.received, order.completed)
    return [moment for moment in found if moment is not None]


@pytest.mark.parametrize("name", UNZONED)
def test_the_clock_of_a_seller_can_be_changed_while_clients_ask(shop: Shop, name: str) -> None:
    async def work() -> None:
        store = shop.store(lambda: now[0])
        dialect, now = dialects.dialect(name), [NOON]
        await shelve(store, dialect)
        credentials = credentials_of(dialect, await orderer(dialect, store), book_of(name).placer)
        client = Client(dialect, Server(dialect, store), credentials, store.now)
        before = await client.page(Window(limit=1))
        (seller,) = await store.sellers()
        await store.change_seller(replace(seller, timezone=FAR))
        now[0] += timedelta(seconds=1)
        after = await client.page(Window(limit=1))

        assert before.orders == tuple(from_zone(one, zone_of(FAR)) for one in after.orders)
        assert before.orders != after.orders

    shop.run(work())
