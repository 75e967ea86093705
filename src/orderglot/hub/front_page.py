"""The page at ``/`` for browsers: what this is, which dialects it speaks, and where to go on."""

from __future__ import annotations

from collections.abc import Collection

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from orderglot.hub.dialects import chosen
from orderglot.hub.html_pages import HtmlPage
from orderglot.hub.pages import HEALTH, OPENAPI, READY
from orderglot.hub.reference import REFERENCE
from orderglot.hub.version import version

FRONT = "/"


def front_page(names: Collection[str]) -> Starlette:
    """Make the page for the dialects that are served, for all of them for none."""
    page = HtmlPage("front_page")

    async def show(request: Request) -> HTMLResponse:
        text = page.text(
            dialects=chosen(names),
            base=request.state.base,
            openapi=OPENAPI,
            reference=REFERENCE,
            health=HEALTH,
            ready=READY,
            version=version(),
        )
        return page.response(text, vary="accept, authorization")

    return Starlette(routes=[Route(FRONT, show)])
