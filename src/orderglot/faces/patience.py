"""Timeouts: how long a client may take, looked at once a second for all connections together."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from typing import Protocol
from weakref import WeakSet

from uvicorn.server import ServerState

SECONDS_FOR_HEAD = 20.0
"""A client has so long for a whole head, from the opening of the line or the last answer on."""

SECONDS_FOR_BODY = 60.0
SECONDS_FOR_ANSWER = 60.0
"""A client has so long to take an answer off the line."""

SWEEP = 1.0
"""The clock is looked at so often, in seconds; nothing is done for it at any request."""

HEAD, BODY = "head", "body"
"""What a connection may be waiting for."""

SECONDS = {HEAD: SECONDS_FOR_HEAD, BODY: SECONDS_FOR_BODY}

_swept: WeakSet[ServerState] = WeakSet()


class Watched(Protocol):
    """What is looked at."""

    def look_at_clock(self, now: float) -> None:
        """Hang up on a client that has taken too long over what is its turn."""
        ...


def watch(state: ServerState, loop: AbstractEventLoop) -> None:
    """See to it that somebody looks at the clock for a server's connections."""
    if state not in _swept:
        _swept.add(state)
        loop.call_later(SWEEP, _sweep, state, loop)


def _sweep(state: ServerState, loop: AbstractEventLoop) -> None:
    now = loop.time()
    connections: list[Watched] = list(state.connections)  # type: ignore[arg-type]
    for connection in connections:
        # Each for itself: what goes wrong with one keeps nobody from looking at the others.
        loop.call_soon(connection.look_at_clock, now)
    if connections:
        loop.call_later(SWEEP, _sweep, state, loop)
    else:
        _swept.discard(state)
