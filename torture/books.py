"""Books for trials: one with every dialect's specimens in it, each dialect a seller of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.core.order import Order
from orderglot.hub.books import open_store
from orderglot.stores.reads import Clock
from orderglot.stores.sqlite import SqliteStore
from orderglot.stores.store import BookStore
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Request
from tests.conformance.callers import creations, keyed
from tests.conformance.specimens import request_at, shelve, welcome
from torture.stores import StoreKind


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[BookStore]:
    """Open a store, made where there is none, and close it at the end."""
    store = open_store(url, create=True)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def opened_with(path: str, clock: Clock) -> AsyncIterator[BookStore]:
    """Open a new file with a given clock."""
    store = SqliteStore(Path(path), clock)
    try:
        yield store
    finally:
        await store.close()


async def fill(store: BookStore) -> dict[str, int]:
    """Put every dialect's book into an empty store; gives the sellers' ids by dialect."""
    return {
        name: await shelve(store, dialects.dialect(name), seller_name=name)
        for name in dialects.names()
    }


def made(url: str) -> dict[str, int]:
    """Make a book that is filled."""

    async def make() -> dict[str, int]:
        async with opened(url) as store:
            return await fill(store)

    return asyncio.run(make())


def new_book(store: StoreKind, folder: Path) -> tuple[str, int]:
    """Make a filled book in a store; gives its URL and how many orders are in it."""
    url = store.new(folder)
    made(url)
    return url, count_orders(url)


@cache
def _creation(name: str) -> Request:
    return sent(name, creations(name)[0].request)


def sent(name: str, request: Request) -> Request:
    """Give a specimen's request as a client of the dialect's seller in a filled book sends it."""
    return request_at(dialects.dialect(name), request, seller_of(name))


def seller_of(name: str) -> int:
    """Give the id of a dialect's seller in a filled book."""
    return dialects.names().index(name) + 1


def creation(dialect: Dialect, key: str) -> Request:
    """Give a request that creates an order, under a key of its own."""
    return keyed(dialect, _creation(dialect.name), key)


def one_of(name: str, method: str, path: str) -> Request:
    """Give a request of a dialect's specimens that is answered with 200."""
    return next(
        sent(name, one.request)
        for one in welcome(name)
        if (one.request.method, one.request.path, one.response.status) == (method, path, 200)
    )


def count_orders(url: str) -> int:
    """Count the orders of all sellers in a book, test orders among them."""

    async def count() -> int:
        async with opened(url) as store:
            counts = [await store.counts(one.id, test=True) for one in await store.sellers()]
            return sum(one.orders for one in counts)

    return asyncio.run(count())


async def orders_of(store: BookStore, seller: int) -> list[Order]:
    """Give every order of a seller's book, test orders among them."""
    return [order async for order in store.of(Caller(seller=seller, test=True)).walk()]
