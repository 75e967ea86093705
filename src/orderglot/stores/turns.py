"""Turns: units of one process that are guarded by one family of orders go one after another.

Each could as well go on and find at its end that another was faster; so none of them works in vain.
Between processes nobody waits: there the commit tells.
"""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary


class Turns:
    """Gives for each family of orders whose turn it is."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[tuple[object, int, str], asyncio.Lock]
        self._locks = WeakValueDictionary()

    async def take(self, seller: int, family: str) -> asyncio.Lock:
        """Wait for one's turn; what is given has to be released in the end."""
        key = asyncio.get_running_loop(), seller, family
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        await lock.acquire()
        return lock
