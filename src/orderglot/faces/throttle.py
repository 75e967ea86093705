"""The throttle on failed logins: each further failure has to wait longer.

Each process counts for itself, and in memory: keys have over a hundred bits of chance, so this is
to keep the noise down and not to keep the door shut.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import blake2b
from math import ceil

from msgspec import Struct

from orderglot.core.errors import TooMany, Unauthenticated

FREE = 10
"""So many failures of one credential cost nothing; each one more doubles the wait, from a second on."""

FREE_CREDENTIALS = 100
"""So many credentials may fail from one address before the address waits in the same way."""

LONGEST = timedelta(minutes=5)
FORGOTTEN = timedelta(minutes=15)
MOST = 10_000
"""So many credentials, and so many addresses, are remembered at most: the latest ones."""


class Failures(Struct, frozen=True):
    """How often there was a failure, the last time when, and until when there is to be none."""

    count: int
    last: datetime
    until: datetime


class Throttle:
    """What one server face remembers of failed logins, by credential and by address.

    A credential counts for each address by itself, so that nobody is locked out by a stranger who
    names it elsewhere. For its address it counts once, however often it fails, so that one client
    that errs never locks out others at the same address.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.credentials = Tally(now, FREE)
        self.addresses = Tally(now, FREE_CREDENTIALS)

    @contextmanager
    def login(self, peer: str, credential: str) -> Iterator[None]:
        """Watch a login; raises TooMany where there is to be none now, and counts it where it fails."""
        self.check(peer, credential)
        try:
            yield
        except Unauthenticated:
            self.failed(peer, credential)
            raise

    def check(self, peer: str, credential: str) -> None:
        """Raise TooMany while there is to be no login, whatever would be shown this time."""
        pair = _pair(peer, credential)
        wait = max(self.credentials.wait(pair), self.addresses.wait(peer))
        if wait:
            reason = f"There were too many failed logins from here; wait {wait} seconds."
            raise TooMany(reason, retry_after=wait)

    def failed(self, peer: str, credential: str) -> None:
        """Count a failure."""
        pair = _pair(peer, credential)
        if pair not in self.credentials.failures:
            self.addresses.count(peer)
        self.credentials.count(pair)


class Tally:
    """Failures by a name, of which so many are ``free``."""

    def __init__(self, now: Callable[[], datetime], free: int) -> None:
        self.now = now
        self.free = free
        self.failures: OrderedDict[str, Failures] = OrderedDict()

    def wait(self, name: str) -> int:
        """Give how many seconds are left to wait."""
        failures, now = self.failures.get(name), self.now()
        # Where the clock was put back behind the failure, nobody knows how long ago that was.
        if failures is not None and failures.last <= now < failures.until:
            return ceil((failures.until - now).total_seconds())
        return 0

    def count(self, name: str) -> None:
        """Count a failure."""
        before, now = self.failures.pop(name, None), self.now()
        count = before.count + 1 if before and now - before.last < FORGOTTEN else 1
        self.failures[name] = Failures(count, now, now + self._pause(count))
        if len(self.failures) > MOST:
            self.failures.popitem(last=False)

    def _pause(self, count: int) -> timedelta:
        if count <= self.free:
            return timedelta()
        return min(timedelta(seconds=2 ** min(count - self.free - 1, 20)), LONGEST)


def _pair(peer: str, credential: str) -> str:
    """Name a credential at an address; what was tried may be somebody's secret, so it is hashed."""
    return blake2b(f"{peer} {credential}".encode(), digest_size=16).hexdigest()
