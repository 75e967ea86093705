"""Our own operations that read orders, each from both ends: list, get, linked, events."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.order import Order, Reference
from orderglot.core.ports import Event
from orderglot.core.query import Page
from orderglot.core.time_zones import zone_of
from orderglot.dialects.orderglot import known_members, shapes
from orderglot.dialects.orderglot.expanding import (
    Expanded,
    ExpandedPage,
    expanded,
    read_beside,
    read_expand,
    with_beside,
    without_beside,
)
from orderglot.dialects.orderglot.filters import (
    EXPANDING,
    SHOWING,
    Fields,
    Listing,
    read_fields,
    read_listing,
    select,
    with_filter,
    write_listing,
)
from orderglot.dialects.orderglot.media import (
    ASKS,
    answer,
    arguments_of,
    is_known,
    tag_of,
)
from orderglot.dialects.orderglot.order_events import history, write_event
from orderglot.dialects.orderglot.reading import read_struct
from orderglot.dialects.orderglot.search import search
from orderglot.dialects.orderglot.sight import demand_in_sight, shown
from orderglot.dialects.orderglot.tables import NAME, ORDER, ORDERS
from orderglot.dialects.orderglot.wire import opened, read_document, read_documents, write_document
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response, fill, query_of
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import ResponseShape, success

# orders.list


def _write_listing(ask: Listing) -> Request:
    query = write_listing(ask.window)
    return Request(method="GET", path=ORDERS, query=query, headers=ASKS)


def _read_listing(request: Request, _caller: Caller) -> Listing:
    return replace(read_listing(request), expand=read_expand(request))


async def _list_orders(context: Context, ask: Listing) -> Page:
    """List the orders that the key may see, the oldest first unless sorted otherwise.

    A filter is written in the language of AIP-160: status = shipped AND total > 40.
    """
    book = context.book
    zone = zone_of((await book.seller()).timezone) if ask.filter else zone_of("")
    window = with_filter(ask, zone)
    demand_in_sight(window.where, book.caller)
    page = await (search(book, ask.q, window) if ask.q else book.page(window))
    if book.caller.customer is not None:
        page = replace(page, orders=tuple(shown(order, book.caller) for order in page.orders))
    if not ask.expand:
        return page
    beside = await expanded(book, page.orders, ask.expand)
    return ExpandedPage(
        orders=page.orders, window=page.window, next=page.next, total=page.total, beside=beside
    )


def _write_page(page: Page, request: Request) -> Response:
    fields = read_fields(request)
    beside = page.beside if isinstance(page, ExpandedPage) else {}
    content: dict[str, object] = {
        "items": [
            with_beside(selected(order, fields), beside.get(order.id)) for order in page.orders
        ],
        "next": page.next.after if page.next else None,
    }
    if page.total is not None and page.window.total:
        content["total"] = page.total
    return answer(content)


def _read_page(response: Response, ask: Listing) -> Page:
    body = without_beside(response.body, ask.expand)
    form = opened(body, known_members.PAGE, "items")
    orders = read_documents(body, form, "items")
    after, behind = form.text("next", exact=True), ask.window.offset + len(orders)
    page = Page(
        orders=orders,
        window=ask.window,
        next=replace(ask.window, after=after, offset=behind) if after else None,
        total=form.whole("total"),
        unknown=form.unknown("items"),
    )
    form.check()
    return page


LIST_ORDERS: Operation[Listing, Page] = Operation(
    name="orders.list",
    endpoint=Endpoint("GET", (ORDERS,)),
    request=RequestFormat(_write_listing, _read_listing, query=shapes.ExpandedListing),
    perform=_list_orders,
    response=ResponseFormat(_write_page, _read_page, success(200, shapes.ExpandedPage)),
)


# orders.get


class Showing(Struct, frozen=True):
    """Which order, and what is to be shown beside it."""

    id: str
    expand: tuple[str, ...] = ()


def _write_showing(ask: Showing) -> Request:
    query = query_of((("expand", ",".join(ask.expand)),)) if ask.expand else ""
    return Request(method="GET", path=fill(ORDER, id=ask.id), query=query, headers=ASKS)


def _read_showing(request: Request, _caller: Caller) -> Showing:
    arguments_of(request, EXPANDING)
    read_fields(request)
    return Showing(request.params["id"], read_expand(request))


async def _get_order(context: Context, ask: Showing) -> Order | Expanded:
    """Get one order."""
    book = context.book
    order = shown(await book.get(Reference(NAME, ask.id)), book.caller)
    if not ask.expand:
        return order
    return Expanded(order, (await expanded(book, (order,), ask.expand))[order.id])


def _write_got(got: Order | Expanded, request: Request) -> Response:
    order = got.order if isinstance(got, Expanded) else got
    if order is got and is_known(order, request):
        return Response(status=304, headers={"etag": tag_of(order)})
    if isinstance(got, Expanded):
        document = with_beside(selected(order, read_fields(request)), got.beside)
        return answer(document, headers={"etag": tag_of(order)})
    return write_shown(order, request)


def write_shown(order: Order, request: Request) -> Response:
    """Write an order with the entity tag that it has."""
    return answer(selected(order, read_fields(request)), headers={"etag": tag_of(order)})


def read_answer(response: Response, _ask: object) -> Order:
    form = Form({})
    order = read_document(response.body, "", form.problems)
    form.check()
    return order


def _read_got(response: Response, ask: Showing) -> Order | Expanded:
    if not ask.expand:
        return read_answer(response, ask)
    form = Form({})
    beside = read_beside(response.body, form.problems)
    form.check()
    plain = replace(response, body=without_beside(response.body, ask.expand))
    return Expanded(read_answer(plain, ask), beside)


GET_ORDER: Operation[Showing, Any] = Operation(
    name="orders.get",
    endpoint=Endpoint("GET", (ORDER,)),
    request=RequestFormat(
        _write_showing,
        _read_showing,
        path=shapes.OrderPath,
        query=shapes.Expanding,
        headers=shapes.IfNoneMatch,
    ),
    perform=_get_order,
    response=ResponseFormat(
        _write_got,
        _read_got,
        (
            *success(200, shapes.ExpandedOrder, headers=shapes.ETag),
            ResponseShape(304, headers=shapes.ETag),
        ),
    ),
)


# orders.linked


def _read_id(request: Request, _caller: Caller) -> str:
    arguments_of(request, SHOWING)
    read_fields(request)
    return request.params["id"]


def _write_linked(id: str) -> Request:
    return Request(method="GET", path=fill(f"{ORDER}/linked", id=id), headers=ASKS)


async def _list_linked(context: Context, id: str) -> tuple[Order, ...]:
    """List the orders that are linked to one, either way."""
    linked = await context.book.linked(Reference(NAME, id))
    return tuple(shown(order, context.book.caller) for order in linked)


def _write_orders(orders: tuple[Order, ...], request: Request) -> Response:
    fields = read_fields(request)
    return answer({"items": [selected(order, fields) for order in orders]})


def _read_orders(response: Response, _id: str) -> tuple[Order, ...]:
    form = opened(response.body, known_members.PAGE, "items")
    orders = read_documents(response.body, form, "items")
    form.check()
    return orders


LINKED_ORDERS: Operation[str, tuple[Order, ...]] = Operation(
    name="orders.linked",
    endpoint=Endpoint("GET", (f"{ORDER}/linked",)),
    request=RequestFormat(_write_linked, _read_id, path=shapes.OrderPath, query=shapes.Showing),
    perform=_list_linked,
    response=ResponseFormat(_write_orders, _read_orders, success(200, shapes.Orders)),
)


# orders.events


def _write_asked(id: str) -> Request:
    return Request(method="GET", path=fill(f"{ORDER}/events", id=id), headers=ASKS)


def _read_asked(request: Request, _caller: Caller) -> str:
    arguments_of(request, ())
    return request.params["id"]


async def _list_events(context: Context, id: str) -> tuple[Event, ...]:
    """List what happened to an order, oldest first.

    Who did it, and by which request, the seller's own keys see.
    """
    book = context.book
    return await history(book, (await book.get(Reference(NAME, id))).id)


def _write_events(events: tuple[Event, ...], _request: Request) -> Response:
    return answer({"items": list(map(write_event, events))})


def _read_events(response: Response, _id: str) -> tuple[Event, ...]:
    form = Form(json.read(response.body))
    events = tuple(read_struct(one, Event) for one in form.each("items", present=True))
    form.check()
    return events


LIST_EVENTS: Operation[str, tuple[Event, ...]] = Operation(
    name="orders.events",
    endpoint=Endpoint("GET", (f"{ORDER}/events",)),
    request=RequestFormat(_write_asked, _read_asked, path=shapes.OrderPath),
    perform=_list_events,
    response=ResponseFormat(_write_events, _read_events, success(200, shapes.Events)),
)


def selected(order: Order, fields: Fields) -> object:
    """Give an order, or of its members those that are asked for."""
    document = write_document(order)
    return select(json.read(bytes(document)), fields) if fields else document
