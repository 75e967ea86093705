"""What customers and products have in common: lists, and one of them read, added, changed and removed."""

from __future__ import annotations

from functools import partial
from sys import maxsize
from typing import Any

from orderglot.core.caller import CHANGE, CREATE, Caller
from orderglot.core.errors import Forbidden, Rule, invalid
from orderglot.dialects.orderglot import record_shapes, shapes
from orderglot.dialects.orderglot.changing import Changing, write_changing
from orderglot.dialects.orderglot.filters import SHOWING, read_fields_of, select
from orderglot.dialects.orderglot.media import (
    ASKS,
    SENDS,
    answer,
    arguments_of,
    body_of,
    demand_version,
    is_known,
    preconditions_of,
    refuse_strange,
    tag_of,
)
from orderglot.dialects.orderglot.reading import read_struct
from orderglot.dialects.orderglot.record_kinds import R, Records, read_one
from orderglot.dialects.orderglot.record_lists import listing
from orderglot.wire import json
from orderglot.wire.form import MOST_IN_A_LIST, Form
from orderglot.wire.message import Request, Response, fill
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import JSON, LONGEST, ResponseShape, success

SETTLED = frozenset(record_shapes.SETTLED)


def operations(of: Records[R]) -> tuple[Operation[Any, Any], ...]:
    """Make the operations of a kind."""
    return (listing(of), _get(of), _create(of), _change(of), _remove(of))


def demand_seller(caller: Caller, what: str) -> None:
    """Raise Forbidden where a customer's key asks for what is the seller's."""
    if caller.customer is not None:
        raise Forbidden(f"A customer's key cannot {what}; ask the seller.")


# one


def _get(of: Records[R]) -> Operation[str, R]:
    async def perform(context: Context, id: str) -> R:
        return of.shown(await of.get(context.book, id), context.book.caller)

    perform.__doc__ = f"Get one {of.one}."

    def write(id: str) -> Request:
        return Request(method="GET", path=_one(of, id), headers=ASKS)

    def read(request: Request, _caller: Caller) -> str:
        arguments_of(request, SHOWING)
        read_fields_of(request, of.known, f"A {of.one}")
        return request.params[of.key]

    def write_got(one: R, request: Request) -> Response:
        if is_known(one, request):
            return Response(status=304, headers={"etag": tag_of(one)})
        return _write(of, one, request)

    return Operation(
        name=f"{of.name}.get",
        endpoint=Endpoint("GET", (f"{of.path}/{{{of.key}}}",)),
        request=RequestFormat(write, read, query=shapes.Showing, headers=shapes.IfNoneMatch),
        perform=perform,
        response=ResponseFormat(
            write_got,
            partial(_read_one, of),
            (*success(200, of.shape, headers=shapes.ETag), ResponseShape(304, headers=shapes.ETag)),
        ),
    )


def _one(of: Records[R], id: str) -> str:
    return fill(f"{of.path}/{{{of.key}}}", **{of.key: id})


def _write(of: Records[R], one: R, request: Request) -> Response:
    fields = read_fields_of(request, of.known, f"A {of.one}")
    return answer(select(of.document(one), fields), headers={"etag": tag_of(one)})


def _read_one(of: Records[R], response: Response, _ask: object) -> R:
    form = Form(json.read(response.body))
    one = read_one(of, form)
    form.check()
    return one


# what changes one


def _writable(of: Records[R], request: Request) -> Form:
    """Open what a client says of one; what is not his to say is refused by name."""
    arguments_of(request, ())
    form = body_of(request, of.writable)
    for name in SETTLED.intersection(form.members):
        if name in of.known.names:
            form.refuse(name, Rule.READ_ONLY, "This is not the client's to say; leave it out.")
    refuse_strange(form, SETTLED & of.known.names)
    form.check()
    return form


def _read_new(of: Records[R], members: dict[str, Any], longest: int = LONGEST) -> R:
    form = Form(members, longest=longest)
    one = read_struct(form, of.kind)
    form.check()
    for name in form.inside("extras").members:
        if "." not in name:
            reason = "Begin it with the name of the dialect whose it is, such as kole.terms."
            form.refuse(f"extras.{name[:60]}", Rule.MALFORMED, reason)
    of.check(form, one)
    form.check()
    return one


