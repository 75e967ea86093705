"""The line in: all server faces on one port, as a raw ASGI application."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from itertools import count
from secrets import token_hex
from typing import Any

import structlog

from orderglot.core.errors import HubError, Rule, Upstream, invalid
from orderglot.faces.routes import Route, Routes
from orderglot.faces.server import Server
from orderglot.wire.message import Request, Response

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Tell = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Page = Callable[[Scope, Receive, Tell], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]

NO_BODY = frozenset({204, 304})
_AUTHORITY = re.compile(rb"[A-Za-z0-9._:\[\]-]{1,255}")
_NOTHING_HERE = Response(
    status=404, headers={"content-type": "text/plain"}, body=b"There is nothing here.\n"
)

log = structlog.get_logger("orderglot.line")


class Gone(Exception):
    """The client hung up before its request was whole."""


class Asgi:
    """Takes each request to the face whose path templates it fits.

    ``pages`` are ordinary applications by the path they stand at; they go first. One whose path
    ends in a slash stands for all below it where no face has anything. ``public_url`` takes the
    place of scheme and Host in the links that faces write. ``ending`` runs at shutdown.
    """

    def __init__(
        self,
        servers: Iterable[Server],
        *,
        pages: Mapping[str, Page] | None = None,
        public_url: str = "",
        ending: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.routes = Routes((server, server.dialect) for server in servers)
        self.pages = dict(pages or {})
        self.folders = tuple(path for path in self.pages if path.endswith("/"))
        self.public_url = public_url.rstrip("/")
        self.ending = ending
        self.own = token_hex(8)
        """What the ids of this line's requests begin with, and no other line's."""
        self.numbers = count(1)

    async def __call__(self, scope: Scope, receive: Receive, tell: Tell) -> None:
        """Serve one connection's scope, as ASGI has it."""
        if scope["type"] == "lifespan":
            await self._live(receive, tell)
        elif (page := self.pages.get(scope["path"])) is not None:
            await page(scope, receive, tell)
        elif scope["type"] == "http":
            await self._serve(scope, receive, tell)

    async def _serve(self, scope: Scope, receive: Receive, tell: Tell) -> None:
        path = _path(scope)
        try:
            route = self.routes.find(scope["method"], path)
        except HubError as error:
            folder = next(filter(path.startswith, self.folders), None)
            if folder is not None:
                return await self.pages[folder](scope, receive, tell)
            server = self.routes.nearest(path)
            request = self._request(scope, path, b"")
            response = server.refuse(error, request) if server else _NOTHING_HERE
            return await _respond(scope, response, tell)
        try:
            response = await self._answer(route, scope, path, receive)
        except Gone:
            return None
        return await _respond(scope, response, tell)

    async def _answer(
        self, route: Route[Server], scope: Scope, path: str, receive: Receive
    ) -> Response:
        server = route.owner
        try:
            body = await _body(scope, receive, server.dialect.max_body)
        except HubError as error:
            return server.refuse(error, self._request(scope, path, b""))
        request = self._request(scope, path, body)
        try:
            return await server.serve(route, request)
        except Exception:
            # The last wall: whatever nobody foresaw is logged with its trace and told without it.
            log.exception("unforeseen", dialect=server.dialect.name, operation=route.operation.name)
            return server.refuse(
                Upstream("Something failed here; please try again later."), request
            )

    def _request(self, scope: Scope, path: str, body: bytes) -> Request:
        headers = _headers(scope["headers"])
        return Request(
            method=scope["method"],
            path=path,
            query=scope["query_string"].decode("latin-1"),
            headers=headers,
            body=body,
            peer=(scope.get("client") or ("",))[0],
            base=self.public_url or address_of(scope, headers),
            id=f"{self.own}{next(self.numbers):016x}",
        )

    async def _live(self, receive: Receive, tell: Tell) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await tell({"type": "lifespan.startup.complete"})
                continue
            if self.ending is not None:
                await self.ending()
            return await tell({"type": "lifespan.shutdown.complete"})


async def _body(scope: Scope, receive: Receive, most: int) -> bytes:
    """Read a body, refusing one that is too large before it is read."""
    for name, value in scope["headers"]:
        if name == b"content-length" and int(value) > most:
            raise _too_large(most)
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        piece = message.get("body", b"")
        size += len(piece)
        if size > most:
            raise _too_large(most)
        if not message.get("more_body"):
            return piece if not pieces else b"".join((*pieces, piece))
        pieces.append(piece)


def _too_large(most: int) -> HubError:
    return invalid("body", Rule.SIZE, f"The body may have {most} bytes.")


async def _respond(scope: Scope, response: Response, tell: Tell) -> None:
    headers = [(_raw(name), _raw(value)) for name, value in response.headers.items()]
    if response.status not in NO_BODY:
        headers.append((b"content-length", str(len(response.body)).encode()))
    await tell({"type": "http.response.start", "status": response.status, "headers": headers})
    body = b"" if scope["method"] == "HEAD" or response.status in NO_BODY else response.body
    await tell({"type": "http.response.body", "body": body})


def _path(scope: Scope) -> str:
    raw: bytes | None = scope.get("raw_path")
    return raw.partition(b"?")[0].decode("latin-1") if raw else str(scope["path"])


def _headers(raw: Headers) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def address_of(scope: Scope, headers: Mapping[str, str]) -> str:
    """Give the scheme and authority that a request came in on, by its Host where that is one."""
    return f"{scope['scheme']}://{_authority(scope, headers)}"


def _authority(scope: Scope, headers: Mapping[str, str]) -> str:
    host = headers.get("host", "")
    if _AUTHORITY.fullmatch(host.encode("latin-1")):
        return host
    server = scope.get("server") or ("localhost", None)
    return f"{server[0]}:{server[1]}" if server[1] else str(server[0])


def _raw(text: str) -> bytes:
    return text.encode("latin-1")
