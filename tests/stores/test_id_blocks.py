"""IdBlocks: blocks of hub ids, of which none is given twice or to who must not have it."""

from __future__ import annotations

import asyncio

from orderglot.stores.backend import FIRST, Entity
from orderglot.stores.id_blocks import SMALLEST, IdBlocks
from orderglot.stores.memory.backend import MemoryBackend

ORDER = Entity.ORDER


def taken(numbers: IdBlocks, count: int, avoid: set[int] | None = None) -> list[int]:
    async def take() -> list[int]:
        return [await numbers.take(1, ORDER, avoid or set()) for _ in range(count)]

    return asyncio.run(take())


def test_numbers_rise_without_a_gap_through_every_block() -> None:
    count = 10 * SMALLEST

    assert list(range(FIRST[ORDER], FIRST[ORDER] + count)) == taken(
        IdBlocks(MemoryBackend()), count
    )


def test_numbers_of_sellers_and_of_things_are_counted_apart() -> None:
    numbers = IdBlocks(MemoryBackend())

    async def take() -> list[int]:
        return [await numbers.take(seller, thing, ()) for seller in (1, 2) for thing in Entity]

    assert 2 * list(FIRST.values()) == asyncio.run(take())


def test_two_who_take_at_once_get_different_numbers() -> None:
    numbers = IdBlocks(MemoryBackend())

    async def take() -> list[int]:
        return await asyncio.gather(*(numbers.take(1, ORDER, ()) for _ in range(3 * SMALLEST)))

    assert 3 * SMALLEST == len(set(asyncio.run(take())))


class Remote(MemoryBackend):
    """A backend whose numbers come a while after they were asked for."""

    async def numbers(self, seller: int, thing: Entity, count: int) -> tuple[int, ...]:
        await asyncio.sleep(0.01)
        return await super().numbers(seller, thing, count)


def test_many_who_take_at_once_share_a_block() -> None:
    backend = Remote()
    numbers = IdBlocks(backend)

    async def take() -> set[int]:
        first, *others = [asyncio.create_task(numbers.take(1, ORDER, ())) for _ in range(20)]
        await asyncio.sleep(0)
        first.cancel()
        return set(await asyncio.gather(*others))

    block = range(FIRST[ORDER], FIRST[ORDER] + SMALLEST)
    assert set(block[:19]) == asyncio.run(take())
    assert [block[19]] == taken(numbers, 1)
    assert [block.stop] == taken(IdBlocks(backend), 1)


class OneByOne(MemoryBackend):
    """A backend that gives one number at a time, a turn of the loop later."""

    async def numbers(self, seller: int, thing: Entity, count: int) -> tuple[int, ...]:
        await asyncio.sleep(0)
        return await super().numbers(seller, thing, 1)


def test_who_comes_as_a_block_is_used_up_waits_for_the_next(few_waits: None) -> None:
    numbers = IdBlocks(OneByOne())

    async def take(turns: int) -> int:
        for _ in range(turns):
            await asyncio.sleep(0)
        return await numbers.take(1, ORDER, ())

    async def take_all() -> list[int]:
        return await asyncio.gather(*(take(turn) for turn in range(10) for _ in range(3)))

    assert 30 == len(set(asyncio.run(take_all())))


def test_a_process_that_begins_anew_gives_no_number_again() -> None:
    backend = MemoryBackend()

    assert not set(taken(IdBlocks(backend), 5)) & set(taken(IdBlocks(backend), 5))


def test_what_is_to_be_avoided_or_forgotten_is_never_given() -> None:
    numbers = IdBlocks(MemoryBackend())
    first = FIRST[ORDER]
    numbers.forget(1, ORDER, {first})

    assert [first, first + 2] == taken(numbers, 2, avoid={first + 1})
    numbers.forget(1, ORDER, {first + 3, first + 5, 7})
    assert [first + 4, first + 6] == taken(numbers, 2)
    numbers.forget_all(1)
    assert first + SMALLEST <= taken(numbers, 1)[0]
