"""Our own operations on what pulls put aside: a list, one of them, tried again, settled, dropped."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from orderglot.core import rejects
from orderglot.core.caller import CHANGE, Caller
from orderglot.core.errors import Rule, Unsupported, invalid
from orderglot.core.order import Reference, native
from orderglot.core.rejects import Chosen, Correction, Reject, StoredResponse
from orderglot.dialects.orderglot import known_members, reject_shapes
from orderglot.dialects.orderglot.media import (
    ASKS,
    SENDS,
    answer,
    arguments_of,
    body_of,
    refuse_strange,
)
from orderglot.dialects.orderglot.records import demand_seller
from orderglot.dialects.orderglot.tables import LONGEST_PAGE, NAME, PAGE_SIZE, REJECT, REJECTS
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response, fill, query_of
from orderglot.wire.operation import (
    Context,
    Endpoint,
    Operation,
    RequestFormat,
    ResponseFormat,
    Retries,
)
from orderglot.wire.shape import JSON, success
from orderglot.wire.values import read_instant, write_number

LISTING = tuple(reject_shapes.Listing.__annotations__)
BASE64, UTF8 = "base64", "utf-8"
LONGEST_BODY = 2**20
"""So many characters may a body have that somebody corrected."""
_PLAIN = (
    "dialect",
    "channel",
    "customer",
    "id",
    "po_number",
    "position",
    "first",
    "last",
    "reason",
)


class Named(Struct, frozen=True):
    """A reject and its name."""

    name: str
    reject: Reject


class Asked(Struct, frozen=True):
    """Which page of the rejects of a channel or dialect."""

    chosen: Chosen = Chosen()
    limit: int = PAGE_SIZE
    after: str = ""


class Listed(Struct, frozen=True):
    """A page, and what ``after`` is to be for the one behind it."""

    items: tuple[Named, ...]
    next: str | None = None


class Retry(Struct, frozen=True):
    """Which are tried again: one by its name, or those of a channel or dialect, of all for none."""

    name: str = ""
    chosen: Chosen = Chosen()


class Tried(Struct, frozen=True):
    """How many are orders of the book now, and how many stay aside."""

    taken: int
    left: int


class Settling(Struct, frozen=True):
    """Which one is which order, or a new one where that is None."""

    name: str
    order: Reference | None = None


class Settled(Struct, frozen=True):
    """Which order of the book it is now."""

    id: str


def _write_reject(one: Named) -> dict[str, Any]:
    order = {"order": write_number(str(one.reject.order))} if one.reject.order else {}
    return {"name": one.name, **{name: getattr(one.reject, name) for name in _PLAIN}, **order}


def _read_reject(form: Form) -> Named:
    """Read one, without the answers where these are not shown."""
    members = {name: form.members.get(name) for name in _PLAIN}
    members["order"] = form.whole("order") or 0
    answers = tuple(map(_read_part, form.each("answers")))
    members["correction"] = _read_correction(form.inside("correction"), answers)
    try:
        reject = msgspec.convert({**members, "answers": answers}, Reject)
    except msgspec.ValidationError as error:
        form.refuse("", Rule.MALFORMED, f"This is no reject: {error}.")
        return Named("", Reject(dialect="", first=_NEVER, last=_NEVER))
    return Named(form.text("name", required=True), reject)


_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def _write_part(part: StoredResponse) -> dict[str, Any]:
    """Write an answer as it came."""
    members = {"status": part.status, "media": part.content_type}
    return {**members, **write_body(part.body)}


def write_body(body: bytes) -> dict[str, str]:
    """Write bytes: as a text where they are one."""
    try:
        return {"encoding": UTF8, "body": body.decode()}
    except UnicodeDecodeError:
        return {"encoding": BASE64, "body": b64encode(body).decode()}


def read_body(form: Form) -> bytes:
    """Read bytes that were written as a text, or in base64."""
    if form.choice("encoding", (UTF8, BASE64)) == BASE64:
        return form.parsed("body", _decoded) or b""
    return form.text("body", exact=True, longest=LONGEST_BODY).encode()


def _read_part(form: Form) -> StoredResponse:
    return StoredResponse(form.whole("status") or 0, form.text("media"), read_body(form))


def _write_correction(correction: Correction | None) -> dict[str, Any]:
    if correction is None:
        return {}
    body = write_body(correction.answers[correction.number - 1].body)
    whose = {"by": correction.by, "at": correction.at, "obsolete": correction.obsolete}
    return {"correction": {"answer": correction.number, **body, **whose}}


def _read_correction(form: Form, answers: tuple[StoredResponse, ...]) -> Correction | None:
    number = form.whole("answer", least=1, most=len(answers))
    if not number:
        return None
    there = answers[number - 1]
    corrected = StoredResponse(there.status, there.content_type, read_body(form))
    return Correction(
        answers=(*answers[: number - 1], corrected, *answers[number:]),
        number=number,
        by=form.text("by"),
        at=form.parsed("at", read_instant) or _NEVER,
        obsolete=bool(form.flag("obsolete")),
    )


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise ValueError("is not base64") from None


# rejects.list


def _write_asked(ask: Asked) -> Request:
    corrected = "true" if ask.chosen.corrected else ""
    arguments = (
        ("channel", ask.chosen.whose),
        ("reason", ask.chosen.reason),
        ("corrected", corrected),
        ("limit", str(ask.limit)),
        ("after", ask.after),
    )
    query = query_of((name, text) for name, text in arguments if text)
    return Request(method="GET", path=REJECTS, query=query, headers=ASKS)


def _read_asked(request: Request, _caller: Caller) -> Asked:
    form = arguments_of(request, LISTING)
    limit = form.whole("limit", least=1, most=LONGEST_PAGE)
    corrected = bool(form.flag("corrected"))
    chosen = Chosen(form.text("channel"), form.text("reason"), corrected)
    ask = Asked(chosen, limit or PAGE_SIZE, form.text("after", exact=True))
    form.check()
    return ask


async def _list_rejects(context: Context, ask: Asked) -> Listed:
    """List what pulls put aside, by name."""
    demand_seller(context.book.caller, "see what was put aside")
    found = [
        Named(note.name, reject)
        for note, reject in await rejects.chosen_rejects(context.book, ask.chosen)
        if note.name > ask.after
    ]
    items = tuple(found[: ask.limit])
    return Listed(items, items[-1].name if len(found) > ask.limit else None)


def _write_listed(page: Listed, _request: Request) -> Response:
    return answer({"items": list(map(_write_reject, page.items)), "next": page.next})


def _read_listed(response: Response, _ask: Asked) -> Listed:
    form = Form(json.read(response.body))
    items = tuple(map(_read_reject, form.each("items", present=True)))
    after = form.text("next", exact=True) or None
    form.check()
    return Listed(items, after)


LIST_REJECTS: Operation[Asked, Listed] = Operation(
    name="rejects.list",
    endpoint=Endpoint("GET", (REJECTS,)),
    request=RequestFormat(_write_asked, _read_asked, query=reject_shapes.Listing),
    perform=_list_rejects,
    response=ResponseFormat(_write_listed, _read_listed, success(200, reject_shapes.Rejects)),
)


# rejects.get


def _write_name(name: str) -> Request:
    return Request(method="GET", path=fill(REJECT, name=name), headers=ASKS)


def _read_name(request: Request, _caller: Caller) -> str:
    arguments_of(request, ())
    return request.params["name"]


async def _get_reject(context: Context, name: str) -> Named:
    """Get one that was put aside, with the answers of the vendor in which it came."""
    demand_seller(context.book.caller, "see what was put aside")
    note, reject = await rejects.reject_named(context.book, name)
    return Named(note.name, reject)


def _write_got(one: Named, _request: Request) -> Response:
    answers = list(map(_write_part, one.reject.answers))
    correction = _write_correction(one.reject.correction)
    return answer({**_write_reject(one), "answers": answers, **correction})


def _read_got(response: Response, _name: str) -> Named:
    form = Form(json.read(response.body))
    one = _read_reject(form)
    form.check()
    return one


GET_REJECT: Operation[str, Named] = Operation(
    name="rejects.get",
    endpoint=Endpoint("GET", (REJECT,)),
    request=RequestFormat(_write_name, _read_name),
    perform=_get_reject,
    response=ResponseFormat(_write_got, _read_got, success(200, reject_shapes.Whole)),
)


# rejects.retry, rejects.retry-all


def retries_of(context: Context) -> Retries:
    if context.retries is None:
        raise Unsupported("Nothing that was put aside can be read again here.")
    return context.retries


async def _retry(context: Context, ask: Retry) -> Tried:
    demand_seller(context.book.caller, "try what was put aside again")
    taken, left = await retries_of(context).retry(context.book.caller, ask.chosen, ask.name)
    return Tried(taken, left)


async def _retry_one(context: Context, ask: Retry) -> Tried:
    """Read one that was put aside once more, and keep the order if that can be done by now."""
    return await _retry(context, ask)


async def _retry_all(context: Context, ask: Retry) -> Tried:
    """Read all that was put aside of a channel or dialect once more, and keep what can be kept by now."""
    return await _retry(context, ask)


def _write_retry(ask: Retry) -> Request:
    path = fill(f"{REJECT}/retry", name=ask.name) if ask.name else f"{REJECTS}/retry"
    body = write_chosen(ask.chosen)
    return Request(method="POST", path=path, headers=SENDS if body else ASKS, body=body)


def write_chosen(chosen: Chosen, **also: Any) -> bytes:
    """Write which are meant, and what else is said of them; nothing where nothing is."""
    members = {"channel": chosen.whose, "reason": chosen.reason, **also}
    given = {name: value for name, value in members.items() if value}
    return json.write(given) if given else b""


def _read_one(request: Request, _caller: Caller) -> Retry:
    arguments_of(request, ())
    return Retry(request.params["name"])


def _read_all(request: Request, _caller: Caller) -> Retry:
    arguments_of(request, ())
    form = body_of(request, known_members.RETRY)
    refuse_strange(form)
    chosen = Chosen(form.text("channel"), form.text("reason"))
    form.check()
    return Retry(chosen=chosen)


def _write_tried(tried: Tried, _request: Request) -> Response:
    return answer({"taken": tried.taken, "left": tried.left})


def _read_tried(response: Response, _ask: Retry) -> Tried:
    form = Form(json.read(response.body))
    tried = Tried(form.whole("taken") or 0, form.whole("left") or 0)
    form.check()
    return tried


_TRIED: ResponseFormat[Retry, Tried] = ResponseFormat(
    _write_tried, _read_tried, success(200, reject_shapes.Tried)
)

RETRY_REJECT: Operation[Retry, Tried] = Operation(
    name="rejects.retry",
    endpoint=Endpoint("POST", (f"{REJECT}/retry",), CHANGE, idempotent=True),
    request=RequestFormat(_write_retry, _read_one),
    perform=_retry_one,
    response=_TRIED,
)

RETRY_REJECTS: Operation[Retry, Tried] = Operation(
    name="rejects.retry-all",
    endpoint=Endpoint("POST", (f"{REJECTS}/retry",), CHANGE, idempotent=True),
    request=RequestFormat(_write_retry, _read_all, body={JSON: reject_shapes.Retry}),
    perform=_retry_all,
    response=_TRIED,
)


# rejects.settle


def _write_settling(ask: Settling) -> Request:
    named = ask.order and {"id": ask.order.id, "dialect": ask.order.dialect}
    body = json.write({"order": named} if named else {"new": True})
    return Request(
        method="POST", path=fill(f"{REJECT}/settle", name=ask.name), headers=SENDS, body=body
    )


def _read_settling(request: Request, _caller: Caller) -> Settling:
    arguments_of(request, ())
    form = body_of(request, known_members.SETTLE)
    refuse_strange(form)
    other = form.inside("order")
    id, dialect, new = other.text("id"), other.text("dialect") or NAME, form.flag("new")
    form.check()
    if bool(id) == bool(new):
        reason = "Say which `order` it is, or that it is `new`."
        raise invalid("order", Rule.REQUIRED, reason)
    return Settling(request.params["name"], Reference(dialect, id) if id else None)


async def _settle(context: Context, ask: Settling) -> Settled:
    """Take one that was put aside for an order of the book, or for a new one."""
    demand_seller(context.book.caller, "settle what was put aside")
    order = await retries_of(context).settle(context.book.caller, ask.name, ask.order)
    return Settled(native(order, NAME))


def _write_settled(settled: Settled, _request: Request) -> Response:
    return answer({"order": {"id": write_number(settled.id)}})


def _read_settled(response: Response, _ask: Settling) -> Settled:
    form = Form(json.read(response.body))
    settled = Settled(form.inside("order").text("id", required=True))
    form.check()
    return settled


SETTLE_REJECT: Operation[Settling, Settled] = Operation(
    name="rejects.settle",
    endpoint=Endpoint("POST", (f"{REJECT}/settle",), CHANGE, idempotent=True),
    request=RequestFormat(_write_settling, _read_settling, body={JSON: reject_shapes.Settle}),
    perform=_settle,
    response=ResponseFormat(_write_settled, _read_settled, success(200, reject_shapes.Settled)),
)


REJECT_OPERATIONS = (*(LIST_REJECTS, GET_REJECT, RETRY_REJECTS, RETRY_REJECT, SETTLE_REJECT),)
