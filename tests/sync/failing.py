"""Ways in which a pull or a placing ends before its time: answers lost, and processes killed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any

from hypothesis import strategies as st

from orderglot.core.errors import Upstream
from orderglot.core.ports import UnitOfWork
from orderglot.wire.message import Request, Response, Send
from tests.sync.hubs import Hub


class Killed(Exception):
    """Somebody pulled the plug."""


class Way(Enum):
    """What happens at the moment of a failure."""

    UNSENT = "the request is lost"
    UNANSWERED = "the request is done at the vendor, and its answer is lost"
    KILLED_BEFORE = "the process is killed before a request"
    KILLED_AFTER = "the process is killed when a request is done at the vendor"
    KILLED_UNWRITTEN = "the process is killed before something is written"
    KILLED_WRITTEN = "the process is killed when something was written"


WRITING = (Way.KILLED_UNWRITTEN, Way.KILLED_WRITTEN)


@dataclass(frozen=True)
class Failure:
    """What happens, and at which request or write."""

    way: Way
    at: int


failures = st.builds(Failure, st.sampled_from(Way), st.integers(1, 3) | st.integers(1, 9))


@contextmanager
def failing(hub: Hub, failure: Failure) -> Iterator[None]:
    """Let what a book does with others fail once."""
    before, opened = hub.between, (hub.book, hub.all)
    if failure.way in WRITING:
        count = _Count(failure)
        for book in opened:
            _interrupt(book, count)
    else:
        count = _Count(failure)
        hub.between = lambda send: _broken(before(send), count)
    try:
        yield
    finally:
        hub.between = before
        # Nothing of the process is left but what was written.
        hub.reopen()


class _Count:
    """How many requests or writes there were."""

    def __init__(self, failure: Failure) -> None:
        self.way = failure.way
        self.left = failure.at

    def comes(self) -> bool:
        """Tell whether this is the one."""
        self.left -= 1
        return self.left == 0


def _broken(send: Send, count: _Count) -> Send:
    async def sent(request: Request) -> Response:
        if not count.comes():
            return await send(request)
        if count.way is Way.KILLED_BEFORE:
            raise Killed
        if count.way is Way.UNSENT:
            raise Upstream("The connection broke.")
        await send(request)
        raise Killed if count.way is Way.KILLED_AFTER else Upstream("The connection broke.")

    return sent


def _interrupt(book: Any, count: _Count) -> None:
    real = book.together

    @asynccontextmanager
    async def together() -> AsyncIterator[UnitOfWork]:
        this = count.comes()
        async with real() as unit:
            yield unit
            if this and count.way is Way.KILLED_UNWRITTEN:
                raise Killed
        if this:
            raise Killed

    book.together = together


def lost_once() -> Callable[[Request, Send], Awaitable[Response]]:
    """Stand between client and vendor, and lose the first request that has an idempotency key."""
    lost: list[Request] = []

    async def stand(request: Request, send: Send) -> Response:
        if "idempotency-key" in request.headers and not lost:
            lost.append(request)
            raise Upstream("The connection broke.")
        return await send(request)

    return stand
