"""The recorder: takes exchanges as they happen, and has one task write them behind the answers.

Whoever records never waits: what cannot be taken in is counted as dropped, and the count is kept.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Literal

from orderglot.core.errors import Upstream
from orderglot.core.journal import first_id
from orderglot.journal.entries import Entry, entry_of
from orderglot.journal.keeping import Keep, Kept
from orderglot.wire.exchange import Exchange
from orderglot.wire.striking import Striking

Mode = Literal["errors", "all"]
"""Which exchanges are kept."""

MOST = 20_000
"""So many exchanges wait at most."""

MOST_BYTES = 64 * 2**20
"""So many bytes of them wait at most."""

BESIDE = 500
"""So many bytes an exchange takes up beside its bodies."""

MANY = 500
"""So many are written at once, as soon as there are so many."""

FEW = 32
"""So many are packed between two turns of the loop, which takes a fraction of a millisecond."""

PAUSE = 0.25
"""So many seconds they wait at most for more to come."""

AGAIN = 1.0
"""So many seconds after it could not be written it is tried again."""

LAST = 5.0
"""So many seconds the end may take to write what waits."""

PRUNED = timedelta(minutes=1)
"""So often what is too old or too much goes."""

log = logging.getLogger("orderglot.journal")


class Recorder:
    """Records exchanges into a journal; called with one, it never waits and raises nothing."""

    def __init__(
        self, kept: Kept, striking: Striking, mode: Mode = "all", keep: Keep | None = None
    ) -> None:
        self._kept = kept
        self._striking = striking
        self._mode = mode
        self._keep = keep or Keep()
        self._waiting: list[Exchange] = []
        self._ready: tuple[list[Exchange], list[Entry]] | None = None
        self._bytes = 0
        self._dropped: Counter[int] = Counter()
        self.on_drop: Callable[[int], None] = _ignore
        """Is told how many exchanges are dropped, as they are."""
        self._some = asyncio.Event()
        self._many = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._ended = asyncio.Event()
        self._failed = False
        self._pruned = datetime.min.replace(tzinfo=UTC)

    def __call__(self, exchange: Exchange) -> None:
        """Take an exchange in."""
        if self._mode == "errors" and not _went_wrong(exchange):
            return
        if self._ended.is_set() or len(self._waiting) >= MOST or self._bytes >= MOST_BYTES:
            self._drop(_seller(exchange))
            return
        waiting = self._waiting
        waiting.append(exchange)
        self._bytes += _size(exchange)
        if len(waiting) == 1:
            self._begin()
        elif len(waiting) == MANY:
            self._many.set()

    def _begin(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())
        self._some.set()

    def _drop(self, seller: int) -> None:
        if not self._dropped:
            log.warning("the journal drops exchanges", extra={"waiting": len(self._waiting)})
        self._dropped[seller] += 1
        self.on_drop(1)

    async def _run(self) -> None:
        while not self._ended.is_set():
            await self._some.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(PAUSE):
                    await self._many.wait()
            self._some.clear()
            self._many.clear()
            if not await self._written():
                self._some.set()
                await self._rest(AGAIN)
            await self._prune()

    async def _rest(self, seconds: float) -> None:
        """Wait for so long, or until the end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ended.wait()

    async def _written(self) -> bool:
        """Write all that waits; gives whether that went well."""
        while self._waiting or self._dropped:
            if self._ready is None:
                taken = self._waiting[:MANY]
                self._ready = taken, await self._entries(taken)
            taken, entries = self._ready
            dropped, self._dropped = self._dropped, Counter()
            try:
                await self._kept.write(entries, _gaps(dropped))
            except Upstream as error:
                if not self._failed:
                    log.warning("the journal cannot be written", extra={"reason": error.message})
                self._failed = True
                self._dropped.update(dropped)
                return False
            except Exception:
                # It would fail for ever, and everything behind it with it.
                log.exception("exchanges cannot be written")
                self._dropped.update(dropped)
                self._dropped.update(map(_seller, taken))
                self.on_drop(len(taken))
                if not taken:
                    # Not even what is missing can be written, which is tried again after a rest.
                    return False
            else:
                self._tell(dropped)
            del self._waiting[: len(taken)]
            self._bytes -= sum(map(_size, taken))
            self._ready = None
        return True

    async def _entries(self, several: list[Exchange]) -> list[Entry]:
        """Strike the secrets out of exchanges, and pack them.

        A few at once: one by one behind each answer it takes thrice as long, and in a thread the two
        would take the interpreter away from each other.
        """
        entries: list[Entry] = []
        for number, one in enumerate(several, 1):
            if number % FEW == 0:
                await asyncio.sleep(0)
            try:
                entries.append(entry_of(one, self._striking.strike(one)))
            except Exception:
                log.exception("an exchange is not in the journal", extra={"id": one.request.id})
                self._drop(_seller(one))
        return entries

    def _tell(self, dropped: Counter[int]) -> None:
        """Log that it goes on, and what is missing."""
        if self._failed:
            log.info("the journal is written again")
        self._failed = False
        if dropped:
            log.warning("exchanges are missing in the journal", extra={"dropped": dropped.total()})

    async def _prune(self) -> None:
        now = datetime.now(UTC)
        if now - self._pruned < PRUNED:
            return
        self._pruned = now
        try:
            await self._kept.prune(self._keep, now)
        except Upstream as error:
            log.warning("the journal cannot be made smaller", extra={"reason": error.message})

    async def close(self) -> None:
        """Write what waits, and end."""
        self._ended.set()
        self._some.set()
        self._many.set()
        try:
            async with asyncio.timeout(LAST):
                if self._task is not None:
                    await self._task
                await self._written()
        except TimeoutError:
            log.warning("the journal takes too long to end")
        lost = len(self._waiting) + self._dropped.total()
        if lost:
            log.warning("exchanges are missing in the journal", extra={"dropped": lost})
        await self._kept.close()


def _ignore(_number: int) -> None:
    """Tell nobody."""


def _gaps(dropped: Counter[int]) -> list[tuple[int, str, int]]:
    """Give how many were dropped of each seller, under an id of this moment."""
    id = f"{first_id(datetime.now(UTC))}{token_hex(4)}000"
    return [(seller, id, number) for seller, number in dropped.items()]


def _seller(exchange: Exchange) -> int:
    caller = exchange.trace.caller
    return 0 if caller is None else caller.seller


def _size(exchange: Exchange) -> int:
    """Give about how many bytes an exchange takes up while it waits."""
    response = exchange.response
    return len(exchange.request.body) + (0 if response is None else len(response.body)) + BESIDE


def _went_wrong(exchange: Exchange) -> bool:
    response = exchange.response
    return response is None or response.status >= 400 or bool(exchange.trace.reason)
