"""Our own operations that let go of what pulls put aside, one or many, and keep why."""

from __future__ import annotations

from msgspec import Struct

from orderglot.core.caller import CHANGE, Caller
from orderglot.core.errors import Rule, invalid
from orderglot.core.rejects import LONGEST_WHY, Chosen
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
from orderglot.dialects.orderglot.rejects import retries_of, write_chosen
from orderglot.dialects.orderglot.tables import REJECT, REJECTS
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response, fill, query_of
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import JSON, ResponseShape, success

# rejects.drop


class Dropping(Struct, frozen=True):
    """Which one is let go of, and why."""

    name: str
    why: str = ""


class DroppingAll(Struct, frozen=True):
    """Which are let go of, and why."""

    chosen: Chosen
    why: str = ""


def _write_drop(ask: Dropping) -> Request:
    query = query_of((("why", ask.why),)) if ask.why else ""
    path = fill(REJECT, name=ask.name)
    return Request(method="DELETE", path=path, query=query, headers=ASKS)


def _read_drop(request: Request, _caller: Caller) -> Dropping:
    form = arguments_of(request, ("why",))
    why = form.text("why", longest=LONGEST_WHY)
    form.check()
    return Dropping(request.params["name"], why)


async def _drop(context: Context, ask: Dropping) -> None:
    """Let go of what was put aside; a pull that meets it again puts it aside again."""
    demand_seller(context.book.caller, "drop what was put aside")
    await retries_of(context).drop(context.book.caller, ask.name, ask.why)


DROP_REJECT: Operation[Dropping, None] = Operation(
    name="rejects.drop",
    endpoint=Endpoint("DELETE", (REJECT,), CHANGE, idempotent=True),
    request=RequestFormat(_write_drop, _read_drop, query=reject_shapes.Dropping),
    perform=_drop,
    response=ResponseFormat(
        lambda _none, _request: Response(status=204),
        lambda _response, _ask: None,
        (ResponseShape(204),),
    ),
)

# rejects.drop-all


def _write_drops(ask: DroppingAll) -> Request:
    every = ask.chosen == Chosen()
    body = write_chosen(ask.chosen, all=every, why=ask.why)
    return Request(method="POST", path=f"{REJECTS}/drop", headers=SENDS, body=body)


def _read_drops(request: Request, _caller: Caller) -> DroppingAll:
    arguments_of(request, ())
    form = body_of(request, known_members.DROP_REJECTS)
    refuse_strange(form)
    chosen = Chosen(form.text("channel"), form.text("reason"))
    every = form.flag("all")
    why = form.text("why", longest=LONGEST_WHY)
    form.check()
    if bool(every) == bool(chosen.whose or chosen.reason):
        reason = "Say which: of a `channel`, for a `reason`, or `all` of them."
        raise invalid("all", Rule.REQUIRED, reason)
    return DroppingAll(chosen, why)


async def _drop_all(context: Context, ask: DroppingAll) -> int:
    """Let go of all that was put aside of a channel or for a reason."""
    demand_seller(context.book.caller, "drop what was put aside")
    return await retries_of(context).drop_all(context.book.caller, ask.chosen, ask.why)


def _read_dropped(response: Response, _ask: DroppingAll) -> int:
    form = Form(json.read(response.body))
    dropped = form.whole("dropped", required=True) or 0
    form.check()
    return dropped


DROP_REJECTS: Operation[DroppingAll, int] = Operation(
    name="rejects.drop-all",
    endpoint=Endpoint("POST", (f"{REJECTS}/drop",), CHANGE, idempotent=True),
    request=RequestFormat(_write_drops, _read_drops, body={JSON: reject_shapes.DropAll}),
    perform=_drop_all,
    response=ResponseFormat(
        lambda dropped, _request: answer({"dropped": dropped}),
        _read_dropped,
        success(200, reject_shapes.Dropped),
    ),
)

DROP_OPERATIONS = (DROP_REJECTS, DROP_REJECT)
