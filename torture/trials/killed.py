"""kill -9 under load: what was acknowledged is kept, once, and is answered again as at first."""

from __future__ import annotations

import asyncio

from torture import books
from torture.harness import Harness, Row
from torture.load import CLIENTS, Load, create_orders, send_again
from torture.server_process import Served, serving
from torture.stores import StoreKind

ROUNDS = 6
LONGEST = 2.5
"""So many seconds a server runs at most before it is killed."""


def run(harness: Harness) -> None:
    """Kill servers of each store, with one worker and with two."""
    for store in harness.stores:
        with harness.row(f"server killed under load, {store.name}") as row:
            for number in range(harness.scaled(ROUNDS)):
                _round(harness, row, store, number)


def _round(harness: Harness, row: Row, store: StoreKind, number: int) -> None:
    folder = harness.new_folder()
    url, before = books.new_book(store, folder)
    seconds = harness.random(store.name, number).uniform(0.2, LONGEST)
    workers = ("--workers", str(1 + number % 2))
    with serving(row, folder, url, *workers) as served:
        load = asyncio.run(_kill_under_load(served, seconds))
    _find(row, load)
    found = books.count_orders(url) - before
    least, most = len(load.acknowledged()), len(load.sent)
    if not least <= found <= most:
        row.lose(f"{found} orders are there; {least} were acknowledged, {most} were sent")
    row.check_books(store, url)
    with serving(row, folder, url, *workers) as served:
        asyncio.run(_send_all_again(row, load, served.port))
        served.end()
    row.expect(most, books.count_orders(url) - before, "orders when all was sent again")
    harness.log(f"round {number + 1}: {least:,} acknowledged in {seconds:.1f} s, {found:,} there")


async def _kill_under_load(served: Served, seconds: float) -> Load:
    load = Load()
    clients = [create_orders(load, served.port, f"client-{number}") for number in range(CLIENTS)]
    running = asyncio.gather(*clients)
    await load.begun()
    await asyncio.sleep(seconds)
    served.kill()
    await running
    return load


def _find(row: Row, load: Load) -> None:
    for key, answer in load.refused():
        row.lose(f"{key} was refused: {answer.status} {answer.body[:200]!r}")
    for _ in range(load.outcomes["timed out"]):
        row.lose("no answer in time")


async def _send_all_again(row: Row, load: Load, port: int) -> None:
    """Send everything once more: what was acknowledged gets its first answer again."""
    answers = await send_again(load, port, list(load.sent))
    for key, first in load.acknowledged().items():
        row.expect(first.body, answers[key].body, f"the answer to {key}")
    for key in load.sent.keys() - load.answers.keys():
        if load.error(key, answers[key]):
            row.lose(f"{key} cannot be sent again: {answers[key].status} {answers[key].body!r}")
