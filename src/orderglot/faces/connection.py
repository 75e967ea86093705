"""One client's connection: what uvicorn leaves open of how long, how much and how it ends.

A client that dawdles, says too much or breaks off costs a connection and nothing else; one whose
request is whole gets its answer, even while the server ends.
"""

from __future__ import annotations

import asyncio
from math import inf
from typing import Any
from weakref import WeakSet

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)
from uvicorn.server import ServerState

SECONDS_FOR_HEAD = 20.0
"""A client has so long for a whole head, from the opening of the line or the last answer on."""

SECONDS_FOR_BODY = 60.0
SECONDS_FOR_ANSWER = 60.0
"""A client has so long to take an answer off the line."""

LINGER = 1.0
"""So long a server that ends waits for what a client may just be sending."""

MOST_HEAD = 2**16
MOST_HEADERS = 200
SWEEP = 1.0
"""The clock is looked at so often, in seconds; nothing is done for it at any request."""

TOO_SLOW = (408, "The request did not come in time.")
TOO_LONG = (431, "The head of the request is too long.")

NOT_WHOLE = (400, "The request is not whole.")

_HEAD, _BODY, _NOTHING = "head", "body", "nothing"
"""What a connection may be waiting for."""

SECONDS = {_HEAD: SECONDS_FOR_HEAD, _BODY: SECONDS_FOR_BODY, _NOTHING: inf}

_swept: WeakSet[ServerState] = WeakSet()


class Excess(Exception):
    """The head of a request is longer than any client needs."""


class Connection(HttpToolsProtocol):
    """uvicorn's connection, with limits, and with an end that cuts nobody off."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.awaits = _HEAD
        self.since = self.loop.time()
        self.stuck: float | None = None
        self.head = 0
        self.ending = False
        self.before: RequestResponseCycle | None = None
        self.answered: RequestResponseCycle | None = None
        self.refusal: tuple[int, str] | None = None
        self.refused = False
        self.behind: list[tuple[bytes, bytes]] = []

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, and see to it that somebody looks at the clock."""
        super().connection_made(transport)
        if self.server_state not in _swept:
            _swept.add(self.server_state)
            self.loop.call_later(SWEEP, _sweep, self.server_state, self.loop)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go, and tell whoever is answering, be it the first of many requests or the last."""
        if self.answered is not None:
            self.answered.disconnected = True
            self.answered.message_event.set()
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self.answered = cycle
        super()._start_asgi_task(cycle, app)

    def data_received(self, data: bytes) -> None:
        """Take bytes in; a head that is still not whole must not have too many of them."""
        if self.refused:
            return
        if self.awaits == _HEAD:
            self.head += len(data)
        super().data_received(data)
        if (self.awaits == _HEAD and self.head > MOST_HEAD) or len(self.behind) > MOST_HEADERS:
            self._refuse_in_turn(*TOO_LONG)

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        if self.awaits == _NOTHING:
            self._await(_HEAD)

    def on_headers_complete(self) -> None:
        """Begin to answer; the answer while the server ends is the last one."""
        if len(self.headers) > MOST_HEADERS or (self.head > MOST_HEAD and self._is_too_long()):
            self.refusal = TOO_LONG
            raise Excess
        self.before = self.cycle
        super().on_headers_complete()
        # What comes behind the body is no header, and a proxy may not have looked at it.
        self.headers = self.behind = []
        self._await(_BODY)
        if self.ending:
            self.cycle.keep_alive = False

    def _is_too_long(self) -> bool:
        return len(self.url) + sum(len(n) + len(v) for n, v in self.headers) > MOST_HEAD

    def on_message_complete(self) -> None:
        """Know the request whole."""
        self._await(_NOTHING)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request, if all were answered."""
        if self.awaits == _NOTHING:
            self._await(_HEAD)
        super().on_response_complete()

    def _await(self, what: str) -> None:
        self.awaits = what
        self.since = self.loop.time()
        self.head = 0

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request."""
        self._refuse_in_turn(*self.refusal or (400, msg))

    def _refuse_in_turn(self, status: int, reason: str) -> None:
        """Say no, or hang up behind the answers to the requests before."""
        if self.refused:
            return None
        last: RequestResponseCycle | None = self.before if self.awaits == _BODY else self.cycle
        if last is None or last.response_complete:
            return self._refuse(status, reason)
        if self.awaits == _BODY:
            self.pipeline.popleft()
            self.cycle = last
        last.keep_alive = False
        self._await(_NOTHING)
        self.flow.pause_reading()
        return None

    def _refuse(self, status: int, reason: str) -> None:
        head = (
            b"content-type: text/plain; charset=utf-8",
            b"content-length: %d" % (len(reason) + 1),
            b"connection: close",
            b"",
            reason.encode() + b"\n",
        )
        self.transport.write(STATUS_LINE[status] + b"\r\n".join(head))
        self.transport.write_eof()
        # Hanging up while the client still speaks would take the answer away from it.
        self.refused = True
        self.flow.resume_reading()
        self.loop.call_later(LINGER, self.transport.close)
        if not self._is_idle():
            self.cycle.disconnected = True
            self.cycle.response_complete = True
            self.cycle.message_event.set()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Hear that the client will say no more: what it has said is answered all the same."""
        if self.awaits == _BODY or (self.awaits == _HEAD and self.head):
            self._refuse_in_turn(*NOT_WHOLE)
        if self._is_idle():
            return False
        self.cycle.keep_alive = False
        return True

    def shutdown(self) -> None:
        """Let the last answers go out; who has none to come may yet be about to ask."""
        self.ending = True
        if self._is_idle():
            self.loop.call_later(LINGER, self._leave)
        else:
            super().shutdown()

    def _is_idle(self) -> bool:
        last: RequestResponseCycle | None = self.cycle
        return last is None or last.response_complete

    def _leave(self) -> None:
        if self._is_idle() and not (self.awaits == _HEAD and self.head):
            self.transport.close()

    def look_at_clock(self, now: float) -> None:
        """Hang up on a client that has taken too long over what is its turn."""
        if self.transport.get_write_buffer_size():
            self.stuck = now if self.stuck is None else self.stuck
            if now - self.stuck > SECONDS_FOR_ANSWER:
                self.transport.abort()
        elif self.flow.read_paused or self.refused:
            self.stuck, self.since = None, now
        elif now - self.since > SECONDS[self.awaits]:
            self._lose_patience()

    def _lose_patience(self) -> None:
        begun = self.head if self.awaits == _HEAD else not self.cycle.response_started
        if begun:
            self._refuse_in_turn(*TOO_SLOW)
        else:
            self.transport.close()


def _sweep(state: ServerState, loop: asyncio.AbstractEventLoop) -> None:
    now = loop.time()
    for connection in list(state.connections):
        if isinstance(connection, Connection):
            connection.look_at_clock(now)
    if state.connections:
        loop.call_later(SWEEP, _sweep, state, loop)
    else:
        _swept.discard(state)
