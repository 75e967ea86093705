"""The client's flows: a new order, one order, a page of the history."""

from __future__ import annotations

from msgspec.structs import replace

from orderglot.core.order import Order, Reference
from orderglot.core.query import Page, Window
from orderglot.dialects.adobe.drafts import Draft
from orderglot.dialects.adobe.filters import search_of
from orderglot.dialects.adobe.history import GET_HISTORY
from orderglot.dialects.adobe.orders import CREATE_ORDER, GET_ORDER, Pick
from orderglot.dialects.adobe.tables import NAME
from orderglot.dialects.adobe.wire import write_customer
from orderglot.wire.dialect import Flows
from orderglot.wire.flow import Flow, call


def place(order: Order) -> Flow[Order]:
    """Place an order for its customer, or for the client's own where it names none to Adobe."""
    draft = Draft(type="", customer=write_customer_of(order), order=order)
    return (yield from call(CREATE_ORDER, draft))


def write_customer_of(order: Order) -> str:
    """Give the customer of an order as Adobe knows them, "" where it does not."""
    known = order.customer and any(ref.dialect == NAME for ref in order.customer.references)
    return write_customer(order) if known else ""


def get(ref: Reference) -> Flow[Order]:
    """Get one order of the client's customer by Adobe's id."""
    return (yield from call(GET_ORDER, Pick("", ref.id)))


def page(window: Window) -> Flow[Page]:
    """List a page of the orders of the client's customer, newest first."""
    shown = yield from call(GET_HISTORY, window.after or search_of(window, ""))
    following = None
    if shown.next is not None:
        offset = window.offset + len(shown.orders)
        following = replace(window, after=shown.next.after, offset=offset)
    return replace(shown, window=window, next=following)


FLOWS = Flows(place=place, get=get, page=page)
