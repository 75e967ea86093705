"""A raw ASGI application around one function that answers, and one that gives a fixed response."""

from __future__ import annotations

import gc
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = dict[bytes, bytes]

SWITCH = 0.0005
"""So many seconds a thread runs at most while another one waits for Python's lock."""

OF_THE_SERVER = (b"server", b"date")
"""Headers that the server writes itself."""


class Answer(NamedTuple):
    """A status, headers and a body."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""


class Refused(Exception):
    """The request is answered with a status and no more."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


Answering = Callable[[Scope, Headers, bytes], Awaitable[Answer]]


def application(answer: Answering) -> Asgi:
    """Make an ASGI application of a function."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await _live(receive, send)
        body = await _body(receive) if scope["method"] == "POST" else b""
        try:
            found = await answer(scope, dict(scope["headers"]), body)
        except Refused as error:
            found = Answer(error.status, [], b"")
        status, headers, body = found
        headers.append((b"content-length", b"%d" % len(body)))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        return await send({"type": "http.response.body", "body": body})

    return serve


def fixed(whole: bytes) -> Asgi:
    """Make an application that gives one response to everything: the most that its server does."""
    head, _, body = whole.partition(b"\r\n\r\n")
    status = int(head[9:12])
    fields = (line.partition(b":") for line in head.split(b"\r\n")[1:])
    headers = [
        (name.lower(), value.strip())
        for name, _, value in fields
        if name.lower() not in OF_THE_SERVER
    ]

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await _live(receive, send)
        if scope["method"] == "POST":
            await _body(receive)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        return await send({"type": "http.response.body", "body": body})

    return serve


async def _live(receive: Receive, send: Send) -> None:
    """Start up and shut down when the server says so."""
    await receive()
    # These are settings of a process that Orderglot's workers have, too.
    sys.setswitchinterval(SWITCH)
    gc.collect()
    gc.freeze()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message["body"]
    while message.get("more_body"):
        message = await receive()
        body += message["body"]
    return body
