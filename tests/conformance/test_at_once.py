"""Two at once: whatever two clients write at the same moment, it is as if one came after the other.

So no rule over several orders is asked of a book that changes meanwhile, nothing is lost, and nobody is
told to try again. Each client has a store of its own over the one book, as two processes have.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection
from itertools import combinations_with_replacement

import msgspec
import pytest
from msgspec.structs import replace

from orderglot.core.caller import ADMIN, OPEN, READ
from orderglot.core.errors import Conflict
from orderglot.core.ports import Book
from orderglot.stores import writes
from orderglot.stores.backend import Raced
from orderglot.stores.book import TRIES
from orderglot.stores.memory import MemoryStore
from orderglot.stores.memory.backend import MemoryBackend
from orderglot.stores.store import BookStore
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Request, Response
from tests.citus import BorrowedClusterBackend
from tests.conformance.callers import keyed
from tests.conformance.implementations import Clock, Shop
from tests.conformance.slow import Open, slow, two_servers
from tests.conformance.specimens import welcome
from tests.postgres import BorrowedBackend

Outcome = tuple[str, str, tuple[str, ...]]
"""What each of two clients was answered, and the orders that are in the book then."""

Close = Callable[[BookStore], Awaitable[None]]

SERVERS_OWN = (BorrowedBackend, BorrowedClusterBackend)

OURS = re.compile(r"\b1\d{9}(\d{3})?\b")
"""An id that the hub has given, or that of a line of such an order."""

MADE = re.compile(r"\b[0-9a-f]{30}NA\b|\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
"""A name that is made of such an id."""

SEEDS = range(3)

MOST = 100
"""So many pairs of writes are all tried."""


def anonymous(text: str) -> str:
    """Leave out of a text which ids the hub gave: who comes first has the lower one."""
    return MADE.sub("made", OURS.sub("ours", text))


def shown(answer: Response) -> str:
    return anonymous(f"{answer.status} {sorted(answer.headers.items())} {answer.body!r}")


async def outcome(whole: Book, answers: list[Response]) -> Outcome:
    orders = [replace(order, id=0, unknown=()) async for order in whole.walk()]
    one, other = map(shown, answers)
    texts = [msgspec.json.encode(order, order="sorted").decode() for order in orders]
    return one, other, tuple(sorted(map(anonymous, texts)))


async def one_by_one(dialect: Dialect, asked: list[Request], first: int) -> Outcome:
    """Have one client come after the other; ``first`` is which."""
    servers, store, everything = await two_servers(dialect, MemoryStore)
    came = {at: await servers[at](asked[at]) for at in (first, 1 - first)}
    return await outcome(store.of(everything), [came[0], came[1]])


async def at_once(
    dialect: Dialect, asked: list[Request], open_store: Open, close: Close
) -> Outcome:
    servers, store, everything = await two_servers(dialect, open_store)
    ask = [server(request) for server, request in zip(servers, asked, strict=True)]
    try:
        return await outcome(store.of(everything), list(await asyncio.gather(*ask)))
    finally:
        await close(store)


def writing(dialect: Dialect) -> list[Request]:
    """Give every write of a dialect's specimens."""
    return [
        one.request
        for one in welcome(dialect.name)
        if one.operation and one.operation.endpoint.right not in (OPEN, READ, ADMIN)
    ]


def collection(request: Request) -> str:
    """Give what stands in a path behind the version of an API: what the request is about."""
    return "/".join(request.path.split("/")[:4])


def pairs(dialect: Dialect) -> list[list[Request]]:
    """Give every two writes of a dialect's specimens that may meet, each under a key of its own.

    All of them may in a dialect that is about orders; in one that is about much else those to the same
    collection, and every write beside the first, which makes an order.
    """
    two = list(combinations_with_replacement(writing(dialect), 2))
    if len(two) > MOST:
        first = next(one for one in writing(dialect) if collection(one).endswith("/orders"))
        two = [
            (one, other)
            for one, other in two
            if collection(one) == collection(other) or first in (one, other)
        ]
    return [[keyed(dialect, one, "demo-1"), keyed(dialect, other, "demo-2")] for one, other in two]


_expected: dict[tuple[str, int, int], Outcome] = {}


async def is_one_by_one(
    found: Outcome, dialect: Dialect, number: int, asked: list[Request]
) -> bool:
    """Tell whether a pair came to what it comes to one by one, whichever is first.

    Each store is held against the same, and mostly the first one came first.
    """
    for first in (0, 1):
        place = dialect.name, number, first
        if place not in _expected:
            _expected[place] = await one_by_one(dialect, asked, first)
        if found == _expected[place]:
            return True
    return False


async def check(dialect: Dialect, several: list[Open], close: Close = BookStore.close) -> None:
    for number, asked in enumerate(pairs(dialect)):
        for open_store in several:
            found = await at_once(dialect, asked, open_store, close)
            assert await is_one_by_one(found, dialect, number, asked), asked


def test_two_at_once_are_as_one_after_the_other(dialect: Dialect) -> None:
    asyncio.run(check(dialect, list(map(slow, SEEDS))))


@pytest.mark.long
def test_so_they_are_in_every_store(dialect: Dialect, shop: Shop) -> None:
    def store(clock: Clock) -> BookStore:
        # A database is opened once, and emptied for the next two: to open one of a server takes longer than they do.
        if shop.opened and isinstance(shop.opened[0]._backend, SERVERS_OWN):
            return BookStore(shop.opened[0]._backend, clock)
        return shop.store(clock)

    async def close(opened: BookStore) -> None:
        if isinstance(opened._backend, SERVERS_OWN):
            await opened._backend.empty()
        else:
            await opened.close()
            # The shop closes what it has in the end.
            shop.opened[-1] = MemoryStore()

    shop.run(check(dialect, [store], close))


class Taken(MemoryBackend):
    """Rows in memory, of which somebody else has always changed some when something is written."""

    def __init__(self) -> None:
        super().__init__()
        self.tries: int | None = None

    async def commit(self, seller: int, batch: Collection[writes.Write]) -> None:
        if self.tries is not None:
            self.tries += 1
            raise Raced(seller)
        await super().commit(seller, batch)


def test_who_is_overtaken_each_time_gets_the_vendors_own_conflict(dialect: Dialect) -> None:
    async def ask() -> None:
        backend = Taken()
        servers, _, _ = await two_servers(dialect, lambda clock: BookStore(backend, clock))
        for request in writing(dialect):
            backend.tries = 0
            answer = await servers[0](request)

            if backend.tries:  # what is a preview writes nothing
                assert TRIES == backend.tries
                assert isinstance(dialect.faults.read(answer), Conflict)

    asyncio.run(ask())
