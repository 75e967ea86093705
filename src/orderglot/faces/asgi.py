"""All server faces as a raw ASGI application, for whoever runs them in a server of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping

from orderglot.core.errors import HubError
from orderglot.faces.dispatcher import Dispatcher
from orderglot.faces.pages import Page, Receive, Scope, Tell
from orderglot.faces.server import Server
from orderglot.faces.spelling import has_body, raw_headers
from orderglot.wire.message import Request, Response

Headers = Iterable[tuple[bytes, bytes]]


class Gone(Exception):
    """The client hung up before its request was whole."""


class Asgi:
    """Hears and answers for a dispatcher, as ASGI has it. ``ending`` runs at shutdown."""

    def __init__(
        self,
        servers: Iterable[Server],
        *,
        pages: Mapping[str, Page] | None = None,
        public_url: str = "",
        ending: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.dispatcher = Dispatcher(servers, pages=pages, public_url=public_url)
        self.ending = ending

    async def __call__(self, scope: Scope, receive: Receive, tell: Tell) -> None:
        """Serve one connection's scope, as ASGI has it."""
        if scope["type"] == "lifespan":
            await self._live(receive, tell)
        elif scope["type"] == "http":
            try:
                await _respond(scope, await self._answer(scope, receive), tell)
            except Gone:
                return

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        path = _path(scope)
        try:
            body = await self._body(scope, path, receive)
        except HubError as error:
            return self.dispatcher.refuse(error, self._request(scope, path, b""))
        return await self.dispatcher.answer(self._request(scope, path, body))

    async def _body(self, scope: Scope, path: str, receive: Receive) -> bytes:
        """Read a body, refusing one that is too large before it is read."""
        for name, value in scope["headers"]:
            if name == b"content-length":
                self.dispatcher.check_size(scope["method"], path, int(value))
        pieces: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Gone
            piece = message.get("body", b"")
            size += len(piece)
            self.dispatcher.check_size(scope["method"], path, size)
            if not message.get("more_body"):
                return piece if not pieces else b"".join((*pieces, piece))
            pieces.append(piece)

    def _request(self, scope: Scope, path: str, body: bytes) -> Request:
        return self.dispatcher.request(
            scope["method"],
            path,
            scope["query_string"].decode("latin-1"),
            _headers(scope["headers"]),
            body,
            peer=(scope.get("client") or ("",))[0],
            scheme=scope.get("scheme", "http"),
            here=_here(scope),
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


async def _respond(scope: Scope, response: Response, tell: Tell) -> None:
    status, headers = response.status, raw_headers(response)
    await tell({"type": "http.response.start", "status": status, "headers": headers})
    body = response.body if has_body(response, scope["method"]) else b""
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


def _here(scope: Scope) -> str:
    host, port = scope.get("server") or ("localhost", None)
    return f"{host}:{port}" if port else str(host)
