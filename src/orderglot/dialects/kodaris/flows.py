"""The client's flows: a new order, one order, a page, the orders that are linked to one."""

from __future__ import annotations

from msgspec.structs import replace

from orderglot.core.customer import Customer
from orderglot.core.errors import NotFound
from orderglot.core.order import Order, Reference
from orderglot.core.query import Page, Window
from orderglot.dialects.kodaris.drafts import Draft
from orderglot.dialects.kodaris.filters import ORDER_ID, Filter, write_filters
from orderglot.dialects.kodaris.orders import (
    CREATE_ORDER,
    LINKED_ORDERS,
    LIST_ORDERS,
    Linked,
    Listing,
)
from orderglot.dialects.kodaris.tokens import MY_ACCOUNT
from orderglot.wire.dialect import Flows
from orderglot.wire.flow import Flow, call


def place(order: Order) -> Flow[Order]:
    """Place an order; the answer is what the vendor made of it."""
    return (yield from call(CREATE_ORDER, Draft(order)))


def get(ref: Reference) -> Flow[Order]:
    """Get one order, by asking for the list of those with its id."""
    page = yield from call(LIST_ORDERS, Listing(size=1, filters=(Filter(ORDER_ID, ref.id),)))
    for order in page.orders:
        if ref in order.references:
            return order
    raise NotFound(f"The vendor has no order {ref.id!r}; check the id.")


def page(window: Window) -> Flow[Page]:
    """List orders from any offset on: the vendor's pages that it falls into, one or two.

    Conditions that the vendor cannot filter by are left to the caller.
    """
    filters, whole = write_filters(window.where)
    number, inside = divmod(window.offset, window.limit)
    ask = Listing(page=number, size=window.limit, filters=filters)
    found = yield from call(LIST_ORDERS, ask)
    orders, more = found.orders[inside:], found.next is not None
    if inside and more:
        found = yield from call(LIST_ORDERS, replace(ask, page=number + 1))
        orders += found.orders[:inside]
        more = found.next is not None or len(found.orders) > inside
    return Page(
        orders=orders,
        window=window,
        next=replace(window, offset=window.offset + window.limit) if more else None,
        total=found.total if window.total and whole else None,
    )


def linked(ref: Reference) -> Flow[tuple[Order, ...]]:
    """List the orders that the vendor links to one."""
    return (yield from call(LINKED_ORDERS, Linked(ref.id)))


def customers() -> Flow[tuple[Customer, ...]]:
    """Give the company of this account, which is the only one that it is told of."""
    account = yield from call(MY_ACCOUNT, "")
    return (account.customer,) if account.customer.references else ()


FLOWS = Flows(place=place, get=get, page=page, linked=linked, customers=customers)
