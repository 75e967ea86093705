"""The client's flows: finding a web order, placing a new one, taking one back that is pending."""

from __future__ import annotations

from collections.abc import Iterable

from orderglot.core.customer import Customer
from orderglot.core.errors import HubError, NotFound, Rule, invalid
from orderglot.core.order import Line, Order, Reference, native
from orderglot.core.values import Status
from orderglot.dialects.komet.changes import CHECKOUT, CREATE_ORDER, DELETE, Beginning, Ending
from orderglot.dialects.komet.items import ADD_ITEM, Item
from orderglot.dialects.komet.lookups import CUSTOMER_LIST, Filter
from orderglot.dialects.komet.orders import DETAILS_LIST, Details
from orderglot.dialects.komet.resources import NO_ORDERS, Which
from orderglot.dialects.komet.tables import CHECKED_OUT, NAME, PENDING
from orderglot.dialects.komet.values import NOBODY
from orderglot.wire.dialect import Flows
from orderglot.wire.flow import Flow, call

OF = "/"
"""What stands between a customer's id and a web order's, where both are known: ``7349/48``."""


def place(order: Order) -> Flow[Order]:
    """Bring about a web order: create it, add each line, check it out, and look at it.

    Where a line is refused, what was begun is deleted again.
    """
    if not order.lines:
        raise invalid("lines", Rule.REQUIRED, "There is nothing in this order; add a line first.")
    customer = native(order.customer, NAME) if order.customer else NOBODY
    begun = yield from call(CREATE_ORDER, Beginning(customer=customer, location=order.location))
    id = native(begun, NAME)
    which = Which(customer=customer, order=id, location=order.location)
    try:
        for line in order.lines:
            yield from call(ADD_ITEM, _item(which, line))
        yield from call(CHECKOUT, Ending(which=which, po_number=order.po_number))
    except HubError:
        yield from call(DELETE, Ending(which=which))
        raise
    (placed,) = yield from call(DETAILS_LIST, Details(which=which, status=CHECKED_OUT))
    return placed


def get(ref: Reference) -> Flow[Order]:
    """Get one web order; where its customer is not known, by asking for each of the seller's."""
    customer, _, id = ref.id.rpartition(OF)
    customers: Iterable[str] = (customer,)
    if not (customer.isdigit() and id.isdigit()):
        id, customers = ref.id, (yield from _every_customer())
    for one in customers:
        for status in (CHECKED_OUT, PENDING):
            found = yield from _found(Which(customer=one, order=id), status)
            if found is not None and Reference(NAME, id) in found.references:
                return found
    raise NotFound(NO_ORDERS)


def locate(order: Order) -> Reference:
    """Give the reference by which an order is found without asking for each customer's."""
    customer = native(order.customer, NAME) if order.customer else NOBODY
    return Reference(NAME, f"{customer}{OF}{native(order, NAME)}")


def tell(theirs: Order, ours: Order) -> Flow[None] | None:
    """Delete a web order that was cancelled here, which the vendor takes as long as it is pending."""
    if ours.status is not Status.CANCELLED or theirs.status is not Status.DRAFT:
        return None
    return _deleted(theirs, ours)


def _deleted(theirs: Order, ours: Order) -> Flow[None]:
    customer = native(ours.customer, NAME) if ours.customer else NOBODY
    which = Which(customer=customer, order=native(ours, NAME), location=theirs.location)
    yield from call(DELETE, Ending(which=which))


def _item(which: Which, line: Line) -> Item:
    return Item(which=which, line=line, price=line.unit_price)


def _every_customer() -> Flow[tuple[str, ...]]:
    """Give the ids of all customers; one whose id cannot be read cannot be asked for either."""
    customers = yield from call(CUSTOMER_LIST, Filter())
    return (*(ref.id for customer in customers for ref in customer.references), NOBODY)


def _found(which: Which, status: int) -> Flow[Order | None]:
    try:
        orders = yield from call(DETAILS_LIST, Details(which=which, status=status))
    except NotFound:
        return None
    return orders[0]


def customers() -> Flow[tuple[Customer, ...]]:
    """List the seller's customers with their names."""
    return (yield from call(CUSTOMER_LIST, Filter()))


FLOWS = Flows(place=place, get=get, customers=customers, locate=locate, tell=tell)
