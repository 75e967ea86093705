"""Our own operations that create and change an order, each from both ends."""

from __future__ import annotations

from msgspec.structs import replace

from orderglot.core import steps
from orderglot.core.caller import CHANGE, CREATE, Caller
from orderglot.core.customer import Customer, identity
from orderglot.core.errors import NotFound, Rule, invalid
from orderglot.core.order import Order, Reference, by_hub_id, native
from orderglot.core.ports import Book, UnitOfWork
from orderglot.core.unknown_members import with_further
from orderglot.dialects.orderglot import known_members, shapes
from orderglot.dialects.orderglot.changing import Changing, order_of, write_changing
from orderglot.dialects.orderglot.drafts import complete, read_change, read_draft, write_draft
from orderglot.dialects.orderglot.media import (
    SENDS,
    answer,
    arguments_of,
    body_of,
    preconditions_of,
    tag_of,
)
from orderglot.dialects.orderglot.orders import read_answer, write_shown
from orderglot.dialects.orderglot.sight import shown
from orderglot.dialects.orderglot.tables import NAME, ORDER, ORDERS
from orderglot.dialects.orderglot.wire import write_document
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response, fill
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import JSON, LONGEST, success

# orders.create


def _write_draft(order: Order) -> Request:
    body = json.write(write_draft(order))
    return Request(method="POST", path=ORDERS, headers=SENDS, body=body)


def _read_draft(request: Request, _caller: Caller) -> Order:
    arguments_of(request, ())
    return body_of(request, known_members.NEW).checked(read_draft)


async def _create_order(context: Context, draft: Order) -> Order:
    """Create an order at the seller's prices."""
    book = context.book
    customer = await _customer(context, draft)
    seller = await book.seller()
    if customer is not None and customer.own_item_numbers:
        (draft,) = await book.with_skus(replace(draft, customer=identity(customer)))
    products = await book.products([line.sku for line in draft.lines])
    order = complete(draft, customer, seller.currency, products, context.now)
    return shown(await book.place(order), book.caller)


async def _customer(context: Context, draft: Order) -> Customer | None:
    """Give the customer who is to order: the one that is named, else the caller's own."""
    own = context.book.caller.customer
    if draft.customer is None:
        return None if own is None else await context.book.customer(by_hub_id(own))
    (named,) = draft.customer.references
    return await customer_named(context.book, named)


async def customer_named(book: Book, named: Reference) -> Customer:
    """Give the customer whom a request names; raises Invalid where there is none."""
    try:
        found = await book.customer(named)
        if named.dialect == NAME or named in found.references:
            return found
    except NotFound:
        pass
    reason = "There is no customer of this id and dialect here; leave it out to order for your own."
    raise invalid("customer", Rule.UNKNOWN, reason)


def _write_created(order: Order, _request: Request) -> Response:
    headers = {"location": fill(ORDER, id=native(order, NAME)), "etag": tag_of(order)}
    return answer(write_document(order), status=201, headers=headers)


CREATE_ORDER: Operation[Order, Order] = Operation(
    name="orders.create",
    endpoint=Endpoint("POST", (ORDERS,), CREATE, idempotent=True),
    request=RequestFormat(_write_draft, _read_draft, body={JSON: shapes.NewOrder}),
    perform=_create_order,
    response=ResponseFormat(
        _write_created, read_answer, success(201, shapes.Order, headers=shapes.Placed)
    ),
    places=lambda draft: draft,
)


# orders.change


def _write_change(ask: Changing) -> Request:
    return write_changing("PATCH", fill(ORDER, id=ask.id), ask, shapes.MERGE_PATCH)


def _read_change(request: Request, _caller: Caller) -> Changing:
    arguments_of(request, ())
    form = body_of(request, known_members.CHANGE)
    form.check()
    return Changing(request.params["id"], form.members, preconditions_of(request))


async def _change_order(context: Context, ask: Changing) -> Order:
    """Change what of an order did not go out (RFC 7396): lines, addresses, numbers, notes, shipping.

    A line keeps its price, a further one has that of today; the sums and the bill follow.
    """
    book = context.book
    found = await order_of(book, ask)
    form = Form(ask.members, longest=LONGEST, known=known_members.CHANGE)
    correct = steps.correcting_as(read_change(form, found))

    async def work(unit: UnitOfWork, order: Order) -> Order:
        return with_further(await correct(unit, order), form.unknown())

    async with book.together() as unit:
        return shown(await steps.taken(unit, found, "correct", work), book.caller)


CHANGE_ORDER: Operation[Changing, Order] = Operation(
    name="orders.change",
    endpoint=Endpoint("PATCH", (ORDER,), CHANGE, idempotent=True),
    request=RequestFormat(
        _write_change,
        _read_change,
        path=shapes.OrderPath,
        headers=shapes.Preconditions,
        body={shapes.MERGE_PATCH: shapes.Change, JSON: shapes.Change},
    ),
    perform=_change_order,
    response=ResponseFormat(
        write_shown, read_answer, success(200, shapes.Order, headers=shapes.ETag)
    ),
)
