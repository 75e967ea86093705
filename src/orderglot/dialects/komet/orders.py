"""Komet's web-order-details.list, from both ends, and how a web order is found."""

from __future__ import annotations

import dataclasses
from typing import TypeVar

from msgspec import Struct

from orderglot.core.caller import Caller
from orderglot.core.errors import NotFound, Rule
from orderglot.core.order import Order
from orderglot.core.values import Status
from orderglot.dialects.komet import known_members, shapes
from orderglot.dialects.komet.media import (
    channel_of,
    company_of,
    get,
    read_arguments,
    read_list,
    yes,
)
from orderglot.dialects.komet.quota import spend
from orderglot.dialects.komet.resources import NO_ORDERS, Which, find, read_which, write_which
from orderglot.dialects.komet.tables import PENDING, STATUSES
from orderglot.dialects.komet.wire import read_order, write_order
from orderglot.wire.message import Request, Response
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import success

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")


class Details(Struct, frozen=True, kw_only=True):
    """Which web order is asked for, and whether a pending one or one that was checked out."""

    which: Which
    status: int = PENDING


def both(operation: Operation[Ask, Answer]) -> tuple[Operation[Ask, Answer], ...]:
    """Offer an operation by POST as well; old clients ask so for what is documented as GET."""
    name, body = f"{operation.name}-post", shapes.media_of(operation.request.query)
    return operation, dataclasses.replace(
        operation,
        name=name,
        endpoint=dataclasses.replace(operation.endpoint, method="POST"),
        request=dataclasses.replace(operation.request, body=body),
    )


# web-order-details.list


def _write_details(ask: Details) -> Request:
    return get("web-order-details.list", {**write_which(ask.which), "statusId": ask.status})


def _read_details(request: Request, _caller: Caller) -> Details:
    channel_of(request)
    form = read_arguments(request)
    which = read_which(form)
    status = form.whole("statusId")
    if status not in (None, *STATUSES.codes):
        form.refuse("statusId", Rule.CHOICE, "This is 1 (pending) or 2 (checked out).")
    form.check()
    return Details(which=which, status=status or PENDING)


async def _list_details(context: Context, ask: Details) -> tuple[Order, ...]:
    """Give one web order with its items."""
    seller = await spend(context)
    order = await find(context, ask.which, seller)
    if (order.status is Status.DRAFT) is not (ask.status == PENDING):
        raise NotFound(NO_ORDERS)
    return (order,)


def _write_orders(orders: tuple[Order, ...], request: Request) -> Response:
    company = company_of(channel_of(request))
    return yes("OK", status=1, webOrders=[write_order(order, company) for order in orders])


def _read_orders(response: Response, _ask: Details) -> tuple[Order, ...]:
    return read_list(response, "webOrders", read_order, required=True, known=known_members.ORDERS)


DETAILS_LIST: Operation[Details, tuple[Order, ...]] = Operation(
    name="web-order-details.list",
    endpoint=Endpoint(
        "GET",
        (
            "/api/web-order-details.list",
            "/api/web.order.details.list",
            "/api/v2/web-order-details.list",
        ),
    ),
    request=RequestFormat(_write_details, _read_details, query=shapes.Details),
    perform=_list_details,
    response=ResponseFormat(_write_orders, _read_orders, success(200, shapes.WebOrders)),
)
