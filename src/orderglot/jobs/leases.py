"""Leases: which process is at a job, told by a note in the book, whichever machine it is on.

The holder gives signs of life. Whoever else wants the lease watches them by a clock of its own, and takes
it when none came for a while; no two machines' clocks are ever compared. The number of a lease rises each
time that it changes hands, and what a run writes is committed only as long as its number stands: so one
that hung, and has lost its lease, writes no more.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from secrets import token_hex
from typing import Any, TypeVar

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import Conflict, HubError
from orderglot.core.jobs import LEASE, Held, put, read
from orderglot.core.ports import Note
from orderglot.stores.book import Book
from orderglot.stores.store import BookStore

T = TypeVar("T")

BEAT = 5.0
"""So many seconds lie between two signs of life."""

LOOK = 1.0
"""So often, in seconds, it is looked whether there is anything to do, or a sign of life."""

TERM = 30.0
"""After so many seconds at most somebody else is at the job of a process that died or hangs."""

PATIENCE = TERM - 3 * LOOK
"""So many seconds without a sign of life, as they are seen, are taken for the end of a holder."""

BEATS = "beat"
"""The kind of the notes that signs of life are; their version is all that they say."""

WHO = "orderglot jobs"
"""Who did it, in the events of what a job writes."""

Sleep = Callable[[float], Awaitable[None]]


class Lost(Conflict):
    """The lease of a run was lost, so it has ended where it was."""


class Leases:
    """The leases that one process takes in a book, or watches.

    All processes on a book have one ``patience``, and a ``beat`` that is a part of it.
    """

    def __init__(
        self,
        store: BookStore,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        *,
        beat: float = BEAT,
        patience: float = PATIENCE,
    ) -> None:
        self.store = store
        self.clock = clock
        self.sleep = sleep
        self.beat = beat
        self.patience = patience
        self.where = f"{socket.gethostname()}, process {os.getpid()}"
        self._who = token_hex(8)
        self._seen: dict[tuple[int, str], tuple[tuple[int, int], float]] = {}

    def book(self, seller: int, fence: Note | None = None) -> Book:
        """Open a seller's book, the hub's own for none, as jobs see it."""
        caller = Caller(seller=seller, tests=True, deleted=True, name=WHO, unlimited=True)
        return self.store.of(caller, fence=fence)

    async def take(self, seller: int, name: str) -> Lease | None:
        """Take the lease of a job; None where somebody else has it, or was faster."""
        book = self.book(seller)
        lease, beat = await _note(book, LEASE, name), await _note(book, BEATS, name)
        holder = read(lease, Held, Held()).holder
        if holder and not self._is_over(seller, name, lease, beat):
            return None
        mine = Held(holder=self._who, where=self.where)
        try:
            async with book.together() as unit:
                put(unit, LEASE, name, mine, lease)
        except Conflict:
            return None
        self._seen.pop((seller, name), None)
        fence = Note(kind=LEASE, name=name, version=(lease.version if lease else 0) + 1)
        return Lease(self, seller, fence, beat)

    def _is_over(self, seller: int, name: str, lease: Note | None, beat: Note | None) -> bool:
        """Tell whether a holder gave no sign for as long as it is waited for, as this process saw it."""
        now = (lease.version if lease else 0, beat.version if beat else 0)
        seen, since = self._seen.get((seller, name), (None, 0.0))
        if seen != now:
            self._seen[seller, name] = (now, self.clock())
            return False
        return self.clock() - since >= self.patience


class Lease:
    """A lease that this process has taken; ``fence`` is the note that what it writes expects."""

    def __init__(self, leases: Leases, seller: int, fence: Note, beat: Note | None) -> None:
        self.seller = seller
        self.name = fence.name
        self.fence = fence
        self._leases = leases
        self._beat = beat
        self._alive = leases.clock()

    @property
    def book(self) -> Book:
        """The seller's book, to which nothing is written any more once the lease is lost."""
        return self._leases.book(self.seller, self.fence)

    async def under(self, work: Coroutine[Any, Any, T]) -> T:
        """Do some work while giving signs of life; it is cut off, and Lost raised, where the lease is lost."""
        task, beating = asyncio.create_task(work), asyncio.create_task(self._live())
        try:
            await asyncio.wait({task, beating}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise Lost("Another process has taken this over; nothing more was written here.")
            return await task
        finally:
            task.cancel()
            beating.cancel()
            await asyncio.gather(task, beating, return_exceptions=True)

    async def release(self) -> None:
        """Let go of the lease, so that nobody waits for its end."""
        with suppress(HubError):
            async with self.book.together() as unit:
                put(unit, LEASE, self.name, Held(), self.fence)

    async def _live(self) -> None:
        """Give signs of life until the lease is lost, or for as long as none can be given."""
        while True:
            await self._leases.sleep(self._leases.beat)
            now = self._leases.clock()
            if now - self._alive >= self._leases.patience:
                return
            with suppress(HubError):
                if not await self._give_sign():
                    return
                self._alive = now

    async def _give_sign(self) -> bool:
        """Give a sign of life; tells whether the lease stands."""
        for _ in range(2):
            try:
                async with self.book.together() as unit:
                    put(unit, BEATS, self.name, Held(), self._beat)
            except Conflict:
                # An earlier sign may have arrived though nothing was heard of it.
                plain = self._leases.book(self.seller)
                lease = await _note(plain, LEASE, self.name)
                if lease is None or lease.version != self.fence.version:
                    return False
                self._beat = await _note(plain, BEATS, self.name)
            else:
                given = self._beat or Note(kind=BEATS, name=self.name)
                self._beat = replace(given, version=given.version + 1)
                return True
        return True


async def _note(book: Book, kind: str, name: str) -> Note | None:
    found = await book.notes(kind, name)
    return found[0] if found else None
