"""Kodaris's operations on orders, each from both ends, and the flows of its clients."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.caller import CREATE, Caller
from orderglot.core.customer import Customer, identity
from orderglot.core.errors import NotFound, Rule, invalid
from orderglot.core.order import Order, Reference, by_hub_id, native
from orderglot.core.query import Page, Window, matches
from orderglot.core.time_zones import zone_of
from orderglot.dialects.kodaris import known_members, shapes
from orderglot.dialects.kodaris.drafts import Draft, complete, read_draft, write_draft
from orderglot.dialects.kodaris.filters import Filter, apart, query_of, read_filter, write_filter
from orderglot.dialects.kodaris.media import ASKS, answer, body_of, content_of, envelope_of, listed
from orderglot.dialects.kodaris.tables import CSRF_ON_READS, LONGEST_PAGE, NAME, PAGE_SIZE
from orderglot.dialects.kodaris.tokens import CSRF_HEADER, demand_csrf
from orderglot.dialects.kodaris.wire import read_order, write_order
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response, fill, once, pairs
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import JSON, LONGEST, success
from orderglot.wire.values import read_flag

ORDER = "/api/account/order"


# orderList


class Listing(Struct, frozen=True, kw_only=True):
    """Which page of which orders; pages count from 0."""

    page: int = 0
    size: int = PAGE_SIZE
    filters: tuple[Filter, ...] = ()


def _write_listing(ask: Listing) -> Request:
    body = {
        "page": ask.page,
        "size": ask.size,
        **({"filterFields": list(map(write_filter, ask.filters))} if ask.filters else {}),
    }
    return Request(
        method="POST",
        path=LIST_ORDERS.endpoint.paths[0],
        headers=ASKS,
        body=json.write(body),
        repeatable=True,
    )


def _read_listing(request: Request, _caller: Caller) -> Listing:
    form = body_of(request)
    page = form.whole("page", least=0, most=shapes.LAST_PAGE)
    size = form.whole("size", least=1, most=LONGEST_PAGE)
    filters = tuple(read_filter(one, zone_of(request.zone)) for one in form.each("filterFields"))
    form.check()
    return Listing(page=page or 0, size=size or PAGE_SIZE, filters=filters)


async def _list_orders(context: Context, ask: Listing) -> Page:
    """List a page of orders."""
    id, filters = apart(ask.filters)
    where = await query_of(context, filters)
    window = Window(where=where, limit=ask.size, offset=ask.page * ask.size, total=True)
    return await _only(context, id, window) if id else await context.book.page(window)


async def _only(context: Context, id: str, window: Window) -> Page:
    """List the order of an id, which there can be one of alone: this API's way to get an order."""
    try:
        order = await context.book.get(Reference(NAME, id))
    except NotFound:
        return Page(window=window, total=0)
    orders = (order,) if matches(order, window.where) else ()
    return Page(orders=() if window.offset else orders, window=window, total=len(orders))


