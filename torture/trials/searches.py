"""One partner searches without end: another one's gets are answered as if nobody did."""

from __future__ import annotations

import asyncio
import json
import time
from itertools import count
from statistics import quantiles
from urllib.parse import quote

from msgspec import Struct

from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.core.order import Order, Reference, Shipping
from torture import books
from torture.connections import Connection, connection, opened
from torture.harness import Harness, Row
from torture.server_process import serving

NAME = "catalyst"
ORDERS = 28_816
SEARCHERS = 32
SECONDS = 10.0
ALLOWED = 10.0
"""Milliseconds that 99 of 100 gets may take beside the searches."""

BUSY = 5.0
"""On a machine that is busy itself, so many times what they take beside nobody."""

ROUNDS = 3
"""So often they are measured, until once they take no longer: what else a machine does passes."""

PATH = "/webresources/api/v3/sites/current/orders"
WHERES = (
    '{"shippingInstructions":{"$contains":"zz@"}}',
    '{"$or":[{"shippingAttention":"@"},{"discountRate":{"$gt":"@"}},{"giftVoucherId":"@"}]}',
    '{"name":{"$contains":"@"}}',
)


class Keys(Struct, frozen=True):
    """The tokens of who asks for orders by id, and of who searches."""

    gets: str
    searches: str


def run(harness: Harness) -> None:
    """Ask for orders by id with one key, beside nobody and beside searches with another."""
    for store in harness.stores:
        what = f"gets beside {SEARCHERS} searches, {store.name}"
        with harness.row(what) as row:
            folder = harness.new_folder()
            url = store.new(folder)
            orders = harness.scaled(ORDERS, least=1_000)
            keys = asyncio.run(_filled(url, orders))
            with serving(row, folder, url) as served:
                asyncio.run(_try(harness, row, served.port, keys, orders))


async def _filled(url: str, orders: int) -> Keys:
    async with books.opened(url) as store:
        seller = (await store.add_seller("example")).id
        book = store.of(Caller(seller=seller))
        for first in range(0, orders, 500):
            await book.keep(*map(_order, range(first, min(first + 500, orders))))
        auth = dialects.dialect(NAME).auth
        owner = Caller(seller=seller)
        one, other = [
            await store.keyring.issue_key(NAME, owner, auth.make_secret, auth.make_key_id)
            for _ in range(2)
        ]
    return Keys(one.secret, other.secret)


def _order(number: int) -> Order:
    shipping = Shipping(instructions="Leave it with the neighbours, and ring twice", attention="Al")
    return Order(
        references=(Reference(NAME, str(1_000 + number)),), name=f"Shop {number}", shipping=shipping
    )


async def _try(harness: Harness, row: Row, port: int, keys: Keys, orders: int) -> None:
    seconds = max(2.0, SECONDS * harness.scale)
    rng = harness.random(row.what)
    ids = [str(1_000 + rng.randrange(orders)) for _ in range(1_000)]
    await _gets(row, port, keys.gets, ids, 1.0)
    times = await _measured(row, port, keys, ids, seconds)
    for _ in range(1, ROUNDS):
        if percentile(times[1], 99) < _allowed(times[0]):
            break
        times = await _measured(row, port, keys, ids, seconds)
    for name, taken in zip(("alone", "beside them"), times, strict=True):
        p50, p99 = percentile(taken, 50), percentile(taken, 99)
        row.note(
            f"a get {name}, ms at p50, p99 and most", f"{p50:.1f}, {p99:.1f}, {max(taken):.1f}"
        )
    allowed, slow = _allowed(times[0]), percentile(times[1], 99)
    row.expect(True, slow < allowed, f"99 of 100 gets within {allowed:.0f} ms, not {slow:.0f}")


def _allowed(alone: list[float]) -> float:
    return max(ALLOWED, BUSY * percentile(alone, 99))


async def _measured(
    row: Row, port: int, keys: Keys, ids: list[str], seconds: float
) -> tuple[list[float], list[float]]:
    """Give what gets take beside nobody, and beside searches, in milliseconds."""
    alone = await _gets(row, port, keys.gets, ids, seconds)
    return alone, await _beside_searches(row, port, keys, ids, seconds)


async def _beside_searches(
    row: Row, port: int, keys: Keys, ids: list[str], seconds: float
) -> list[float]:
    """Give what gets take, in milliseconds, while others search."""
    ends = time.monotonic() + seconds + 1
    others = [
        asyncio.create_task(_searches(row, port, keys.searches, number, ends))
        for number in range(SEARCHERS)
    ]
    await asyncio.sleep(0.5)
    times = await _gets(row, port, keys.gets, ids, seconds)
    await asyncio.gather(*others)
    return times


def percentile(times: list[float], part: int) -> float:
    """Give the time that so many of a hundred do not exceed."""
    return quantiles(times, n=100, method="inclusive")[part - 1]


async def _gets(row: Row, port: int, token: str, ids: list[str], seconds: float) -> list[float]:
    times, ends = list[float](), time.monotonic() + seconds
    async with connection(port) as asked:
        for number in count():
            id = ids[number % len(ids)]
            began = time.monotonic()
            answer = await asked.ask(_get(f"{PATH}/{id}", token))
            times.append((time.monotonic() - began) * 1000)
            right = answer.status == 200 and str(json.loads(answer.body)["id"]) == id
            row.expect(True, right, f"the get of order {id}: {answer.status} {answer.body[:100]!r}")
            if time.monotonic() > ends:
                return times
    raise AssertionError


async def _searches(row: Row, port: int, token: str, number: int, ends: float) -> None:
    """Search for something else each time; what is refused says when it may be tried again."""
    asked: Connection = await opened(port)
    for turn in count(number):
        if time.monotonic() > ends:
            break
        where = quote(WHERES[turn % len(WHERES)].replace("@", str(turn * SEARCHERS + number)))
        answer = await asked.ask(_get(f"{PATH}?where={where}&limit=500", token))
        fair = answer.status == 200 or (answer.status == 429 and "retry-after" in answer.headers)
        row.expect(True, fair, f"a search: {answer.status} {answer.body[:200]!r}")
        row.increment(f"searches answered {answer.status}")
        if answer.status != 200:
            await asyncio.sleep(0.5)
    asked.close()


def _get(path: str, token: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: orders.example\r\nAuthorization: {token}\r\n\r\n".encode()
