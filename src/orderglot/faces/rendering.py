"""An order of a book, written as a dialect's server face would give it to a client."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from orderglot.core.errors import Invalid, NotFound, Unsupported
from orderglot.core.keyring import Keyring
from orderglot.core.order import Order, Reference, native
from orderglot.core.ports import Book
from orderglot.faces.answers import shown_to, write_answer
from orderglot.faces.routes import Routes
from orderglot.wire.dialect import Dialect, Session
from orderglot.wire.flow import Flow
from orderglot.wire.loss import losses
from orderglot.wire.message import Request, Response
from orderglot.wire.operation import Context, View

Named = Callable[[str], Dialect]
"""Gives a dialect by its name; raises NotFound or Invalid where there is none."""


def only(dialect: Dialect) -> Named:
    """Make what knows one dialect alone."""

    def named(name: str) -> Dialect:
        if name != dialect.name:
            raise NotFound(f"There is no dialect {name[:60]!r} here, but {dialect.name!r}.")
        return dialect

    return named


class Views:
    """Orders as the dialects there are write them: the port that operations are given."""

    def __init__(self, keyring: Keyring, named: Named) -> None:
        self._keyring = keyring
        self._named = named

    async def view(self, order: Order, book: Book, name: str, base: str, form: str) -> View:
        """Write an order as a dialect does, and name what that loses of it."""
        dialect = self._named(name)
        response = await written(order, book, self._keyring, dialect, base, form)
        media = response.headers.get("content-type", "")
        seen = shown_to(book.caller, order)
        return View(dialect.name, media, response.body, losses(seen, dialect.name, dialect.can))


async def written(
    order: Order, book: Book, keyring: Keyring, dialect: Dialect, base: str, form: str = ""
) -> Response:
    """Write an order as a dialect's server face at ``base`` would give it to a client.

    ``form`` is ``xml`` or ``json`` where the dialect has both. Raises Unsupported where the
    dialect cannot give one order, or not in that form.
    """
    name = dialect.name
    if dialect.flows.get is None:
        raise Unsupported(f"{dialect.title} cannot give one order; show it without --as.")
    if dialect.customer and order.customer is None:
        reason = (
            "shows an order by its customer, and this one is nobody's; give it to somebody first."
        )
        raise Unsupported(f"{dialect.title} {reason}")
    zone = "" if dialect.lists.zoned else (await book.seller()).timezone
    locate = dialect.flows.locate
    flow = dialect.flows.get(locate(order) if locate else Reference(name, native(order, name)))
    async with book.together() as unit:
        context = Context(keyring, unit.now(), unit)
        session = _open_session(dialect, order, context.now)
        response = await _responded(
            dialect, flow, session, context, {"base": base, "zone": zone}, form
        )
    if form and form not in response.headers.get("content-type", ""):
        raise Unsupported(f"{dialect.title} has no {form.upper()}; leave the format out.")
    return response


def _open_session(dialect: Dialect, order: Order, now: datetime) -> Session:
    """Make the session of a client that is about an order's customer and has nothing to prove.

    Nobody asks whose proof it is, for the context is open. But some answers repeat a part of it.
    """
    whose = native(order.customer, dialect.name) if order.customer else "0"
    credentials = {**dict.fromkeys(dialect.auth.fields, "0"), dialect.customer: whose}
    return Session(credentials, lambda: now, defaultdict(lambda: "0"))


async def _responded(
    dialect: Dialect,
    flow: Flow[Any],
    session: Session,
    context: Context,
    where: Mapping[str, str],
    form: str,
) -> Response:
    """Let a client of the dialect ask, answer it at the context, and give the answer with the order.

    Some clients ask for more beside it. ``where`` has the base and the zone of their requests.
    """
    routes = Routes([(dialect, dialect)])
    first: Response | None = None
    request = next(flow)
    while True:
        request = dialect.auth.authenticate(request, session)
        route = routes.find(request.method, request.path)
        operation = route.operation
        headers = {**request.headers, "accept": _accept(request, form)}
        asked = replace(request, headers=headers, params=route.params, **where)
        ask = operation.request.read(asked, context.book.caller)
        try:
            answer = shown_to(context.book.caller, await operation.perform(context, ask))
        except NotFound as error:
            request = flow.throw(error)
            continue
        response = write_answer(operation, answer, asked)
        first = first or (response if _has_order(dialect, response) else None)
        try:
            request = flow.send(response)
        except StopIteration:
            return first or response


def _has_order(dialect: Dialect, response: Response) -> bool:
    try:
        return bool(dialect.bodies.read(response.body).orders)
    except Invalid:
        return False


def _accept(request: Request, form: str) -> str:
    """Give the media type that a client asks for, in the form that is wanted."""
    accept = request.headers.get("accept", "*/*")
    if form and form not in accept:
        return accept.replace("json" if form == "xml" else "xml", form)
    return accept
