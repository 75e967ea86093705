"""Growth: the same queries to a book of ten thousand orders, of a hundred thousand, of a million.

They go to Catalyst's server face, whose filters can do the most of the vendors', and to our own, over one
connection, for latency is what counts. The books are served side by side and queried in turns.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import islice
from pathlib import Path
from urllib.parse import quote

from msgspec import Struct

from bench import book as made
from bench.book import FIRST, filled
from bench.console_pages import console_requests
from bench.load import Sample, endless
from bench.output import log
from bench.own_queries import OWN, OWN_SECRET, own_requests
from bench.realfile import CUT
from bench.request_bytes import HOST
from bench.rounds import Figures, figures, in_turns
from bench.serving import Serving, orderglot, serving
from orderglot.core.caller import Caller
from orderglot.core.order import Order
from orderglot.hub.books import open_store
from orderglot.stores.store import BookStore

DIALECT = "catalyst"
SECRET = "0" * 64
SITE = "/webresources/api/v3/sites/current/orders"
NEWEST = "order=-createDate&limit=25"
FROM_THE_END = 60
SOME_HUNDRED = 300
EVENLY = 1_000
SELLERS, ORDERS_EACH = 1_000, 50

GET, PAGE_1, MIDDLE, NEAR_END, SOME, MOST, AGAIN, NAMED, CREATE = (
    "get",
    "list, page 1",
    "list, in the middle",
    "list, near the end",
    "filter, some hundred",
    "filter, most of all, first time",
    "filter, most of all, again",
    "filter, the name contains",
    "create",
)


class Grown(Struct, frozen=True, kw_only=True):
    """How long each query takes at one size of the book."""

    sellers: int
    orders: int
    megabytes: float
    queries: dict[str, Figures]


class Effort(Struct, frozen=True, kw_only=True):
    """How much to measure."""

    sizes: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    sellers: int = SELLERS
    rounds: int = 3
    seconds: float = 1.0


QUICK = Effort(sizes=(1_000, 10_000), sellers=20, rounds=2, seconds=0.2)


class GrownBook(Struct, frozen=True):
    """A book that is queried: where it is, how large, and the requests by the names of the queries."""

    url: str
    sellers: int
    orders: int
    megabytes: float
    requests: dict[str, tuple[bytes, ...]]


def measured(folder: Path, effort: Effort) -> list[Grown]:
    """Measure one seller's book at every size, and a book of many sellers."""
    books = [*_of_one_seller(folder, effort.sizes), _of_many_sellers(folder, effort.sellers)]
    return measured_books(books, effort)


def measured_books(books: Sequence[GrownBook], effort: Effort) -> list[Grown]:
    """Serve books side by side, and measure each query in turns."""
    with ExitStack() as stack:
        running = [stack.enter_context(serving(orderglot(book.url))) for book in books]
        found: list[dict[str, Figures]] = [{} for _ in books]
        for what in books[0].requests:
            turns = {
                str(place): partial(_turn, server, endless(book.requests[what]), effort.seconds)
                for place, (server, book) in enumerate(zip(running, books, strict=True))
                if what in book.requests
            }
            samples = in_turns(turns, effort.rounds)
            for place, several in samples.items():
                found[int(place)][what] = figures(several)
            log(f"growth: {what}: {_waits(samples, books)}")
    return [
        Grown(sellers=book.sellers, orders=book.orders, megabytes=book.megabytes, queries=queries)
        for book, queries in zip(books, found, strict=True)
    ]


def _turn(server: Serving, requests: Iterator[bytes], seconds: float) -> Sample:
    return server.send_load(requests, connections=1, seconds=seconds)


def _waits(samples: Mapping[str, Sequence[Sample]], books: Sequence[GrownBook]) -> str:
    return ", ".join(
        f"{books[int(place)].orders:,} orders p50 {figures(several).p50.median:.2f} ms"
        f" p99 {figures(several).p99.median:.2f} ms"
        for place, several in samples.items()
    )


def _of_one_seller(folder: Path, sizes: Sequence[int]) -> list[GrownBook]:
    """Let one book grow, and keep a copy of it at each size."""
    growing = folder / "growing.db"
    books = []
    for size in sizes:
        log(f"growth: a book of {size:,} orders")
        session = asyncio.run(filled_with_key(f"sqlite:///{growing}", size))
        copy = folder / f"grown-{size}.db"
        shutil.copy(growing, copy)
        books.append(_in_file(copy, 1, size, requests(size, _high_price(copy), session)))
    growing.unlink()
    return books


def _in_file(
    path: Path, sellers: int, orders: int, asked: dict[str, tuple[bytes, ...]]
) -> GrownBook:
    megabytes = round(path.stat().st_size / 2**20, 1)
    return GrownBook(f"sqlite:///{path}", sellers, orders, megabytes, asked)


