"""Kole's operations, each from both ends, and the flows that its clients have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from orderglot.core.caller import CREATE, Caller
from orderglot.core.customer import Customer
from orderglot.core.errors import Forbidden
from orderglot.core.order import Order, Reference, by_hub_id, native
from orderglot.core.query import Page, Sort, Window
from orderglot.dialects.kole import known_members, shapes
from orderglot.dialects.kole.bodies import write_collection
from orderglot.dialects.kole.drafts import Draft, complete, read_draft, write_draft
from orderglot.dialects.kole.links import (
    COLLECTION,
    ORDERS,
    located,
    path_of,
    read_links,
    read_order_path,
    write_link,
    write_order_path,
)
from orderglot.dialects.kole.media import (
    ORDER,
    agree,
    answer,
    is_json,
    media_received,
    media_sent,
    read_body,
    write_body,
)
from orderglot.dialects.kole.tables import NAME, PAGE_SIZE
from orderglot.dialects.kole.wire import read_shown, write_order
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response, query_of
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.paging import read_bounded
from orderglot.wire.shape import ResponseShape

OLDEST_FIRST = (Sort("created"),)
"""So that an order that arrives while somebody is paging moves no other to another page."""


# listOrders, listNextOrders, listPreviousOrders


def _write_window(window: Window) -> Request:
    path, _, query = (window.after or _path_of_window(window)).partition("?")
    return Request(method="GET", path=path, query=query, headers={"accept": ORDER[0]})


def _read_window(request: Request, _caller: Caller) -> Window:
    agree(request, ORDER)
    return Window(
        sort=OLDEST_FIRST,
        limit=read_bounded(request, "limit", PAGE_SIZE, most=PAGE_SIZE),
        offset=read_bounded(request, "offset", 0),
    )


async def _list_orders(context: Context, window: Window) -> Page:
    """List the orders that the account may see, oldest first."""
    return await context.book.page(window)


def _write_page(page: Page, request: Request) -> Response:
    """Write a page; an empty one has no body."""
    headers = located(request, _path_of_window(page.window))
    if not page.orders:
        return Response(status=204, headers=headers)
    media = agree(request, ORDER)
    links = _links_of(page, request.base, media)
    listed = write_collection(page.orders, links, request.base, media)
    return answer(200, media, "orders", listed, headers)


def _read_page(response: Response, window: Window) -> Page:
    if response.status == 204:
        return Page(window=window)
    media = media_received(response)
    form = _collection(read_body(media, response.body, "orders"), media)
    orders = tuple(map(read_shown, form.each("order")))
    next_path = read_links(form).get("listNextOrders")
    form.check()
    following = replace(window, after=next_path, offset=0) if next_path else None
    return Page(orders=orders, window=window, next=following, unknown=form.unknown("order"))


LIST_ORDERS: Operation[Window, Page] = Operation(
    name="listOrders",
    endpoint=Endpoint("GET", (ORDERS, COLLECTION)),
    request=RequestFormat(_write_window, _read_window, query=shapes.Window),
    perform=_list_orders,
    response=ResponseFormat(
        _write_page,
        _read_page,
        (
            ResponseShape(200, shapes.ORDERS_MEDIA, shapes.Found),
            ResponseShape(204, headers=shapes.Found),
        ),
    ),
)


def _path_of_window(window: Window) -> str:
    query = query_of((("limit", str(window.limit)), ("offset", str(window.offset))))
    return f"{ORDERS}?{query}"


def _links_of(page: Page, base: str, media: str) -> list[dict[str, str]]:
    """Link the pages beside this one, the next one first: old clients take the first link."""
    window = page.window
    beside = {}
    if page.next is not None:
        beside["listNextOrders"] = replace(window, offset=window.offset + window.limit)
    if window.offset > 0:
        beside["listPreviousOrders"] = replace(window, offset=max(0, window.offset - window.limit))
    return [
        write_link(method, base + _path_of_window(there), media) for method, there in beside.items()
    ]


def _collection(content: Any, media: str) -> Form:
    """Make one form of every shape that a collection comes in: a list, numbers, repeated names.

    XML shows an empty list by an element with nothing but links in it; in JSON whatever is no list
    has lost it.
    """
    if isinstance(content, list):
        return _form({"order": content})
    if isinstance(content, Mapping):
        numbers = sorted(filter(str.isdecimal, content), key=lambda number: (len(number), number))
        if numbers:
            listed = [content[number] for number in numbers]
            beside = {name: value for name, value in content.items() if not name.isdecimal()}
            return _form({**beside, "order": listed})
        if isinstance(content.get("order"), Mapping):
            return _form({**content, "order": [content["order"]]})
    form = _form(content)
    if is_json(media) or not form.members.keys() <= {"order", "links"}:
        form.each("order", present=True)
    return form


def _form(content: Any) -> Form:
    return Form(content, "orders", known=known_members.PAGE)


# getOrder


def _write_id(id: str) -> Request:
    return Request(method="GET", path=write_order_path(id), headers={"accept": ORDER[0]})


def _read_id(request: Request, _caller: Caller) -> str:
    agree(request, ORDER)
    return request.params["order_id"]


async def _get_order(context: Context, id: str) -> Order:
    """Get one order."""
    return await context.book.get(Reference(NAME, id))


def _write_order(order: Order, request: Request) -> Response:
    media = agree(request, ORDER)
    headers = located(request, write_order_path(native(order, NAME)))
    return answer(200, media, "order", write_order(order, request.base, media), headers)


def _read_order(response: Response, _id: str) -> Order:
    content = read_body(media_received(response), response.body, "order")
    return Form(content, known=known_members.ORDER).checked(read_shown)


GET_ORDER: Operation[str, Order] = Operation(
    name="getOrder",
    endpoint=Endpoint("GET", (ORDERS + "/{order_id}", ORDERS + "/{order_id}/")),
    request=RequestFormat(_write_id, _read_id),
    perform=_get_order,
    response=ResponseFormat(
        _write_order, _read_order, (ResponseShape(200, shapes.ORDER_MEDIA, shapes.Found),)
    ),
)


# createOrder


def _write_draft(draft: Draft) -> Request:
    return Request(
        method="POST",
        path=ORDERS,
        headers={"accept": ORDER[0], "content-type": ORDER[0]},
        body=write_body(ORDER[0], "order", write_draft(draft.order)),
    )


def _read_draft(request: Request, _caller: Caller) -> Draft:
    agree(request, ORDER)
    content = read_body(media_sent(request), request.body, "order", json.read_sent)
    return read_draft(content, known_members.NEW)


async def _create_order(context: Context, draft: Draft) -> Order:
    """Create an order for the account's customer, at the seller's prices."""
    customer = await _customer(context)
    seller = await context.book.seller()
    products = await context.book.products([line.sku for line in draft.order.lines])
    return await context.book.place(
        complete(draft, customer, seller.currency, products, context.now)
    )


def _write_created(order: Order, request: Request) -> Response:
    """Link the new order first: the vendor's own client reads that link alone."""
    media = agree(request, ORDER)
    headers = located(request, write_order_path(native(order, NAME)))
    url = headers["content-location"]
    links = [
        write_link("getOrder", url, media),
        write_link("createOrder", request.base + COLLECTION, media),
    ]
    return answer(201, media, "links", links, {"location": url, **headers})


def _read_created(response: Response, _draft: Draft) -> Order:
    links = read_body(media_received(response), response.body, "links")
    form = Form({"links": links, "location": response.headers.get("location")})
    path = read_links(form).get("getOrder") or form.parsed("location", path_of) or ""
    form.check()
    return Order(references=(read_order_path(path),))


CREATE_ORDER: Operation[Draft, Order] = Operation(
    name="createOrder",
    endpoint=Endpoint("POST", (ORDERS, COLLECTION), CREATE, idempotent=True),
    request=RequestFormat(_write_draft, _read_draft, body=shapes.NEW_MEDIA),
    perform=_create_order,
    response=ResponseFormat(
        _write_created, _read_created, (ResponseShape(201, shapes.CREATED_MEDIA, shapes.Made),)
    ),
    places=lambda draft: None if draft.problems else draft.order,
)


async def _customer(context: Context) -> Customer:
    """Give the customer that the caller orders for; raises Forbidden where it is no one's key."""
    id = context.book.caller.customer
    if id is None:
        raise Forbidden(
            "This key sees every customer's orders and belongs to none; to order, use the key of"
            " a customer's account."
        )
    return await context.book.customer(by_hub_id(id))
