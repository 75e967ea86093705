"""Changing orders: new ones, changes to some of their fields, and taking them away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.billing import issued, settled
from orderglot.core.caller import CHANGE, CREATE, Caller
from orderglot.core.customer import Customer
from orderglot.core.errors import Invalid, Rule, invalid
from orderglot.core.lifecycle import EVENTS, OPEN, delete, put_into, receive
from orderglot.core.order import Invoice, Line, Order, native
from orderglot.core.reassigning import move
from orderglot.core.resumming import resum
from orderglot.core.totals import summed
from orderglot.core.values import Status
from orderglot.dialects.catalyst import known_members, shapes
from orderglot.dialects.catalyst.fields import by_name
from orderglot.dialects.catalyst.items import read_items, with_items
from orderglot.dialects.catalyst.links import SITES, path
from orderglot.dialects.catalyst.media import JSON, emptied, read_nothing, write_done
from orderglot.dialects.catalyst.orders import NO_SITE, One
from orderglot.dialects.catalyst.resources import demand_customer, demand_parent, order_at, site_at
from orderglot.dialects.catalyst.settings import ShippingOption, Site, row_of, with_status
from orderglot.dialects.catalyst.tables import INVOICED, NAME
from orderglot.dialects.catalyst.values import digits, put
from orderglot.dialects.catalyst.wire import take, write_draft
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import JSON as PLAIN
from orderglot.wire.shape import LONGEST, ResponseShape
from orderglot.wire.values import read_references

ITEMS = "items"


class Draft(Struct, frozen=True):
    """What was sent of an order: all of a new one, or some fields of one that is there."""

    members: Mapping[str, Any]
    site: str = ""
    id: str = ""


def draft_of(order: Order) -> Draft:
    """Make what a client sends of a new order."""
    return Draft(write_draft(order, NO_SITE))


def _read_draft(request: Request, _caller: Caller) -> Draft:
    body = json.read_sent(request.body)
    if not isinstance(body, Mapping):
        raise invalid("body", Rule.MALFORMED, "An order is sent as a JSON object of its fields.")
    return Draft(body, request.params["site"], request.params.get("order", ""))


def _taken(order: Order, draft: Draft, site: Site) -> Order:
    """Put what was sent into an order; raises Invalid with all that is wrong with it."""
    form = Form(draft.members, known=known_members.SENT)
    changed = take(order, form, site)
    _refuse_what_is_lost(form, is_new=not draft.id)
    form.check()
    option = changed.shipping.option
    return _shipped(changed, site) if option and option != order.shipping.option else changed


def _refuse_what_is_lost(form: Form, *, is_new: bool) -> None:
    """Refuse each member of a request of which nothing could be kept, and items of no new order."""
    if not is_new and form.has(ITEMS):
        form.refuse(ITEMS, Rule.UNEXPECTED, "Put items in by POST to the order's products.")
    if not is_new and not form.members:
        form.refuse("", Rule.REQUIRED, "Say at least one field of the order.")
    if any(_is_kept(name) for name in form.members):
        return
    for name in map(str, form.members):
        if name.lower() in by_name():
            form.refuse(name, Rule.READ_ONLY, "This is not a client's to say.")
        else:
            form.refuse(name, Rule.UNEXPECTED, "An order has no such field to be set.")


def _is_kept(name: str) -> bool:
    member = by_name().get(str(name).lower())
    return name == ITEMS or (member is not None and not member.own)


def _shipped(order: Order, site: Site) -> Order:
    """Let a shipping option of the site say how an order is shipped and for how much."""
    number = by_name()["shippingoptionid"].show(order, site)
    option = row_of(site.shipping_options, number)
    if not isinstance(option, ShippingOption):
        return order
    order = put(order, "shipping.method", option.description)
    if option.price is not None:
        order = put(order, "totals.shipping", option.price)
    return put(order, "shipping.tax_rate", option.tax_rate)


# POST /orders


def _write_draft(draft: Draft) -> Request:
    return Request(
        method="POST",
        path=path("/orders"),
        headers={"content-type": JSON, "accept": "application/json"},
        body=json.write(draft.members),
    )


async def _create_order(context: Context, draft: Draft) -> Order:
    """Create an order, with items or without."""
    site = await site_at(context, draft.site)
    seller = await context.book.seller()
    begun = with_status(site, Order(currency=seller.currency), _first_status(site))
    lines, named = _items(draft)
    # The items come first: an order that is over as it comes takes none any more.
    stocked = await with_items(context, begun, lines, named) if lines else begun
    order = _taken(stocked, draft, site)
    customer = await demand_customer(context, order)
    await demand_parent(context, order)
    whole = summed(_begun(order, begun.status, customer, context.now))
    billed = partial(_billed, before=begun, named=order.invoice, now=context.now)
    invoiced = _is_invoiced(order.invoice)
    with _named():
        placed = await context.book.place(whole if invoiced else billed(whole))
    # The number of its invoice is the order's own, which it has only now.
    return await context.book.change(billed(placed), "billed") if invoiced else placed


def _begun(order: Order, first: Status, customer: Customer | None, now: datetime) -> Order:
    """Take a new order in; one that is over as it comes has lines that are so as well."""
    if order.status is Status.DRAFT:
        return order
    received = receive(order, customer, now)
    if order.status in OPEN:
        return received
    return put_into(replace(received, status=first), order.status, now)


def _items(draft: Draft) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """Read the items that stand in a new order, which spares the client to add them afterwards."""
    form = Form(draft.members, longest=LONGEST, known=known_members.SENT)
    found = read_items(form.each(ITEMS))
    form.check()
    return found


def _first_status(site: Site) -> int:
    return next((row.id for row in site.statuses if row.default), site.statuses[0].id)


def _write_created(order: Order, request: Request) -> Response:
    return emptied(201, request, own=native(order, NAME))


def _read_created(response: Response, _draft: Draft) -> Order:
    """Read the new order's id where the answer tells it, as ours does; the vendor's does not."""
    id = response.headers.get("content-location", "").rpartition("/")[2]
    return Order(references=read_references(digits(id), NAME))


CREATE_ORDER: Operation[Draft, Order] = Operation(
    name="createOrder",
    endpoint=Endpoint("POST", (SITES + "/orders",), CREATE, idempotent=True),
    request=RequestFormat(_write_draft, _read_draft, body={PLAIN: shapes.NewOrder}),
    perform=_create_order,
    response=ResponseFormat(
        _write_created, _read_created, (ResponseShape(201, headers=shapes.Created),)
    ),
)


def _write_gone(_order: Order | None, _request: Request) -> Response:
    return Response(status=204)


# PUT /orders/{id}


def _write_change(draft: Draft) -> Request:
    return Request(
        method="PUT",
        path=path("/orders/{order}", order=draft.id),
        headers={"content-type": JSON},
        body=json.write(draft.members),
    )


async def _update_order(context: Context, draft: Draft) -> Order:
    """Change some fields of an order."""
    site = await site_at(context, draft.site)
    order = await order_at(context, site, draft.id)
    taken = _taken(order, draft, site)
    if taken.customer != order.customer:
        taken = _taken(await _reassigned(context, order, taken), draft, site)
    changed = put_into(replace(taken, status=order.status), taken.status, context.now)
    if changed.links != order.links:
        await demand_parent(context, changed)
    changed = _billed(resum(changed, order), order, taken.invoice, context.now)
    with _named():
        return order if changed == order else await context.book.change(changed)


async def _reassigned(context: Context, order: Order, named: Order) -> Order:
    """Give an order to the customer whom a client names for it."""
    customer = await demand_customer(context, named)
    try:
        return await move(context.book, order, customer)
    except Invalid as error:
        raise Invalid(replace(error.problems[0], field="entityId")) from None


@contextmanager
def _named() -> Iterator[None]:
    """Give what is wrong with a link, a status or a kind the name that it has here."""
    try:
        yield
    except Invalid as error:
        named = (replace(one, field=NAMES.get(one.field, one.field)) for one in error.problems)
        raise Invalid(*named) from None


NAMES = {"links": "parentId", "status": "statusTypeId", "kind": "quote"}
"""What the book calls what a client says, and what it is called here."""


def _is_invoiced(named: Invoice | None) -> bool:
    return named is not None and named.status in INVOICED


def _billed(order: Order, before: Order, named: Invoice | None, now: datetime) -> Order:
    """Give an order that is called invoiced now, or is not any more, the bill that says so.

    Invoiced is paid here; an invoice that has no number gets the order's. ``named`` is the bill as
    the client says it.
    """
    was = before.invoice and before.invoice.status
    if named is None or named.status is was:
        return order
    billed = settled(order, named.status)
    return issued(billed, native(order, NAME), now) if _is_invoiced(named) else billed


UPDATE_ORDER: Operation[Draft, Order | None] = Operation(
    name="updateOrder",
    endpoint=Endpoint("PUT", (SITES + "/orders/{order}",), CHANGE),
    request=RequestFormat(_write_change, _read_draft, body={PLAIN: shapes.Change}),
    perform=_update_order,
    response=ResponseFormat(
        write_done, read_nothing, (ResponseShape(204, headers=shapes.Changed),)
    ),
)


# DELETE /orders/{id}


def _read_gone(request: Request, _caller: Caller) -> One:
    return One(request.params["order"], request.params["site"])


async def _delete_order(context: Context, one: One) -> Order:
    """Mark an order as deleted; it stays in the book."""
    site = await site_at(context, one.site)
    order = await order_at(context, site, one.id)
    return await context.book.change(delete(order, context.now), EVENTS["delete"])


DELETE_ORDER: Operation[One, Order | None] = Operation(
    name="deleteOrder",
    endpoint=Endpoint("DELETE", (SITES + "/orders/{order}",), CHANGE, idempotent=True),
    request=RequestFormat(
        lambda one: Request(method="DELETE", path=path("/orders/{order}", order=one.id)), _read_gone
    ),
    perform=_delete_order,
    response=ResponseFormat(_write_gone, read_nothing, (ResponseShape(204),)),
)
