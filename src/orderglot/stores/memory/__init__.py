"""The memory store: everything in dicts, read in the plainest way; what the others must agree with."""

from __future__ import annotations

from orderglot.stores.memory.backend import MemoryBackend
from orderglot.stores.reads import Clock, utc_now
from orderglot.stores.store import BookStore


class MemoryStore(BookStore):
    """A store that is gone when the program ends."""

    def __init__(self, clock: Clock = utc_now) -> None:
        super().__init__(MemoryBackend(), clock)
