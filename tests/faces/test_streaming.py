"""A body that goes on: it waits for its reader, ends with it, and always gives its place back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from orderglot.faces import streaming
from orderglot.faces.streaming import send_stream
from orderglot.wire.message import Stream


class Connection:
    """A client that takes in so many pieces, and then hangs up, or stays and reads no more."""

    def __init__(self, reads: int, *, hangs_up: bool) -> None:
        self.left = reads
        self.hangs_up = hangs_up
        self.gone = asyncio.Event()
        self.over = asyncio.Event()
        self.got: list[bytes] = []
        self.made = 0
        self.closed = 0

    def stream(self, pieces: int = 1_000) -> Stream:
        async def made() -> AsyncIterator[bytes]:
            for number in range(pieces):
                self.made += 1
                yield b"%d" % number

        def close() -> None:
            self.closed += 1

        return Stream(made(), self.over.wait, close)

    async def receive(self) -> Any:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if self.left == 0:
            if self.hangs_up:
                self.gone.set()
            await asyncio.Event().wait()
        self.left -= 1
        self.got.append(message["body"])

    async def talk(self, stream: Stream, unread: float = 60) -> None:
        async with asyncio.timeout(30):
            await send_stream(stream, self.receive, self.send, unread)


def test_nothing_is_made_for_a_reader_that_has_not_taken_in_what_there_is() -> None:
    async def work() -> Connection:
        slow = Connection(3, hangs_up=False)
        talking = asyncio.create_task(slow.talk(slow.stream()))
        for _ in range(100):
            await asyncio.sleep(0)
        assert (4, 0) == (slow.made, slow.closed)
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
        return slow

    slow = asyncio.run(work())
    assert ([b"0", b"1", b"2"], 1) == (slow.got, slow.closed)


def test_who_hangs_up_ends_the_stream() -> None:
    async def work() -> Connection:
        one = Connection(2, hangs_up=True)
        await one.talk(one.stream())
        return one

    one = asyncio.run(work())
    assert ([b"0", b"1"], 1) == (one.got, one.closed)


def test_who_reads_nothing_for_long_has_the_stream_ended() -> None:
    async def work() -> Connection:
        one = Connection(2, hangs_up=False)
        await one.talk(one.stream(), unread=0.01)
        return one

    one = asyncio.run(work())
    assert (3, 1) == (one.made, one.closed)


def test_who_reads_nothing_holds_up_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "LAST", 0.01)

    async def work() -> Connection:
        one = Connection(2, hangs_up=False)
        one.over.set()
        await one.talk(one.stream())
        return one

    one = asyncio.run(work())
    assert (3, 1) == (one.made, one.closed)


def test_a_stream_that_is_over_ends_the_answer() -> None:
    async def work() -> Connection:
        one = Connection(10, hangs_up=False)
        await one.talk(one.stream(2))
        return one

    one = asyncio.run(work())
    assert ([b"0", b"1", b""], 1) == (one.got, one.closed)


def test_a_stream_that_breaks_gives_its_place_back() -> None:
    async def work() -> Connection:
        one = Connection(10, hangs_up=False)

        async def broken() -> AsyncIterator[bytes]:
            yield b"0"
            raise RuntimeError("unforeseen")

        await one.talk(Stream(broken(), one.over.wait, one.stream().close))
        return one

    one = asyncio.run(work())
    assert ([b"0"], 1) == (one.got, one.closed)
