"""Our own operations that place orders with vendors, and settle what ended unknown."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from orderglot.core.caller import CHANGE, Caller
from orderglot.core.errors import Problem, Rule, Unsupported, invalid
from orderglot.core.fields import every_field
from orderglot.core.order import Reference
from orderglot.dialects.orderglot import known_members, placement_shapes
from orderglot.dialects.orderglot.media import (
    ASKS,
    SENDS,
    answer,
    arguments_of,
    body_of,
    refuse_strange,
)
from orderglot.dialects.orderglot.records import demand_seller
from orderglot.dialects.orderglot.tables import (
    CHANNELS,
    LONGEST_WAIT,
    NAME,
    ORDER,
    PLACEMENTS,
)
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response, fill
from orderglot.wire.operation import (
    Context,
    Endpoint,
    Operation,
    PlacementAsked,
    Placements,
    PlacementShown,
    RequestFormat,
    ResponseFormat,
    VendorChannel,
)
from orderglot.wire.shape import JSON, success
from orderglot.wire.values import read_instant, write_number

WAIT = 10
"""So many seconds a vendor is waited for where nobody says."""

NOT_SETTLED = ("under way", "unknown")
ACCEPTED = 202
_FLAGS = ("dry_run", "also", "absent")


def _placements(context: Context) -> Placements:
    if context.placements is None:
        raise Unsupported("No order can be placed with a vendor from here.")
    return context.placements


def _write_shown(one: PlacementShown) -> dict[str, Any]:
    members: dict[str, Any] = {
        "id": one.id,
        "how": one.how,
        "differences": one.differences,
        "problems": [{"field": each.field, "reason": each.reason} for each in one.problems],
        "losses": one.losses,
        "why": one.why,
        "begun": one.begun,
        "sent": one.sent,
    }
    given = {name: value for name, value in members.items() if value}
    order = write_number(str(one.order))
    return {"order": order, "channel": one.channel, "state": one.state, **given}


def _read_shown(form: Form) -> PlacementShown:
    problems = [
        Problem(one.text("field"), Rule.STATE, one.text("reason")) for one in form.each("problems")
    ]
    return PlacementShown(
        order=form.whole("order") or 0,
        channel=form.text("channel"),
        state=form.text("state", required=True),
        id=form.text("id", exact=True),
        how=form.text("how"),
        differences=tuple(form.members.get("differences") or ()),
        problems=tuple(problems),
        losses=tuple(form.members.get("losses") or ()),
        why=form.text("why"),
        begun=form.parsed("begun", read_instant),
        sent=form.parsed("sent", read_instant),
    )


def _write_one(one: PlacementShown, _request: Request) -> Response:
    return answer(_write_shown(one), status=ACCEPTED if one.state in NOT_SETTLED else 200)


def _read_one(response: Response, _ask: Any) -> PlacementShown:
    form = Form(json.read(response.body))
    one = _read_shown(form)
    form.check()
    return one


def _write_several(found: tuple[PlacementShown, ...], _request: Request) -> Response:
    return answer({"items": list(map(_write_shown, found))})


def _read_several(response: Response, _ask: Any) -> tuple[PlacementShown, ...]:
    form = Form(json.read(response.body))
    found = tuple(map(_read_shown, form.each("items", present=True)))
    form.check()
    return found


_SEVERAL: ResponseFormat[Any, tuple[PlacementShown, ...]] = ResponseFormat(
    _write_several, _read_several, success(200, placement_shapes.Placements)
)


def _read_nothing(request: Request, _caller: Caller) -> None:
    arguments_of(request, ())


# placements.channels


async def _list_channels(context: Context, _ask: None) -> tuple[VendorChannel, ...]:
    """List the accounts with vendors over which orders can be placed."""
    demand_seller(context.book.caller, "see the seller's accounts with vendors")
    return await _placements(context).channels(context.book.caller)


def _read_channels(response: Response, _ask: None) -> tuple[VendorChannel, ...]:
    form = Form(json.read(response.body))
    found = [
        VendorChannel(one.text("name"), one.text("dialect"))
        for one in form.each("items", present=True)
    ]
    form.check()
    return tuple(found)


def _write_channels(found: tuple[VendorChannel, ...], _request: Request) -> Response:
    return answer({"items": [{"name": one.name, "dialect": one.dialect} for one in found]})


LIST_CHANNELS: Operation[None, tuple[VendorChannel, ...]] = Operation(
    name="placements.channels",
    endpoint=Endpoint("GET", (CHANNELS,)),
    request=RequestFormat(
        lambda _ask: Request(method="GET", path=CHANNELS, headers=ASKS), _read_nothing
    ),
    perform=_list_channels,
    response=ResponseFormat(
        _write_channels, _read_channels, success(200, placement_shapes.Channels)
    ),
)


# placements.place


def _write_asked(ask: PlacementAsked) -> Request:
    flags = {name: True for name in _FLAGS if getattr(ask, name)}
    without = {"without": list(ask.without)} if ask.without else {}
    members = {"channel": ask.channel, **flags, **without, "wait": int(ask.wait)}
    path = fill(f"{ORDER}/place", id=ask.order.id)
    return Request(method="POST", path=path, headers=SENDS, body=json.write(members))


def _read_asked(request: Request, _caller: Caller) -> PlacementAsked:
    arguments_of(request, ())
    form = body_of(request, known_members.PLACE)
    refuse_strange(form)
    channel = form.text("channel", required=True)
    flags = {name: bool(form.flag(name)) for name in _FLAGS}
    given = form.members.get("without")
    without = given if isinstance(given, list) else []
    if given is not None and not isinstance(given, list):
        form.refuse("without", Rule.MALFORMED, "This must be a list.")
    for number, one in enumerate(without, 1):
        if not isinstance(one, str) or not _is_member(one):
            reason = "An order has no such member; write ship_to or lines.box."
            form.refuse(f"without[{number}]", Rule.UNKNOWN, reason)
    wait = form.whole("wait", least=0, most=LONGEST_WAIT)
    form.check()
    return PlacementAsked(
        order=Reference(NAME, request.params["id"]),
        channel=channel,
        without=tuple(without),
        wait=WAIT if wait is None else wait,
        **flags,
    )


def _is_member(name: str) -> bool:
    return any(one == name or one.startswith(f"{name}.") for one in every_field())


async def _place(context: Context, ask: PlacementAsked) -> PlacementShown:
    """Place an order with a vendor, once however often this is asked; or say what speaks against it."""
    caller = context.book.caller
    demand_seller(caller, "place an order with a vendor")
    return await _placements(context).place(caller, ask)


PLACE_ORDER: Operation[PlacementAsked, PlacementShown] = Operation(
    name="placements.place",
    endpoint=Endpoint("POST", (f"{ORDER}/place",), CHANGE, idempotent=True),
    request=RequestFormat(_write_asked, _read_asked, body={JSON: placement_shapes.Place}),
    perform=_place,
    response=ResponseFormat(
        _write_one,
        _read_one,
        (
            *success(200, placement_shapes.Placement),
            *success(ACCEPTED, placement_shapes.Placement),
        ),
    ),
)


# placements.of-order, placements.list


def _write_id(id: str) -> Request:
    return Request(method="GET", path=fill(f"{ORDER}/placements", id=id), headers=ASKS)


def _read_id(request: Request, _caller: Caller) -> str:
    arguments_of(request, ())
    return request.params["id"]


async def _of_order(context: Context, id: str) -> tuple[PlacementShown, ...]:
    """Give what is known of an order at each vendor that has it or was sent it."""
    caller = context.book.caller
    demand_seller(caller, "see what vendors have")
    return await _placements(context).of_order(caller, Reference(NAME, id))


OF_ORDER: Operation[str, tuple[PlacementShown, ...]] = Operation(
    name="placements.of-order",
    endpoint=Endpoint("GET", (f"{ORDER}/placements",)),
    request=RequestFormat(_write_id, _read_id),
    perform=_of_order,
    response=_SEVERAL,
)


async def _open(context: Context, _ask: None) -> tuple[PlacementShown, ...]:
    """List the orders of which nobody knows whether a vendor has them, and those that one refused."""
    demand_seller(context.book.caller, "see what vendors have")
    return await _placements(context).open(context.book.caller)


LIST_PLACEMENTS: Operation[None, tuple[PlacementShown, ...]] = Operation(
    name="placements.list",
    endpoint=Endpoint("GET", (PLACEMENTS,)),
    request=RequestFormat(
        lambda _ask: Request(method="GET", path=PLACEMENTS, headers=ASKS), _read_nothing
    ),
    perform=_open,
    response=_SEVERAL,
)


# placements.settle


class Settling(Struct, frozen=True):
    """What somebody has found out of an order at a vendor: his id of it, "" for that it is not there."""

    order: Reference
    channel: str
    id: str = ""
    stands: bool = False


def _write_settling(ask: Settling) -> Request:
    found = {"stands": True} if ask.stands else {"id": ask.id} if ask.id else {"absent": True}
    path = fill(f"{ORDER}/placements/settle", id=ask.order.id)
    body = json.write({"channel": ask.channel, **found})
    return Request(method="POST", path=path, headers=SENDS, body=body)


def _read_settling(request: Request, _caller: Caller) -> Settling:
    arguments_of(request, ())
    form = body_of(request, known_members.SETTLE_PLACEMENT)
    refuse_strange(form)
    channel = form.text("channel", required=True)
    id, absent, stands = form.text("id"), bool(form.flag("absent")), bool(form.flag("stands"))
    form.check()
    if bool(id) + absent + stands != 1:
        reason = "Say the vendor's `id` of it, that it is `absent` there, or that all `stands`."
        raise invalid("id", Rule.REQUIRED, reason)
    return Settling(Reference(NAME, request.params["id"]), channel, id, stands)


async def _settle(context: Context, ask: Settling) -> PlacementShown:
    """Say what somebody has found out of an order at a vendor; nothing is sent."""
    caller = context.book.caller
    demand_seller(caller, "settle what a vendor has")
    return await _placements(context).settle(
        caller, ask.order, ask.channel, ask.id, stands=ask.stands
    )


SETTLE_PLACEMENT: Operation[Settling, PlacementShown] = Operation(
    name="placements.settle",
    endpoint=Endpoint("POST", (f"{ORDER}/placements/settle",), CHANGE, idempotent=True),
    request=RequestFormat(_write_settling, _read_settling, body={JSON: placement_shapes.Settle}),
    perform=_settle,
    response=ResponseFormat(_write_one, _read_one, success(200, placement_shapes.Placement)),
)

PLACEMENT_OPERATIONS = (
    *(LIST_CHANNELS, PLACE_ORDER, OF_ORDER, SETTLE_PLACEMENT),
    LIST_PLACEMENTS,
)