def _write_page(page: Page, request: Request) -> Response:
    size, number = page.window.limit, page.window.offset // page.window.limit
    found = page.total or 0
    pages = -(-found // size)
    return answer(
        {
            "size": size,
            "number": number,
            "totalElements": found,
            "isLast": page.next is None,
            "totalPages": pages,
            "isFirst": number == 0,
            "hasPrevious": number > 0,
            "hasNext": page.next is not None,
            "numberOfElements": len(page.orders),
            "offset": None,
            "content": list(map(write_order, page.orders)),
        },
        request,
    )


def _read_page(response: Response, ask: Listing) -> Page:
    envelope = envelope_of(response, known_members.PAGE)
    form = envelope.inside("data")
    orders = _list_of(form)
    window = Window(limit=ask.size, offset=ask.page * ask.size)
    page = Page(
        orders=tuple(map(read_order, orders.each("content", present=True))),
        window=window,
        next=replace(window, offset=window.offset + ask.size) if form.flag("hasNext") else None,
        total=form.whole("totalElements"),
        unknown=(*envelope.unknown("data"), *form.unknown("content")),
    )
    form.check()
    return page


def _list_of(form: Form) -> Form:
    """Open the list of a page; an object without indexes is an empty list where nothing is counted."""
    content = form.members.get("content")
    if content != {} or form.whole("totalElements") == 0:
        content = listed(content)
    return Form({"content": content}, "data", form.problems, known=form.known)


LIST_ORDERS: Operation[Listing, Page] = Operation(
    name="orderList",
    endpoint=Endpoint("POST", (ORDER + "/list",)),
    request=RequestFormat(_write_listing, _read_listing, body={JSON: shapes.Listing}),
    perform=_list_orders,
    response=ResponseFormat(_write_page, _read_page, success(200, shapes.PageResponse)),
)


# linkedOrders


class Linked(Struct, frozen=True):
    """Of which order the linked ones are asked for, and the CSRF token that was shown."""

    id: str
    token: str = ""


def _write_linked(ask: Linked) -> Request:
    path = fill(LINKED_ORDERS.endpoint.paths[0], orderID=ask.id)
    return Request(method="GET", path=path, headers=ASKS)


def _read_linked(request: Request, _caller: Caller) -> Linked:
    return Linked(request.params["orderID"], request.headers.get(CSRF_HEADER, ""))


async def _list_linked(context: Context, ask: Linked) -> tuple[Order, ...]:
    """List the orders that are linked to one."""
    if ask.token or (await context.book.seller()).tables.get(CSRF_ON_READS, True):
        await demand_csrf(context.keyring, context.book.caller, ask.token)
    return await context.book.linked(Reference(NAME, ask.id))


def _write_orders(orders: tuple[Order, ...], request: Request) -> Response:
    return answer(list(map(write_order, orders)), request)


def _read_orders(response: Response, _ask: Linked) -> tuple[Order, ...]:
    form = Form({"data": listed(content_of(response))}, known=known_members.ORDERS)
    orders = tuple(map(read_order, form.each("data")))
    form.check()
    return orders


LINKED_ORDERS: Operation[Linked, tuple[Order, ...]] = Operation(
    name="linkedOrders",
    endpoint=Endpoint("GET", (ORDER + "/{orderID}/linkedOrders",)),
    request=RequestFormat(_write_linked, _read_linked),
    perform=_list_linked,
    response=ResponseFormat(_write_orders, _read_orders, success(200, shapes.OrdersResponse)),
)


# order


def _write_draft(draft: Draft) -> Request:
    return Request(
        method="POST",
        path=CREATE_ORDER.endpoint.paths[0],
        query="" if draft.completes else "completeOrder=false",
        headers=ASKS,
        body=json.write(write_draft(draft.order)),
        repeatable=not draft.completes,
    )


def _read_draft(request: Request, _caller: Caller) -> Draft:
    form = body_of(request, longest=LONGEST, known=known_members.NEW)
    order = read_draft(form)
    form.check()
    return Draft(order, _completes(request))


def _completes(request: Request) -> bool:
    try:
        return read_flag(once(pairs(request.query)).get("completeOrder") or "true")
    except ValueError:
        raise invalid("completeOrder", Rule.MALFORMED, "This must be true or false.") from None


async def _create_order(context: Context, draft: Draft) -> Order:
    """Create an order at the seller's prices, or show what it would be."""
    customer = await _customer(context, draft.order)
    seller = await context.book.seller()
    draft = await _in_skus(context, draft, customer)
    products = await context.book.products([line.sku for line in draft.order.lines])
    order = complete(draft, customer, seller.currency, products, context.now)
    return await context.book.place(order) if draft.completes else order


async def _in_skus(context: Context, draft: Draft, customer: Customer | None) -> Draft:
    """Give a draft with the seller's SKUs in the place of the company's own item numbers.

    No answer of this wire shows lines, so no client reads another code than he sent.
    """
    if customer is None or not customer.own_item_numbers:
        return draft
    (order,) = await context.book.with_skus(replace(draft.order, customer=identity(customer)))
    return replace(draft, order=order)


def _write_order(order: Order, request: Request) -> Response:
    return answer(write_order(order), request)


def _read_order(response: Response, _draft: Draft) -> Order:
    return Form(content_of(response), "data", known=known_members.ORDER).checked(read_order)


CREATE_ORDER: Operation[Draft, Order] = Operation(
    name="order",
    endpoint=Endpoint("POST", (ORDER,), CREATE, idempotent=True),
    request=RequestFormat(
        _write_draft, _read_draft, query=shapes.Completing, body={JSON: shapes.NewOrder}
    ),
    perform=_create_order,
    response=ResponseFormat(_write_order, _read_order, success(200, shapes.OrderResponse)),
    places=lambda draft: draft.order if draft.completes else None,
)


async def _customer(context: Context, order: Order) -> Customer | None:
    """Give the company that is to order: the one that the order names, else the caller's own."""
    own = context.book.caller.customer
    if order.customer is None:
        return None if own is None else await context.book.customer(by_hub_id(own))
    try:
        return await context.book.customer(Reference(NAME, native(order.customer, NAME)))
    except NotFound:
        reason = "There is no such company here; leave it out to order for your own."
        raise invalid("companyID", Rule.UNKNOWN, reason) from None
