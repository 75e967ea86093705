"""Slots: two searches of a key and four in all are under way, and who asks little goes first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from orderglot.core.errors import TooMany
from orderglot.stores.slots import MOST, MOST_OF_ONE, RETRY_AFTER, Slots


class Searching:
    """Searches of several keys, of which each goes on until it is told to end."""

    def __init__(self, slots: Slots) -> None:
        self.slots = slots
        self.tasks: list[asyncio.Task[None]] = []
        self.under_way: list[str] = []
        self.ends: list[tuple[str, asyncio.Event]] = []

    async def begin(self, *keys: str) -> None:
        self.tasks += [asyncio.create_task(self._search(key)) for key in keys]
        await settled()

    async def end(self, key: str) -> None:
        """End the first search of a key that is under way."""
        number = next(n for n, (one, _) in enumerate(self.ends) if one == key)
        self.ends.pop(number)[1].set()
        await settled()

    async def _search(self, key: str) -> None:
        await self.slots.take(key)
        end = asyncio.Event()
        self.under_way.append(key)
        self.ends.append((key, end))
        await end.wait()
        self.under_way.remove(key)
        self.slots.give(key)


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


Behaviour = Callable[[Searching], Awaitable[None]]


def check(behaviour: Behaviour, budget: float = 60.0) -> None:
    async def held() -> None:
        searching = Searching(Slots(budget))
        await behaviour(searching)
        for task in searching.tasks:
            task.cancel()
        await asyncio.gather(*searching.tasks, return_exceptions=True)

    asyncio.run(held())


def test_two_searches_of_a_key_are_under_way_at_a_time() -> None:
    async def behaviour(searching: Searching) -> None:
        await searching.begin(*["a"] * 5)
        assert ["a"] * MOST_OF_ONE == searching.under_way

        await searching.end("a")
        assert ["a"] * MOST_OF_ONE == searching.under_way

    check(behaviour)


def test_four_searches_are_under_way_in_all() -> None:
    async def behaviour(searching: Searching) -> None:
        await searching.begin("a", "b", "c", "d", "e", "f")

        assert MOST == len(searching.under_way)

    check(behaviour)


def test_the_hub_itself_has_as_many_as_there_are() -> None:
    async def behaviour(searching: Searching) -> None:
        await searching.begin(*[""] * 6)

        assert [""] * MOST == searching.under_way

    check(behaviour)


def test_who_asks_much_keeps_nobody_waiting_who_asks_little() -> None:
    async def behaviour(searching: Searching) -> None:
        await searching.begin(*["a"] * 50, *["b"] * 50, "c")
        assert ["a", "a", "b", "b"] == searching.under_way

        await searching.end("a")
        assert ["a", "b", "b", "c"] == sorted(searching.under_way)

    check(behaviour)


def test_who_has_waited_longest_is_next_among_equals() -> None:
    async def behaviour(searching: Searching) -> None:
        await searching.begin("a", "a", "b", "b", "c", "d")
        await searching.end("b")

        assert "c" in searching.under_way
        assert "d" not in searching.under_way

    check(behaviour)


def test_who_finds_no_slot_in_time_is_told_when_to_come_back() -> None:
    async def behaviour(searching: Searching) -> None:
        await searching.begin("a", "a")
        with pytest.raises(TooMany) as refused:
            await searching.slots.take("a")
        assert RETRY_AFTER == refused.value.retry_after

        await searching.end("a")
        await searching.slots.take("a")

    check(behaviour, budget=0.01)


def test_the_hub_itself_waits_as_long_as_it_takes() -> None:
    async def behaviour(searching: Searching) -> None:
        await searching.begin(*[""] * MOST)
        waiting = asyncio.create_task(searching.slots.take(""))
        await asyncio.sleep(0.05)
        assert not waiting.done()

        await searching.end("")
        await asyncio.wait_for(waiting, 60)

    check(behaviour, budget=0.01)


def test_who_goes_away_while_waiting_takes_no_slot() -> None:
    async def behaviour(searching: Searching) -> None:
        await searching.begin("a", "a")
        gone = asyncio.create_task(searching.slots.take("a"))
        await settled()
        gone.cancel()
        await settled()
        await searching.end("a")
        await searching.begin("a")

        assert ["a", "a"] == searching.under_way

    check(behaviour)


def test_who_goes_away_as_a_slot_is_given_gives_it_back() -> None:
    async def behaviour(searching: Searching) -> None:
        slots = searching.slots
        for _ in range(MOST_OF_ONE):
            await slots.take("a")
        gone = asyncio.create_task(slots.take("a"))
        await settled()
        slots.give("a")
        gone.cancel()
        await settled()

        await asyncio.wait_for(slots.take("a"), 60)

    check(behaviour)
