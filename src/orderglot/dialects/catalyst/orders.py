"""Reading orders: the list, one customer's list, and one order, each from both ends."""

from __future__ import annotations

import dataclasses

from msgspec import Struct, field
from msgspec.structs import asdict, replace

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.order import Order
from orderglot.core.query import EVERYTHING, And, Compare, Operator, Page, Query, Sort, Window
from orderglot.dialects.catalyst import known_members, shapes
from orderglot.dialects.catalyst.fields import MEMBERS
from orderglot.dialects.catalyst.filters import narrowed, parse_where, read_where, write_where
from orderglot.dialects.catalyst.lenient_json import Node
from orderglot.dialects.catalyst.links import SITES
from orderglot.dialects.catalyst.media import JSON, ask_for, envelope
from orderglot.dialects.catalyst.resources import customer_at, customer_of, order_at, site_at
from orderglot.dialects.catalyst.selection import (
    EVERY_MEMBER,
    Key,
    Selection,
    order_writer,
    read_fields,
    read_sort,
    sort_on,
    write_sort,
)
from orderglot.dialects.catalyst.settings import Site
from orderglot.dialects.catalyst.tables import DEFAULT_LIMIT, PAGE_SIZE
from orderglot.dialects.catalyst.wire import STATUS, read_order
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response, argument, query_of
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.paging import FURTHEST, read_bounded
from orderglot.wire.shape import success

OLDEST_FIRST = (Sort("created"),)
"""How our client lists, so that an order that arrives meanwhile moves no other."""

EVERY_FIELD = ",".join((*(member.name for member in MEMBERS), STATUS))


NO_SITE = Site()
"""What a client knows of a vendor's site: nothing but how every site begins."""


class Listing(Struct, frozen=True):
    """What a list is asked for.

    ``window`` has what our own client wants, ``where`` and ``order`` what was sent.
    """

    window: Window = Window()
    asked: Query = EVERYTHING
    where: Node | None = None
    order: tuple[Key, ...] = ()
    site: str = ""
    customer: str = ""
    fields: Selection = EVERY_MEMBER


class Listed(Page, frozen=True, kw_only=True):
    """A page of a list, and what it takes to write it."""

    site: Site = NO_SITE
    fields: Selection = EVERY_MEMBER
    customers: dict[int, Customer] = field(default_factory=dict)


# GET /orders and /customers/{id}/orders


def _write_listing(listing: Listing) -> Request:
    window = listing.window
    query = [
        ("where", write_where(listing.asked, NO_SITE)),
        ("order", write_sort(window.sort or OLDEST_FIRST)),
        ("skip", str(window.offset)),
        ("limit", str(window.limit)),
        ("fields", EVERY_FIELD),
    ]
    query_text = query_of((name, value) for name, value in query if value)
    if listing.customer:
        return ask_for("/customers/{customer}/orders", query_text, customer=listing.customer)
    return ask_for("/orders", query_text)


def _read_listing(request: Request, _caller: Caller) -> Listing:
    return Listing(
        window=Window(
            limit=min(read_bounded(request, "limit", DEFAULT_LIMIT, most=FURTHEST), PAGE_SIZE),
            offset=read_bounded(request, "skip", 0),
            total=True,
        ),
        where=parse_where(argument(request, "where") or ""),
        order=read_sort(argument(request, "order")),
        site=request.params["site"],
        customer=request.params.get("customer", ""),
        fields=read_fields(argument(request, "fields")),
    )


async def _list_orders(context: Context, listing: Listing) -> Listed:
    """List orders of the site, or of one customer."""
    site = await site_at(context, listing.site)
    where = await narrowed(context, read_where(listing.where, site))
    parts = [where]
    if listing.customer:
        customer = await customer_at(context, site, listing.customer)
        parts.append(Compare("customer.id", Operator.EQ, customer.id))
    asked = And(tuple(part for part in parts if part != EVERYTHING))
    sort = sort_on(site, listing.order)
    page = await context.book.page(replace(listing.window, where=asked, sort=sort))
    shown = page.orders if listing.fields.wants_customer else ()
    customers = await context.book.owners(shown)
    return Listed(**asdict(page), site=site, fields=listing.fields, customers=customers)


def _write_listed(listed: Listed, _request: Request) -> Response:
    window = listed.window
    write, customers = order_writer(listed.fields, listed.site), listed.customers
    items = [
        write(order, customers.get(order.customer.id) if order.customer else None)
        for order in listed.orders
    ]
    return envelope(items, listed.total or 0, window.offset, window.limit)


def _read_listed(response: Response, listing: Listing) -> Listed:
    form = Form(json.read(response.body), known=known_members.ORDERS)
    items = form.each("items", present=True)
    orders = tuple(read_order(item, NO_SITE) for item in items)
    for item in items:
        item.text("id", required=True)
    total = form.whole("totalItemsCount", required=True, least=0) or 0
    form.check()
    window = listing.window
    end = window.offset + len(orders)
    following = replace(window, offset=end) if orders and end < total else None
    unknown = form.unknown("items")
    return Listed(orders=orders, window=window, next=following, total=total, unknown=unknown)


LIST_ORDERS: Operation[Listing, Listed] = Operation(
    name="listOrders",
    endpoint=Endpoint("GET", (SITES + "/orders",)),
    request=RequestFormat(_write_listing, _read_listing, query=shapes.Listing),
    perform=_list_orders,
    response=ResponseFormat(_write_listed, _read_listed, success(200, shapes.Orders)),
)

LIST_CUSTOMER_ORDERS = dataclasses.replace(
    LIST_ORDERS,
    name="listCustomerOrders",
    endpoint=Endpoint("GET", (SITES + "/customers/{customer}/orders",)),
)


# GET /orders/{id}


class One(Struct, frozen=True):
    """Which order is asked for, and what of it."""

    id: str
    site: str = ""
    fields: Selection = EVERY_MEMBER


class Shown(Struct, frozen=True):
    """One order, and what it takes to write it."""

    order: Order
    site: Site = NO_SITE
    fields: Selection = EVERY_MEMBER
    customer: Customer | None = None


def _write_one(one: One) -> Request:
    return ask_for("/orders/{order}", query_of((("fields", EVERY_FIELD),)), order=one.id)


def _read_one(request: Request, _caller: Caller) -> One:
    fields = read_fields(argument(request, "fields"))
    return One(request.params["order"], request.params["site"], fields)


async def _get_order(context: Context, one: One) -> Shown:
    """Get one order."""
    site = await site_at(context, one.site)
    order = await order_at(context, site, one.id)
    customer = await customer_of(context, order) if one.fields.wants_customer else None
    return Shown(order, site, one.fields, customer)


def _write_shown(shown: Shown, _request: Request) -> Response:
    body = order_writer(shown.fields, shown.site)(shown.order, shown.customer)
    return Response(status=200, headers={"content-type": JSON}, body=json.write(body))


def _read_shown(response: Response, _one: One) -> Shown:
    form = Form(json.read(response.body), known=known_members.ORDER)
    order = read_order(form, NO_SITE)
    form.check()
    return Shown(order)


GET_ORDER: Operation[One, Shown] = Operation(
    name="getOrder",
    endpoint=Endpoint("GET", (SITES + "/orders/{order}",)),
    request=RequestFormat(_write_one, _read_one, query=shapes.Fields),
    perform=_get_order,
    response=ResponseFormat(_write_shown, _read_shown, success(200, shapes.Order)),
)
