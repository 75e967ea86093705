"""The page at ``/`` for browsers: what this is, which dialects it speaks, and where to go on."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from orderglot.hub.dialects import chosen
from orderglot.hub.pages import HEALTH, OPENAPI, READY
from orderglot.hub.version import version

FRONT = "/"


def front_page(names: Collection[str]) -> Starlette:
    """Make the page for the dialects that are served, for all of them for none."""
    folder = files("orderglot.hub")
    style = (folder / "front_page.css").read_text("utf-8")
    template = Environment(autoescape=True).from_string(
        (folder / "front_page.html").read_text("utf-8")
    )
    headers = {
        "content-security-policy": _policy(style),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "vary": "accept, authorization",
    }

    async def show(request: Request) -> HTMLResponse:
        text = template.render(
            style=style,
            dialects=chosen(names),
            base=request.state.base,
            openapi=OPENAPI,
            health=HEALTH,
            ready=READY,
            version=version(),
        )
        return HTMLResponse(text, headers=headers)

    return Starlette(routes=[Route(FRONT, show)])


def _policy(style: str) -> str:
    """Allow the page its own style, by its hash, and nothing else."""
    digest = b64encode(sha256(style.encode()).digest()).decode()
    nothing = ("default-src", "base-uri", "form-action", "frame-ancestors")
    return "; ".join([*(f"{what} 'none'" for what in nothing), f"style-src 'sha256-{digest}'"])
