"""Webhooks: whatever the receiver does, and whenever who sends is killed, each event arrives, in order per order."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.order import Order
from orderglot.core.ports import Book
from orderglot.core.webhook_addresses import Addresses
from orderglot.core.webhooks import Endpoint
from orderglot.stores.store import BookStore
from torture import books
from torture.harness import Harness, Row
from torture.server_process import environment

KILLS = 20
ORDERS, CHANGES = 3, 3
"""So many orders are placed between two kills, and each is changed so often."""

LONGEST = 90.0
"""After so many seconds at the end nothing more is waited for: what failed is tried again after five."""

LOOPBACK = Addresses([ip_network("127.0.0.0/8")])
WELL, BADLY = b"HTTP/1.1 204 No Content\r\n\r\n", b"HTTP/1.1 503 Later\r\ncontent-length: 0\r\n\r\n"
CHANCES = (0.03, 0.06)
"""How often a request is answered badly, and how often it or nothing is: who asks waits for a second."""


def run(harness: Harness) -> None:
    """Deliver to a receiver that fails now and then, and kill who delivers."""
    for store in harness.stores:
        with harness.row(f"events that arrive while who sends is killed, {store.name}") as row:
            folder = harness.new_folder()
            url, _ = books.new_book(store, folder)
            asyncio.run(
                _killed(row, harness.scaled(KILLS), harness.random(store.name), url, folder)
            )


class Receiver:
    """Keeps which versions of which orders were taken, in the order in which they came."""

    def __init__(self, chance: random.Random) -> None:
        self.taken: dict[int, list[int]] = defaultdict(list)
        self._chance = chance

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer what comes on one connection, well or not."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
                event = json.loads(await reader.readexactly(length))
                drawn = self._chance.random()
                if drawn < CHANCES[1]:
                    if drawn < CHANCES[0]:
                        writer.write(BADLY)
                    continue
                self.taken[event["data"]["order"]].append(event["data"]["version"])
                writer.write(WELL)
        except (asyncio.IncompleteReadError, asyncio.CancelledError, OSError):
            writer.close()


async def _killed(row: Row, kills: int, chance: random.Random, url: str, folder: Path) -> None:
    receiver = Receiver(chance)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with books.opened(url) as opened:
        seller = (await opened.sellers())[0].id
        opened.webhooks.addresses = LOOPBACK
        types = ("order.created", "order.changed")
        hook = Endpoint(url=f"http://127.0.0.1:{port}/", types=types)
        id = (await opened.webhooks.add(seller, hook)).watched.endpoint.id
        book = opened.of(Caller(seller=seller))
        orders = list[Order]()
        for _ in range(kills):
            with delivering(url, folder):
                orders += await _changed(book)
                await asyncio.sleep(chance.uniform(0.5, 2.0))
            row.increment("kills")
        with delivering(url, folder):
            await _settled(opened, seller, id, receiver, orders)
    server.close()
    _judge(row, receiver, orders)


async def _changed(book: Book) -> list[Order]:
    """Place some orders and change each some times."""
    placed = [await book.place(Order(currency="USD")) for _ in range(ORDERS)]
    for time in range(CHANGES):
        placed = [await book.change(replace(one, notes=f"change {time}")) for one in placed]
    return placed


async def _settled(
    store: BookStore, seller: int, id: str, receiver: Receiver, orders: list[Order]
) -> None:
    """Wait until all has arrived; what is to wait for minutes is asked to be sent again."""
    async with asyncio.timeout(LONGEST):
        while any(_missing(receiver, one) for one in orders):
            for one in await store.webhooks.deliveries(seller, id, "", 1_000):
                if one.state == "waiting" and one.failed > 1:
                    await store.webhooks.resend(seller, id, one.id)
            await asyncio.sleep(2)


def _missing(receiver: Receiver, order: Order) -> bool:
    return not set(range(1, order.version + 1)) <= set(receiver.taken[order.id])


def _judge(row: Row, receiver: Receiver, orders: list[Order]) -> None:
    for order in orders:
        came = receiver.taken[order.id]
        first = list(dict.fromkeys(came))
        row.expect(list(range(1, order.version + 1)), first, f"events of order {order.id}")
        row.note("twice", float(row.figures.get("twice", 0)) + len(came) - len(first))


@contextmanager
def delivering(url: str, folder: Path) -> Iterator[None]:
    """Have a process deliver meanwhile, which is killed at the end."""
    words = (sys.executable, "-m", "torture.deliver_process", url)
    with subprocess.Popen(words, env=environment(folder)) as process:
        try:
            yield
        finally:
            process.kill()
