"""The order as another dialect writes it, with what that loses: from both ends."""

from __future__ import annotations

from msgspec import Struct

from orderglot.core.caller import Caller
from orderglot.core.errors import Rule, Unsupported, invalid
from orderglot.core.order import Reference
from orderglot.dialects.orderglot import shapes
from orderglot.dialects.orderglot.media import ASKS, answer, arguments_of
from orderglot.dialects.orderglot.sight import shown
from orderglot.dialects.orderglot.tables import NAME, ORDER
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response, fill, query_of
from orderglot.wire.operation import (
    Context,
    Endpoint,
    Operation,
    RequestFormat,
    ResponseFormat,
    View,
)
from orderglot.wire.shape import success

PATH = f"{ORDER}/as/{{dialect}}"
FORMS = ("json", "xml")


class Viewing(Struct, frozen=True):
    """Which order, in which dialect and form, and at which address its links are to lead."""

    id: str
    dialect: str
    form: str = ""
    base: str = ""


def _write_viewing(ask: Viewing) -> Request:
    path = fill(PATH, id=ask.id, dialect=ask.dialect)
    query = query_of((("format", ask.form),)) if ask.form else ""
    return Request(method="GET", path=path, query=query, headers=ASKS)


def _read_viewing(request: Request, _caller: Caller) -> Viewing:
    form = arguments_of(request, ("format",))
    chosen = form.choice("format", FORMS)
    form.check()
    return Viewing(request.params["id"], request.params["dialect"], chosen, request.base)


async def _view(context: Context, ask: Viewing) -> View:
    """Get an order as another dialect writes it, and the members that this loses."""
    if context.views is None:
        raise RuntimeError("only what reads has views")
    book = context.book
    order = shown(await book.get(Reference(NAME, ask.id)), book.caller)
    try:
        return await context.views.view(order, book, ask.dialect, ask.base, ask.form)
    except Unsupported as error:
        raise invalid("format" if ask.form else "dialect", Rule.CHOICE, error.message) from None


def _write_view(view: View, _request: Request) -> Response:
    members = {"dialect": view.dialect, "media": view.media}
    return answer({**members, "body": view.body.decode(), "losses": view.losses})


def _read_view(response: Response, _ask: Viewing) -> View:
    form = Form(json.read(response.body))
    losses = form.members.get("losses")
    view = View(
        dialect=form.text("dialect", required=True),
        media=form.text("media"),
        body=form.text("body", exact=True).encode(),
        losses=tuple(map(str, losses)) if isinstance(losses, list) else (),
    )
    form.check()
    return view


VIEW_ORDER: Operation[Viewing, View] = Operation(
    name="orders.as",
    endpoint=Endpoint("GET", (PATH,)),
    request=RequestFormat(
        _write_viewing, _read_viewing, path=shapes.ViewPath, query=shapes.Viewing
    ),
    perform=_view,
    response=ResponseFormat(_write_view, _read_view, success(200, shapes.View)),
)
