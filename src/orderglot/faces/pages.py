"""Pages: what is ordinary, as an ASGI application that is asked for one page at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote

from orderglot.wire.media import negotiate
from orderglot.wire.message import Request, Response, Stream, essence

HTML = "text/html"
SOMETHING_ELSE = "application/octet-stream"
"""What stands for the vendors' own types where a client takes anything."""

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Page = Callable[[Scope, Receive, Send], Awaitable[None]]


async def respond(page: Page, request: Request) -> Response:
    """Give the response of a page: whole, or as a stream where it does not say how long it is.

    The page finds the address that the request came in on in its state, as ``base``.
    """
    asked = [request.body]
    gone = asyncio.Event()
    # Of what is streamed no more is there than one piece that is being sent, and one behind it.
    sent: asyncio.Queue[Message] = asyncio.Queue(1)

    async def receive() -> Message:
        if asked:
            return {"type": "http.request", "body": asked.pop(), "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    answering = asyncio.create_task(_whole(page(_scope(request), receive, sent.put)))
    try:
        start, first = await _next(sent, answering), await _next(sent, answering)
    except BaseException:
        answering.cancel()
        raise
    headers = {_text(name).lower(): _text(value) for name, value in start.get("headers", ())}
    # The server that writes the response sets its length.
    length = headers.pop("content-length", None)
    pieces = _pieces(first, sent, answering)
    if length is None and first.get("more_body", False) and request.method != "HEAD":

        def close() -> None:
            gone.set()
            answering.cancel()

        stream = Stream(pieces, gone.wait, close)
        return Response(status=start["status"], headers=headers, stream=stream)
    body = b"".join([piece async for piece in pieces])
    await answering
    return Response(status=start["status"], headers=headers, body=body)


async def _whole(answer: Awaitable[None]) -> None:
    await answer


async def _next(sent: asyncio.Queue[Message], answering: asyncio.Task[None]) -> Message:
    """Give what a page sends next; raises what it raises before that."""
    waiting = asyncio.create_task(sent.get())
    try:
        await asyncio.wait((waiting, answering), return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done() and sent.empty():
            await answering
            raise RuntimeError("a page ended in the middle of its response")
        return await waiting
    finally:
        waiting.cancel()


async def _pieces(
    first: Message, sent: asyncio.Queue[Message], answering: asyncio.Task[None]
) -> AsyncIterator[bytes]:
    message = first
    while True:
        if message.get("body"):
            yield message["body"]
        if not message.get("more_body", False):
            return
        message = await _next(sent, answering)


def is_from_browser(request: Request) -> bool:
    """Tell whether a request asks for HTML before all else, and shows no credentials.

    Some libraries ask for HTML whatever they are used for; a client of a vendor logs in, too.
    """
    accept = request.headers.get("accept", "")
    named = [essence(part) for part in accept.split(",") if "*" not in part]
    if HTML not in named or "authorization" in request.headers:
        return False
    return negotiate(accept, (SOMETHING_ELSE, *named)) == HTML


def _scope(request: Request) -> Scope:
    headers = request.headers.items()
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.base.partition(":")[0],
        "path": unquote(request.path),
        "raw_path": request.path.encode("latin-1"),
        "root_path": "",
        "query_string": request.query.encode("latin-1"),
        "headers": [(name.encode("latin-1"), text.encode("latin-1")) for name, text in headers],
        "client": (request.peer, 0),
        "server": None,
        "state": {"base": request.base},
    }


def _text(raw: bytes) -> str:
    return raw.decode("latin-1")
