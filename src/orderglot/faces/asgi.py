"""All server faces as an ordinary ASGI application, which any ASGI server can run."""

from __future__ import annotations

import logging
import re
from asyncio import timeout
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from time import perf_counter

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.errors import HubError, Rule, invalid
from orderglot.faces.addressing import Addressing, BadHost
from orderglot.faces.dispatcher import FAILED, Dispatcher, plain
from orderglot.faces.exchange_ids import ExchangeIds
from orderglot.faces.pages import Page, Receive, Scope, Send
from orderglot.faces.recording import Seen
from orderglot.faces.request_body import ACCEPTED, Broken, TooSlow, UnknownCoding, read_body
from orderglot.faces.server import Server
from orderglot.faces.streaming import send_stream
from orderglot.faces.trace_context import TRACEPARENT, Entered, entered, left
from orderglot.wire.exchange import Exchange, Record
from orderglot.wire.message import NO_BODY, Request, Response
from orderglot.wire.trace import Trace

CODING = "content-encoding"

TOO_SLOW = plain(408, "The request did not come in time.")
NOT_WHOLE = plain(400, "The request is not whole.")
NO_PROXY = plain(400, "This is no proxy.")
NOT_OFFERED = plain(
    501, "Send the body plain or in chunks; other transfer codings are not offered."
)

_TRACEPARENT = TRACEPARENT.encode()
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

log = logging.getLogger("orderglot.http")
access = logging.getLogger("orderglot.access")

Work = Callable[[], Awaitable[None]]


class Limits(Struct, frozen=True):
    """How long clients are waited for, in seconds."""

    body: float = 60.0
    """A whole body has to come in this time."""
    linger: float = 1.0
    """So many seconds are read from a refused client that is still sending, so that it gets the response."""
    unread: float = 60.0
    """A stream ends where its client takes in nothing for so long."""


class Refused(Exception):
    """The request is answered before it is whole, and the connection ends behind the answer."""

    def __init__(self, response: Response) -> None:
        self.response = response