async def filled_with_key(url: str, size: int) -> str:
    """Fill a book up to so many orders of its first seller, who has the key of the bench.

    Gives the secret of somebody who is signed in to its console.
    """
    store = open_store(url, create=True)
    try:
        book = await filled(store, CUT, size)
        caller = Caller(seller=book.caller.seller)
        await store.keyring.plant_key(DIALECT, caller, "bench", SECRET)
        await store.keyring.plant_key(OWN, caller, "bench", OWN_SECRET)
        return await store.users.begin("bench", "")
    finally:
        await store.close()


def requests(size: int, high: str, session: str) -> dict[str, tuple[bytes, ...]]:
    """Encode the queries to a book of so many orders, of which some hundred come to more than ``high``.

    ``session`` is the secret of who is signed in to the console.
    """
    step = max(1, size // EVENLY)
    # Each is another query, so that nothing is cached from the last one.
    over_40 = [_over(f"{40 + place / 1000:.3f}") for place in range(1, 10_000)]
    return {
        GET: tuple(_get(f"/{FIRST + number * 7919 % size}") for number in range(0, size, step)),
        PAGE_1: (_get(f"?{NEWEST}"),),
        MIDDLE: tuple(_get(f"?{NEWEST}&skip={size * tenths // 10}") for tenths in (3, 4, 6, 7)),
        NEAR_END: (_get(f"?{NEWEST}&skip={size - FROM_THE_END}"),),
        SOME: (_over(high),),
        MOST: tuple(over_40),
        AGAIN: (_over("40"),),
        CREATE: (_create(),),
        # Those are the oldest orders of every book, whatever its size.
        **own_requests(list(islice(made.endless(CUT), SOME_HUNDRED))),
        **console_requests(made.SELLER, session),
    }


def _high_price(path: Path) -> str:
    """Give a price that some hundred orders exceed."""
    connection = sqlite3.connect(path)
    ((total,),) = connection.execute(
        "SELECT total FROM orders WHERE seller = 1 ORDER BY total DESC LIMIT 1 OFFSET ?",
        (SOME_HUNDRED,),
    ).fetchall()
    connection.close()
    return f"{total / 10**6:.6f}"


def _over(price: str) -> bytes:
    where = quote(f"{{'totalPrice':{{'$gt':'{price}'}}}}")
    return _get(f"?where={where}&{NEWEST}")


def contained(texts: Sequence[str]) -> tuple[bytes, ...]:
    """Encode queries for orders whose names contain texts."""
    return tuple(
        _get(f"?where={quote(json.dumps({'name': {'$contains': text}}))}&{NEWEST}")
        for text in texts
    )


def _get(rest: str, secret: str = SECRET) -> bytes:
    head = f"GET {SITE}{rest} HTTP/1.1\r\nhost: {HOST}\r\nauthorization: {secret}\r\n\r\n"
    return head.encode()


def _create(secret: str = SECRET) -> bytes:
    body = b'{"name":"A new order","statusTypeId":1}'
    head = (
        f"POST {SITE} HTTP/1.1\r\nhost: {HOST}\r\nauthorization: {secret}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _of_many_sellers(folder: Path, sellers: int) -> GrownBook:
    """Make a book in which many sellers have some orders each."""
    log(f"growth: a book of {sellers:,} sellers")
    path = folder / "sellers.db"
    secrets = asyncio.run(fill_sellers(f"sqlite:///{path}", sellers))
    return _in_file(path, sellers, sellers * ORDERS_EACH, sellers_requests(secrets))


def sellers_requests(secrets: Sequence[str]) -> dict[str, tuple[bytes, ...]]:
    """Encode the queries to a book of many sellers, who have a key each."""
    return {
        GET: tuple(
            _get(f"/{FIRST + place % ORDERS_EACH}", one) for place, one in enumerate(secrets)
        ),
        PAGE_1: tuple(_get(f"?{NEWEST}", one) for one in secrets),
        CREATE: tuple(_create(one) for one in secrets),
    }


async def fill_sellers(url: str, sellers: int) -> list[str]:
    """Add so many sellers with some orders and a key each, and give the keys."""
    store = open_store(url, create=True)
    orders = tuple(islice(made.endless(CUT), ORDERS_EACH))
    try:
        return [await _add_seller(store, number, orders) for number in range(sellers)]
    finally:
        await store.close()


async def _add_seller(store: BookStore, number: int, orders: Sequence[Order]) -> str:
    seller = await store.add_seller(f"seller-{number}")
    caller = Caller(seller=seller.id)
    await store.of(caller).keep(*orders)
    secret = f"{number:064}"
    await store.keyring.plant_key(DIALECT, caller, f"bench-{number}", secret)
    return secret
