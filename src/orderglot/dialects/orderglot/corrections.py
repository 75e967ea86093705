"""Our own operations that put right what was put aside: checked, corrected, its words mapped."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from orderglot.core.caller import CHANGE, READ, Caller
from orderglot.core.errors import Problem, Rule
from orderglot.core.value_mappings import ValueMapping, described, value_mappings
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
from orderglot.dialects.orderglot.rejects import read_body, retries_of, write_body
from orderglot.dialects.orderglot.shapes import MERGE_PATCH
from orderglot.dialects.orderglot.tables import REJECT, VALUE, VALUES
from orderglot.dialects.orderglot.wire import read_order, write_document
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response, fill
from orderglot.wire.operation import (
    Context,
    Endpoint,
    Looked,
    Operation,
    RequestFormat,
    ResponseFormat,
    WordMapped,
)
from orderglot.wire.shape import JSON, ResponseShape, success
from orderglot.wire.values import read_instant


class Correcting(Struct, frozen=True):
    """Which body one is to be read from, None for the one that came; of which answer, the last for None."""

    name: str
    body: bytes | None
    answer: int | None = None


class Mapping(Struct, frozen=True):
    """What a word stands for: of a reject, or of a dialect or channel."""

    to: str
    name: str = ""
    field: str = ""
    value: str = ""
    channel: str = ""


# rejects.check


def _write_name(name: str) -> Request:
    return Request(method="POST", path=fill(f"{REJECT}/check", name=name), headers=ASKS)


def _read_name(request: Request, _caller: Caller) -> str:
    arguments_of(request, ())
    return request.params["name"]


async def _check(context: Context, name: str) -> Looked:
    """Read one that was put aside as it was corrected, and see what it would be; nothing is kept."""
    demand_seller(context.book.caller, "see what was put aside")
    return await retries_of(context).check(context.book.caller, name)


def _write_looked(looked: Looked, _request: Request) -> Response:
    problems = [{"field": one.field, "reason": one.reason} for one in looked.problems]
    words = [{"field": field, "value": value} for field, value in looked.words]
    order = write_document(looked.order) if looked.order else None
    return answer({"problems": problems, "order": order, "words": words})


def _read_looked(response: Response, _ask: Any) -> Looked:
    form = Form(json.read(response.body), known=known_members.CHECKED)
    problems = [
        Problem(one.text("field"), Rule.STATE, one.text("reason"))
        for one in form.each("problems", present=True)
    ]
    words = [(one.text("field"), one.text("value", exact=True)) for one in form.each("words")]
    order = read_order(form.inside("order")) if form.has("order") else None
    form.check()
    return Looked(tuple(problems), order, tuple(words))


_LOOKED: ResponseFormat[Any, Looked] = ResponseFormat(
    _write_looked, _read_looked, success(200, reject_shapes.Checked)
)

CHECK_REJECT: Operation[str, Looked] = Operation(
    name="rejects.check",
    endpoint=Endpoint("POST", (f"{REJECT}/check",), CHANGE, idempotent=True),
    request=RequestFormat(_write_name, _read_name),
    perform=_check,
    response=_LOOKED,
)


# rejects.correct


def _write_correcting(ask: Correcting) -> Request:
    body = {"body": None} if ask.body is None else write_body(ask.body)
    which = {} if ask.answer is None else {"answer": ask.answer}
    headers = {**ASKS, "content-type": MERGE_PATCH}
    path = fill(REJECT, name=ask.name)
    return Request(method="PATCH", path=path, headers=headers, body=json.write({**body, **which}))


def _read_correcting(request: Request, _caller: Caller) -> Correcting:
    arguments_of(request, ())
    form = body_of(request, known_members.CORRECT)
    refuse_strange(form)
    if "body" not in form.members:
        form.refuse("body", Rule.REQUIRED, "Say the whole body, or null for the one that came.")
    withdrawn = form.members.get("body") is None
    number = form.whole("answer", least=1)
    body = read_body(form)
    form.check()
    return Correcting(request.params["name"], None if withdrawn else body, number)


async def _correct(context: Context, ask: Correcting) -> Looked:
    """Put another body in the place of what came, and read it at once; what came stays beside it."""
    caller = context.book.caller
    demand_seller(caller, "correct what was put aside")
    retries = retries_of(context)
    if ask.body is None:
        await retries.withdraw(caller, ask.name)
        return await retries.check(caller, ask.name)
    return await retries.correct(caller, ask.name, ask.body, ask.answer)


CORRECT_REJECT: Operation[Correcting, Looked] = Operation(
    name="rejects.correct",
    endpoint=Endpoint("PATCH", (REJECT,), CHANGE, idempotent=True),
    request=RequestFormat(
        _write_correcting,
        _read_correcting,
        body={JSON: reject_shapes.Correct, MERGE_PATCH: reject_shapes.Correct},
    ),
    perform=_correct,
    response=_LOOKED,
)


# rejects.map


def _write_word(ask: Mapping) -> Request:
    members = {"to": ask.to, "field": ask.field, "value": ask.value, "channel": ask.channel}
    body = json.write({name: text for name, text in members.items() if text})
    return Request(
        method="POST", path=fill(f"{REJECT}/map", name=ask.name), headers=SENDS, body=body
    )


def _read_word(request: Request, _caller: Caller) -> Mapping:
    arguments_of(request, ())
    return _read_mapping(body_of(request, known_members.MAP_WORD), request.params["name"])


def _read_mapping(form: Form, name: str = "") -> Mapping:
    refuse_strange(form)
    every = not name
    mapping = Mapping(
        to=form.text("to", required=True),
        name=name,
        field=form.text("field", required=every),
        value=form.text("value", required=every),
        channel=form.text("channel", required=every),
    )
    form.check()
    return mapping


async def _map_word(context: Context, ask: Mapping) -> WordMapped:
    """Say what a word of one stands for that no list knows, and try the rest of its channel again."""
    caller = context.book.caller
    demand_seller(caller, "map a vendor's words")
    return await retries_of(context).map_word(
        caller, ask.name, ask.to, ask.field, ask.value, ask.channel
    )


def _read_shown(form: Form) -> ValueMapping:
    to = form.text("to", required=True)
    at = form.parsed("at", read_instant, required=True)
    form.check()
    assert at is not None
    texts = {name: form.text(name, exact=True) for name in ("field", "value", "by")}
    return ValueMapping(whose=form.text("channel"), to=to, code=to, at=at, **texts)


def _write_mapped(mapped: WordMapped, _request: Request) -> Response:
    members = {"taken": mapped.taken, "left": mapped.left}
    return answer({"mapping": described(mapped.mapping), **members})


def _read_mapped(response: Response, _ask: Mapping) -> WordMapped:
    form = Form(json.read(response.body))
    taken, left = form.whole("taken") or 0, form.whole("left") or 0
    return WordMapped(_read_shown(form.inside("mapping")), taken, left)


MAP_WORD: Operation[Mapping, WordMapped] = Operation(
    name="rejects.map",
    endpoint=Endpoint("POST", (f"{REJECT}/map",), CHANGE, idempotent=True),
    request=RequestFormat(_write_word, _read_word, body={JSON: reject_shapes.MapWord}),
    perform=_map_word,
    response=ResponseFormat(_write_mapped, _read_mapped, success(200, reject_shapes.Mapped)),
)


# values.list, values.map, values.remove


def _read_nothing(request: Request, _caller: Caller) -> None:
    arguments_of(request, ())


async def _list_values(context: Context, _ask: None) -> tuple[ValueMapping, ...]:
    """List what vendors' words stand for, as the seller has said."""
    demand_seller(context.book.caller, "see what a vendor's words are mapped to")
    return await value_mappings(context.book)


