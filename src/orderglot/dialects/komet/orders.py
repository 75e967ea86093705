"""Komet's web-order-details.list, from both ends, and how a web order is found."""

from __future__ import annotations

import dataclasses
from typing import TypeVar

from msgspec import Struct

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.errors import NotFound, Rule
from orderglot.core.order import Order, Reference, belongs, extra
from orderglot.core.seller import Seller
from orderglot.core.values import Status
from orderglot.dialects.komet import shapes
from orderglot.dialects.komet.arguments import (
    channel_of,
    company_of,
    get,
    opened,
    read_arguments,
    yes,
)
from orderglot.dialects.komet.quota import spend
from orderglot.dialects.komet.settings import location_asked
from orderglot.dialects.komet.tables import NAME, PENDING, STATUSES
from orderglot.dialects.komet.values import NOBODY
from orderglot.dialects.komet.wire import read_order, write_order
from orderglot.wire.dialect import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response
from orderglot.wire.shape import success

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")

NO_ORDERS = "Web Orders not found."
NO_CUSTOMERS = "Customers not found."

CANCELED = "canceled"
"""The extra that marks a web order which was deleted: nobody is shown it again."""


class Which(Struct, frozen=True, kw_only=True):
    """A web order as requests name it: whose it is, its id, and perhaps where it belongs."""

    customer: str
    order: str
    location: str = ""


class Details(Struct, frozen=True, kw_only=True):
    """Which web order is asked for, and whether a pending one or one that was checked out."""

    which: Which
    status: int = PENDING


def both(operation: Operation[Ask, Answer]) -> tuple[Operation[Ask, Answer], ...]:
    """Offer an operation by POST as well; old clients ask so for what is documented as GET."""
    name, body = f"{operation.name}-post", shapes.said(operation.request.query)
    return operation, dataclasses.replace(
        operation,
        name=name,
        endpoint=dataclasses.replace(operation.endpoint, method="POST"),
        request=dataclasses.replace(operation.request, body=body),
    )


def write_which(which: Which) -> dict[str, str]:
    """Spell which web order is meant."""
    return {
        "customerId": which.customer,
        "webOrderId": which.order,
        "companyLocationId": which.location,
    }


def read_which(form: Form, *, required: bool = True) -> Which:
    """Read which web order is meant."""
    return Which(
        customer=form.text("customerId", required=True),
        order=form.text("webOrderId", required=required),
        location=form.text("companyLocationId"),
    )


async def find(context: Context, which: Which, seller: Seller) -> Order:
    """Find a web order; raises NotFound in the same words whatever is not so."""
    location = location_asked(seller, which.location)
    try:
        order = await context.book.get(Reference(NAME, which.order))
        theirs = await _is_of(context, order, which.customer)
    except NotFound:
        raise NotFound(NO_ORDERS) from None
    elsewhere = bool(location) and order.location != location
    if not theirs or elsewhere or extra(order, NAME).get(CANCELED):
        raise NotFound(NO_ORDERS)
    return order


async def _is_of(context: Context, order: Order, customer: str) -> bool:
    """Tell whose an order is: by its own word where it has it, else by what is on record."""
    if belongs(order, customer, NAME):
        return True
    owner = await customer_asked(context, customer)
    return (order.customer.id if order.customer else 0) == (owner.id if owner else 0)


async def customer_asked(context: Context, id: str) -> Customer | None:
    """Give the customer that a request names, None for nobody; raises NotFound."""
    if id == NOBODY and context.book.caller.customer is None:
        return None
    try:
        return await context.book.customer(Reference(NAME, id))
    except NotFound:
        raise NotFound(NO_CUSTOMERS) from None


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
    form = opened(response)
    orders = tuple(map(read_order, form.each("webOrders", required=True)))
    form.check()
    return orders


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
