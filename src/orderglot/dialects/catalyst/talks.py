"""The conversations that a client of Catalyst has: a page, one order, a new order."""

from __future__ import annotations

from msgspec.structs import replace

from orderglot.core.errors import NotFound, Rule, Upstream, invalid
from orderglot.core.order import Line, Order, Reference, native
from orderglot.core.query import And, Compare, Operator, Page, Query, Sort, Window
from orderglot.dialects.catalyst.changes import CREATE_ORDER, draft_of
from orderglot.dialects.catalyst.contents import LIST_ADDRESSES, LIST_PRODUCTS, Part
from orderglot.dialects.catalyst.items import ADD_PRODUCTS, Items
from orderglot.dialects.catalyst.orders import GET_ORDER, LIST_ORDERS, Listing, One
from orderglot.dialects.catalyst.tables import NAME
from orderglot.wire.dialect import Talk, call

NEWEST = (Sort("created", descending=True),)


def page(window: Window) -> Talk[Page]:
    """List a page of orders with what they contain, oldest first; what ``where`` can say is asked."""
    listed = yield from call(LIST_ORDERS, Listing(window, window.where))
    orders = list[Order]()
    for order in listed.orders:
        filled = yield from _filled(order, native(order, NAME))
        orders.append(filled)
    return replace(listed, orders=tuple(orders))


def get(ref: Reference) -> Talk[Order]:
    """Get one order by the vendor's id, with what it contains."""
    shown = yield from call(GET_ORDER, One(ref.id))
    return (yield from _filled(shown.order, ref.id))


def _filled(order: Order, id: str) -> Talk[Order]:
    """Fetch the items and addresses of an order, which the vendor lists apart."""
    part = Part(id)
    lines = list[Line]()
    while True:
        found = yield from call(LIST_PRODUCTS, replace(part, skip=len(lines)))
        lines.extend(found.order.lines)
        if not found.order.lines or len(lines) >= found.total:
            break
    there = (yield from call(LIST_ADDRESSES, part)).order
    if there.ship_to is not None:
        residential = order.ship_to.residential if order.ship_to else None
        order = replace(order, ship_to=replace(there.ship_to, residential=residential))
    return replace(order, lines=tuple(lines), bill_to=there.bill_to)


def place(order: Order) -> Talk[Order]:
    """Place an order, put its items in, and fetch what the vendor made of it.

    The vendor does not say which id the new order got. So where its answer does not tell, the
    newest order of that customer and name is the one, unless it was there before.
    """
    if not order.lines:
        raise invalid("lines", Rule.REQUIRED, "An order has at least one line; add one.")
    alike = _alike(order)
    before = yield from _newest(alike)
    created = yield from call(CREATE_ORDER, draft_of(order))
    ref = created.references[0] if created.references else (yield from _newest(alike))
    if ref is None or ref == before:
        raise Upstream("The vendor took the order and does not show it; look for it there.")
    yield from call(ADD_PRODUCTS, Items(ref.id, order.lines))
    return (yield from get(ref))


def _alike(order: Order) -> Query:
    parts: list[Query] = [Compare("name", Operator.EQ, order.name)]
    if order.customer is not None:
        id = native(order.customer, NAME)
        if id.isdigit() and id != "0":
            parts.append(Compare(f"customer.native:{NAME}", Operator.EQ, int(id)))
    return And(tuple(parts))


def _newest(alike: Query) -> Talk[Reference | None]:
    try:
        listed = yield from call(LIST_ORDERS, Listing(Window(sort=NEWEST, limit=1), alike))
    except NotFound:
        return None
    found = listed.orders
    return next((ref for order in found for ref in order.references), None)
