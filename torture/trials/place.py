"""Orders placed while the placing program and the vendor are killed: each is there once."""

from __future__ import annotations

import asyncio
import random
import subprocess
import time
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.core.order import Order, id_at
from orderglot.core.values import Status
from orderglot.wire.dialect import Dialect
from tests.conformance.implementations import credentials_of, draft_of, orderer
from tests.conformance.specimens import book_of
from torture import books
from torture.harness import Harness, Row
from torture.server_process import Served, environment, program, serving
from torture.stores import Sqlite

ORDERS = 4
ATTEMPTS = 6
"""So often at most one order is placed with a process being killed; then without."""

QUIET = 3
LONGEST = 2.0
"""So many seconds a process runs at most before it is killed."""

TIMEOUT = 60
CHANNEL = "there"
UNKNOWN = 3


class Here(Struct, frozen=True):
    """The book whose orders are placed: its folder, its URL, and the program's environment."""

    folder: Path
    url: str
    environment: dict[str, str]


class Vendor:
    """A vendor's server that can be killed, and starts again at another port."""

    def __init__(self, row: Row, folder: Path, url: str, lives: ExitStack) -> None:
        self.row = row
        self.folder = folder
        self.url = url
        self.lives = lives
        self.served = self._begin()

    def _begin(self) -> Served:
        return self.lives.enter_context(serving(self.row, self.folder, self.url))

    def kill(self) -> None:
        """Kill the server, and start another one over the same book."""
        self.served.kill()
        self.served = self._begin()


def run(harness: Harness) -> None:
    """Place orders with each dialect that can, with idempotency keys and without."""
    for name in dialects.names():
        if dialects.dialect(name).flows.place is not None:
            what = f"orders placed under kill -9 of both sides, {name}, {harness.store.name}"
            with harness.row(what) as row:
                _round(harness, row, dialects.dialect(name))


def _round(harness: Harness, row: Row, dialect: Dialect) -> None:
    folder = harness.new_folder()
    there = harness.store.new(folder)
    seller = books.made(there)[dialect.name]
    before = len(asyncio.run(_sold(there, seller)))
    here = asyncio.run(_written(folder, there, dialect, harness.scaled(ORDERS, 2)))
    rng = harness.random(dialect.name)
    unknown = 0
    with ExitStack() as lives:
        vendor = Vendor(row, folder, there, lives)
        for number, order in enumerate(asyncio.run(_orders(here))):
            code = _placed(row, here, vendor, dialect, order, rng, keys=number % 2 == 0)
            unknown += code == UNKNOWN
            if code not in (0, UNKNOWN):
                row.lose(f"order {order.id} ended with exit code {code}")
    row.note("not known in the end, without keys", unknown)
    _find(row, here, before, asyncio.run(_sold(there, seller)), unknown, dialect)
    row.check_books(Sqlite(), here.url)
    row.check_books(harness.store, there)


def _placed(
    row: Row,
    here: Here,
    vendor: Vendor,
    dialect: Dialect,
    order: Order,
    rng: random.Random,
    *,
    keys: bool,
) -> int:
    """Place one order as often as it takes; gives the last exit code."""
    code = UNKNOWN
    for attempt in range(ATTEMPTS + QUIET):
        killing = rng.choice(("program", "vendor", "")) if attempt < ATTEMPTS else ""
        with _placing(here, vendor, dialect, order, keys=keys) as process:
            if killing:
                time.sleep(rng.uniform(0, LONGEST))
                row.increment(f"kills of the {killing}")
                if killing == "vendor":
                    vendor.kill()
                else:
                    process.kill()
            _, problem = process.communicate(timeout=TIMEOUT)
        if "Traceback" in problem:
            row.lose(f"A traceback of the program: {problem[-400:]}")
        code = process.returncode
        # Without keys only time, of which there is none here, tells that it did not arrive.
        if code == 0 or (code == UNKNOWN and not keys):
            break
    return code


def _placing(
    here: Here, vendor: Vendor, dialect: Dialect, order: Order, *, keys: bool
) -> AbstractContextManager[subprocess.Popen[str]]:
    words = (
        *("place", f"orderglot:{order.id}", "--with", dialect.name, "--at", CHANNEL),
        *("--url", f"http://127.0.0.1:{vendor.served.port}", "--database", here.url),
        *("--idempotent" if keys else "--not-idempotent", "--without", "ship_to,lines"),
    )
    return program(words, here.folder, here.environment)


def _find(
    row: Row, here: Here, before: int, there: list[Order], unknown: int, dialect: Dialect
) -> None:
    """Compare what the vendor has with what the book knows."""
    ours = asyncio.run(_orders(here))
    known = [id for order in ours if (id := id_at(order, f"{dialect.name}@{CHANNEL}"))]
    row.expect(len(ours) - unknown, len(known), "orders whose id at the vendor is known")
    row.expect(len(known), len({*known}), "different ids of them")
    sold = len(there) - before
    row.expect(
        True, len(known) <= sold <= len(ours), f"{sold} sold of {len(ours)}, {len(known)} known"
    )
    for order in ours:
        numbered = sum(one.po_number == order.po_number for one in there)
        if "po_number" not in dialect.can.loses:
            row.expect(True, numbered <= 1, f"{numbered} of {order.po_number} are sold")
        else:
            row.survive()


async def _written(folder: Path, there: str, dialect: Dialect, count: int) -> Here:
    """Make a book with orders that the vendor would take."""
    async with books.opened(there) as store:
        credentials = credentials_of(
            dialect,
            await orderer(dialect, store, books.seller_of(dialect.name)),
            book_of(dialect.name).placer,
        )
    url = f"sqlite:///{folder}/here.db"
    draft = replace(draft_of(dialect.name), customer=None)
    async with books.opened(url) as store:
        book = store.of(Caller(seller=(await store.add_seller("here")).id))
        for number in range(count):
            await book.place(replace(draft, po_number=f"PO-{number}"))
    given = {
        f"ORDERGLOT_{dialect.name}_{name}".upper(): value for name, value in credentials.items()
    }
    return Here(folder, url, {**environment(folder), **given})


async def _orders(here: Here) -> list[Order]:
    async with books.opened(here.url) as store:
        (seller,) = await store.sellers()
        return await books.orders_of(store, seller.id)


async def _sold(there: str, seller: int) -> list[Order]:
    """Give what the vendor has and has neither cancelled nor deleted nor left half done."""
    async with books.opened(there) as store:
        found = await books.orders_of(store, seller)
    return [
        one
        for one in found
        if one.deleted is None and one.status not in (Status.CANCELLED, Status.DRAFT)
    ]
