"""Our own operations about deliveries: what was sent to a webhook and answered, and what is to be sent again."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from msgspec import Struct

from orderglot.core.caller import ADMIN, Caller
from orderglot.core.time_zones import zone_of
from orderglot.dialects.orderglot import webhook_shapes
from orderglot.dialects.orderglot.administering import (
    Listed,
    administration_of,
    demand_change,
    read_listed,
    write_listed,
)
from orderglot.dialects.orderglot.media import (
    ASKS,
    SENDS,
    answer,
    arguments_of,
    body_of,
    demand_bare,
    refuse_strange,
)
from orderglot.dialects.orderglot.reading import read_struct
from orderglot.dialects.orderglot.tables import (
    DELIVERIES,
    DELIVERY,
    LONGEST_PAGE,
    PAGE_SIZE,
    WEBHOOK,
)
from orderglot.dialects.orderglot.webhook_shapes import (
    Delivery,
    WholeDelivery,
    delivery_of,
    whole_of,
)
from orderglot.dialects.orderglot.webhooks import THEM
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response, fill, query_of
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import JSON, success
from orderglot.wire.values import read_instant

LISTING = ("limit", "after")


class Asked(Struct, frozen=True):
    """Which page of the deliveries of a webhook."""

    id: str
    limit: int = PAGE_SIZE
    after: str = ""


class Named(Struct, frozen=True):
    """A delivery of a webhook, by the ids of both."""

    id: str
    delivery: str


# webhooks.deliveries


def _write_asked(ask: Asked) -> Request:
    limit = str(ask.limit) if ask.limit != PAGE_SIZE else ""
    asked = (("limit", limit), ("after", ask.after))
    query = query_of(tuple(pair for pair in asked if pair[1]))
    return Request(method="GET", path=fill(DELIVERIES, id=ask.id), query=query, headers=ASKS)


def _read_asked(request: Request, _caller: Caller) -> Asked:
    form = arguments_of(request, LISTING)
    limit = form.whole("limit", least=1, most=LONGEST_PAGE)
    after = form.text("after", exact=True)
    form.check()
    return Asked(request.params["id"], limit or PAGE_SIZE, after)


async def _list_deliveries(context: Context, ask: Asked) -> Listed:
    """List what was sent to a webhook, and what waits for that, the newest first."""
    webhooks, seller = administration_of(context).webhooks, context.book.caller.seller
    found = await webhooks.deliveries(seller, ask.id, ask.after, ask.limit + 1)
    shown = found[: ask.limit]
    more = shown[-1].id if len(found) > ask.limit else None
    return Listed(tuple(map(delivery_of, shown)), more)


LIST_DELIVERIES: Operation[Asked, Listed] = Operation(
    name="webhooks.deliveries",
    endpoint=Endpoint("GET", (DELIVERIES,), ADMIN),
    request=RequestFormat(_write_asked, _read_asked, query=webhook_shapes.DeliveryPaging),
    perform=_list_deliveries,
    response=ResponseFormat(
        write_listed(lambda one: one),
        lambda response, _ask: read_listed(
            Form(json.read(response.body)), partial(read_struct, kind=Delivery)
        ),
        success(200, webhook_shapes.Deliveries),
    ),
)

# webhooks.delivery


def _read_named(request: Request, _caller: Caller) -> Named:
    arguments_of(request, ())
    return Named(request.params["id"], request.params["delivery"])


async def _get_delivery(context: Context, ask: Named) -> WholeDelivery:
    """Get one delivery, with what was sent and answered each time."""
    webhooks, seller = administration_of(context).webhooks, context.book.caller.seller
    return whole_of(await webhooks.delivery(seller, ask.id, ask.delivery))


GET_DELIVERY: Operation[Named, WholeDelivery] = Operation(
    name="webhooks.delivery",
    endpoint=Endpoint("GET", (DELIVERY,), ADMIN),
    request=RequestFormat(
        lambda ask: Request(
            method="GET", path=fill(DELIVERY, id=ask.id, delivery=ask.delivery), headers=ASKS
        ),
        _read_named,
    ),
    perform=_get_delivery,
    response=ResponseFormat(
        lambda whole, _request: answer(whole),
        lambda response, _ask: Form(json.read(response.body)).checked(
            partial(read_struct, kind=WholeDelivery)
        ),
        success(200, webhook_shapes.WHOLE),
    ),
)

# webhooks.resend


def _write_resend(ask: Named) -> Request:
    path = fill(f"{DELIVERY}/resend", id=ask.id, delivery=ask.delivery)
    return Request(method="POST", path=path, headers=ASKS)


def _read_resend(request: Request, caller: Caller) -> Named:
    demand_bare(request)
    return _read_named(request, caller)


async def _resend(context: Context, ask: Named) -> Delivery:
    """Have one delivery tried again now, whatever became of it before."""
    demand_change(context.book.caller, THEM)
    webhooks, seller = administration_of(context).webhooks, context.book.caller.seller
    return delivery_of(await webhooks.resend(seller, ask.id, ask.delivery))


def _write_delivery(delivery: Delivery, _request: Request) -> Response:
    return answer(delivery, status=202)


def _read_delivery(response: Response, _ask: object) -> Delivery:
    return Form(json.read(response.body)).checked(partial(read_struct, kind=Delivery))


RESEND_DELIVERY: Operation[Named, Delivery] = Operation(
    name="webhooks.resend",
    endpoint=Endpoint("POST", (f"{DELIVERY}/resend",), ADMIN),
    request=RequestFormat(_write_resend, _read_resend),
    perform=_resend,
    response=ResponseFormat(_write_delivery, _read_delivery, success(202, webhook_shapes.DELIVERY)),
)

# webhooks.resend-since


class Since(Struct, frozen=True):
    """From which moment on events are to be sent again, and whether delivered ones as well."""

    id: str
    since: datetime | str
    everything: bool = False


def _write_since(ask: Since) -> Request:
    path = fill(f"{WEBHOOK}/resend", id=ask.id)
    everything = {"everything": True} if ask.everything else {}
    body = json.write({"since": ask.since, **everything})
    return Request(method="POST", path=path, headers=SENDS, body=body)


def _read_since(request: Request, _caller: Caller) -> Since:
    arguments_of(request, ())
    form = body_of(request, webhook_shapes.RESEND)
    refuse_strange(form)
    form.parsed("since", read_instant, required=True)
    ask = Since(request.params["id"], form.text("since"), bool(form.flag("everything")))
    form.check()
    return ask


async def _resend_since(context: Context, ask: Since) -> int:
    """Have what was put aside since a moment tried again now, by the seller's clock where it names no zone."""
    demand_change(context.book.caller, THEM)
    webhooks, book = administration_of(context).webhooks, context.book
    since = ask.since
    if not isinstance(since, datetime):
        since = read_instant(since, zone_of((await book.seller()).timezone))
    return await webhooks.resend_since(book.caller.seller, ask.id, since, everything=ask.everything)


