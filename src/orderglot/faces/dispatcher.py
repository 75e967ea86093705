"""The dispatcher: takes each request to the face, or the page, that stands at its path."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import count
from secrets import token_hex

from orderglot.core.errors import HubError, Rule, Upstream, invalid
from orderglot.faces.pages import Page, asked
from orderglot.faces.routes import Route, Routes
from orderglot.faces.server import Server
from orderglot.wire.dialect import MEBIBYTE
from orderglot.wire.message import Request, Response

_AUTHORITY = re.compile(r"[A-Za-z0-9._:\[\]-]{1,255}")
_SORRY = "Something failed here; please try again later."

log = logging.getLogger("orderglot.line")


def plain(status: int, sentence: str) -> Response:
    """Answer where nobody knows which vendor is meant."""
    headers = {"content-type": "text/plain; charset=utf-8"}
    return Response(status=status, headers=headers, body=f"{sentence}\n".encode())


_NOTHING_HERE = plain(404, "There is nothing here.")
FAILED = plain(500, _SORRY)


class Dispatcher:
    """All server faces and the hub's own pages, behind one address.

    ``pages`` are ordinary applications by the path they stand at; they go first. One whose path
    ends in a slash stands for all below it where no face has anything. ``public_url`` takes the
    place of scheme and Host in the links that faces write.
    """

    def __init__(
        self,
        servers: Iterable[Server],
        *,
        pages: Mapping[str, Page] | None = None,
        public_url: str = "",
    ) -> None:
        servers = tuple(servers)
        self.routes = Routes((server, server.dialect) for server in servers)
        self.pages = dict(pages or {})
        self.folders = tuple(path for path in self.pages if path.endswith("/"))
        self.public_url = public_url.rstrip("/")
        self.small = min((server.dialect.max_body for server in servers), default=MEBIBYTE)
        """A body of so many bytes is allowed everywhere."""
        self.own = token_hex(8)
        """What the ids of this line's requests begin with, and no other line's."""
        self.numbers = count(1)

    def request(
        self,
        method: str,
        path: str,
        query: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        peer: str,
        scheme: str,
        here: str,
    ) -> Request:
        """Make a request out of what came in; ``here`` is the authority that the line itself has."""
        return Request(
            method=method,
            path=path,
            query=query,
            headers=headers,
            body=body,
            peer=peer,
            base=self.public_url or address_of(scheme, headers.get("host", ""), here),
            id=f"{self.own}{next(self.numbers):016x}",
        )

    def check_size(self, method: str, path: str, size: int) -> None:
        """Raise Invalid where a body of so many bytes is too large for what stands there."""
        if size <= self.small:
            return
        try:
            most = self.routes.find(method, path).owner.dialect.max_body
        except HubError:
            most = self.small
        if size > most:
            raise invalid("body", Rule.SIZE, f"The body may have {most} bytes.")

    async def answer(self, request: Request) -> Response:
        """Answer a request; raises nothing."""
        page = self.pages.get(request.path)
        if page is not None:
            return await self._show(page, request)
        try:
            route = self.routes.find(request.method, request.path)
        except HubError as error:
            folder = next(filter(request.path.startswith, self.folders), None)
            if folder is not None:
                return await self._show(self.pages[folder], request)
            return self.refuse(error, request)
        return await self._serve(route, request)

    def refuse(self, error: HubError, request: Request) -> Response:
        """Spell an error as the face does whose paths are most like the request's."""
        server = self.routes.nearest(request.path)
        return server.refuse(error, request) if server else _NOTHING_HERE

    async def _serve(self, route: Route[Server], request: Request) -> Response:
        server = route.owner
        try:
            return await server.serve(route, request)
        except Exception:
            # The last wall: whatever nobody foresaw is logged with its trace and told without it.
            which = {"dialect": server.dialect.name, "operation": route.operation.name}
            log.exception("unforeseen", extra=which)
            return server.refuse(Upstream(_SORRY), request)

    async def _show(self, page: Page, request: Request) -> Response:
        try:
            return await asked(page, request)
        except Exception:
            log.exception("unforeseen", extra={"page": request.path})
            return FAILED


@lru_cache(maxsize=256)
def address_of(scheme: str, host: str, here: str) -> str:
    """Give the scheme and authority that a request came in on, by its Host where that is one."""
    return f"{scheme}://{host if _AUTHORITY.fullmatch(host) else here}"
