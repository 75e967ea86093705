"""Id blocks: the hub's own ids, taken from the backend many at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from orderglot.stores.backend import Backend, Entity

SMALLEST, LARGEST = 100, 2_000
"""So many are taken at a time, first and at most. What is left when a process ends is never used."""


class IdBlocks:
    """Hands out hub ids, each once."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._sizes: dict[tuple[int, Entity], int] = {}
        self._held: dict[tuple[int, Entity], list[int]] = {}
        self._filling: dict[tuple[object, int, Entity], asyncio.Task[None]] = {}

    def forget(self, seller: int, thing: Entity, claimed: Collection[int]) -> None:
        """Let go of numbers that have become somebody's reference since they were taken."""
        held = self._held.get((seller, thing), [])
        if held and any(held[-1] <= number <= held[0] for number in claimed):
            held[:] = [number for number in held if number not in claimed]

    def forget_all(self, seller: int) -> None:
        """Let go of every number: another process may have made references of some."""
        for thing in Entity:
            self._held.pop((seller, thing), None)

    def at_hand(self, seller: int, thing: Entity, avoid: Collection[int]) -> int | None:
        """Give a number as ``take`` does, None where none is held."""
        held = self._held.get((seller, thing))
        while held:
            number = held.pop()
            if number not in avoid:
                return number
        return None

    async def take(self, seller: int, thing: Entity, avoid: Collection[int]) -> int:
        """Give a number that is nobody's id and, so far, nobody's reference; nor one to avoid."""
        while (number := self.at_hand(seller, thing, avoid)) is None:
            # Those who wait at the same time share a block: each its own would be used up by nobody.
            key = asyncio.get_running_loop(), seller, thing
            if (filling := self._filling.get(key)) is None:
                filling = self._filling[key] = asyncio.create_task(self._fill(key))
            await asyncio.shield(filling)
        return number

    async def _fill(self, key: tuple[object, int, Entity]) -> None:
        _, seller, thing = key
        size = self._sizes.get((seller, thing), SMALLEST)
        self._sizes[seller, thing] = min(2 * size, LARGEST)
        try:
            block = await self._backend.numbers(seller, thing, size)
        finally:
            # Here and not once the task is done: who then finds none left would wait for it again,
            # which takes no time, and so for ever.
            del self._filling[key]
        self._held.setdefault((seller, thing), [])[:0] = reversed(block)
