"""Our own operations that read orders, each from both ends: list, get, linked, events."""

from __future__ import annotations

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.order import Order, Reference
from orderglot.core.ports import Event
from orderglot.core.query import And, Page
from orderglot.core.time_zones import zone_of
from orderglot.dialects.orderglot import known_members, shapes
from orderglot.dialects.orderglot.filters import (
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
from orderglot.dialects.orderglot.reading import read_struct
from orderglot.dialects.orderglot.search import search
from orderglot.dialects.orderglot.sight import demand_in_sight, shown
from orderglot.dialects.orderglot.tables import NAME, ORDER, ORDERS
from orderglot.dialects.orderglot.wire import opened, read_document, read_documents, write_document
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response, fill
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import ResponseShape, success

# orders.list


def _write_listing(ask: Listing) -> Request:
    query = write_listing(ask.window)
    return Request(method="GET", path=ORDERS, query=query, headers=ASKS)


def _read_listing(request: Request, _caller: Caller) -> Listing:
    return read_listing(request)


async def _list_orders(context: Context, ask: Listing) -> Page:
    """List the orders that the key may see, the oldest first unless sorted otherwise.

    A filter is written in the language of AIP-160: status = shipped AND total > 40.
    """
    book = context.book
    zone = zone_of((await book.seller()).timezone) if ask.filter else zone_of("")
    window = with_filter(ask, zone)
    demand_in_sight(window.where, book.caller)
    if ask.q:
        found = await search(book, ask.q)
        window = replace(window, where=And((found, window.where)))
    page = await book.page(window)
    if book.caller.customer is None:
        return page
    return replace(page, orders=tuple(shown(order, book.caller) for order in page.orders))


def _write_page(page: Page, request: Request) -> Response:
    fields = read_fields(request)
    content: dict[str, object] = {
        "items": [selected(order, fields) for order in page.orders],
        "next": page.next.after if page.next else None,
    }
    if page.total is not None and page.window.total:
        content["total"] = page.total
    return answer(content)


def _read_page(response: Response, ask: Listing) -> Page:
    form = opened(response.body, known_members.PAGE, "items")
    orders = read_documents(response.body, form, "items")
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
    request=RequestFormat(_write_listing, _read_listing, query=shapes.Listing),
    perform=_list_orders,
    response=ResponseFormat(_write_page, _read_page, success(200, shapes.Page)),
)


# orders.get


def _write_id(id: str) -> Request:
    return Request(method="GET", path=fill(ORDER, id=id), headers=ASKS)


def _read_id(request: Request, _caller: Caller) -> str:
    arguments_of(request, SHOWING)
    read_fields(request)
    return request.params["id"]


async def _get_order(context: Context, id: str) -> Order:
    """Get one order."""
    return shown(await context.book.get(Reference(NAME, id)), context.book.caller)


def _write_got(order: Order, request: Request) -> Response:
    if is_known(order, request):
        return Response(status=304, headers={"etag": tag_of(order)})
    return write_shown(order, request)


def write_shown(order: Order, request: Request) -> Response:
    """Write an order with the entity tag that it has."""
    return answer(selected(order, read_fields(request)), headers={"etag": tag_of(order)})


def read_answer(response: Response, _ask: object) -> Order:
    form = Form({})
    order = read_document(response.body, "", form.problems)
    form.check()
    return order


GET_ORDER: Operation[str, Order] = Operation(
    name="orders.get",
    endpoint=Endpoint("GET", (ORDER,)),
    request=RequestFormat(
        _write_id,
        _read_id,
        path=shapes.OrderPath,
        query=shapes.Showing,
        headers=shapes.IfNoneMatch,
    ),
    perform=_get_order,
    response=ResponseFormat(
        _write_got,
        read_answer,
        (*success(200, shapes.Order, headers=shapes.ETag), ResponseShape(304, headers=shapes.ETag)),
    ),
)


# orders.linked


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

    Who did it, and by which request, the seller's own keys see. Their numbers in the feed are the
    feed's to tell: some books give them later.
    """
    book = context.book
    events = await book.events((await book.get(Reference(NAME, id))).id)
    events = tuple(replace(one, sequence=0) for one in events)
    if book.caller.customer is None:
        return events
    return tuple(replace(one, who="", details={}, exchange="", other=None) for one in events)


def _write_events(events: tuple[Event, ...], _request: Request) -> Response:
    return answer({"items": list(map(write_event, events))})


def write_event(event: Event) -> dict[str, object]:
    """Write an event; what says nothing is left out."""
    members = ((name, getattr(event, name)) for name in Event.__struct_fields__)
    return {name: value for name, value in members if value not in (None, "", {}, 0)}


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
