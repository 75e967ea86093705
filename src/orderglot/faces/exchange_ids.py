"""Ids of exchanges: one after the other in time, and no two alike, whichever process gives them."""

from __future__ import annotations

from secrets import token_hex
from time import time_ns


class ExchangeIds:
    """Gives an id to each exchange of a process: the microsecond, the process, and a number.

    They are 24 hexadecimal digits, of which the first thirteen are the microseconds since 1970.
    """

    def __init__(self) -> None:
        self._own = token_hex(4)
        self._number = 0

    def __call__(self) -> str:
        """Give the next id."""
        self._number = (self._number + 1) & 0xFFF
        return f"{time_ns() // 1000:013x}{self._own}{self._number:03x}"
