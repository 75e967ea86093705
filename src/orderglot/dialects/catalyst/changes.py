"""Changing orders: new ones, changes to some of their fields, and taking them away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from msgspec.structs import replace

from orderglot.core.billing import issued, settled
from orderglot.core.caller import CHANGE, CREATE, Caller
from orderglot.core.customer import Customer
from orderglot.core.errors import Invalid
from orderglot.core.lifecycle import EVENTS, OPEN, delete, put_into, receive
from orderglot.core.order import Invoice, Order, native
from orderglot.core.reassigning import move
from orderglot.core.resumming import resum
from orderglot.core.totals import summed
from orderglot.core.values import Status
from orderglot.dialects.catalyst import shapes
from orderglot.dialects.catalyst.drafts import Draft, items_of, read_draft, taken
from orderglot.dialects.catalyst.items import with_items
from orderglot.dialects.catalyst.links import SITES, path
from orderglot.dialects.catalyst.media import JSON, emptied, read_nothing, write_done
from orderglot.dialects.catalyst.orders import One
from orderglot.dialects.catalyst.resources import demand_customer, demand_parent, order_at, site_at
from orderglot.dialects.catalyst.settings import Site, with_status
from orderglot.dialects.catalyst.tables import INVOICED, NAME
from orderglot.dialects.catalyst.values import digits
from orderglot.wire import json
from orderglot.wire.message import Request, Response
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import JSON as PLAIN
from orderglot.wire.shape import ResponseShape
from orderglot.wire.values import read_references

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
    lines, named = items_of(draft)
    # The items come first: an order that is over as it comes takes none any more.
    stocked = await with_items(context, begun, lines, named) if lines else begun
    order = taken(stocked, draft, site)
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
    request=RequestFormat(_write_draft, read_draft, body={PLAIN: shapes.NewOrder}),
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
    sent = taken(order, draft, site)
    if sent.customer != order.customer:
        sent = taken(await _reassigned(context, order, sent), draft, site)
    changed = put_into(replace(sent, status=order.status), sent.status, context.now)
    if changed.links != order.links:
        await demand_parent(context, changed)
    changed = _billed(resum(changed, order), order, sent.invoice, context.now)
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
    request=RequestFormat(_write_change, read_draft, body={PLAIN: shapes.Change}),
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
