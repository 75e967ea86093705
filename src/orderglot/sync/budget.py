"""The budget of a channel: how many requests its vendor is sent, by all programs on one book together.

They are counted in the book, by the second, minute and day. What places orders may use all of it; what
pulls, looks up and writes back leaves a tenth of each minute and day for that. What the vendor himself
says of his limits is kept beside, so that every program waits that is to wait.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from orderglot.core.ports import Book, UnitOfWork
from orderglot.faces.pacing import Exhausted, retry_after
from orderglot.sync.channel import Channel
from orderglot.sync.notes import note_of, noted, read
from orderglot.sync.retrying import written
from orderglot.wire.message import Response

SPANS = (1, 60, 86_400)
"""So many seconds each part of a budget is for."""

LEFT = 10
"""One in so many requests of a minute or day is left for placing."""

LONGEST = 120.0
"""So many seconds at most a request waits for its turn; it is refused where that takes longer."""

LONGEST_HOLD = 86_400.0
"""So many seconds at most a vendor's word keeps everybody from asking."""

REFUSALS = frozenset({429, 503})
HOLD = "vendor-limit"
"""The kind of the notes that say until when a vendor wants to be asked no more."""

_SECONDS_SINCE_1970 = 1_000_000_000
"""A reset from here on is a moment; below, so many seconds from now."""

_DIGITS = 12

_LEFT_NOW = re.compile(r"(?:^|;)\s*(?:r|remaining)\s*=\s*(\d{1,9})")
_UNTIL = re.compile(r"(?:^|;)\s*(?:t|reset)\s*=\s*(\d{1,9})")
_PREFIXES = ("ratelimit-", "x-ratelimit-", "x-rate-limit-")


class Hold(Struct, frozen=True):
    """Until when a vendor wants to be asked no more."""

    until: datetime


class Budget:
    """One program's part in a channel's budget; ``first`` is who places orders."""

    def __init__(
        self,
        book: Book,
        channel: Channel,
        *,
        first: bool = False,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._book = book
        self._name = channel.reference
        self._limits = [
            (span, quota) for span, quota in zip(SPANS, channel.budget, strict=True) if quota
        ]
        self._first = first
        self._sleep = sleep

    async def wait(self) -> None:
        """Wait until a request may go out, and count it; raises Exhausted where that takes too long."""
        note = await note_of(self._book, HOLD, self._name)
        if note is not None:
            until = read(note, Hold).until
            await self._pause(until, f"{self._name} has said when it may be asked again")
        # The longest spans come first: who has to wait there has not used up the shorter ones.
        for span, quota in reversed(self._limits):
            if not self._first and span > 1:
                await self._count(f"budget/{self._name}/{span}/rest", span, _usable(quota))
            await self._count(f"budget/{self._name}/{span}", span, quota)

    async def note(self, response: Response) -> None:
        """Keep until when the vendor wants to be asked no more, where his answer says so."""
        seconds = asked_to_wait(response, self._book.now())
        if seconds <= 0:
            return
        until = self._book.now() + timedelta(seconds=min(seconds, LONGEST_HOLD))

        async def write(unit: UnitOfWork) -> None:
            before = await note_of(unit, HOLD, self._name)
            if before is None or read(before, Hold).until < until:
                unit.note(noted(HOLD, self._name, Hold(until), before))

        await written(self._book, write)

    async def _count(self, what: str, span: int, quota: int) -> None:
        while True:
            now = self._book.now()
            until = _end(now, span)
            if await self._book.tally(what, until) <= quota:
                return
            why = f"{self._name} may be sent {quota:,} requests in {span:,} seconds"
            await self._pause(until, why)

    async def _pause(self, until: datetime, why: str) -> None:
        seconds = (until - self._book.now()).total_seconds()
        if seconds > LONGEST:
            reason = f"{why}, and they are used up until {until:%Y-%m-%d %H:%M:%S}Z."
            raise Exhausted(reason, retry_after=int(seconds) + 1)
        if seconds > 0:
            await self._sleep(seconds)


def _usable(quota: int) -> int:
    """Give how much of a budget there is for whoever does not place orders."""
    return quota - quota // LEFT


def _end(now: datetime, span: int) -> datetime:
    """Give the end of the span that it is now."""
    return datetime.fromtimestamp((int(now.timestamp()) // span + 1) * span, UTC)


def asked_to_wait(response: Response, now: datetime) -> float:
    """Give for how many seconds an answer says that nothing more may be asked; 0 for none.

    That is Retry-After of a refusal, or a limit of which nothing is left: ``RateLimit``, as the IETF has
    it, and the headers of before it, with a time or a number of seconds.
    """
    headers = response.headers
    waits = [retry_after(headers, LONGEST_HOLD)] if response.status in REFUSALS else []
    return max([*waits, *_exhausted(headers, now)], default=0.0)


def _exhausted(headers: Mapping[str, str], now: datetime) -> Iterator[float]:
    for policy in headers.get("ratelimit", "").split(","):
        left, reset = _LEFT_NOW.search(policy), _UNTIL.search(policy)
        if left and reset and int(left[1]) == 0:
            yield float(reset[1])
    for prefix in _PREFIXES:
        more, moment = (headers.get(prefix + name, "").strip() for name in ("remaining", "reset"))
        if more == "0" and moment.isdecimal() and len(moment) < _DIGITS:
            seconds = float(moment)
            yield seconds - now.timestamp() if seconds >= _SECONDS_SINCE_1970 else seconds
