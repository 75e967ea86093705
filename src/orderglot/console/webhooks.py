"""Webhooks: where a seller's events are sent, what became of each, and what is sent again."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from orderglot.console.api import Api, request_of
from orderglot.console.forms import Form, form_of
from orderglot.console.problem_groups import counted
from orderglot.console.rendering import HEADERS, page
from orderglot.console.visits import Visit
from orderglot.core.errors import HubError, Rule, invalid
from orderglot.core.event_types import TYPES
from orderglot.core.users import Role
from orderglot.dialects.orderglot.administering import Listed
from orderglot.dialects.orderglot.tables import (
    DELIVERIES,
    DELIVERY,
    LONGEST_PAGE,
    WEBHOOK,
    WEBHOOKS,
)
from orderglot.dialects.orderglot.webhook_deliveries import RESEND_SINCE
from orderglot.dialects.orderglot.webhook_shapes import Webhook, WebhookSecret
from orderglot.dialects.orderglot.webhooks import CREATE_WEBHOOK, ROLL_WEBHOOK
from orderglot.wire.message import fill, query_of


class WebhookPages:
    """The list of webhooks, each of them with its deliveries, and each delivery."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def show(self, request: Request, visit: Visit) -> Response:
        """Show the webhooks, or add one; its secret is shown this one time."""
        visit.demand(Role.ADMIN)
        form, problem = Form(), ""
        if request.method == "POST":
            form = await form_of(request)
            try:
                response = await self._send(visit, "POST", WEBHOOKS, _settings(form))
                return _secret(request, visit, CREATE_WEBHOOK.response.read(response, _NONE))
            except HubError as error:
                problem = error.message
        listed: Listed = await self.api.read(visit.caller, WEBHOOKS, limit=str(LONGEST_PAGE))
        return page(
            request,
            "webhooks",
            visit,
            status=400 if problem else 200,
            hooks=listed.items,
            problem=problem,
            types=TYPES,
            given=dict(form.items()),
            ticked=form.getlist("types"),
            done=request.query_params.get("done", "")[:200],
        )

    async def hook(self, request: Request, visit: Visit) -> Response:
        """Show a webhook and its deliveries, or do something with it."""
        visit.demand(Role.ADMIN)
        id = request.path_params["hook"]
        path, problem = fill(WEBHOOK, id=id), ""
        if request.method == "POST":
            try:
                return await self._done(request, visit, id, await form_of(request))
            except HubError as error:
                problem = error.message
        hook: Webhook = await self.api.read(visit.caller, path)
        after = request.query_params.get("after", "")
        deliveries: Listed = await self.api.read(visit.caller, fill(DELIVERIES, id=id), after=after)
        return page(
            request,
            "webhook",
            visit,
            status=409 if problem else 200,
            hook=hook,
            deliveries=deliveries.items,
            next=deliveries.next,
            types=TYPES,
            problem=problem,
            done=request.query_params.get("done", "")[:200],
        )

    async def delivery(self, request: Request, visit: Visit) -> Response:
        """Show a delivery with what was sent and answered each time, or have it sent again."""
        visit.demand(Role.ADMIN)
        id, delivery = request.path_params["hook"], request.path_params["delivery"]
        path = fill(DELIVERY, id=id, delivery=delivery)
        if request.method == "POST":
            await self._send(visit, "POST", f"{path}/resend")
            return _back(f"{visit.home}/webhooks/{id}/{delivery}", "It is sent again now.")
        hook: Webhook = await self.api.read(visit.caller, fill(WEBHOOK, id=id))
        return page(
            request,
            "delivery",
            visit,
            hook=hook,
            one=await self.api.read(visit.caller, path),
            done=request.query_params.get("done", "")[:200],
        )

    async def _done(self, request: Request, visit: Visit, id: str, form: Form) -> Response:
        """Do what a form asks for with a webhook, and say so."""
        path, here = fill(WEBHOOK, id=id), f"{visit.home}/webhooks/{id}"
        do, given = str(form.get("do", "")), str(form.get("version", ""))
        version = int(given) if given.isdecimal() else 0
        if do == "change":
            await self._send(visit, "PATCH", path, _settings(form), version)
            return _back(here, "It is changed.")
        if do in ("pause", "resume"):
            await self._send(visit, "PATCH", path, {"enabled": do == "resume"}, version)
            return _back(here, "It is paused." if do == "pause" else "Events are sent again.")
        if do == "roll":
            grace = str(form.get("grace", "")).strip()
            members = {"grace": grace} if grace else {}
            response = await self._send(visit, "POST", f"{path}/roll", members)
            return _secret(request, visit, ROLL_WEBHOOK.response.read(response, _NONE))
        if do == "recover":
            members = {"since": str(form.get("since", "")).strip()}
            also = {"everything": True} if form.get("everything") == "yes" else {}
            response = await self._send(visit, "POST", f"{path}/resend", members | also)
            many = RESEND_SINCE.response.read(response, _NONE)
            return _back(here, f"{counted(many, 'event')} on the way again.")
        if do == "trigger":
            members = {"type": str(form.get("type", ""))}
            await self._send(visit, "POST", f"{path}/trigger", members)
            return _back(here, f"A sample of {members['type']} is on the way.")
        if do != "remove":
            raise invalid("do", Rule.UNKNOWN, "Say what is to be done: press one of the buttons.")
        if form.get("sure") != "yes":
            raise invalid("sure", Rule.REQUIRED, "Tick that it is to be removed.")
        await self._send(visit, "DELETE", path, version=version)
        return _back(f"{visit.home}/webhooks", "It is removed, with what was on its way.")

    async def _send(
        self,
        visit: Visit,
        method: str,
        path: str,
        members: dict[str, Any] | None = None,
        version: int = 0,
    ) -> Any:
        asked = request_of(method, path, members, version=version, peer=visit.peer)
        return await self.api.ask(visit.caller, asked)


_NONE: Any = None
"""What was asked, for an answer that is read without it."""


def _settings(form: Form) -> dict[str, Any]:
    """Read where and which events are to be sent."""
    return {
        "url": str(form.get("url", "")).strip(),
        "types": form.getlist("types"),
        "filter": str(form.get("filter", "")).strip(),
        "body": str(form.get("body", "full")),
    }


def _secret(request: Request, visit: Visit, made: WebhookSecret) -> Response:
    return page(request, "webhook_secret", visit, made=made)


def _back(where: str, message: str) -> Response:
    return RedirectResponse(f"{where}?{query_of([('done', message)])}", 303, headers=HEADERS)