def _read_count(response: Response, _ask: Since) -> int:
    form = Form(json.read(response.body))
    count = form.whole("deliveries", required=True)
    form.check()
    return count or 0


RESEND_SINCE: Operation[Since, int] = Operation(
    name="webhooks.resend-since",
    endpoint=Endpoint("POST", (f"{WEBHOOK}/resend",), ADMIN),
    request=RequestFormat(_write_since, _read_since, body={JSON: webhook_shapes.Resend}),
    perform=_resend_since,
    response=ResponseFormat(
        lambda count, _request: answer({"deliveries": count}, status=202),
        _read_count,
        success(202, webhook_shapes.Resent),
    ),
)

# webhooks.trigger


class Sample(Struct, frozen=True):
    """Of which type a sample is to be sent to which webhook."""

    id: str
    type: str


def _write_trigger(ask: Sample) -> Request:
    path, body = fill(f"{WEBHOOK}/trigger", id=ask.id), json.write({"type": ask.type})
    return Request(method="POST", path=path, headers=SENDS, body=body)


def _read_trigger(request: Request, _caller: Caller) -> Sample:
    arguments_of(request, ())
    form = body_of(request, webhook_shapes.TRIGGER)
    refuse_strange(form)
    ask = Sample(request.params["id"], form.text("type", required=True))
    form.check()
    return ask


async def _trigger(context: Context, ask: Sample) -> Delivery:
    """Have a well-formed sample of a type sent, for who builds a receiver."""
    demand_change(context.book.caller, THEM)
    webhooks, seller = administration_of(context).webhooks, context.book.caller.seller
    return delivery_of(await webhooks.trigger(seller, ask.id, ask.type))


TRIGGER: Operation[Sample, Delivery] = Operation(
    name="webhooks.trigger",
    endpoint=Endpoint("POST", (f"{WEBHOOK}/trigger",), ADMIN),
    request=RequestFormat(_write_trigger, _read_trigger, body={JSON: webhook_shapes.Trigger}),
    perform=_trigger,
    response=ResponseFormat(_write_delivery, _read_delivery, success(202, webhook_shapes.DELIVERY)),
)

DELIVERY_OPERATIONS = (
    LIST_DELIVERIES,
    GET_DELIVERY,
    RESEND_DELIVERY,
    RESEND_SINCE,
    TRIGGER,
)
