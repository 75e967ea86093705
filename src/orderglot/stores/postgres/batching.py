"""Batching: what is asked in one turn, or while others of its kind are under way, goes together.

Most of what a statement costs is the way there and back, which many can share.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from orderglot.core.errors import Upstream
from orderglot.stores.postgres.connection import MachineLost
from orderglot.stores.postgres.rounds import Rounds

ABREAST = 2
"""So many of a kind are on their way at a time, before others wait to go together."""

MOST = 64
"""So many at most go together, so that nobody waits too long."""

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
R = TypeVar("R")


class _Line(Generic[T, R]):
    """What waits of one kind, and those who ask for it."""

    __slots__ = ("rounds", "running", "waiting")

    def __init__(self, rounds: Rounds | None) -> None:
        self.waiting: list[tuple[T, asyncio.Future[R]]] = []
        self.running: set[object] = set()
        self.rounds = rounds


class Batching(Generic[K, T, R]):
    """Asks for things of one kind together, and gives everybody theirs.

    ``ask`` gives an answer for each of several things. Where it fails, each goes by itself: one that
    fails takes nobody with it; but where the server does, nobody asks it again. Kinds that are ``alike``
    go in rounds: all of them that wait set out together.
    """

    def __init__(
        self,
        ask: Callable[[K, Sequence[T]], Awaitable[Sequence[R]]],
        abreast: int = ABREAST,
        alike: Callable[[K], Hashable] | None = None,
    ) -> None:
        self._ask = ask
        self._abreast = abreast
        self._alike = alike
        self._rounds = WeakValueDictionary[Hashable, Rounds]()
        self._lines: dict[K, _Line[T, R]] = {}

    async def one(self, kind: K, what: T) -> R:
        """Ask for one thing; raises what asking for it raises."""
        line = self._lines.get(kind)
        if line is None:
            line = self._lines[kind] = _Line(self._rounds_of(kind))
        done: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        line.waiting.append((what, done))
        # Whatever else is asked for until the task begins goes with it.
        if len(line.waiting) == 1 and len(line.running) < self._abreast:
            line.running.add(asyncio.create_task(self._go(kind, line)))
        return await done

    async def _go(self, kind: K, line: _Line[T, R]) -> None:
        """Ask until nobody waits."""
        try:
            while line.waiting:
                if line.rounds is None:
                    await self._next(kind, line)
                else:
                    async with line.rounds:
                        await self._next(kind, line)
        finally:
            line.running.remove(asyncio.current_task())
            if not line.running:
                del self._lines[kind]
                _fail(line.waiting)

    def _rounds_of(self, kind: K) -> Rounds | None:
        if self._alike is None:
            return None
        name = self._alike(kind)
        rounds = self._rounds.get(name)
        if rounds is None:
            rounds = self._rounds[name] = Rounds()
        return rounds

    async def _next(self, kind: K, line: _Line[T, R]) -> None:
        batch, line.waiting = line.waiting[:MOST], line.waiting[MOST:]
        await self._together(kind, batch)

    async def _together(self, kind: K, batch: Sequence[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            answers = await self._ask(kind, [what for what, _ in batch])
        except Exception as error:  # noqa: BLE001 (the caller gets it)
            if len(batch) == 1 or _is_for_all(error):
                _fail(batch, error)
            else:
                for one in batch:
                    await self._together(kind, [one])
        else:
            for (_, done), answer in zip(batch, answers, strict=True):
                if not done.done():
                    done.set_result(answer)
        finally:
            _fail(batch)


def _is_for_all(error: Exception) -> bool:
    """Tell whether all have failed alike: a machine of a cluster has only some of what was asked for."""
    return isinstance(error, Upstream) and not isinstance(error, MachineLost)


def _fail(
    batch: Iterable[tuple[object, asyncio.Future[R]]], error: Exception | None = None
) -> None:
    """Leave nobody waiting."""
    for _, done in batch:
        if not done.done():
            done.set_exception(
                error or Upstream("The order book gave no answer; try again.", in_doubt=True)
            )
