"""Slots: how many expensive reads are under way at a time, of one key and of all, and who is next.

A read that finds no slot waits for one. The next to get one is who has the fewest under way, and
among those who has waited longest: so nobody who asks much keeps others waiting who ask little.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from weakref import WeakKeyDictionary

from orderglot.core.errors import TooMany

MOST = 4
"""So many expensive reads at most are under way in a process."""

MOST_OF_ONE = 2
"""So many at most are those of one key."""

BUDGET = 5.0
"""For so many seconds a read of a key's may wait for its slot, and again for so many run."""

RETRY_AFTER = 10
"""So many seconds later it may be tried again."""


class Slots:
    """The slots of one store, for each event loop."""

    def __init__(self, budget: float = BUDGET) -> None:
        self.budget = budget
        self._lines: WeakKeyDictionary[asyncio.AbstractEventLoop, _Line] = WeakKeyDictionary()

    async def take(self, key: str) -> None:
        """Take a slot, which is to be given back.

        Raises TooMany where there is none in time; without a key it waits as long as it takes.
        """
        line = self._line()
        if line.is_free(key):
            line.under_way[key] += 1
            return
        await self._wait(line, key)

    def give(self, key: str) -> None:
        """Release a slot, to the next one waiting."""
        self._line().give(key)

    def budget_of(self, key: str) -> float | None:
        """Give for how many seconds a read may run, None without a key."""
        return self.budget if key else None

    def too_late(self) -> TooMany:
        """Make the refusal of a read that was stopped."""
        return TooMany(
            f"This search took longer than {self.budget:g} seconds and was stopped; "
            "narrow it, or ask for a shorter page.",
            retry_after=RETRY_AFTER,
        )

    def _line(self) -> _Line:
        loop = asyncio.get_running_loop()
        line = self._lines.get(loop)
        if line is None:
            line = self._lines[loop] = _Line()
        return line

    async def _wait(self, line: _Line, key: str) -> None:
        waiting = _Waiting(key)
        line.waiting.append(waiting)
        try:
            async with asyncio.timeout(self.budget_of(key)):
                await waiting.granted
        except BaseException as error:
            if waiting in line.waiting:
                line.waiting.remove(waiting)
            else:
                line.give(key)
            if isinstance(error, TimeoutError):
                raise self._too_many() from None
            raise

    def _too_many(self) -> TooMany:
        return TooMany(
            f"Other searches are under way, of which a key may have {MOST_OF_ONE} at a time; "
            "wait for their answers before you ask again.",
            retry_after=RETRY_AFTER,
        )


class _Waiting:
    """A read that has no slot yet."""

    __slots__ = ("granted", "key")

    def __init__(self, key: str) -> None:
        self.key = key
        self.granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class _Line:
    """The reads of one event loop: those under way, by key, and those that wait."""

    def __init__(self) -> None:
        self.under_way: Counter[str] = Counter()
        self.waiting: list[_Waiting] = []

    def is_free(self, key: str) -> bool:
        """Tell whether there is a slot for a key."""
        if self.under_way.total() >= MOST:
            return False
        return not key or self.under_way[key] < MOST_OF_ONE

    def give(self, key: str) -> None:
        """Take a slot back and give it to who is next."""
        self.under_way[key] -= 1
        if not self.under_way[key]:
            del self.under_way[key]
        fitting = [one for one in self.waiting if self.is_free(one.key)]
        if fitting:
            following = min(fitting, key=lambda one: self.under_way[one.key])
            self.waiting.remove(following)
            self.under_way[following.key] += 1
            following.granted.set_result(None)
