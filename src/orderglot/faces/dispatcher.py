"""The dispatcher: takes each request to the face, or the page, that stands at its path."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

from orderglot.core.errors import HubError, Upstream
from orderglot.faces.answers import SORRY
from orderglot.faces.pages import Page, is_from_browser, respond
from orderglot.faces.routes import Route, Routes
from orderglot.faces.server import Server
from orderglot.wire.dialect import MEBIBYTE
from orderglot.wire.message import Request, Response

LONGER = frozenset({"content-encoding", "transfer-encoding"})
"""With one of these headers, a body may be longer than its length says."""

log = logging.getLogger("orderglot.http")


def plain(status: int, sentence: str) -> Response:
    """Answer where nobody knows which vendor is meant."""
    headers = {"content-type": "text/plain; charset=utf-8"}
    return Response(status=status, headers=headers, body=f"{sentence}\n".encode())


_NOTHING_HERE = plain(404, "There is nothing here.")
FAILED = plain(500, SORRY)


class Dispatcher:
    """All server faces and the hub's own pages, behind one address.

    ``pages`` are ordinary applications by the path they stand at; they go first. One whose path
    ends in a slash stands for all below it where no face has anything, unless a longer path is there;
    None says that all below one is the faces' own. The one at ``/`` is for browsers alone.
    """

    def __init__(
        self,
        servers: Iterable[Server],
        *,
        pages: Mapping[str, Page | None] | None = None,
    ) -> None:
        servers = tuple(servers)
        self.routes = Routes((server, server.dialect) for server in servers)
        self.pages = dict(pages or {})
        self.front = self.pages.pop("/", None)
        folders = (path for path in self.pages if path.endswith("/"))
        self.folders = tuple(sorted(folders, key=len, reverse=True))
        self.small = min((server.dialect.max_body for server in servers), default=MEBIBYTE)
        """A body of so many bytes is allowed everywhere."""

    def most_body(self, request: Request) -> int:
        """Give how many bytes a request's body may have, as it comes and decoded.

        Of a body that comes as it is, and is small enough for every face, no face need be found.
        """
        headers = request.headers
        length = headers.get("content-length")
        if length and LONGER.isdisjoint(headers) and int(length) <= self.small:
            return self.small
        try:
            return self.routes.find(request.method, request.path).owner.dialect.max_body
        except HubError:
            return self.small

    async def answer(self, request: Request) -> Response:
        """Answer a request; raises nothing."""
        page = self.pages.get(request.path)
        if request.path == "/" and is_from_browser(request):
            page = self.front
        if page is not None:
            return await self._show(page, request)
        try:
            route = self.routes.find(request.method, request.path)
        except HubError as error:
            folder = next(filter(request.path.startswith, self.folders), None)
            page = self.pages[folder] if folder is not None else None
            if page is not None:
                return await self._show(page, request)
            return self.refuse(error, request)
        return await self._serve(route, request)

    def refuse(self, error: HubError, request: Request) -> Response:
        """Write an error as the face does whose paths are most like the request's."""
        if request.trace is not None:
            request.trace.reason = error.message
        server = self.routes.nearest(request.path)
        return server.refuse(error, request) if server else _NOTHING_HERE

    async def _serve(self, route: Route[Server], request: Request) -> Response:
        server = route.owner
        try:
            return await server.serve(route, request)
        except Exception:
            # The last resort: an unexpected exception is logged with its traceback, which the response does not show.
            which = {"dialect": server.dialect.name, "operation": route.operation.name}
            log.exception("unforeseen", extra=which)
            return server.refuse(Upstream(SORRY), request)

    async def _show(self, page: Page, request: Request) -> Response:
        if request.trace is not None:
            request.trace.kept = False
        try:
            return await respond(page, request)
        except Exception:
            log.exception("unforeseen", extra={"page": request.path})
            return FAILED
