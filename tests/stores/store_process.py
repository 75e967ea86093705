"""A program that works on a book as a process of its own: ``python -m tests.stores.store_process URL JOB``.

It begins when it is told to by a line on its input, and says on its output what is done as soon as
that has been acknowledged.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.order import Identity, Line, Order, Reference
from orderglot.core.ports import Book
from orderglot.hub.books import open_store
from orderglot.stores.store import BookStore

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


def _named(name: str) -> Order:
    customer = Identity(number=f"C{len(name)}")
    return Order(references=(Reference("kole", name),), customer=customer, lines=LINES)


async def _book(store: BookStore) -> Book:
    return store.of(Caller(seller=(await store.seller("example")).id))


JOBS: dict[str, Callable[[BookStore], Awaitable[None]]] = {
    "add": add,
    "burst": burst,
    "change": change,
    "write": write,
}


async def main(url: str, job: str) -> None:
    sys.stdin.readline()
    store = open_store(url, create=True)
    await JOBS[job](store)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
