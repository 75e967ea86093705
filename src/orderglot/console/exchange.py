"""One exchange: what was sent and answered, why it was refused, and what can be done about it."""

from __future__ import annotations

from markupsafe import Markup, escape
from msgspec import Struct
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response as Answer

from orderglot.console.api import Api
from orderglot.console.rendering import HEADERS, page
from orderglot.console.visits import Visit
from orderglot.core.errors import HubError, Invalid, NotFound
from orderglot.core.journal import Kept, Row
from orderglot.core.users import Role
from orderglot.dialects.orderglot.exchanges import Compared
from orderglot.dialects.orderglot.tables import EXCHANGE, EXCHANGE_COMPARED
from orderglot.hub.replaying_here import demand_replayable, replayed
from orderglot.wire import exchange_text as text
from orderglot.wire.message import Response, fill
from orderglot.wire.striking import STRUCK

HIDDEN = Markup('<mark title="A secret stood here; it is not kept">{}</mark>').format(STRUCK)

PARTS = ("request", "answer")

LONGEST = 200_000
"""So many characters of a message are shown; its bytes can be had whole."""


class Replayed(Struct, frozen=True):
    """What a request is answered when it comes once more, as HTTP/1.1 writes it."""

    status: int
    text: Markup


class ExchangePages:
    """The page of an exchange, its bytes, and what it is answered in test mode."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def show(self, request: Request, visit: Visit) -> Answer:
        """Show an exchange; its request sent by a form, what that is answered now as well."""
        kept = await self._kept(request, visit)
        again, problem = None, ""
        if request.method == "POST":
            visit.demand(Role.OPERATOR)
            try:
                again = _shown(kept, await replayed(self.api.store, visit.caller, visit.peer, kept))
            except HubError as error:
                problem = error.message
        raw, to = request.query_params.get("raw") == "yes", request.query_params.get("to", "")
        shown = kept if raw else text.pretty(kept)
        return page(
            request,
            "exchange",
            visit,
            status=409 if problem else 200,
            row=kept.row,
            sent=marked(text.request_text(shown)),
            answered=marked(text.answer_text(shown)),
            sizes=(len(kept.bytes.body), len(kept.bytes.answer)),
            advice=advice(kept.row),
            curl=text.curl(kept),
            raw=raw,
            again=again,
            problem=problem,
            cannot=_cannot(kept),
            to=to,
            **await self._compared(visit, kept, to),
        )

    async def give(self, request: Request, visit: Visit) -> Answer:
        """Give a body to the byte, as a file."""
        kept = await self._kept(request, visit)
        part = request.path_params["part"]
        if part not in PARTS:
            raise NotFound(f"An exchange has a request and an answer, and no {part[:40]!r}.")
        body = kept.bytes.body if part == "request" else kept.bytes.answer
        name = f'attachment; filename="{kept.row.id}-{part}"'
        headers = {**HEADERS, "content-disposition": name}
        return Answer(body, headers=headers, media_type="application/octet-stream")

    async def _kept(self, request: Request, visit: Visit) -> Kept:
        path = fill(EXCHANGE, id=request.path_params["id"])
        found: Kept = await self.api.read(visit.caller, path)
        return found

    async def _compared(self, visit: Visit, kept: Kept, to: str) -> dict[str, object]:
        """Compare it with another one, by default with its caller's last like it that went well."""
        path = fill(EXCHANGE_COMPARED, id=kept.row.id)
        try:
            found: Compared = await self.api.read(visit.caller, path, to=to)
        except (NotFound, Invalid) as error:
            return {"compared": None, "alone": error.message, "lines": ()}
        return {"compared": found, "alone": "", "lines": tuple(map(_line, found.lines[2:]))}


def marked(message: str) -> Markup:
    """Show a message with what was struck out of it marked."""
    cut = message[:LONGEST]
    more = Markup("\n… and {:,} characters more").format(len(message) - LONGEST)
    shown = escape(cut).replace(STRUCK, HIDDEN)
    return shown + more if len(message) > LONGEST else shown


def _line(line: str) -> tuple[str, str]:
    """Say what a line of a comparison is: taken away, new, the same, or where it stands."""
    return {"-": "del", "+": "ins", "@": "at"}.get(line[:1], ""), line


def _shown(kept: Kept, response: Response) -> Replayed:
    """Show an answer as those that are kept are."""
    row = replace(kept.row, status=response.status)
    sent = replace(kept.bytes, answer_headers=dict(response.headers), answer=response.body)
    return Replayed(response.status, marked(text.answer_text(text.pretty(Kept(row, sent)))))


def _cannot(kept: Kept) -> str:
    """Say why a request cannot come once more in test mode, "" where it can."""
    try:
        demand_replayable(kept)
    except HubError as error:
        return error.message.partition(": ")[2] or error.message
    return ""


ADVICE = {
    400: "The sender has to correct what is named here, and send it again.",
    401: "The sender has to show a key that is good: the one he shows is wrong, ended, or for another API.",
    403: "The key may not do this. Give it the right, or the sender another key, if he is to.",
    404: "Look whether the order is there, and the key's to see: another seller's or mode's is not.",
    409: "Something else was there first. The sender has to read how it is now, and decide anew.",
    413: "The sender has to split it into smaller requests.",
    422: "The sender has to correct what is named here, and send it again.",
    429: "The sender has to wait; if that is usual for him, raise the seller's limit of requests.",
}


def advice(row: Row) -> str:
    """Say what is to be done about an exchange that went wrong, and by whom; "" where it went well."""
    ours = row.direction == "out"
    if row.status == 0:
        whom = "the vendor's server" if ours else "the connection"
        return f"No answer was sent. Look at {whom}; what it asked may have been done all the same."
    if row.status >= 500:
        if ours:
            return "This is the vendor's to mend; we ask again by ourselves where that is safe."
        return "This is ours to mend: look at the server's log of that moment. The sender may try again."
    if row.status >= 400 and ours:
        return "The vendor does not take what we sent: look at the channel's credentials, or correct the order."
    if row.status >= 400:
        return ADVICE.get(row.status, ADVICE[400])
    return "The sender has to correct what is named here." if row.reason else ""
