"""The throttle on failed logins: whoever fails again and again has to wait longer and longer.

Each process counts for itself, and in memory: keys have over a hundred bits of chance, so this is
to keep the noise down and not to keep the door shut.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil

from msgspec import Struct

from orderglot.core.errors import TooMany

FREE = 10
"""So many failures cost nothing; each one more doubles the wait, which begins at a second."""

LONGEST = timedelta(minutes=5)
FORGOTTEN = timedelta(minutes=15)
MOST = 10_000
"""So many callers are remembered at most, the latest ones."""


class Failures(Struct, frozen=True):
    """How often somebody failed, the last time when, and until when they have to wait."""

    count: int
    last: datetime
    until: datetime


class Throttle:
    """What one server face remembers of failed logins, by where they came from."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.failures: OrderedDict[str, Failures] = OrderedDict()

    def check(self, peer: str) -> None:
        """Raise TooMany while somebody has to wait, whatever they would show this time."""
        failures, now = self.failures.get(peer), self.now()
        # Where the clock was put back behind the failure, nobody knows how long ago that was.
        if failures is not None and failures.last <= now < failures.until:
            wait = ceil((failures.until - now).total_seconds())
            reason = f"There were too many failed logins from here; wait {wait} seconds."
            raise TooMany(reason, retry_after=wait)

    def failed(self, peer: str) -> None:
        """Count a failure."""
        before, now = self.failures.pop(peer, None), self.now()
        count = before.count + 1 if before and now - before.last < FORGOTTEN else 1
        self.failures[peer] = Failures(count, now, now + _wait(count))
        if len(self.failures) > MOST:
            self.failures.popitem(last=False)


def _wait(count: int) -> timedelta:
    if count <= FREE:
        return timedelta()
    return min(timedelta(seconds=2 ** min(count - FREE - 1, 20)), LONGEST)
