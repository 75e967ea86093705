"""One order that was put aside: what came, what is wrong with it, corrected and taken in."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from orderglot.console.api import Api, request_of
from orderglot.console.forms import Form, form_of
from orderglot.console.problem_groups import called, counted
from orderglot.console.rendering import HEADERS, page
from orderglot.console.visits import Visit
from orderglot.core.errors import Conflict, HubError, NotFound, Rule, invalid
from orderglot.core.rejects import Reject, StoredResponse
from orderglot.core.users import Role
from orderglot.dialects.orderglot.corrections import CHECK_REJECT, MAP_WORD
from orderglot.dialects.orderglot.rejects import RETRY_REJECT, SETTLE_REJECT, Named
from orderglot.dialects.orderglot.tables import REJECT
from orderglot.wire.message import fill, query_of
from orderglot.wire.operation import Looked

_NONE: Any = None
"""What was asked, for an answer that is read without it."""


class RejectPages:
    """The page of one that was put aside, and what is done with a group."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def show(self, request: Request, visit: Visit) -> Response:
        """Show one as it came and as it can be read by now, or do something with it."""
        name = request.path_params["name"]
        problem, form = "", Form()
        if request.method == "POST":
            visit.demand(Role.OPERATOR)
            form = await form_of(request)
            try:
                message = await self._done(visit, name, form)
            except HubError as error:
                problem = error.message
            else:
                if message:
                    return _to_problems(visit, message)
        one: Named = await self.api.read(visit.caller, fill(REJECT, name=name))
        number = _number(form, one.reject)
        text = _text(one.reject.in_force[number - 1]) if one.reject.answers else None
        if problem and "body" in form:
            text = str(form["body"])
        return page(
            request,
            "reject",
            visit,
            status=409 if problem else 200,
            one=one,
            called=called(one),
            number=number,
            text=text,
            came=_text(one.reject.answers[number - 1]) if one.reject.answers else None,
            looked=await self._looked(visit, name),
            problem=problem,
        )

    async def take_group(self, request: Request, visit: Visit) -> Response:
        """Try a group again, or drop it."""
        visit.demand(Role.OPERATOR)
        form = await form_of(request)
        names, drops = form.getlist("name"), form.get("do") == "drop"
        if not names:
            raise invalid("name", Rule.REQUIRED, "Say which; go back to the list.")
        if drops and form.get("sure") != "yes":
            raise invalid("sure", Rule.REQUIRED, "Tick that they are to be dropped.")
        done = 0
        for name in names:
            try:
                if drops:
                    done += await self._drop(visit, name, form)
                else:
                    done += await self._retry(visit, name)
            except (NotFound, Conflict):
                # Somebody else has seen to it, or to one that took this one along.
                continue
        verb = "dropped" if drops else "taken in"
        return _to_problems(visit, f"{done:,} of {counted(len(names), 'order')} {verb}.")

    async def _done(self, visit: Visit, name: str, form: Form) -> str:
        """Do what a form asks for; gives the message where there is nothing left to show here."""
        do = str(form.get("do", ""))
        if do in ("read", "take"):
            await self._correct(visit, name, form)
        if do == "withdraw":
            await self._send(visit, "PATCH", name, "", {"body": None})
        elif do == "take":
            if await self._retry(visit, name):
                return "It is an order of the book now."
            raise Conflict("It still cannot be taken in; what is wrong stands beside it.")
        elif do in ("new", "same"):
            return await self._settle(visit, name, form if do == "same" else Form())
        elif do == "map":
            return await self._map(visit, name, form)
        elif do == "drop":
            if form.get("sure") != "yes":
                raise invalid("sure", Rule.REQUIRED, "Tick that it is to be dropped.")
            await self._drop(visit, name, form)
            return "It is dropped; a pull that meets it again puts it aside again."
        elif do != "read":
            raise invalid("do", Rule.UNKNOWN, "Say what is to be done: press one of the buttons.")
        return ""

    async def _correct(self, visit: Visit, name: str, form: Form) -> None:
        """Put the body of a form in the place of the one in force, where that is another."""
        if "body" not in form:
            return
        one: Named = await self.api.read(visit.caller, fill(REJECT, name=name))
        number = _number(form, one.reject)
        before = _text(one.reject.in_force[number - 1])
        text = str(form["body"]).replace("\r\n", "\n")
        if before is None or text == before.replace("\r\n", "\n"):
            return
        # A browser ends lines its own way; those of what came are kept.
        body = text.replace("\n", "\r\n") if "\r\n" in before else text
        await self._send(visit, "PATCH", name, "", {"body": body, "answer": number})

    async def _settle(self, visit: Visit, name: str, form: Form) -> str:
        """Take one for the order that a form names, or for a new one where it names none."""
        id = str(form.get("order", "")).strip()
        if "order" in form and not id:
            raise invalid("order", Rule.REQUIRED, "Say the id here of the order that it is.")
        members: dict[str, Any] = {"order": {"id": id}} if id else {"new": True}
        response = await self._send(visit, "POST", name, "/settle", members)
        settled = SETTLE_REJECT.response.read(response, _NONE)
        return f"It is the order {settled.id} of the book now."

    async def _map(self, visit: Visit, name: str, form: Form) -> str:
        members = {part: str(form.get(part, "")).strip() for part in ("to", "field")}
        members["value"] = str(form.get("value", ""))
        if not members["to"]:
            raise invalid("to", Rule.REQUIRED, "Say which of our words it stands for.")
        response = await self._send(visit, "POST", name, "/map", members)
        mapped = MAP_WORD.response.read(response, _NONE)
        whole = counted(mapped.taken, "order")
        return f"{members['value']} means {members['to']} from now on: {whole} taken in, {mapped.left:,} still aside."

    async def _retry(self, visit: Visit, name: str) -> int:
        response = await self._send(visit, "POST", name, "/retry")
        return int(RETRY_REJECT.response.read(response, _NONE).taken)

    async def _drop(self, visit: Visit, name: str, form: Form) -> int:
        request = request_of("DELETE", fill(REJECT, name=name), None, peer=visit.peer)
        why = str(form.get("why", "")).strip()
        query = query_of((("why", why),)) if why else ""
        await self.api.ask(visit.caller, replace(request, query=query))
        return 1

    async def _looked(self, visit: Visit, name: str) -> Looked | None:
        """Give how it reads by now; None for who may not have it read."""
        if not visit.may(Role.OPERATOR):
            return None
        response = await self._send(visit, "POST", name, "/check")
        return CHECK_REJECT.response.read(response, name)

    async def _send(
        self,
        visit: Visit,
        method: str,
        name: str,
        step: str = "",
        members: dict[str, Any] | None = None,
    ) -> Any:
        path = fill(REJECT, name=name) + step
        return await self.api.ask(visit.caller, request_of(method, path, members, peer=visit.peer))


def _number(form: Form, reject: Reject) -> int:
    """Give which answer is meant: as a form says, as was corrected, else the last."""
    given = str(form.get("answer", ""))
    if given.isdecimal() and 1 <= int(given) <= len(reject.answers):
        return int(given)
    return reject.correction.number if reject.correction else len(reject.answers)


def _text(part: StoredResponse) -> str | None:
    """Give a body as a text, None where it is none."""
    try:
        return part.body.decode()
    except UnicodeDecodeError:
        return None


def _to_problems(visit: Visit, message: str) -> Response:
    query = query_of([("done", message)])
    return RedirectResponse(f"{visit.home}/problems?{query}", 303, headers=HEADERS)
