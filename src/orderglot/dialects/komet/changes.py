"""Komet's way to a new order: create it, add its items, and check it out or delete it."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.caller import CHANGE, CREATE, Caller
from orderglot.core.customer import identity
from orderglot.core.drafting import submit, withdraw
from orderglot.core.errors import Rule, invalid
from orderglot.core.order import Order, Unknown, native
from orderglot.core.unknown_members import with_further
from orderglot.core.values import Status
from orderglot.dialects.komet import known_members, shapes
from orderglot.dialects.komet.auth import demand_user
from orderglot.dialects.komet.media import channel_of, company_of, opened, post, read_arguments, yes
from orderglot.dialects.komet.quota import spend
from orderglot.dialects.komet.resources import (
    Which,
    customer_asked,
    find,
    read_which,
    write_which,
)
from orderglot.dialects.komet.settings import location_written
from orderglot.dialects.komet.tables import NAME
from orderglot.wire.message import Request, Response
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import LONGEST, success
from orderglot.wire.values import read_references, write_number

# web-order.create


class Beginning(Struct, frozen=True, kw_only=True):
    """Whose web order is begun, and where it belongs."""

    customer: str
    location: str = ""
    unknown: tuple[Unknown, ...] = ()


def _write_beginning(ask: Beginning) -> Request:
    members = {"customerId": ask.customer, "companyLocationId": ask.location}
    return post("web-order.create", members)


def _read_beginning(request: Request, _caller: Caller) -> Beginning:
    account = channel_of(request)
    form = read_arguments(request, longest=LONGEST, known=known_members.BEGINNING)
    if form.text("companyId") not in ("", company_of(account)):
        form.refuse("companyId", Rule.MISMATCH, "This is not the company of your account.")
    ask = Beginning(
        customer=form.text("customerId", required=True),
        location=form.text("companyLocationId"),
        unknown=form.unknown(),
    )
    form.check()
    return ask


async def _create(context: Context, ask: Beginning) -> Order:
    """Begin a web order that there is nothing in yet."""
    seller = await spend(context)
    location = location_written(seller, ask.location)
    order = await begun(context, ask.customer, location, seller.currency)
    return await context.book.place(replace(order, unknown=ask.unknown))


async def begun(context: Context, customer: str, location: str, currency: str) -> Order:
    """Make a web order that there is nothing in yet."""
    owner = await customer_asked(context, customer)
    return Order(
        status=Status.DRAFT,
        customer=identity(owner) if owner else None,
        currency=currency,
        location=location,
        bill_to=owner.bill_to if owner else None,
    )


def _write_begun(order: Order, request: Request) -> Response:
    id = write_number(native(order, NAME))
    return yes("Web order was successfully created.", status=1, webOrderId=id)


def _read_begun(response: Response, _ask: Beginning) -> Order:
    form = opened(response)
    order = Order(references=read_references(form.text("webOrderId", required=True), NAME))
    form.check()
    return order


CREATE_ORDER: Operation[Beginning, Order] = Operation(
    name="web-order.create",
    endpoint=Endpoint("POST", ("/api/web-order.create",), CREATE, idempotent=True),
    request=RequestFormat(
        _write_beginning,
        _read_beginning,
        query=shapes.Beginning,
        body=shapes.media_of(shapes.Beginning),
    ),
    perform=_create,
    response=ResponseFormat(_write_begun, _read_begun, success(200, shapes.Changed)),
)


# web-order.checkout


class Ending(Struct, frozen=True, kw_only=True):
    """Which web order is checked out or deleted; ``po_number`` is the customer's for it."""

    which: Which
    po_number: str = ""
    unknown: tuple[Unknown, ...] = ()


def _write_checkout(ask: Ending) -> Request:
    return post("web-order.checkout", {**write_which(ask.which), "customerPo": ask.po_number})


def _read_ending(request: Request, _caller: Caller) -> Ending:
    channel_of(request)
    form = read_arguments(request, longest=LONGEST, known=known_members.ENDING)
    ask = Ending(
        which=read_which(form),
        po_number=form.text("customerPo", longest=shapes.LONGEST_PO),
        unknown=form.unknown(),
    )
    form.check()
    return ask


async def _check_out(context: Context, ask: Ending) -> str:
    """Check a web order out, which places it."""
    seller = await spend(context)
    demand_user(context.book.caller)
    draft = await find(context, ask.which, seller, location_written)
    if not draft.lines:
        reason = "There is nothing in this web order; add an item first."
        raise invalid("webOrderId", Rule.STATE, reason)
    submitted = submit(draft, context.now, ask.po_number)
    order = await context.book.change(with_further(submitted, ask.unknown), "checked out")
    return native(order, NAME)


def _ended(message: str) -> Callable[[str, Request], Response]:
    return lambda id, _request: yes(message, webOrderId=write_number(id), status=1)


def _read_ended(response: Response, _ask: object) -> str:
    return opened(response).checked(lambda form: form.text("webOrderId", required=True))


CHECKOUT: Operation[Ending, str] = Operation(
    name="web-order.checkout",
    endpoint=Endpoint("POST", ("/api/web-order.checkout",), CREATE, idempotent=True),
    request=RequestFormat(
        _write_checkout, _read_ending, query=shapes.Ending, body=shapes.media_of(shapes.Ending)
    ),
    perform=_check_out,
    response=ResponseFormat(
        _ended("The Web Order was successfully checked out."),
        _read_ended,
        success(200, shapes.Changed),
    ),
)


# web-order.delete


def _write_delete(ask: Ending) -> Request:
    return post("web-order.delete", write_which(ask.which))


def _read_delete(request: Request, _caller: Caller) -> Ending:
    channel_of(request)
    form = read_arguments(request, longest=LONGEST, known=known_members.DELETING)
    ask = Ending(which=read_which(form), unknown=form.unknown())
    form.check()
    return ask


async def _delete(context: Context, ask: Ending) -> str:
    """Delete a pending web order."""
    seller = await spend(context)
    order = withdraw(await find(context, ask.which, seller, location_written), context.now)
    order = await context.book.change(with_further(order, ask.unknown), "canceled")
    return native(order, NAME)


DELETE: Operation[Ending, str] = Operation(
    name="web-order.delete",
    endpoint=Endpoint("POST", ("/api/web-order.delete",), CHANGE, idempotent=True),
    request=RequestFormat(
        _write_delete, _read_delete, query=shapes.Which, body=shapes.media_of(shapes.Which)
    ),
    perform=_delete,
    response=ResponseFormat(
        _ended("The Web Order was successfully canceled."),
        _read_ended,
        success(200, shapes.Changed),
    ),
)
