"""Hub to hub: the orders of a file from one book into another in our own dialect, beside Kodaris's."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from pathlib import Path

from msgspec import Struct

from bench import output
from bench.imports import Effort, imported
from bench.load import Wrong
from bench.realfile import real_file
from bench.rounds import Spread, in_turns, ratio, spread
from bench.serving import orderglot, serving
from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.faces.client import Client
from orderglot.faces.http import HttpTransport
from orderglot.hub.books import open_store
from orderglot.sync.channel import Channel
from orderglot.sync.criteria import Criteria
from orderglot.sync.pull import pull
from orderglot.sync.vendor import Source, Vendor

OURS, BESIDE = "orderglot", "kodaris"


class Hubs(Struct, frozen=True, kw_only=True):
    """The figures of pulls between two books; rates in orders a second.

    ``times`` is how many times the other's rate ours is, ``by_time`` the same by the processor time of
    whoever pulls. The other's list shows orders without their lines.
    """

    file: str
    orders: int
    lines: int
    ours: Spread
    beside: Spread
    times: Spread
    by_time: Spread


class Took(Struct, frozen=True):
    """What a pull took: seconds, and seconds of the processor."""

    seconds: float
    processor: float


def measured(folder: Path, effort: Effort) -> Hubs:
    """Pull the file's orders over both dialects, in turns."""
    file, name = real_file(folder, effort.lines)
    output.log(f"hub to hub, {name}")
    there = imported(folder, file)
    source = f"sqlite:///{folder / 'import.db'}"
    keys = asyncio.run(_keys(source))
    with serving(orderglot(source)) as server:
        url = f"http://127.0.0.1:{server.port}"
        sides = {
            dialect: partial(_pulled, folder / f"{dialect}.db", url, dialect, key, there.orders)
            for dialect, key in keys.items()
        }
        found = in_turns(sides, effort.rounds)
    seconds = {side: [one.seconds for one in some] for side, some in found.items()}
    processor = {side: [one.processor for one in some] for side, some in found.items()}
    done = Hubs(
        file=name,
        orders=there.orders,
        lines=there.lines,
        ours=spread([there.orders / one for one in seconds[OURS]]),
        beside=spread([there.orders / one for one in seconds[BESIDE]]),
        times=ratio(seconds[BESIDE], seconds[OURS]),
        by_time=ratio(processor[BESIDE], processor[OURS]),
    )
    output.log(
        f"hub to hub: {done.ours.median:,.0f} orders/s, {done.times.median:.2f} times {BESIDE}'s,"
        f" {done.by_time.median:.2f} by processor time"
    )
    return done


async def _keys(url: str) -> dict[str, dict[str, str]]:
    """Issue a key of each dialect for the seller of the book."""
    store = open_store(url)
    try:
        (seller,) = await store.sellers()
        found = {}
        for name in (OURS, BESIDE):
            auth = dialects.dialect(name).auth
            caller = Caller(seller=seller.id)
            key = await store.keyring.issue_key(name, caller, auth.make_secret, auth.make_key_id)
            found[name] = dict(zip(auth.fields, (key.id, key.secret), strict=True))
        return found
    finally:
        await store.close()


def _pulled(target: Path, url: str, name: str, key: dict[str, str], orders: int) -> Took:
    for old in target.parent.glob(f"{target.name}*"):
        old.unlink()
    return asyncio.run(_pull(target, url, name, key, orders))


async def _pull(target: Path, url: str, name: str, key: dict[str, str], orders: int) -> Took:
    """Pull all orders into a new book."""
    dialect = dialects.dialect(name)
    store = open_store(f"sqlite:///{target}", create=True)
    book = store.of(Caller(seller=(await store.add_seller("target")).id))
    channel = Channel(name="bench", dialect=name, url=url, credentials={})
    source = Source(channel.reference, dialect, continued=True)
    async with HttpTransport(url) as transport:
        vendor = Vendor(channel, Client(dialect, transport, key), source)
        began, processor = time.perf_counter(), time.process_time()
        done = await pull(book, vendor, Criteria(url=url))
        took = Took(time.perf_counter() - began, time.process_time() - processor)
    await store.close()
    if done.checkpoint.new != orders:
        raise Wrong(f"{done.checkpoint.new} of {orders} orders were pulled")
    return took
