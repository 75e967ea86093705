"""What a request names: the customer, the order and what is linked to it, as the book has them."""

from __future__ import annotations

from orderglot.core.customer import Customer
from orderglot.core.errors import NotFound
from orderglot.core.order import Order, Reference, belongs, native
from orderglot.dialects.adobe.tables import NAME
from orderglot.wire.operation import Context


async def customer_of(context: Context, id: str, code: str) -> Customer:
    """Give the customer that a path names; raises NotFound with the code where there is none."""
    try:
        return await context.book.customer(Reference(NAME, id))
    except NotFound as error:
        raise NotFound(error.message, code=code) from None


async def order_of(context: Context, customer: Customer, id: str) -> Order:
    """Give an order of a customer; raises NotFound for any other."""
    order = await find_order(context, Reference(NAME, id))
    if order is None or order.customer is None or order.customer.id != customer.id:
        raise NotFound(f"The customer has no order {id!r}; check both ids.", code="2115")
    return order


async def named_order(context: Context, customer: str, id: str) -> Order:
    """Give the order that a path names together with its customer; raises NotFound for any other.

    The order itself says whose it is: the customer is looked for only where that is another name.
    """
    order = await find_order(context, Reference(NAME, id))
    if order is not None and belongs(order, customer, NAME):
        return order
    return await order_of(context, await customer_of(context, customer, "2115"), id)


async def find_order(context: Context, ref: Reference, *, omitted: bool = False) -> Order | None:
    """Give an order, with ``omitted`` also one that is not shown here; None where there is none."""
    try:
        return await context.book.get(ref, omitted=omitted)
    except NotFound:
        return None


async def following(context: Context, order: Order) -> tuple[Order, ...]:
    """Give the orders that point at one, as rules ask for them: also those that are not shown."""
    linked = await context.book.linked(Reference(NAME, native(order, NAME)), omitted=True)
    return tuple(one for one in linked if any(link.order.id == order.id for link in one.links))
