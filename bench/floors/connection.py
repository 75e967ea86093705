"""The line: a raw ASGI application around one function that answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Tell = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = dict[bytes, bytes]


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


def application(answer: Answering) -> Callable[[Scope, Receive, Tell], Awaitable[None]]:
    """Make an ASGI application of a function."""

    async def serve(scope: Scope, receive: Receive, tell: Tell) -> None:
        body = await _body(receive) if scope["method"] == "POST" else b""
        try:
            found = await answer(scope, dict(scope["headers"]), body)
        except Refused as error:
            found = Answer(error.status, [], b"")
        status, headers, body = found
        headers.append((b"content-length", b"%d" % len(body)))
        await tell({"type": "http.response.start", "status": status, "headers": headers})
        await tell({"type": "http.response.body", "body": body})

    return serve


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message["body"]
    while message.get("more_body"):
        message = await receive()
        body += message["body"]
    return body


def fixed(whole: bytes) -> Callable[[Scope, Receive, Tell], Awaitable[None]]:
    """Make an application that gives one answer to everything: the ceiling of what a line does."""
    head, _, body = whole.partition(b"\r\n\r\n")
    status = int(head[9:12])
    headers = [
        (name.lower(), value.strip())
        for name, _, value in (line.partition(b":") for line in head.split(b"\r\n")[1:])
    ]

    async def serve(scope: Scope, receive: Receive, tell: Tell) -> None:
        if scope["method"] == "POST":
            await _body(receive)
        await tell({"type": "http.response.start", "status": status, "headers": headers})
        await tell({"type": "http.response.body", "body": body})

    return serve
