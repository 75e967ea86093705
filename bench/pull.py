"""Pull: a vendor's orders into a new book, beside requesting the same pages and discarding them.

The vendor is another Orderglot on the other core. Both ways use a socket; what is pulled is stored
durably.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from msgspec import Struct

from bench.load import Wrong
from bench.output import log
from bench.request_bytes import WIRES
from bench.rounds import Spread, ratio, spread
from bench.sample_orders import Shop, filled
from bench.serving import orderglot, serving
from orderglot import demo, dialects
from orderglot.core.caller import Caller
from orderglot.faces.client import Client
from orderglot.faces.http import HttpTransport
from orderglot.hub.books import open_store
from orderglot.sync.channel import Channel
from orderglot.sync.criteria import Criteria
from orderglot.sync.pull import pull
from orderglot.sync.vendor import Source, Vendor
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Request, Response


class Pulled(Struct, frozen=True, kw_only=True):
    """The figures of one dialect's pull, in orders a second."""

    dialect: str
    orders: int
    pull: Spread
    again: Spread
    """A second pull, of orders that are all in the book."""
    bare: Spread
    share: Spread
    """The share of the bare rate that the pull reaches."""


def listing() -> list[str]:
    """Give the names of the dialects that can list."""
    names = dict.fromkeys(wire.dialect for wire in WIRES)
    return [name for name in names if dialects.dialect(name).flows.page is not None]


class Effort(Struct, frozen=True, kw_only=True):
    """How much to measure."""

    orders: int = 1_000
    rounds: int = 3


QUICK = Effort(orders=300, rounds=1)


def measured(folder: Path, effort: Effort) -> list[Pulled]:
    """Pull over every dialect that can list."""
    return [_measured(folder, name, effort.orders, effort.rounds) for name in listing()]


def _measured(folder: Path, name: str, orders: int, rounds: int) -> Pulled:
    dialect = dialects.dialect(name)
    source = f"sqlite:///{folder / f'source-{name}.db'}"
    shop = asyncio.run(_filled(source, name, orders))
    found: dict[str, list[float]] = {"pull": [], "pull again": [], "bare paging": []}
    with serving(orderglot(source)) as server:
        url = f"http://127.0.0.1:{server.port}"
        for number in range(rounds):
            target = f"sqlite:///{folder / f'target-{name}-{number}.db'}"
            for what, rate in asyncio.run(_round(target, url, dialect, shop)):
                found[what].append(rate)
    done = Pulled(
        dialect=name,
        orders=orders,
        pull=spread(found["pull"]),
        again=spread(found["pull again"]),
        bare=spread(found["bare paging"]),
        share=ratio(found["pull"], found["bare paging"]),
    )
    log(
        f"pull over {name}: {done.pull.median:,.0f} orders/s, again {done.again.median:,.0f}/s,"
        f" bare paging {done.bare.median:,.0f}/s: {done.share.median:.2f} of it"
    )
    return done


async def _filled(url: str, name: str, orders: int) -> Shop:
    store = open_store(url, create=True)
    try:
        return await filled(store, name, orders)
    finally:
        await store.close()


async def _round(target: str, url: str, dialect: Dialect, shop: Shop) -> list[tuple[str, float]]:
    """Pull into a new book, once more into the same, then request the same and discard it."""
    store = open_store(target, create=True)
    book = store.of(Caller(seller=(await store.add_seller("target")).id))
    sent: list[Request] = []
    async with HttpTransport(url) as transport:

        async def send(request: Request) -> Response:
            sent.append(request)
            return await transport(request)

        async def pulling() -> None:
            sent.clear()
            client = Client(dialect, send, _credentials(dialect, shop))
            channel = Channel(name="bench", dialect=dialect.name, url=url, credentials={})
            source = Source(channel.reference, dialect, continued=True)
            done = await pull(book, Vendor(channel, client, source), Criteria(url=url))
            if done.checkpoint.read < shop.orders:
                raise Wrong(f"{done.checkpoint.read} of {shop.orders} orders were pulled")

        async def paging() -> None:
            for request in sent:
                await transport(request)

        ways = (("pull", pulling), ("pull again", pulling), ("bare paging", paging))
        found = [(what, await _rate(way, shop.orders)) for what, way in ways]
    await store.close()
    return found


def _credentials(dialect: Dialect, shop: Shop) -> dict[str, str]:
    secrets = demo.credential(dialect.name, dialect.auth.fields)
    return {**secrets, **({dialect.customer: shop.customer} if dialect.customer else {})}


async def _rate(way: Callable[[], Awaitable[None]], orders: int) -> float:
    began = time.perf_counter()
    await way()
    return orders / (time.perf_counter() - began)
