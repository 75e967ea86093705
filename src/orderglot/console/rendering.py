"""Rendering: templates into pages, with the headers that let a page do nothing but what it is for."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files
from secrets import token_urlsafe
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from orderglot.console import showing
from orderglot.console.visits import ROOT, Visit

POLICY = "; ".join(
    [
        *(f"{what} 'none'" for what in ("default-src", "base-uri", "frame-ancestors")),
        *(f"{what} 'self'" for what in ("style-src", "connect-src", "form-action")),
        "img-src 'self' data:",
        "require-trusted-types-for 'script'",
        "trusted-types htmx",
    ]
)
"""What a page may do, but for its scripts: which those are, its nonce says, too."""

HEADERS = {
    "content-security-policy": f"{POLICY}; script-src 'self'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}

TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}

SCRIPTS = ("htmx.min.js", "hx-csp.min.js", "console.js")
"""The scripts of every page, those that are here: a page works without each of them."""

ROOMS = (
    ("today", "Today"),
    ("orders", "Orders"),
    ("traffic", "Traffic"),
    ("problems", "Problems"),
    ("partners", "Partners"),
    ("channels", "Channels"),
    ("webhooks", "Webhooks"),
    ("workbench", "Workbench"),
    ("system", "System"),
)
"""The pages of a seller that the navigation has, by their paths."""


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("orderglot.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(showing.FILTERS)
    environment.globals.update(
        root=ROOT,
        rooms=ROOMS,
        asset=asset,
        scripts=[name for name in SCRIPTS if name in asset_names()],
        new_key=lambda: token_urlsafe(18),
    )
    return environment


def page(request: Request, template: str, visit: Visit | None, **values: Any) -> HTMLResponse:
    """Answer with a page; without a visit there is nothing around it that is anybody's."""
    nonce = token_urlsafe(18)
    given = {"visit": visit, "here": request.url.path, "zone": visit.zone if visit else None}
    text = _environment().get_template(f"{template}.html").render(nonce=nonce, **given, **values)
    policy = f"{POLICY}; script-src 'self' 'nonce-{nonce}'"
    status = values.get("status", 200)
    return HTMLResponse(
        text, status_code=status, headers={**HEADERS, "content-security-policy": policy}
    )


@cache
def asset(name: str) -> str:
    """Give the path of a file of the console's own, which another content changes."""
    return f"{ROOT}static/{sha256(_read(name)).hexdigest()[:12]}/{name}"


async def show_asset(request: Request) -> Response:
    """Answer with a file, which a browser may keep for as long as it likes."""
    name = request.path_params["name"]
    if request.url.path != (asset(name) if name in asset_names() else ""):
        return Response("There is no such file.\n", 404, media_type="text/plain", headers=HEADERS)
    kept = {**HEADERS, "cache-control": "public, max-age=31536000, immutable"}
    return Response(_read(name), headers={**kept, "content-type": TYPES[name.rpartition(".")[2]]})


@cache
def asset_names() -> frozenset[str]:
    """Name the files."""
    return frozenset(_files())


@cache
def _read(name: str) -> bytes:
    content: bytes = _files()[name].read_bytes()
    return content


@cache
def _files() -> dict[str, Any]:
    """Give the files by their names: ours, and those that the build has brought."""
    ours = files("orderglot.console") / "static"
    folders = [one for one in (ours, ours / "vendor") if one.is_dir()]
    found = {one.name: one for folder in folders for one in folder.iterdir()}
    return {name: one for name, one in found.items() if name.rpartition(".")[2] in TYPES}
