"""The page process: answers what asks for a large page, while the worker goes on with all else.

One thread of a process at a time runs Python. A page of 500 orders that is read and written in a
worker keeps every other request waiting, whichever thread it is in; in a process of its own it does
not. The worker hands the whole request over and gives the response to its client.
"""

from __future__ import annotations

import asyncio
import logging
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from itertools import count
from time import monotonic

import msgspec
from msgspec.structs import replace

from orderglot.wire.message import Request, Response, Send

PAUSE = 10.0
"""So many seconds after it was begun, one that has ended is begun again."""

SIZE = 4
"""So many bytes say how long a frame is."""

READY = b""
"""The frame by which the page process says that it answers."""

Write = Callable[[bytes], None]

_requests = msgspec.msgpack.Decoder(tuple[int, Request])
_responses = msgspec.msgpack.Decoder(tuple[int, Response])

log = logging.getLogger("orderglot.http")


class PageProcess:
    """Hands requests over to a process that is begun when the first one comes.

    ``command`` begins it, and ``settings`` is the first that it is sent.
    """

    def __init__(self, command: Sequence[str], settings: bytes) -> None:
        self._command = command
        self._settings = settings
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Response | None]] = {}
        self._stdin: asyncio.StreamWriter | None = None
        self._running: asyncio.Task[None] | None = None
        self._begun = -PAUSE

    async def __call__(self, request: Request) -> Response | None:
        """Have a request answered; gives None where there is nobody to do so, yet or any more."""
        stdin = self._stdin
        if stdin is None or stdin.is_closing():
            self._begin()
            return None
        request = replace(request, trace=None)
        number = next(self._numbers)
        answer: asyncio.Future[Response | None] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        stdin.write(framed(msgspec.msgpack.encode((number, request))))
        try:
            return await answer
        finally:
            del self._waiting[number]

    def _begin(self) -> None:
        if self._running is None and monotonic() > self._begun + PAUSE:
            self._begun = monotonic()
            self._running = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            # In a session of its own it does not get what a terminal sends to all: it ends when
            # nobody can ask it any more.
            process = await asyncio.create_subprocess_exec(
                *self._command, stdin=PIPE, stdout=PIPE, start_new_session=True
            )
            await self._listen(process)
        except OSError as error:
            log.warning("no process for large pages", extra={"reason": str(error)})
        finally:
            self._running = self._stdin = None
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_result(None)

    async def _listen(self, process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(framed(self._settings))
        try:
            await self._hear_all(process, process.stdin, process.stdout)
        except msgspec.DecodeError:
            # Whoever writes what nobody can read is not asked again.
            process.kill()
        log.warning("the process for large pages ended", extra={"pages": process.pid})
        process.stdin.close()
        await process.wait()

    async def _hear_all(
        self, process: Process, stdin: asyncio.StreamWriter, stdout: asyncio.StreamReader
    ) -> None:
        async for frame in frames(stdout):
            if frame == READY:
                log.info("a process answers large pages", extra={"pages": process.pid})
                self._stdin = stdin
            else:
                self._hear(*_responses.decode(frame))

    def _hear(self, number: int, response: Response) -> None:
        # Who asked may not be waiting any more.
        answer = self._waiting.get(number)
        if answer is not None and not answer.done():
            answer.set_result(response)


async def answer_requests(answer: Send, reader: asyncio.StreamReader, write: Write) -> None:
    """Be the page process: answer each request as it comes, until no more can come."""
    write(framed(READY))
    async with asyncio.TaskGroup() as tasks:
        async for frame in frames(reader):
            number, request = _requests.decode(frame)
            tasks.create_task(_answer(number, answer(request), write))


async def _answer(number: int, answer: Awaitable[Response], write: Write) -> None:
    write(framed(msgspec.msgpack.encode((number, await answer))))


def framed(content: bytes) -> bytes:
    """Write a frame: its length, and what it has."""
    return len(content).to_bytes(SIZE) + content


async def frames(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Read frames until the other side is gone."""
    while True:
        try:
            size = int.from_bytes(await reader.readexactly(SIZE))
            yield await reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
