"""Adobe's operations on orders, each from both ends, and the flows that clients have."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.caller import CHANGE, CREATE, Caller
from orderglot.core.order import Order
from orderglot.core.query import Sort
from orderglot.dialects.adobe import known_members, shapes
from orderglot.dialects.adobe.drafts import (
    Draft,
    read_draft,
    write_draft,
)
from orderglot.dialects.adobe.filters import read_prices
from orderglot.dialects.adobe.links import (
    ORDER,
    ORDERS,
    asking,
    write_order_path,
    write_orders_path,
)
from orderglot.dialects.adobe.media import CORRELATION_ID, answer, correlated, read_body
from orderglot.dialects.adobe.resources import named_order
from orderglot.dialects.adobe.rules import create
from orderglot.dialects.adobe.subscriptions import finished
from orderglot.dialects.adobe.tables import PREVIEWED
from orderglot.dialects.adobe.updates import read_change, refuse_changed
from orderglot.dialects.adobe.wire import read_shown, write_order, write_shown
from orderglot.wire import json
from orderglot.wire.message import Request, Response, query_of
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import JSON, success

NEWEST_FIRST = (Sort("created", descending=True),)


# getOrder


class Pick(Struct, frozen=True):
    """One order of one customer, with its prices or without."""

    customer: str
    order: str
    prices: bool = True


def _write_pick(pick: Pick) -> Request:
    return asking(
        "GET", write_order_path(pick.customer, pick.order), query_of((("fetch-price", "true"),))
    )


def _read_pick(request: Request, _caller: Caller) -> Pick:
    params = correlated(request).params
    return Pick(params["customer_id"], params["order_id"], read_prices(request))


async def _get_order(context: Context, pick: Pick) -> Order:
    """Get one order of a customer."""
    return await finished(context, await named_order(context, pick.customer, pick.order))


def _write_picked(order: Order, request: Request) -> Response:
    return answer(200, write_shown(order, prices=read_prices(request)), request)


def _read_picked(response: Response, _ask: object) -> Order:
    return read_body(response.body, known_members.ORDER).checked(read_shown)


GET_ORDER: Operation[Pick, Order] = Operation(
    name="getOrder",
    endpoint=Endpoint("GET", (ORDER,)),
    request=RequestFormat(_write_pick, _read_pick, query=shapes.Prices, headers=shapes.Correlated),
    perform=_get_order,
    response=ResponseFormat(
        _write_picked, _read_picked, success(200, shapes.Order, headers=shapes.Answered)
    ),
)


# createOrder


def _write_draft(draft: Draft) -> Request:
    body = json.write(write_draft(draft.order))
    request = asking("POST", write_orders_path(draft.customer, ()).rstrip("?"), body=body)
    if draft.order.id == 0:
        return request
    # What the hub knows by an id is one intent, however often somebody sets about it.
    intent = f"{draft.order.id} {draft.order.created}".encode() + body
    headers = {**request.headers, CORRELATION_ID: sha256(intent).hexdigest()}
    return replace(request, headers=headers)


def _read_draft(request: Request, _caller: Caller) -> Draft:
    customer = correlated(request).params["customer_id"]
    return read_draft(request.body, customer, prices=read_prices(request))


async def _create_order(context: Context, draft: Draft) -> Order:
    """Create an order, a return, a renewal or a switch of a customer, or show a preview of it."""
    return await create(context, draft)


def _write_created(order: Order, request: Request) -> Response:
    """Write a new order; one that is no more than a preview has no id and no link."""
    body = write_order(order, prices=read_prices(request), link=order.id > 0)
    asked = body["orderType"] if order.id else PREVIEWED.get(body["orderType"], "PREVIEW")
    return answer(201, {**body, "orderType": asked}, request)


CREATE_ORDER: Operation[Draft, Order] = Operation(
    name="createOrder",
    endpoint=Endpoint("POST", (ORDERS,), CREATE, idempotent=True),
    request=RequestFormat(
        _write_draft,
        _read_draft,
        query=shapes.Prices,
        headers=shapes.Correlated,
        body={JSON: shapes.NewOrder},
    ),
    perform=_create_order,
    response=ResponseFormat(
        _write_created, _read_picked, success(201, shapes.Order, headers=shapes.Answered)
    ),
)


# updateOrder


class Change(Struct, frozen=True):
    """The client's own reference that an order is to have from now on; ``fixed`` stays as it is."""

    customer: str
    order: str
    reference: str
    fixed: Mapping[str, Any] = {}


def _write_change(change: Change) -> Request:
    body = json.write({"externalReferenceId": change.reference})
    return asking("PATCH", write_order_path(change.customer, change.order), body=body)


def _read_change(request: Request, _caller: Caller) -> Change:
    params = correlated(request).params
    return Change(params["customer_id"], params["order_id"], *read_change(request.body))


async def _update_order(context: Context, change: Change) -> Order:
    """Change the client's own reference of an order."""
    order = await _get_order(context, Pick(change.customer, change.order))
    if change.fixed:
        refuse_changed(change.fixed, write_order(order))
    if order.po_number == change.reference:
        return order
    return await context.book.change(replace(order, po_number=change.reference), "renamed")


def _write_changed(order: Order, request: Request) -> Response:
    return answer(200, write_shown(order, prices=False), request)


UPDATE_ORDER: Operation[Change, Order] = Operation(
    name="updateOrder",
    endpoint=Endpoint("PATCH", (ORDER,), CHANGE, idempotent=True),
    request=RequestFormat(
        _write_change, _read_change, headers=shapes.Correlated, body={JSON: shapes.Change}
    ),
    perform=_update_order,
    response=ResponseFormat(
        _write_changed, _read_picked, success(200, shapes.Order, headers=shapes.Answered)
    ),
)
