"""Pacing: how long a call to a vendor waits, and when it may be sent again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from orderglot.core.errors import TooMany
from orderglot.wire.message import Response


class Patience:
    """For how many seconds a call may still wait for its vendor.

    ``arrived`` says that an earlier attempt of it may have come to him.
    """

    def __init__(self, seconds: float) -> None:
        self.left = seconds
        self.arrived = False

    @asynccontextmanager
    async def spent(self) -> AsyncIterator[None]:
        """Wait inside; raises TimeoutError where no more is left."""
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            async with asyncio.timeout(self.left):
                yield
        finally:
            self.left = max(0.0, self.left - (clock() - began))


class Exhausted(TooMany):
    """There is no turn for a request for a while, so it was not sent."""


class Pace(Protocol):
    """Says when the next request may go out, and is told what was answered."""

    async def wait(self) -> None:
        """Wait until one may go out; raises Exhausted where that takes too long."""
        ...

    async def note(self, response: Response) -> None:
        """Take what an answer says of how many requests more may come, and when."""
        ...


class Turn:
    """Lets callers through one by one, no more than so many a second."""

    def __init__(self, per_second: float | None) -> None:
        self.gap = 1 / per_second if per_second else 0.0
        self.next = 0.0

    async def wait(self) -> None:
        """Wait for the next free moment."""
        if self.gap:
            now = asyncio.get_running_loop().time()
            mine = max(now, self.next)
            self.next = mine + self.gap
            await asyncio.sleep(mine - now)

    async def note(self, response: Response) -> None:
        """Take nothing from an answer: whoever sends waits where one is refused."""


def retry_after(headers: Mapping[str, str], most: float) -> float:
    """Read Retry-After, seconds or a date, as seconds from now; 0 where there is none."""
    text = headers.get("retry-after", "").strip()
    if text.isdecimal():
        return min(float(text), most)
    try:
        wait = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return min(max(wait, 0.0), most)
