"""What a request names: the web order and the customer, as the book has them."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from orderglot.core.customer import Customer
from orderglot.core.drafting import withdrawn
from orderglot.core.errors import NotFound
from orderglot.core.order import Order, Reference, belongs
from orderglot.core.seller import Seller
from orderglot.dialects.komet.settings import location_asked
from orderglot.dialects.komet.tables import NAME
from orderglot.dialects.komet.values import NOBODY
from orderglot.wire.form import Form
from orderglot.wire.operation import Context

NO_ORDERS = "Web Orders not found."


NO_CUSTOMERS = "Customers not found."


class Which(Struct, frozen=True, kw_only=True):
    """A web order as requests name it: whose it is, its id, and perhaps where it belongs."""

    customer: str
    order: str
    location: str = ""


def write_which(which: Which) -> dict[str, str]:
    """Write which web order is meant."""
    return {
        "customerId": which.customer,
        "webOrderId": which.order,
        "companyLocationId": which.location,
    }


def read_which(form: Form, *, required: bool = True) -> Which:
    """Read which web order is meant."""
    return Which(
        customer=form.text("customerId", required=True),
        order=form.text("webOrderId", required=required),
        location=form.text("companyLocationId"),
    )


async def find(
    context: Context,
    which: Which,
    seller: Seller,
    located: Callable[[Seller, str], str] = location_asked,
) -> Order:
    """Find a web order; raises NotFound in the same words whatever is not so.

    One that was withdrawn is neither pending nor checked out, and the vendor has no third word.
    ``located`` says what becomes of the location that is named.
    """
    location = located(seller, which.location)
    try:
        order = await context.book.get(Reference(NAME, which.order))
        theirs = await _is_of(context, order, which.customer)
    except NotFound:
        raise NotFound(NO_ORDERS) from None
    elsewhere = bool(location) and order.location != location
    if not theirs or elsewhere or withdrawn(order):
        raise NotFound(NO_ORDERS)
    return order


async def _is_of(context: Context, order: Order, customer: str) -> bool:
    """Tell whose an order is: by its own word where it has it, else by what is on record."""
    if belongs(order, customer, NAME):
        return True
    owner = await customer_asked(context, customer)
    return (order.customer.id if order.customer else 0) == (owner.id if owner else 0)


async def customer_asked(context: Context, id: str) -> Customer | None:
    """Give the customer that a request names, None for nobody; raises NotFound."""
    if id == NOBODY and context.book.caller.customer is None:
        return None
    try:
        return await context.book.customer(Reference(NAME, id))
    except NotFound:
        raise NotFound(NO_CUSTOMERS) from None