def _read_values(response: Response, _ask: None) -> tuple[ValueMapping, ...]:
    form = Form(json.read(response.body))
    found = tuple(map(_read_shown, form.each("items", present=True)))
    form.check()
    return found


LIST_VALUES: Operation[None, tuple[ValueMapping, ...]] = Operation(
    name="values.list",
    endpoint=Endpoint("GET", (VALUES,), READ),
    request=RequestFormat(
        lambda _ask: Request(method="GET", path=VALUES, headers=ASKS), _read_nothing
    ),
    perform=_list_values,
    response=ResponseFormat(
        lambda found, _request: answer({"items": list(map(described, found))}),
        _read_values,
        success(200, reject_shapes.Mappings),
    ),
)


def _write_value(ask: Mapping) -> Request:
    members = {"channel": ask.channel, "field": ask.field, "value": ask.value, "to": ask.to}
    return Request(method="POST", path=VALUES, headers=SENDS, body=json.write(members))


def _read_value(request: Request, _caller: Caller) -> Mapping:
    arguments_of(request, ())
    return _read_mapping(body_of(request, known_members.NEW_MAPPING))


async def _map_value(context: Context, ask: Mapping) -> ValueMapping:
    """Say what a value that a vendor sends stands for, in one member, from now on."""
    caller = context.book.caller
    demand_seller(caller, "map a vendor's words")
    return await retries_of(context).map_value(caller, ask.channel, ask.field, ask.value, ask.to)


MAP_VALUE: Operation[Mapping, ValueMapping] = Operation(
    name="values.map",
    endpoint=Endpoint("POST", (VALUES,), CHANGE, idempotent=True),
    request=RequestFormat(_write_value, _read_value, body={JSON: reject_shapes.NewMapping}),
    perform=_map_value,
    response=ResponseFormat(
        lambda mapping, _request: answer(described(mapping)),
        lambda response, _ask: _read_shown(Form(json.read(response.body))),
        success(200, reject_shapes.Mapping),
    ),
)


def _write_removal(name: str) -> Request:
    return Request(method="DELETE", path=fill(VALUE, name=name), headers=ASKS)


async def _remove_value(context: Context, name: str) -> None:
    """Let a value stand for nothing any more; orders that came by it stay as they are."""
    demand_seller(context.book.caller, "map a vendor's words")
    await retries_of(context).unmap(context.book.caller, name)


REMOVE_VALUE: Operation[str, None] = Operation(
    name="values.remove",
    endpoint=Endpoint("DELETE", (VALUE,), CHANGE, idempotent=True),
    request=RequestFormat(_write_removal, _read_name),
    perform=_remove_value,
    response=ResponseFormat(
        lambda _none, _request: Response(status=204),
        lambda _response, _ask: None,
        (ResponseShape(204),),
    ),
)

CORRECTION_OPERATIONS = (
    *(CHECK_REJECT, CORRECT_REJECT, MAP_WORD),
    *(LIST_VALUES, MAP_VALUE, REMOVE_VALUE),
)
