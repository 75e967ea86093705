"""Pages: what is ordinary, as an ASGI application that is asked for one page at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote

from orderglot.wire.media import negotiate
from orderglot.wire.message import Request, Response, essence

HTML = "text/html"
SOMETHING_ELSE = "application/octet-stream"
"""What stands for the vendors' own types where a client takes anything."""

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Page = Callable[[Scope, Receive, Send], Awaitable[None]]


async def respond(page: Page, request: Request) -> Response:
    """Give the response of a page, whole.

    The page finds the address that the request came in on in its state, as ``base``.
    """
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def collect(message: Message) -> None:
        messages.append(message)

    await page(_scope(request), receive, collect)
    start, *bodies = messages
    headers = {_text(name).lower(): _text(value) for name, value in start.get("headers", ())}
    # The server that writes the response sets its length.
    headers.pop("content-length", None)
    body = b"".join(message.get("body", b"") for message in bodies)
    return Response(status=start["status"], headers=headers, body=body)


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
