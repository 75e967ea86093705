"""A program that works on a book as a process of its own: ``python -m tests.stores.store_process URL JOB``.

It begins when it is told to by a line on its input, and says on its output what is done as soon as
that has been acknowledged.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import Conflict
from orderglot.core.order import Identity, Line, Order, Reference, Totals
from orderglot.core.ports import Book
from orderglot.core.values import Kind, Status
from orderglot.hub.books import open_store
from orderglot.stores.store import BookStore
from tests.clock import NOON

BATCH = 5
LINES = tuple(Line(number=n, sku=f"AA{n}", title="Glass ball") for n in range(1, 40))


def write_line(*words: object) -> None:
    print(*words, flush=True)


async def add(store: BookStore) -> None:
    """Add a seller of one's own."""
    await store.add_seller(f"seller {os.getpid()}")


async def burst(store: BookStore) -> None:
    """Position and keep orders without end, several at a time."""
    book = await _book(store)

    async def places(worker: int) -> None:
        while True:
            order = await book.place(Order(notes=f"worker {worker}", lines=LINES))
            write_line("placed", order.id)

    async def keeps(worker: int) -> None:
        for batch in range(1_000_000):
            name = f"{worker}-{batch}"
            await book.keep(*(_named(f"{name}-{number}") for number in range(BATCH)))
            write_line("kept", name)

    await asyncio.gather(*map(places, range(4)), *map(keeps, range(4)))


async def write(store: BookStore) -> None:
    """Position fifty orders, and keep fifty that others keep as well."""
    book = await _book(store)
    for number in range(50):
        placed, _ = await asyncio.gather(book.place(Order()), book.keep(_named(str(number))))
        write_line("placed", placed.id)


async def change(store: BookStore) -> None:
    """Place orders and change each of them, several at a time."""
    book = await _book(store)

    async def changes(worker: int) -> None:
        for _ in range(10):
            order = await book.place(Order(notes=f"worker {worker}"))
            write_line("wrote", order.id, order.version)
            for _ in range(3):
                order = await book.change(replace(order, notes=f"{order.version} times"))
                write_line("wrote", order.id, order.version)

    await asyncio.gather(*map(changes, range(8)))


async def vary(store: BookStore) -> None:
    """Keep orders that others keep as well, without end, each time in another form."""
    book, chance = await _book(store), random.Random(os.getpid())

    async def varies(_worker: int) -> None:
        while True:
            await kept_otherwise(book, chance)
            write_line("kept")

    await asyncio.gather(*map(varies, range(4)))


async def kept_otherwise(book: Book, chance: random.Random, many: int = 3) -> None:
    """Keep some of thirty orders with other values of all that orders are counted by."""
    try:
        await book.keep(*(_varied(chance, name) for name in chance.sample(range(30), many)))
    except Conflict:
        return  # somebody else was as quick each time


def _varied(chance: random.Random, name: int) -> Order:
    return Order(
        references=(Reference("kole", f"V{name}"),),
        kind=chance.choice((Kind.SALE, Kind.QUOTE)),
        status=chance.choice((Status.RECEIVED, Status.SHIPPED)),
        test=chance.random() < 0.2,
        created=NOON + timedelta(hours=chance.randrange(100)),
        modified=NOON + timedelta(days=1, microseconds=chance.randrange(10**9)),
        deleted=chance.choice((None, None, NOON)),
        totals=Totals(total=chance.choice((None, Decimal(chance.randrange(-9, 99))))),
        extras=chance.choice(({}, {"catalyst.statusTypeId": chance.randrange(3)})),
    )


def _named(name: str) -> Order:
    customer = Identity(number=f"C{len(name)}")
    return Order(references=(Reference("kole", name),), customer=customer, lines=LINES)


async def _book(store: BookStore) -> Book:
    return store.of(Caller(seller=(await store.seller("example")).id))


JOBS: dict[str, Callable[[BookStore], Awaitable[None]]] = {
    "add": add,
    "burst": burst,
    "change": change,
    "vary": vary,
    "write": write,
}


async def main(url: str, job: str) -> None:
    sys.stdin.readline()
    store = open_store(url, create=True)
    await JOBS[job](store)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
