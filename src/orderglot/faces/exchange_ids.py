"""Ids of exchanges: one after the other in time, and no two alike, whichever process gives them."""

from __future__ import annotations

from secrets import token_hex
from time import time_ns

MOST = 0xFFF
"""The last number of a microsecond."""


class ExchangeIds:
    """Gives an id to each exchange of a process: the microsecond, the process, and a number.

    They are 24 hexadecimal digits, of which the first thirteen are the microseconds since 1970.
    """

    def __init__(self) -> None:
        self._own = token_hex(4)
        self._moment = 0
        self._number = 0

    def __call__(self) -> str:
        """Give the next id, also where the clock was set back."""
        moment = time_ns() // 1000
        if moment > self._moment:
            self._moment, self._number = moment, 0
        elif self._number < MOST:
            self._number += 1
        else:
            self._moment, self._number = self._moment + 1, 0
        return "%013x%s%03x" % (self._moment, self._own, self._number)  # noqa: UP031 (half the time)
