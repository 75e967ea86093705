"""Batches: up to a hundred requests in one, each answered as if it had come alone."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.administration import NOBODYS
from orderglot.core.caller import Caller
from orderglot.core.errors import Rule, invalid
from orderglot.dialects.orderglot import batch_shapes, known_members
from orderglot.dialects.orderglot.media import (
    SENDS,
    answer,
    arguments_of,
    body_of,
    refuse_strange,
)
from orderglot.dialects.orderglot.tables import BATCHES, MOST_IN_A_BATCH, ROOT, SELLERS, is_under
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import JSON, success

METHODS = ("POST", "PATCH", "DELETE")
PASSED_ON = ("etag", "location", "retry-after")
"""The headers of an answer that stand in its item."""

CONDITIONS = ("If-Match", "If-None-Match", "Idempotency-Key")
KEY = "idempotency-key"
LONGEST_KEY = 240


class Batch(Struct, frozen=True):
    """Requests as they go on, in order, and those members of the client that they were made of."""

    requests: tuple[Request, ...] = ()
    members: tuple[dict[str, Any], ...] = ()


class Answered(Struct, frozen=True):
    """The answers, in the order of the requests."""

    items: tuple[Response, ...]


def _write_batch(ask: Batch) -> Request:
    body = json.write({"requests": ask.members})
    return Request(method="POST", path=BATCHES, headers=SENDS, body=body)


def _read_batch(request: Request, caller: Caller) -> Batch:
    if caller.operator:
        # Until it is known what it is about, it may be about any seller.
        _belongs_to(request, replace(caller, seller=NOBODYS))
    arguments_of(request, ())
    form = body_of(request, known_members.BATCH)
    forms = form.each("requests", required=True)
    if len(forms) > MOST_IN_A_BATCH:
        reason = f"A batch has {MOST_IN_A_BATCH} requests at most, not {len(forms)}; send several."
        raise invalid("requests", Rule.SIZE, reason)
    key = request.headers.get(KEY, "")
    if len(key) > LONGEST_KEY:
        reason = f"The key of a batch may have {LONGEST_KEY} characters, not {len(key)}."
        raise invalid("Idempotency-Key", Rule.LENGTH, reason)
    refuse_strange(form, ("requests",))
    each = [_read_item(request, one, f"{key}/{n}" if key else "") for n, one in enumerate(forms)]
    form.check()
    if not any(is_under(one.path, SELLERS) for one in each):
        _belongs_to(request, caller)
    return Batch(tuple(each), tuple(dict(one.members) for one in forms))


def _belongs_to(request: Request, caller: Caller) -> None:
    """Say in whose journal a request is."""
    if request.trace is not None:
        request.trace.caller = caller


def _read_item(request: Request, form: Form, key: str) -> Request:
    """Make the request that an item asks for, with the proof that the batch came with."""
    method = form.choice("method", METHODS, required=True)
    path = form.text("path", required=True, longest=2_000)
    if path and (not path.startswith(f"{ROOT}/") or unquote(path).startswith(BATCHES)):
        form.refuse("path", Rule.CHOICE, f"Say a path under {ROOT}/ that is no batch itself.")
    elif not path.isascii() or any(one in path for one in "?#") or not path.isprintable():
        form.refuse("path", Rule.MALFORMED, "Write the path as in a request, without a query.")
    headers = {name: value for name, value in request.headers.items() if name not in _OWN}
    given = form.inside("headers")
    for name in given.members:
        if name not in CONDITIONS:
            given.refuse(name, Rule.CHOICE, f"An item may have {', '.join(CONDITIONS)}.")
        headers[name.lower()] = given.text(name)
    if key:
        headers.setdefault(KEY, key)
    body = form.members.get("body")
    if body is not None and not isinstance(body, dict):
        form.refuse("body", Rule.MALFORMED, "This must be an object.")
    return replace(
        request,
        method=method,
        path=path,
        headers=headers,
        params={},
        body=b"" if body is None else json.write(body),
    )


_OWN = frozenset({KEY, "if-match", "if-none-match", "content-length", "content-encoding"})
"""What of a batch's headers is not for its items."""


async def _answer_batch(context: Context, ask: Batch) -> Answered:
    """Carry out up to 100 requests that create or change something, each on its own.

    One that fails holds up none of the others. The same batch again, under the same Idempotency-Key,
    carries out only those that were not carried out.
    """
    if context.again is None:
        raise RuntimeError("only what reads is given requests to answer")
    return Answered(tuple([await context.again(one) for one in ask.requests]))


def _write_answered(answered: Answered, _request: Request) -> Response:
    return answer({"items": list(map(_write_item, answered.items))})


def _write_item(response: Response) -> dict[str, Any]:
    headers = {name: response.headers[name] for name in PASSED_ON if name in response.headers}
    body = msgspec.Raw(response.body) if response.body else None
    return {"status": response.status, "headers": headers, "body": body}


def _read_answered(response: Response, _ask: Batch) -> Answered:
    form = Form(json.read(response.body))
    items = tuple(_read_answer(one) for one in form.each("items", present=True))
    form.check()
    return Answered(items)


def _read_answer(form: Form) -> Response:
    headers = {name: form.inside("headers").text(name) for name in form.inside("headers").members}
    body = form.members.get("body")
    written = b"" if body is None else json.write(body)
    return Response(status=form.whole("status", required=True) or 0, headers=headers, body=written)


ANSWER_BATCH: Operation[Batch, Answered] = Operation(
    name="batches.create",
    endpoint=Endpoint("POST", (BATCHES,), carries=True),
    request=RequestFormat(_write_batch, _read_batch, body={JSON: batch_shapes.Batch}),
    perform=_answer_batch,
    response=ResponseFormat(_write_answered, _read_answered, success(200, batch_shapes.Answered)),
)
