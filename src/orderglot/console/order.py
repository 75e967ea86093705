"""One order: what became of it, how each vendor's client sees it, and the steps that can be taken."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from orderglot import dialects
from orderglot.console.api import Api, request_of
from orderglot.console.family import family_of
from orderglot.console.forms import Form, form_of
from orderglot.console.rendering import HEADERS, page
from orderglot.console.steps import STEPS, Step, members_of, possible
from orderglot.console.visits import Visit
from orderglot.core.adding_up import adds_up, in_words
from orderglot.core.errors import HubError, NotFound
from orderglot.core.goods_steps import Made
from orderglot.core.order import Order
from orderglot.core.users import Role
from orderglot.dialects.orderglot.expanding import EXPANSIONS, Beside, Expanded
from orderglot.dialects.orderglot.tables import NAME, ORDER
from orderglot.dialects.orderglot.views import PATH as VIEW
from orderglot.dialects.orderglot.wire import write_document
from orderglot.hub.dialects import chosen
from orderglot.wire import json
from orderglot.wire.message import fill
from orderglot.wire.operation import View

CANONICAL = "canonical"


class Text(Struct, frozen=True):
    """An order as something writes it: under which name, in which media type, and what is lost."""

    name: str
    title: str
    media: str
    body: str
    losses: tuple[str, ...] = ()
    problem: str = ""


class OrderPages:
    """The page of an order, and those of its steps."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def show(self, request: Request, visit: Visit) -> Response:
        """Show an order."""
        order, beside = await self._found(request, visit)
        chosen_text = request.path_params.get("dialect", CANONICAL)
        also = request.query_params.get("beside", "")
        names = [chosen_text, *([also] if also and also != chosen_text else [])]
        texts = [await self._text(visit, order, name, request) for name in names]
        return page(
            request,
            "order",
            visit,
            order=order,
            owner=beside.customer,
            events=tuple(reversed(beside.events or ())),
            family=family_of(order, beside.linked or (), visit.home),
            adding=in_words(adds_up(order)),
            adds=str(adds_up(order).answer),
            texts=texts,
            shown=chosen_text,
            raw=request.query_params.get("raw") == "yes",
            also=also,
            tabs=((CANONICAL, "Canonical"), *((one.name, one.title) for one in _vendors())),
            **_offered(order, visit),
        )

    async def step(self, request: Request, visit: Visit) -> Response:
        """Show the form of a step, what would come of it, or take it."""
        visit.demand(Role.OPERATOR)
        step = STEPS.get(request.path_params["step"])
        if step is None:
            raise NotFound("There is no such step; go back to the order.")
        order, _ = await self._found(request, visit)
        form = await form_of(request) if request.method == "POST" else Form()
        problem, coming = "", None
        if request.method == "POST":
            try:
                coming = await self._taken(visit, order, step, form)
            except HubError as error:
                problem = error.message
            else:
                if coming is None:
                    where = "" if step.name == "delete" else f"/{order.id}"
                    return RedirectResponse(f"{visit.home}/orders{where}", 303, headers=HEADERS)
        return page(
            request,
            "step",
            visit,
            status=409 if problem else 200,
            order=order,
            step=step,
            given=dict(form.items()),
            once=str(form.get("once", "")),
            problem=problem,
            coming=coming,
        )

    async def _taken(self, visit: Visit, order: Order, step: Step, form: Form) -> Made | None:
        """Take a step where somebody is sure, and give None; else give what would come of it."""
        members = members_of(step, order, form)
        path = f"{fill(ORDER, id=str(order.id))}/{step.name}"
        version = str(form.get("version", ""))
        asked = request_of(
            "POST",
            path,
            members or None,
            version=int(version) if version.isdecimal() else 0,
            once=f"console-{form.get('once', '')}" if form.get("once") else "",
            peer=visit.peer,
        )
        if form.get("sure") == "yes":
            await self.api.ask(visit.caller, asked)
            return None
        return await self.api.rehearse(visit.caller, asked)

    async def _found(self, request: Request, visit: Visit) -> tuple[Order, Beside]:
        path = fill(ORDER, id=str(request.path_params["id"]))
        found: Expanded = await self.api.read(visit.caller, path, expand=",".join(EXPANSIONS))
        return found.order, found.beside

    async def _text(self, visit: Visit, order: Order, name: str, request: Request) -> Text:
        if name == CANONICAL:
            body = msgspec.json.format(json.write(write_document(order)), indent=2).decode()
            return Text(CANONICAL, "Canonical", "application/json", body)
        title = next((one.title for one in _vendors() if one.name == name), "")
        if not title:
            raise NotFound(f"There is no dialect {name[:40]!r}; go back to the order.")
        form = request.query_params.get("format", "")
        path = fill(VIEW, id=str(order.id), dialect=name)
        try:
            view: View = await self.api.read(visit.caller, path, format=form)
        except HubError as error:
            return Text(name, title, "", "", problem=error.message)
        raw = request.query_params.get("raw") == "yes"
        body = view.body.decode(errors="replace") if raw else folded(view)
        return Text(name, title, view.media, body, view.losses)


def folded(view: View) -> str:
    """Give what a dialect writes on several lines; its bytes alone are as they are sent."""
    if view.media.endswith("json"):
        return msgspec.json.format(view.body, indent=2).decode()
    # In the text of an element, these two are escaped.
    return view.body.decode(errors="replace").replace("><", ">\n<")


MOST_BUTTONS = 3
"""So many steps are buttons beside the heading; the others are behind one more."""


def _offered(order: Order, visit: Visit) -> dict[str, tuple[Step, ...]]:
    """Give the steps that are offered at once, and those that take a second look."""
    steps = possible(order) if visit.may(Role.OPERATOR) else ()
    first = tuple(step for step in steps if not step.danger)[:MOST_BUTTONS]
    return {"steps": first, "further": tuple(step for step in steps if step not in first)}


def _vendors() -> tuple[Any, ...]:
    return tuple(one for one in chosen(dialects.names()) if one.name != NAME)
