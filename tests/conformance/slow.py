"""A book in memory at which everybody has to wait, so that two who ask at once come between each other."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from inspect import iscoroutinefunction
from typing import Any

from orderglot.core.caller import Caller
from orderglot.faces.server import Server
from orderglot.stores.memory.backend import MemoryBackend
from orderglot.stores.store import BookStore
from orderglot.wire.dialect import Dialect
from tests.conformance.callers import clock_of
from tests.conformance.implementations import Clock
from tests.conformance.specimens import shelve

Open = Callable[[Clock], BookStore]


class Slow(MemoryBackend):
    """Rows in memory, of which each question lets others have some turns first."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._random = random.Random(seed)

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name.startswith("_") or not iscoroutinefunction(found):
            return found

        async def asked(*args: Any) -> Any:
            for _ in range(self._random.randrange(4)):
                await asyncio.sleep(0)
            return await found(*args)

        return asked


def slow(seed: int) -> Open:
    """Give what opens an empty slow book, in which other turns are taken with each seed."""
    return lambda clock: BookStore(Slow(seed), clock)


async def two_servers(dialect: Dialect, open_store: Open) -> tuple[list[Server], BookStore, Caller]:
    """Give two servers over the book of a dialect's specimens, each with a store of its own.

    Beside them, the first one's store, and who sees everything in it.
    """
    clock = clock_of(dialect)
    store = open_store(clock)
    seller = await shelve(store, dialect)
    stores = (store, BookStore(store._backend, clock))
    everything = Caller(seller=seller, tests=True, deleted=True)
    return [Server(dialect, one) for one in stores], store, everything
