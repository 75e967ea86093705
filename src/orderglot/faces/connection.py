"""One client's connection: requests in, answers out in the same order, and no patience without end.

A client that dawdles, says too much or breaks off costs a connection and nothing else; one whose
request is whole gets its answer, even while the server ends.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import Any

from msgspec import Struct
from uvicorn import Config
from uvicorn.server import ServerState

from orderglot.faces import patience
from orderglot.faces.dispatcher import FAILED, Dispatcher, plain
from orderglot.faces.reading import NO_REQUEST, Reader
from orderglot.faces.spelling import spelled, title
from orderglot.wire.message import Request, Response

LINGER = 1.0
"""So long, in seconds, what a client may just be sending is waited for before hanging up."""

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
CLOSE = "Connection: close\r\n"

TOO_SLOW = plain(408, "The request did not come in time.")
NOT_WHOLE = plain(400, "The request is not whole.")

log = logging.getLogger("orderglot.line")
access = logging.getLogger("orderglot.access")


class Turn(Struct, kw_only=True):
    """What is answered next: a request, or a refusal that stands already."""

    request: Request | None = None
    refusal: Response = NO_REQUEST
    last: bool = False
    """Nothing is answered behind it."""


class Connection(asyncio.Protocol):
    """A line to one client, as uvicorn's server opens it for an application with a dispatcher."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],  # noqa: ARG002 (uvicorn names it)
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        application: Any = config.app
        self.dispatcher: Dispatcher = application.dispatcher
        self.state = server_state
        self.loop = _loop or asyncio.get_running_loop()
        self.logs = config.access_log
        self.reader = Reader(self, self.dispatcher)
        self.transport: asyncio.Transport
        self.peer = self.scheme = self.here = ""
        self.turns: deque[Turn] = deque()
        self.answering: asyncio.Task[None] | None = None
        self.drained: asyncio.Future[None] | None = None
        self.dates: list[tuple[bytes, bytes]] = []
        self.stamp = ""
        self.stuck: float | None = None
        self.paused = self.ending = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, and see to it that somebody looks at the clock."""
        self.transport = transport
        self.peer, _ = _address(transport.get_extra_info("peername"))
        host, port = _address(transport.get_extra_info("sockname"))
        self.here = f"[{host}]:{port}" if ":" in host else f"{host}:{port}" if port else "localhost"
        self.scheme = "https" if transport.get_extra_info("sslcontext") else "http"
        self.state.connections.add(self)  # type: ignore[arg-type]
        patience.watch(self.state, self.loop)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (asyncio names it)
        """Let go; what is being done for the client is done to its end."""
        self.state.connections.discard(self)
        self.reader.deaf = True
        self.turns.clear()
        self.resume_writing()
        if self.answering is not None:
            self.state.tasks.add(self.answering)
            self.answering.add_done_callback(self.state.tasks.discard)

    def data_received(self, data: bytes) -> None:
        """Take bytes in."""
        self.reader.read(data)

    def eof_received(self) -> bool:
        """Hear that the client will say no more: what it has said is answered all the same."""
        if self.reader.begun and not self.reader.deaf:
            self.refuse(NOT_WHOLE)
        self.ending = True
        return self.answering is not None

    def take(self, request: Request, *, last: bool) -> None:
        """Answer a request when its turn comes."""
        self._take(Turn(request=request, last=last))

    def refuse(self, refusal: Response) -> None:
        """Say no behind the answers to the requests before, and hear nothing more."""
        self.reader.deaf = True
        self._take(Turn(refusal=refusal, last=True))

    def _take(self, turn: Turn) -> None:
        if self.answering is None:
            self.answering = self.loop.create_task(self._answer(turn))
        else:
            self.turns.append(turn)
            self._pause(True)

    async def _answer(self, turn: Turn) -> None:
        """Answer what is there, one after the other."""
        while True:
            request, response = turn.request, turn.refusal
            if request is not None:
                response = await self._answered(request)
            last = turn.last or (self.ending and not self.turns)
            self._write(request, response, last=last)
            if self.drained is not None:
                await self.drained
            if last or not self.turns:
                break
            turn = self.turns.popleft()
            # Whoever asks much at once does not keep others waiting.
            await asyncio.sleep(0)
        self.answering = None
        if last or self.ending:
            self._hang_up(lingers=request is None or self.paused)
        else:
            self._pause(False)
            self.invite()

    async def _answered(self, request: Request) -> Response:
        try:
            return await self.dispatcher.answer(request)
        except Exception:
            # Not even a refusal could be written: the line goes on all the same.
            log.exception("unforeseen", extra={"path": request.path})
            return FAILED

    def _write(self, request: Request | None, response: Response, *, last: bool) -> None:
        if self.transport.is_closing():
            return
        # Whoever gets another answer has taken what came before.
        self.stuck = None
        method = request.method if request else ""
        more = self._stamped() + CLOSE if last else self._stamped()
        try:
            self.transport.write(spelled(response, method, more))
        except ValueError:
            log.exception("unforeseen", extra={"path": request.path if request else ""})
            self.transport.write(spelled(FAILED, method, more))
        self.state.total_requests += 1
        if self.logs and request is not None:
            # The query stays out, for some vendors' credentials stand there.
            said = {
                "client": self.peer,
                "method": request.method,
                "path": request.path,
                "status": response.status,
            }
            access.info("request", extra=said)

    def _stamped(self) -> str:
        """Give the line with the date, which the server writes anew each second."""
        if self.dates is not self.state.default_headers:
            self.dates = self.state.default_headers
            self.stamp = "".join(
                f"{title(name.decode())}: {value.decode()}\r\n" for name, value in self.dates
            )
        return self.stamp

    def invite(self) -> None:
        """Ask for the body whose sender waits to be asked, behind the answers to what came before."""
        if self.answering is None and self.reader.invited and not self.transport.is_closing():
            self.reader.invited = False
            self.transport.write(CONTINUE)

    def _hang_up(self, *, lingers: bool) -> None:
        """Close the line; not before a client that may still speak can hear the last answer."""
        self.reader.deaf = True
        if not lingers:
            return self.transport.close()
        self._pause(False)
        if self.transport.can_write_eof() and not self.transport.is_closing():
            self.transport.write_eof()
        self.loop.call_later(LINGER, self.transport.close)
        return None

    def _pause(self, paused: bool) -> None:
        if paused != self.paused and not self.transport.is_closing():
            self.paused = paused
            (self.transport.pause_reading if paused else self.transport.resume_reading)()

    def pause_writing(self) -> None:
        """Wait with the next answer until the client has taken of those that are on the line."""
        self.drained = self.loop.create_future()

    def resume_writing(self) -> None:
        """Go on."""
        if self.drained is not None:
            self.drained.set_result(None)
            self.drained = None

    def shutdown(self) -> None:
        """Let the last answers go out; who has none to come may yet be about to ask."""
        self.ending = True
        if self.answering is None:
            self.loop.call_later(LINGER, self._leave)

    def _leave(self) -> None:
        if self.answering is None and not self.reader.begun:
            self.transport.close()

    def look_at_clock(self, now: float) -> None:
        """Hang up on a client that has taken too long over what is its turn."""
        if self.transport.get_write_buffer_size():
            self.reader.since = now
            self.stuck = now if self.stuck is None else self.stuck
            if now - self.stuck > patience.SECONDS_FOR_ANSWER:
                self.transport.abort()
            return
        self.stuck, reader = None, self.reader
        if reader.since is None or self.answering is not None or reader.deaf:
            reader.since = now
        elif now - reader.since > patience.SECONDS[reader.awaits]:
            self._lose_patience()

    def _lose_patience(self) -> None:
        if self.reader.begun:
            self.refuse(TOO_SLOW)
        else:
            self.transport.close()


def _address(found: Any) -> tuple[str, int]:
    """Read an end of a line; one that is no TCP has no address."""
    return (str(found[0]), int(found[1])) if isinstance(found, tuple) else ("", 0)