def _create(of: Records[R]) -> Operation[R, R]:
    async def perform(context: Context, new: R) -> R:
        demand_seller(context.book.caller, f"add a {of.one}")
        async with context.book.together() as unit:
            return await of.add(unit, new)

    perform.__doc__ = f"Add a {of.one}."

    def write(new: R) -> Request:
        members = {name: value for name, value in of.document(new).items() if name not in SETTLED}
        return Request(method="POST", path=of.path, headers=SENDS, body=json.write(members))

    def read(request: Request, _caller: Caller) -> R:
        return _read_new(of, dict(_writable(of, request).members))

    def write_made(one: R, _request: Request) -> Response:
        headers = {"location": _one(of, str(of.document(one)[_ID[of.key]])), "etag": tag_of(one)}
        return answer(of.document(one), status=201, headers=headers)

    return Operation(
        name=f"{of.name}.create",
        endpoint=Endpoint("POST", (of.path,), CREATE, idempotent=True),
        request=RequestFormat(write, read, body={JSON: of.new}),
        perform=perform,
        response=ResponseFormat(
            write_made, partial(_read_one, of), success(201, of.shape, headers=shapes.Placed)
        ),
    )


_ID = {"id": "id", "sku": "sku"}


def _change(of: Records[R]) -> Operation[Changing, R]:
    async def perform(context: Context, ask: Changing) -> R:
        demand_seller(context.book.caller, f"change a {of.one}")
        async with context.book.together() as unit:
            found = await of.get(unit, ask.id)
            demand_version(found, ask.version, of.one)
            members = merged(of.document(found), ask.members)
            # What is not said anew stays as it is, also where no client could say so much.
            new = _read_new(
                of, {k: v for k, v in members.items() if k not in SETTLED}, longest=maxsize
            )
            return await of.keep(unit, found, new)

    perform.__doc__ = f"Change what is said of a {of.one} (RFC 7396); null takes a member out."

    def write(ask: Changing) -> Request:
        return write_changing("PATCH", _one(of, ask.id), ask, shapes.MERGE_PATCH)

    def read(request: Request, _caller: Caller) -> Changing:
        form = _writable(of, request)
        if not form.members:
            names = ", ".join(sorted(of.writable.names))
            raise invalid("body", Rule.REQUIRED, f"Say what is to be changed: {names}.")
        demand_bounded(form.members)
        return Changing(request.params[of.key], dict(form.members), preconditions_of(request))

    return Operation(
        name=f"{of.name}.change",
        endpoint=Endpoint("PATCH", (f"{of.path}/{{{of.key}}}",), CHANGE, idempotent=True),
        request=RequestFormat(
            write,
            read,
            headers=shapes.Preconditions,
            body={shapes.MERGE_PATCH: of.change, JSON: of.change},
        ),
        perform=perform,
        response=ResponseFormat(
            partial(_write, of), partial(_read_one, of), success(200, of.shape, headers=shapes.ETag)
        ),
    )


def demand_bounded(members: Any) -> None:
    """Raise Invalid where a text that a client sends is longer than one may be, or a list has too many."""
    form = Form({}, longest=LONGEST)
    for name, value in members.items() if isinstance(members, dict) else ():
        if name != "extras":
            _bound(form, name, value)
    form.check()


def _bound(form: Form, name: str, value: Any) -> None:
    if isinstance(value, dict):
        for one, inner in value.items():
            _bound(form, f"{name}.{one}", inner)
    elif isinstance(value, list):
        if len(value) > MOST_IN_A_LIST:
            reason = f"This may have {MOST_IN_A_LIST:,} elements, not {len(value):,}."
            form.refuse(name, Rule.SIZE, reason)
        for place, inner in enumerate(value[:MOST_IN_A_LIST], 1):
            _bound(form, f"{name}[{place}]", inner)
    elif isinstance(value, str) and len(value) > LONGEST:
        reason = f"This may have {LONGEST} characters, not {len(value)}."
        form.refuse(name, Rule.LENGTH, reason)


def merged(before: Any, patch: Any) -> Any:
    """Give a JSON value with a merge patch applied (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    whole = dict(before) if isinstance(before, dict) else {}
    for name, value in patch.items():
        if value is None:
            whole.pop(name, None)
        else:
            whole[name] = merged(whole.get(name), value)
    return whole


def _remove(of: Records[R]) -> Operation[Changing, None]:
    async def perform(context: Context, ask: Changing) -> None:
        demand_seller(context.book.caller, f"remove a {of.one}")
        async with context.book.together() as unit:
            found = await of.get(unit, ask.id)
            demand_version(found, ask.version, of.one)
            await of.drop(unit, found)

    perform.__doc__ = f"Remove a {of.one} that nothing in the book points at."

    def write(ask: Changing) -> Request:
        return write_changing("DELETE", _one(of, ask.id), ask)

    def read(request: Request, _caller: Caller) -> Changing:
        arguments_of(request, ())
        return Changing(request.params[of.key], {}, preconditions_of(request))

    return Operation(
        name=f"{of.name}.remove",
        endpoint=Endpoint("DELETE", (f"{of.path}/{{{of.key}}}",), CHANGE, idempotent=True),
        request=RequestFormat(write, read, headers=shapes.Preconditions),
        perform=perform,
        response=ResponseFormat(
            lambda _none, _request: Response(status=204),
            lambda _response, _ask: None,
            (ResponseShape(204),),
        ),
    )