class Asgi:
    """An ASGI application around a dispatcher.

    ``beginning`` and ``ending`` run when the server starts up and shuts down. With ``logs`` each
    request is logged; each one to a face is given to ``record``, if there is one.
    """

    def __init__(
        self,
        servers: Iterable[Server],
        *,
        pages: Mapping[str, Page | None] | None = None,
        addressing: Addressing | None = None,
        limits: Limits | None = None,
        logs: bool = False,
        record: Record | None = None,
        beginning: Work | None = None,
        ending: Work | None = None,
    ) -> None:
        self.dispatcher = Dispatcher(servers, pages=pages)
        self.addressing = addressing or Addressing()
        self.limits = limits or Limits()
        self.logs = logs
        self.record = record
        self.beginning = beginning
        self.ending = ending
        self.ids = ExchangeIds()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope, as ASGI has it."""
        if scope["type"] == "http":
            await self._exchange(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    async def _exchange(self, scope: Scope, receive: Receive, send: Send) -> None:
        record, closes = self.record, False
        trace = None if record is None else Trace()
        seen, began, took = Seen(self.ids(), trace), perf_counter(), 0.0
        context = _context(scope["headers"])
        try:
            try:
                response = await self._answer(scope, receive, seen)
            except Refused as refused:
                response, closes = refused.response, True
            except Exception:
                # Not even a refusal could be written: the server goes on all the same.
                log.exception("unforeseen", extra={"path": scope["path"], "exchange": seen.id})
                response = FAILED
            seen.response, took = response, perf_counter() - began
            if self.logs:
                self._log(scope, response, seen.id)
            await _respond(scope, response, send, closes=closes)
        finally:
            if context is not None:
                left(context)
            if record is not None and trace is not None and trace.kept:
                request = seen.request or _bare(scope, seen.id)
                record(
                    Exchange(
                        direction="in",
                        request=request,
                        response=seen.response,
                        trace=trace,
                        took=took,
                    )
                )
        if response.stream is not None:
            # It is recorded when it begins: how long it will go on, nobody knows.
            await send_stream(response.stream, receive, send, self.limits.unread)
        if closes:
            await _drain(receive, self.limits.linger)

    async def _answer(self, scope: Scope, receive: Receive, seen: Seen) -> Response:
        request = seen.request = self._request(scope, seen)
        headers, version = request.headers, scope["http_version"]
        # In HTTP/1 a request without either header has no body, and need not be waited for.
        if "content-length" in headers or "transfer-encoding" in headers or version[0] != "1":
            body = await self._body(request, receive)
            if CODING in headers:
                headers = {name: headers[name] for name in headers if name != CODING}
            request = seen.request = replace(request, body=body, headers=headers)
        return await self.dispatcher.answer(request)

    def _request(self, scope: Scope, seen: Seen) -> Request:
        if scope["method"] == "CONNECT":
            raise Refused(NO_PROXY)
        headers = _headers(scope["headers"])
        peer = (scope.get("client") or ("",))[0]
        scheme, version = scope.get("scheme", "http"), scope["http_version"]
        try:
            origin = self.addressing.origin(peer, scheme, _here(scope), version, headers)
        except BadHost as error:
            raise Refused(plain(400, str(error))) from None
        return Request(
            method=scope["method"],
            path=_path(scope),
            query=scope["query_string"].decode("latin-1"),
            headers=headers,
            peer=origin.peer,
            base=origin.base,
            id=seen.id,
            trace=seen.trace,
        )

    async def _body(self, request: Request, receive: Receive) -> bytes:
        headers = request.headers
        if headers.get("transfer-encoding", "chunked").lower() != "chunked":
            raise Refused(NOT_OFFERED)
        most = self.dispatcher.most_body(request)
        try:
            return await read_body(receive, headers, most, self.limits.body)
        except HubError as error:
            raise Refused(self.dispatcher.refuse(error, request)) from error
        except UnknownCoding as coding:
            raise Refused(self._unknown_coding(request, str(coding))) from None
        except TooSlow:
            raise Refused(TOO_SLOW) from None
        except Broken:
            raise Refused(NOT_WHOLE) from None

    def _unknown_coding(self, request: Request, coding: str) -> Response:
        reason = f"{coding!r} is not understood; send gzip, deflate or the plain body."
        error = invalid("Content-Encoding", Rule.CHOICE, reason)
        refusal = self.dispatcher.refuse(error, request)
        return replace(refusal, status=415, headers={**refusal.headers, **ACCEPTED})

    def _log(self, scope: Scope, response: Response, id: str) -> None:
        # The query stays out, for some vendors' credentials stand there.
        fields = {
            "client": (scope.get("client") or ("",))[0],
            "method": scope["method"],
            "path": _path(scope),
            "status": response.status,
            "exchange": id,
        }
        access.info("request", extra=fields)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                if self.beginning is not None:
                    await self.beginning()
                await send({"type": "lifespan.startup.complete"})
                continue
            if self.ending is not None:
                await self.ending()
            return await send({"type": "lifespan.shutdown.complete"})


async def _respond(scope: Scope, response: Response, send: Send, *, closes: bool) -> None:
    try:
        headers = raw_headers(response)
    except ValueError:
        log.exception("unforeseen", extra={"path": scope["path"]})
        response = FAILED
        headers = raw_headers(response)
    if closes and scope["http_version"][0] == "1":
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    if response.stream is not None:
        return
    has_body = scope["method"] != "HEAD" and response.status not in NO_BODY
    await send({"type": "http.response.body", "body": response.body if has_body else b""})


async def _drain(receive: Receive, seconds: float) -> None:
    """Read what a refused client still sends: if the connection were closed now, it would not get the response."""
    with suppress(TimeoutError):
        async with timeout(seconds):
            while (await receive()).get("more_body"):
                pass


def raw_headers(response: Response) -> list[tuple[bytes, bytes]]:
    """Give a response's headers, its length among them, as ASGI has them.

    Raises ValueError where one has what no header may have.
    """
    headers = response.headers
    checked = "".join(headers.values())
    if not checked.isprintable() and _CONTROL.search(checked):
        raise ValueError(f"a header has a control character: {headers}")
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    if response.status not in NO_BODY and response.stream is None:
        raw.append((b"content-length", b"%d" % len(response.body)))
    return raw


def _bare(scope: Scope, id: str) -> Request:
    """Give what is known of a request that was refused before it was looked at."""
    return Request(
        method=scope["method"],
        path=_path(scope),
        query=scope["query_string"].decode("latin-1"),
        headers=_headers(scope["headers"]),
        peer=(scope.get("client") or ("",))[0],
        id=id,
    )


def _context(raw: Iterable[tuple[bytes, bytes]]) -> Entered | None:
    """Enter the trace that a request is part of, if it says one."""
    for name, _ in raw:
        if name == _TRACEPARENT:
            return entered(_headers(raw))
    return None


def _path(scope: Scope) -> str:
    raw: bytes | None = scope.get("raw_path")
    return raw.partition(b"?")[0].decode("latin-1") if raw else str(scope["path"])


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _here(scope: Scope) -> str:
    host, port = scope.get("server") or ("localhost", None)
    name = f"[{host}]" if ":" in host else host
    return f"{name}:{port}" if port else name
