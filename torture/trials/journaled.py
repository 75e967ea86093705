"""The journal under load: whole after a clean end, and after kill -9 but for its last second."""

from __future__ import annotations

import asyncio

from orderglot.core.caller import Caller
from orderglot.core.journal import Criteria
from orderglot.hub.journals import journal_of
from torture import books
from torture.harness import Harness, Row
from torture.load import CLIENTS, Load, create_orders
from torture.server_process import Served, serving
from torture.stores import StoreKind

ROUNDS = 3
MOST = 1_000_000

LAST = 1.0
"""So many seconds before a kill may be missing."""


def run(harness: Harness) -> None:
    """End and kill servers of each store while orders are created."""
    for store in harness.stores:
        for how in ("ended", "killed"):
            with harness.row(f"exchanges kept when a server is {how}, {store.name}") as row:
                for number in range(harness.scaled(ROUNDS)):
                    _round(harness, row, store, number, killed=how == "killed")


def _round(harness: Harness, row: Row, store: StoreKind, number: int, *, killed: bool) -> None:
    folder = harness.new_folder()
    url, _ = books.new_book(store, folder)
    workers = ("--workers", str(1 + number % 2))
    with serving(row, folder, url, *workers) as served:
        load, early = asyncio.run(_load(served, killed=killed))
    kept, dropped = asyncio.run(_kept(url))
    least = early if killed else load.outcomes["answered"]
    if least <= kept + dropped <= len(load.sent) + dropped:
        row.survive(kept)
    else:
        row.lose(f"{kept} exchanges are there, {dropped} dropped; {least} had to be")
    row.maximum("dropped", dropped)
    harness.log(f"round {number + 1}: {load.outcomes['answered']:,} answered, {kept:,} kept")


async def _load(served: Served, *, killed: bool) -> tuple[Load, int]:
    """Create orders until the server is gone; gives how many were answered before its last second."""
    load = Load()
    clients = [create_orders(load, served.port, f"client-{number}") for number in range(CLIENTS)]
    running = asyncio.gather(*clients)
    await load.begun()
    await asyncio.sleep(LAST)
    early = load.outcomes["answered"]
    await asyncio.sleep(LAST)
    if killed:
        served.kill()
    else:
        await asyncio.to_thread(served.end)
    await running
    return load, early


async def _kept(url: str) -> tuple[int, int]:
    """Count the creations that are in the journal, and what it dropped."""
    journal = journal_of(url)
    assert journal is not None
    async with books.opened(url) as store:
        callers = [Caller(seller=0), *(Caller(seller=one.id) for one in await store.sellers())]
    kept = dropped = 0
    for caller in callers:
        kept += len(await journal.page(caller, Criteria(method="POST"), MOST))
        dropped += sum(gap.dropped for gap in await journal.gaps(caller))
    await journal.close()
    return kept, dropped
