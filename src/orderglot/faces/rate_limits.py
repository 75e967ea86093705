"""Rate limits: how many requests of one key a seller has answered in a while.

Each process counts for itself, and in memory: it keeps a client that runs wild from the others, and
is no bill. A window begins with the first request behind the one before.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from datetime import datetime, timedelta
from functools import lru_cache
from math import ceil
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import Rule, TooMany, invalid
from orderglot.core.seller import Seller
from orderglot.wire.message import Response

SETTING = "rate_limit"
"""What a seller sets the limit of each of his keys by, such as ``100/min``."""

SPANS = {"s": 1, "sec": 1, "min": 60, "h": 3_600, "hour": 3_600, "day": 86_400}
HIGHEST = 1_000_000_000
MOST = 10_000
"""So many keys are counted at most: the latest ones."""

WRONG = (
    "this is so many requests in a while, such as 100/min; there are {spans}, and it is a number"
    " from 1 to {highest}."
)
REFUSED = (
    "There were too many requests by this key: {quota} in {seconds} seconds; wait {wait} seconds."
)

_RATE = re.compile(rf"([0-9]{{1,10}})\s*/\s*({'|'.join(SPANS)})")


class Rate(NamedTuple):
    """So many requests in so many seconds."""

    quota: int
    seconds: int


def check_rate(value: Any) -> None:
    """Raise Invalid where a seller's limit is none."""
    if not isinstance(value, str) or _rate(value) is None:
        spans = ", ".join(SPANS)
        raise invalid(SETTING, Rule.MALFORMED, WRONG.format(spans=spans, highest=HIGHEST))


@lru_cache(maxsize=1_024)
def _rate(text: str) -> Rate | None:
    found = _RATE.fullmatch(text.strip())
    if found is None or not 1 <= int(found[1]) <= HIGHEST:
        return None
    return Rate(int(found[1]), SPANS[found[2]])


class _Window(Struct):
    """How many requests there were since when, and when the last of them came."""

    began: datetime
    last: datetime
    count: int = 0


class Allowance(NamedTuple):
    """What a key may still ask: it says how it stands by now, for a request can have others in it."""

    rate: Rate
    window: _Window

    @property
    def left(self) -> int:
        """How many requests are left; less than none where the last one was too many."""
        return self.rate.quota - self.window.count

    @property
    def resets(self) -> int:
        """After how many seconds there are as many as at first."""
        ends = self.window.began + timedelta(seconds=self.rate.seconds)
        return ceil((ends - self.window.last).total_seconds())

    def demand(self) -> None:
        """Raise TooMany where nothing is left."""
        if self.left < 0:
            quota, seconds = self.rate
            reason = REFUSED.format(quota=quota, seconds=seconds, wait=self.resets)
            raise TooMany(reason, retry_after=self.resets)

    def shown(self, response: Response) -> Response:
        """Say in a response what is left (draft-ietf-httpapi-ratelimit-headers-10)."""
        headers = {
            **response.headers,
            "ratelimit-policy": f'"key";q={self.rate.quota};w={self.rate.seconds}',
            "ratelimit": f'"key";r={max(self.left, 0)};t={self.resets}',
        }
        return replace(response, headers=headers)


class RateLimits:
    """What one server face has counted of the requests of each key whose seller sets a limit."""

    def __init__(self) -> None:
        self._windows: OrderedDict[tuple[int, str], _Window] = OrderedDict()

    def take(self, seller: Seller, caller: Caller, now: datetime) -> Allowance | None:
        """Count a request; gives None where the seller sets no limit."""
        text = seller.tables.get(SETTING)
        rate = _rate(text) if text else None
        if rate is None:
            return None
        lasts = timedelta(seconds=rate.seconds)
        key = (caller.seller, caller.name)
        window = self._windows.pop(key, None)
        # Where the clock was put back behind its beginning, nobody knows when it ends.
        if window is None:
            window = _Window(now, now)
        elif not window.began <= now < window.began + lasts:
            window.began, window.count = now, 0
        self._windows[key] = window
        if len(self._windows) > MOST:
            self._windows.popitem(last=False)
        window.last = now
        window.count += 1
        return Allowance(rate, window)
