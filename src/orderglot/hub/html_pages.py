"""Pages for people: a template and its style, which are all that such a page is made of."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, Template
from starlette.responses import HTMLResponse


class HtmlPage:
    """A page out of ``NAME.html`` and ``NAME.css``, which may show its own style and do nothing else.

    It has no script, and the browser asks for nothing on its behalf, be it here or elsewhere.
    """

    def __init__(self, name: str, filters: Mapping[str, Any] | None = None) -> None:
        folder = files("orderglot.hub")
        environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
        environment.filters.update(filters or {})
        self.style = (folder / f"{name}.css").read_text("utf-8")
        self.template: Template = environment.from_string(
            (folder / f"{name}.html").read_text("utf-8")
        )
        self.headers = {
            "content-security-policy": _policy(self.style),
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
        }

    def text(self, **values: Any) -> str:
        """Write the page."""
        return self.template.render(style=self.style, **values)

    def response(self, text: str, **headers: str) -> HTMLResponse:
        """Answer with the page."""
        return HTMLResponse(text, headers={**self.headers, **headers})


def _policy(style: str) -> str:
    """Allow the page its own style, by its hash, and nothing else."""
    digest = b64encode(sha256(style.encode()).digest()).decode()
    nothing = ("default-src", "base-uri", "form-action", "frame-ancestors")
    return "; ".join([*(f"{what} 'none'" for what in nothing), f"style-src 'sha256-{digest}'"])
