"""One hub pulls all orders of another over real sockets, while that one is killed again and again.

`make whole` does it with the whole file, where that is on the machine.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.core.order import Order, native
from orderglot.core.ports import Book
from orderglot.faces.http import Timeouts
from orderglot.files.imports import take
from orderglot.stores.sqlite import SqliteStore
from orderglot.stores.store import BookStore
from orderglot.sync.channel import Channel
from orderglot.sync.criteria import Criteria
from orderglot.sync.pages import RetryPolicy
from orderglot.sync.pull import Progress, pull
from orderglot.sync.vendor import calling
from orderglot.wire.dialect import Dialect
from orderglot.wire.loss import carried
from tests.cli.program import Serving, serving
from tests.files.test_real_orders import BESIDE, CUT, NAMED
from tests.sync.vendors import LISTING

pytestmark = pytest.mark.long

WHOLE = "ORDERGLOT_HUB_TO_HUB"
FILES = {"cut": CUT} if os.environ.get(WHOLE) != "whole" else {"whole": Path(NAMED or BESIDE)}

KILLS = 5
SIZE = 25
SOURCE, TARGET = "source.db", "target.db"
HURRIED = Timeouts(attempts=3, pause=0.01, longest_pause=0.1)
FIRM = RetryPolicy(longest=60, pause=0.05, longest_pause=0.5)


class Mortal:
    """A hub that serves, and is killed and begun anew at its port whenever so much was pulled."""

    def __init__(self, folder: Path, stack: ExitStack, places: list[int]) -> None:
        self.folder = folder
        self.stack = stack
        self.places = places
        self.pulled: Counter[str] = Counter()
        self.port = 0
        self.serving = self._begin()

    def _begin(self) -> Serving:
        words = ("--database", f"sqlite:///{SOURCE}", "--port", str(self.port))
        begun = self.stack.enter_context(serving(self.folder, *words))
        self.port = begun.port
        return begun

    def on_progress(self, done: Progress) -> None:
        """Kill it where it is time to, with a request under way."""
        self.pulled[done.checkpoint.customer] = done.checkpoint.read
        if self.places and self.pulled.total() >= self.places[0]:
            self.places.pop(0)
            self.restart()

    def restart(self) -> None:
        """Kill it, and begin it anew at its port."""
        self.serving.process.kill()
        self.serving.process.wait()
        self.serving = self._begin()


@asynccontextmanager
async def opened(path: Path, name: str) -> AsyncIterator[tuple[BookStore, Book]]:
    store = SqliteStore(path)
    found = [one.id for one in await store.sellers() if one.name == name]
    seller = found[0] if found else (await store.add_seller(name)).id
    try:
        yield store, store.of(Caller(seller=seller))
    finally:
        await store.close()


async def fill(folder: Path, file: Path, dialect: Dialect) -> tuple[dict[str, str], list[Order]]:
    """Put a file's orders into the hub that serves; gives a key to it, and the orders."""
    async with opened(folder / SOURCE, "source") as (store, book):
        await take(book, file, rejects=Path(os.devnull))
        key = await store.keyring.issue_key(
            dialect.name, book.caller, dialect.auth.make_secret, dialect.auth.make_key_id
        )
        shown = zip(dialect.auth.fields, (key.id, key.secret), strict=True)
        return dict(shown), [order async for order in book.walk()]


async def pull_all(
    folder: Path, dialect: Dialect, account: Channel, customers: list[str], hub: Mortal
) -> None:
    async with opened(folder / TARGET, "target") as (_, book):
        for customer in customers:
            named = {dialect.customer: customer} if dialect.customer else {}
            theirs = replace(account, credentials=account.credentials | named)
            question = Criteria(url=account.url, customer=customer)
            async with calling(dialect, theirs, continued=True) as vendor:
                await pull(book, vendor, question, retry_policy=FIRM, on_progress=hub.on_progress)


async def pulled_from(folder: Path, dialect: Dialect) -> dict[str, Order]:
    async with opened(folder / TARGET, "target") as (_, book):
        found = [order async for order in book.walk()]
        events = [len(await book.events(order.id)) for order in found]
    assert {1} == {*events}
    shown = {native(order, dialect.name): known(order, dialect) for order in found}
    assert len(found) == len(shown)
    return shown


def known(order: Order, dialect: Dialect) -> Order:
    """Give an order as the dialect carries it, without what a book adds where it is not told."""
    return carried(order, dialect.name, dialect.can)


def _in_small_pages(dialect: Dialect) -> Dialect:
    """Let there be enough pages to be killed between."""
    can = dataclasses.replace(dialect.can, max_size=min(dialect.can.max_size, SIZE))
    return dataclasses.replace(dialect, can=can)


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
@pytest.mark.parametrize("name", LISTING)
def test_every_order_arrives_once_however_often_the_other_hub_is_killed(
    name: str, file: Path, tmp_path: Path
) -> None:
    if not file.exists():
        pytest.skip(f"There is no {file}; name the file in ORDERGLOT_WHOLE_FILE.")
    dialect = _in_small_pages(dialects.dialect(name))
    credentials, orders = asyncio.run(fill(tmp_path, file, dialect))
    customers = [""]
    if dialect.customer:
        orders = [order for order in orders if order.customer]
        customers = [*{native(order.customer, name): "" for order in orders if order.customer}]
    places = [len(orders) * number // (KILLS + 1) for number in range(1, KILLS + 1)]
    with ExitStack() as stack:
        hub = Mortal(tmp_path, stack, places)
        account = Channel(
            name="there",
            dialect=name,
            url=hub.serving.base,
            credentials=credentials,
            timeouts=HURRIED,
        )
        asyncio.run(pull_all(tmp_path, dialect, account, customers, hub))
    there = asyncio.run(pulled_from(tmp_path, dialect))

    assert [] == hub.places
    assert {native(order, name) for order in orders} == {*there}
    for order in orders:
        assert known(order, dialect) == there[native(order, name)]
