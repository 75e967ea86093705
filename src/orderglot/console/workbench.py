"""The workbench: a body of one dialect as another would have written it, beside each other."""

from __future__ import annotations

import asyncio

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from orderglot import dialects
from orderglot.console.forms import Form, form_of
from orderglot.console.order import folded
from orderglot.console.rendering import page
from orderglot.console.visits import Visit
from orderglot.core.errors import HubError, Rule, invalid
from orderglot.hub.dialects import chosen, chosen_one
from orderglot.wire import message, translation
from orderglot.wire.changes import Change
from orderglot.wire.dialect import Dialect
from orderglot.wire.operation import View

JSON, XML = "application/json", "application/xml"


class Done(Struct, frozen=True):
    """What came out: a body, and what became of each order's fields; ``asked`` where it was a new order."""

    body: str
    fates: tuple[tuple[Change, ...], ...]
    asked: bool


class Refusal(Struct, frozen=True):
    """Why nothing came out, and how a server face of the ``title`` would say so."""

    reason: str
    title: str
    status: int
    body: str


class Workbench:
    """The page of the workbench, which neither reads nor writes the book."""

    async def show(self, request: Request, visit: Visit) -> Response:
        """Show the form, and what comes of what is in it."""
        form = await form_of(request) if request.method == "POST" else Form()
        source, target = str(form.get("from", "kole")), str(form.get("to", "kodaris"))
        for name in (source, target):
            if name not in dialects.names():
                known = ", ".join(dialects.names())
                raise invalid(
                    "dialect", Rule.CHOICE, f"There is no dialect {name[:40]!r}; there are {known}."
                )
        body = str(form.get("body", ""))
        done = refusal = None
        if request.method == "POST":
            # A long body takes a while, and others are answered meanwhile.
            done, refusal = await asyncio.to_thread(
                worked, body.encode(), chosen_one(source), chosen_one(target)
            )
        return page(
            request,
            "workbench",
            visit,
            status=400 if refusal else 200,
            titles={one.name: one.title for one in chosen(())},
            source=source,
            target=target,
            given=body,
            done=done,
            refusal=refusal,
        )


def worked(body: bytes, source: Dialect, target: Dialect) -> tuple[Done | None, Refusal | None]:
    """Translate a body, or say why that cannot be."""
    try:
        held = translation.read(body, source)
    except HubError as error:
        return None, _refused(source, error, body)
    try:
        made = translation.translate(held, target)
    except HubError as error:
        return None, _refused(target, error, body)
    return Done(_shown(target, made.body), made.fates, made.asked), None


def _refused(dialect: Dialect, error: HubError, body: bytes) -> Refusal:
    """Write a refusal as the server face of a dialect would, of the error that it found itself."""
    found = error.__cause__ if isinstance(error.__cause__, HubError) else error
    media = _media(body)
    headers = {"accept": media, "content-type": media}
    asked = message.Request(method="POST", path="/", headers=headers, body=body)
    response = dialect.faults.write(found, asked)
    return Refusal(error.message, dialect.title, response.status, _shown(dialect, response.body))


def _shown(dialect: Dialect, body: bytes) -> str:
    return folded(View(dialect.name, _media(body), body, ())) if body else ""


def _media(body: bytes) -> str:
    return XML if body.lstrip().startswith(b"<") else JSON
