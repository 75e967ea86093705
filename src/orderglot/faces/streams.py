"""Streams: answers that go on for as long as somebody reads them, so many at once and no more."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from functools import partial
from time import monotonic

from orderglot.core.caller import Caller
from orderglot.core.errors import HubError, TooMany, Upstream
from orderglot.wire.dialect import Auth
from orderglot.wire.media import negotiate
from orderglot.wire.message import Request, Response, Stream
from orderglot.wire.operation import Context, Follow, Step, T
from orderglot.wire.shape import EVENT_STREAM, JSON

MOST = 200
"""So many streams at most does one process have."""

MOST_OF_A_KEY = 10
"""So many of them at most are of one key."""

LOOKS = 0.5
"""After so many seconds it is looked again whether there is anything to send."""

STILL = 15.0
"""After so many seconds of silence something is sent that means nothing, so that nobody hangs up."""

CHECKED = 5.0
"""After so many seconds it is looked again whether the key is good; and before anything is sent."""

HEADERS = {
    "content-type": EVENT_STREAM,
    "cache-control": "no-store",
    # A proxy that collects an answer before it hands it on would collect for ever.
    "x-accel-buffering": "no",
}

OPENING = b"retry: 2000\n\n"
"""After so many thousandths of a second a browser comes back."""

log = logging.getLogger("orderglot.server")


def is_wanted(request: Request) -> bool:
    """Tell whether a request asks for a stream."""
    accept = request.headers.get("accept")
    return request.method == "GET" and negotiate(accept, (JSON, EVENT_STREAM)) == EVENT_STREAM


class Streams:
    """The streams of one process, each of which has its place among them."""

    def __init__(self, most: int = MOST, most_of_a_key: int = MOST_OF_A_KEY) -> None:
        self._most = most
        self._most_of_a_key = most_of_a_key
        self._open: Counter[tuple[int, str]] = Counter()
        self._ended = asyncio.Event()

    def take(self, caller: Caller) -> Callable[[], None]:
        """Take the place of one more stream, and give what gives it back, once however often it is called.

        Raises TooMany where there are too many of the key's, or in all.
        """
        whose = (caller.seller, caller.name)
        if self._open[whose] >= self._most_of_a_key:
            raise TooMany(
                f"This key follows {self._most_of_a_key} streams already, which is as many as it may at"
                " once; end one of them, or ask without Accept: text/event-stream.",
                retry_after=5,
            )
        if self._open.total() >= self._most:
            raise TooMany(
                f"There are {self._most} streams already, which is as many as there may be; try again"
                " later, or ask without Accept: text/event-stream.",
                retry_after=5,
            )
        self._open[whose] += 1
        held = [whose]

        def give_back() -> None:
            while held:
                self._open[held.pop()] -= 1
                self._open += Counter()

        return give_back

    def end(self) -> None:
        """End all of them, each behind what it has begun to send."""
        self._ended.set()

    async def ending(self) -> None:
        """Wait until they are to end."""
        await self._ended.wait()

    @property
    def ended(self) -> bool:
        """Whether they are to end."""
        return self._ended.is_set()

    async def rest(self, seconds: float) -> None:
        """Wait for so long, or until the end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ended.wait()


async def followed(
    streams: Streams, follow: Follow[T], ask: T, context: Context, request: Request, auth: Auth
) -> Response:
    """Answer with a stream; what cannot be followed is refused before it begins."""
    caller = context.book.caller

    async def is_good() -> bool:
        try:
            return caller == await auth.identify(request, context.keyring)
        except Upstream:
            raise
        except HubError:
            return False

    first = await follow.step(context, follow.begin(ask, request))
    give_back = streams.take(caller)
    pieces = _pieces(streams, first, lambda onward: follow.step(context, onward), is_good)
    return Response(status=200, headers=HEADERS, stream=Stream(pieces, streams.ending, give_back))


async def _pieces(
    streams: Streams,
    first: Step[T],
    step: Callable[[T], Awaitable[Step[T]]],
    is_good: Callable[[], Awaitable[bool]],
) -> AsyncIterator[bytes]:
    """Give what is to be sent, from a first step on, until the end or until the key is not good any more.

    Nothing is read ahead: whoever reads slowly has one piece waiting, and nothing of the book's.
    """
    yield OPENING
    here = first
    checked = sent = monotonic()
    while not streams.ended:
        now = monotonic()
        if here.piece or now - checked >= CHECKED:
            checked = now
            if not await _asked(streams, is_good):
                if not streams.ended:
                    yield b": This key is not good any more, or may do something else by now.\n\n"
                return
        if here.piece:
            yield here.piece
            sent = monotonic()
        elif now - sent >= STILL:
            yield here.still
            sent = monotonic()
        if not here.more:
            await streams.rest(LOOKS)
        try:
            looked = await _asked(streams, partial(step, here.onward))
        except HubError as error:
            yield b": %b\n\n" % error.message.replace("\n", " ").encode()
            return
        if looked is None:
            return
        here = looked


async def _asked(streams: Streams, ask: Callable[[], Awaitable[T]]) -> T | None:
    """Ask the book, as often as it takes until it answers; gives None where the end comes before."""
    while not streams.ended:
        try:
            return await ask()
        except Upstream as error:
            log.warning("the store fails", extra={"reason": error.message})
            await streams.rest(error.retry_after)
    return None
