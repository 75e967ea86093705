"""The client's flows: a new order, one order, a page."""

from __future__ import annotations

from orderglot.core.order import Order, Reference
from orderglot.core.query import Page, Window
from orderglot.dialects.kole.drafts import Draft
from orderglot.dialects.kole.orders import CREATE_ORDER, GET_ORDER, LIST_ORDERS
from orderglot.wire.dialect import Flows
from orderglot.wire.flow import Flow, call


def place(order: Order) -> Flow[Order]:
    """Place an order, then fetch what the vendor made of it."""
    created = yield from call(CREATE_ORDER, Draft(order))
    return (yield from get(created.references[0]))


def get(ref: Reference) -> Flow[Order]:
    """Get one order by the vendor's id."""
    return (yield from call(GET_ORDER, ref.id))


def page(window: Window) -> Flow[Page]:
    """List a page of orders, oldest first as the vendor has them; it knows no filter."""
    return (yield from call(LIST_ORDERS, window))


FLOWS = Flows(place=place, get=get, page=page)
