"""Batching: who goes together, and that nobody is answered with another's or with none."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import pytest

from orderglot.core.errors import Conflict, HubError, Upstream
from orderglot.stores.postgres.batching import ABREAST, MOST, Batching

T = TypeVar("T")


class Asked:
    """Answers with ten times what was asked, when it is let, and remembers what went together."""

    def __init__(self) -> None:
        self.batches: list[tuple[str, list[int]]] = []
        self.refusing: dict[int, Exception] = {}
        self.gate = asyncio.Event()
        self.gate.set()
        self.gathering: Batching[str, int, int] = Batching(self.ask)

    async def ask(self, kind: str, several: Sequence[int]) -> list[int]:
        self.batches.append((kind, list(several)))
        await self.gate.wait()
        for one in several:
            if one in self.refusing:
                raise self.refusing[one]
        return [10 * one for one in several]

    async def all(self, *several: int, kind: str = "a") -> list[int | BaseException]:
        asking = (self.gathering.one(kind, one) for one in several)
        return await asyncio.gather(*asking, return_exceptions=True)


def played(play: Callable[[Asked], Awaitable[T]]) -> tuple[T, list[tuple[str, list[int]]]]:
    """Play something, and give what it came to and what went together."""

    async def whole() -> tuple[T, list[tuple[str, list[int]]]]:
        asked = Asked()
        return await play(asked), asked.batches

    return asyncio.run(whole())


async def turns() -> None:
    """Let others go on for some turns of the event loop."""
    for _ in range(4):
        await asyncio.sleep(0)


def test_what_is_asked_in_one_turn_goes_together_and_each_gets_theirs() -> None:
    answers, batches = played(lambda asked: asked.all(3, 1, 2))

    assert [30, 10, 20] == answers
    assert [("a", [3, 1, 2])] == batches


def test_kinds_go_apart() -> None:
    async def play(asked: Asked) -> list[list[int | BaseException]]:
        return list(await asyncio.gather(asked.all(1, 2), asked.all(3, kind="b")))

    answers, batches = played(play)
    assert [[10, 20], [30]] == answers
    assert [("a", [1, 2]), ("b", [3])] == batches


def test_who_comes_while_others_are_on_their_way_goes_with_the_next() -> None:
    async def play(asked: Asked) -> list[int]:
        asked.gate.clear()
        asking = []
        for turn in range(ABREAST + 3):
            asking.append(asyncio.create_task(asked.gathering.one("a", turn)))
            await turns()
        asked.gate.set()
        return await asyncio.gather(*asking)

    answers, batches = played(play)
    assert [10 * turn for turn in range(ABREAST + 3)] == answers
    alone = [("a", [turn]) for turn in range(ABREAST)]
    assert [*alone, ("a", [ABREAST, ABREAST + 1, ABREAST + 2])] == batches


def test_nobody_waits_for_more_than_so_many() -> None:
    answers, batches = played(lambda asked: asked.all(*range(2 * MOST + 1)))

    assert [10 * one for one in range(2 * MOST + 1)] == answers
    assert [MOST, MOST, 1] == [len(several) for _, several in batches]


def test_one_that_is_refused_takes_nobody_with_it() -> None:
    async def play(asked: Asked) -> list[int | BaseException]:
        asked.refusing[2] = Conflict("Not this one.")
        return await asked.all(1, 2, 3)

    (first, second, third), batches = played(play)
    assert [10, Conflict, 30] == [first, type(second), third]
    assert [("a", [1, 2, 3]), ("a", [1]), ("a", [2]), ("a", [3])] == batches


def test_where_the_server_fails_nobody_asks_again() -> None:
    async def play(asked: Asked) -> list[int | BaseException]:
        asked.refusing[2] = Upstream("It is gone.")
        return await asked.all(1, 2, 3)

    answers, batches = played(play)
    assert [Upstream] * 3 == [type(answer) for answer in answers]
    assert [("a", [1, 2, 3])] == batches


def test_who_gives_up_stops_nobody() -> None:
    async def play(asked: Asked) -> list[int]:
        asked.gate.clear()
        asking = [asyncio.create_task(asked.gathering.one("a", one)) for one in (1, 2, 3)]
        await turns()
        asking[0].cancel()
        await turns()
        asked.gate.set()
        return await asyncio.gather(*asking[1:])

    answers, _ = played(play)
    assert [20, 30] == answers


def test_nobody_is_left_waiting_where_the_asking_is_cut_off() -> None:
    async def play(asked: Asked) -> list[int | BaseException]:
        asked.gate.clear()
        asking = asyncio.create_task(asked.all(*range(ABREAST * MOST + 1)))
        await turns()
        for task in asyncio.all_tasks():
            if "_go" in str(task.get_coro()):
                task.cancel()
        async with asyncio.timeout(60):
            return await asking

    answers, _ = played(play)
    assert {Upstream} == {type(answer) for answer in answers}
    with pytest.raises(HubError, match="try again"):
        raise next(answer for answer in answers if isinstance(answer, HubError))


class OfParts:
    """Answers at each part of a table when that part is let, and remembers what went together."""

    def __init__(self, *parts: str) -> None:
        self.batches: list[tuple[str, list[int]]] = []
        self.gates = {part: asyncio.Event() for part in parts}
        self.gathering: Batching[str, int, int] = Batching(self.ask, 1, lambda _part: "table")

    async def ask(self, part: str, several: Sequence[int]) -> list[int]:
        self.batches.append((part, list(several)))
        await self.gates[part].wait()
        return list(several)

    async def begin(self, part: str, what: int) -> asyncio.Task[int]:
        """Ask for something, which gets as far as it can."""
        task = asyncio.create_task(self.gathering.one(part, what))
        await turns()
        return task


def test_kinds_that_are_alike_set_out_together() -> None:
    async def play() -> list[tuple[str, list[int]]]:
        asked = OfParts("a", "b")
        asking = [await asked.begin("a", 1)]
        for part, what in (("b", 2), ("a", 3), ("b", 4)):
            asking.append(await asked.begin(part, what))
        assert [("a", [1])] == asked.batches
        for gate in asked.gates.values():
            gate.set()
        assert [1, 2, 3, 4] == await asyncio.gather(*asking)
        return asked.batches

    assert [("a", [1]), ("a", [3]), ("b", [2, 4])] == sorted(asyncio.run(play()))


def test_those_who_are_answered_last_are_in_the_next_round_as_well() -> None:
    async def play() -> list[tuple[str, list[int]]]:
        asked = OfParts("a", "b")

        async def one_after_another(part: str, *several: int) -> None:
            for one in several:
                await asked.gathering.one(part, one)

        asking = [asyncio.create_task(one_after_another("a", *range(3))) for _ in range(2)]
        asking += [asyncio.create_task(one_after_another("b", *range(3))) for _ in range(2)]
        for gate in asked.gates.values():
            gate.set()
        await asyncio.gather(*asking)
        return asked.batches

    assert [(part, [n, n]) for n in range(3) for part in ("a", "b")] == asyncio.run(play())


def test_a_part_that_gives_no_answer_holds_no_other_one_up() -> None:
    async def play() -> list[tuple[str, list[int]]]:
        asked = OfParts("hung", "a")
        asked.gates["a"].set()
        hung = await asked.begin("hung", 1)
        async with asyncio.timeout(60):
            for what in (2, 3):
                assert what == await asked.gathering.one("a", what)
        assert not hung.done()
        more = await asked.begin("hung", 4)
        asked.gates["hung"].set()
        assert [1, 4] == [await hung, await more]
        return asked.batches

    assert [("hung", [1]), ("a", [2]), ("a", [3]), ("hung", [4])] == asyncio.run(play())
