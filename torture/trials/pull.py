"""Orders pulled while kill -9 meets the pulling program and the vendor: each is there once."""

from __future__ import annotations

import asyncio
import random
import subprocess
import time
from contextlib import AbstractContextManager, ExitStack

from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.core.customer import identity
from orderglot.core.order import Reference, id_at, native
from orderglot.wire.dialect import Dialect
from tests.conformance.implementations import credentials_of, draft_of, orderer
from tests.conformance.specimens import book_of
from torture import books
from torture.harness import Harness, Row
from torture.server_process import environment, program
from torture.stores import Sqlite
from torture.trials.place import CHANNEL, LONGEST, TIMEOUT, Here, Vendor

ORDERS = 60
ATTEMPTS = 6
"""So often one vendor is pulled with somebody being killed; then it is left in peace."""


def run(harness: Harness) -> None:
    """Pull with each dialect that has a list."""
    for name in dialects.names():
        if dialects.dialect(name).flows.page is not None:
            what = f"orders pulled under kill -9 of both sides, {name}, {harness.store.name}"
            with harness.row(what) as row:
                _round(harness, row, dialects.dialect(name))


def _round(harness: Harness, row: Row, dialect: Dialect) -> None:
    folder = harness.new_folder()
    there = harness.store.new(folder)
    seller = books.made(there)[dialect.name]
    given, expected = asyncio.run(_filled(there, seller, dialect, harness.scaled(ORDERS, 20)))
    here = Here(folder, f"sqlite:///{folder}/here.db", {**environment(folder), **given})
    dice = harness.random(dialect.name)
    with ExitStack() as lives:
        vendor = Vendor(row, folder, there, lives)
        for _ in range(ATTEMPTS):
            _pulled(row, here, vendor, dialect, dice.choice(("program", "vendor")), dice)
        code = _pulled(row, here, vendor, dialect, "", dice)
    row.expect(0, code, "the exit code of a pull that was left in peace")
    found = asyncio.run(_taken(here, dialect))
    row.expect(sorted(expected), [id for id in found if id in expected], "new orders, each once")
    row.expect(len({*found}), len(found), "orders, each once")
    row.check_books(Sqlite(), here.url)
    row.check_books(harness.store, there)


def _pulled(
    row: Row, here: Here, vendor: Vendor, dialect: Dialect, victim: str, dice: random.Random
) -> int:
    with _pulling(here, vendor, dialect) as process:
        if victim:
            time.sleep(dice.uniform(0, LONGEST))
            row.increment(f"kills of the {victim}")
            if victim == "vendor":
                vendor.kill()
            else:
                process.kill()
        _, complaint = process.communicate(timeout=TIMEOUT)
    row.expect(False, "Traceback" in complaint, f"A trace of the program: {complaint[-400:]}")
    return process.returncode


def _pulling(
    here: Here, vendor: Vendor, dialect: Dialect
) -> AbstractContextManager[subprocess.Popen[str]]:
    words = (
        *("pull", dialect.name, "--at", CHANNEL, "--seller", "here", "--new", "--persist", "0"),
        *("--url", f"http://127.0.0.1:{vendor.served.port}", "--database", here.url),
    )
    return program(words, here.folder, here.environment)


async def _filled(
    there: str, seller: int, dialect: Dialect, count: int
) -> tuple[dict[str, str], set[str]]:
    """Give the vendor new orders; gives what a client of his has to know, and their ids."""
    async with books.opened(there) as store:
        credentials = credentials_of(
            dialect,
            await orderer(dialect, store, books.seller_of(dialect.name)),
            book_of(dialect.name).placer,
        )
        book = store.of(Caller(seller=seller))
        draft = draft_of(dialect.name)
        if (whose := draft.customer) is not None:
            known = await book.customer(Reference(dialect.name, id_at(whose, dialect.name)))
            draft = replace(draft, customer=identity(known))
        drafts = [replace(draft, po_number=f"PO-{one}") for one in range(count)]
        placed = [await book.place(draft) for draft in drafts]
    given = {
        f"ORDERGLOT_{dialect.name}_{name}".upper(): value for name, value in credentials.items()
    }
    return given, {native(order, dialect.name) for order in placed}


async def _taken(here: Here, dialect: Dialect) -> list[str]:
    async with books.opened(here.url) as store:
        (seller,) = await store.sellers()
        found = await books.orders_of(store, seller.id)
    return sorted(id_at(one, f"{dialect.name}@{CHANNEL}") for one in found)
