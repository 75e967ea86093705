"""How long a partner's gets take while others search, and how their searches are answered.

    .venv/bin/python -m bench.searches [ORDERS] [SECONDS]

Catalyst's wire, on SQLite and on PostgreSQL: one connection gets orders by id with one key; meanwhile
some others search with another key (for a text within every order's document), or list pages of 500.
Times are milliseconds, measured in turns; the medians of the rounds are shown.
"""

from __future__ import annotations

import asyncio
import http.client
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from urllib.parse import quote

from bench.copies import Copies, Databases, Files
from bench.load import Sample, endless, send_load
from bench.output import log
from bench.postgres import postgres
from bench.request_bytes import GET, Wire, workloads
from bench.rounds import figures, in_turns
from bench.sample_orders import Shop, filled
from bench.serving import orderglot, serving, take_load_core
from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.hub.books import open_store
from orderglot.stores.store import BookStore

DIALECT = "catalyst"
_NUMBERS = count()
ORDERS = 28_816
ROUNDS = 3
PATH = "/webresources/api/v3/sites/current/orders?"
SEARCH = PATH + "where=" + quote('{"shippingInstructions":{"$contains":"zz@"}}', safe="@")
"""The @ is replaced by a number, for what was counted a moment ago is cached."""
PAGE = PATH + "limit=500"
BESIDE: dict[str, tuple[int, str]] = {
    "nobody": (0, ""),
    "1 search": (1, SEARCH),
    "8 searches": (8, SEARCH),
    "32 searches": (32, SEARCH),
    "8 pages of 500": (8, PAGE),
}


def main(orders: str = str(ORDERS), seconds: str = "4") -> None:
    """Measure both stores, and print a table of each."""
    take_load_core()
    with TemporaryDirectory(prefix="orderglot-searches-") as folder, postgres() as server:
        for copies in (Files(Path(folder)), Databases(server)):
            _measure(copies, int(orders), float(seconds))


def _measure(copies: Copies, orders: int, seconds: float) -> None:
    gets, token = asyncio.run(_fill(copies, orders))
    with serving(orderglot(copies.copy("orderglot"))) as server:
        port, statuses = server.port, {name: Counter[int]() for name in BESIDE}
        sides: dict[str, Callable[[], Sample]] = {
            name: partial(_side, port, gets, token, statuses[name], *beside, seconds)
            for name, beside in BESIDE.items()
        }
        found = in_turns(sides, ROUNDS)
    print(f"\n{copies.store}, {orders:,} orders, a get beside")
    print(f"{'':20}{'p50':>9}{'p99':>9}{'gets/s':>9}  the others were answered")
    for name, samples in found.items():
        one = figures(samples)
        answers = ", ".join(f"{n:,} times {status}" for status, n in statuses[name].most_common())
        print(
            f"{name:20}{one.p50.median:>9.2f}{one.p99.median:>9.2f}{one.rate.median:>9,.0f}  {answers}"
        )


async def _fill(copies: Copies, orders: int) -> tuple[tuple[bytes, ...], str]:
    """Fill the book; give the encoded gets of one key, and another key's token."""
    store = open_store(copies.url, create=True)
    log(f"{copies.store}: {orders:,} orders")
    shop = await filled(store, DIALECT, orders)
    every = await workloads(store, Wire(DIALECT, DIALECT), shop)
    token = await _another_key(store, shop)
    await store.close()
    copies.filled()
    return next(one.requests for one in every if one.call == GET), token


async def _another_key(store: BookStore, shop: Shop) -> str:
    auth = dialects.dialect(DIALECT).auth
    caller = Caller(seller=shop.seller.id)
    return (
        await store.keyring.issue_key(DIALECT, caller, auth.make_secret, auth.make_key_id)
    ).secret


def _side(
    port: int,
    gets: tuple[bytes, ...],
    token: str,
    statuses: Counter[int],
    many: int,
    path: str,
    seconds: float,
) -> Sample:
    with _searching(port, token, statuses, many, path):
        return send_load(port, endless(gets), connections=1, seconds=seconds)


@contextmanager
def _searching(
    port: int, token: str, statuses: Counter[int], many: int, path: str
) -> Iterator[None]:
    """Let so many clients search again and again, each as soon as it is answered."""
    ends = time.monotonic() + 3600
    going = [ends]
    threads = [
        Thread(target=_search, args=(port, token, statuses, path, going)) for _ in range(many)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        going[0] = 0
        for thread in threads:
            thread.join()


def _search(port: int, token: str, statuses: Counter[int], path: str, going: list[float]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while time.monotonic() < going[0]:
        target = path.replace("@", str(next(_NUMBERS)))
        connection.request("GET", target, headers={"authorization": token})
        response = connection.getresponse()
        response.read()
        statuses[response.status] += 1
        if response.status != 200:
            time.sleep(0.2)
    connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
