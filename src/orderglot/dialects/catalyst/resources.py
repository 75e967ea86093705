"""Resources: the site of a path, and the orders and customers on it."""

from __future__ import annotations

from orderglot.core.customer import Customer
from orderglot.core.errors import NotFound, Rule, invalid
from orderglot.core.order import Order, Reference, by_hub_id
from orderglot.dialects.catalyst.links import CURRENT
from orderglot.dialects.catalyst.settings import Site, site_id, site_of
from orderglot.dialects.catalyst.tables import NAME
from orderglot.wire.operation import Context


async def site_at(context: Context, named: str) -> Site:
    """Give the caller's site; raises NotFound where the path names another one."""
    seller = await context.book.seller()
    if named.lower() != CURRENT and named != site_id(seller):
        raise NotFound(f"Site {named[:40]} not found; use 'current' or the id of your own site.")
    return site_of(seller)


async def order_at(context: Context, site: Site, id: str) -> Order:
    """Give an order of the site."""
    try:
        return await context.book.get(Reference(NAME, id))
    except NotFound:
        raise _missing(id, site) from None


async def customer_at(context: Context, site: Site, id: str) -> Customer:
    """Give a customer of the site."""
    try:
        return await context.book.customer(Reference(NAME, id))
    except NotFound:
        raise _missing(id, site) from None


async def customer_of(context: Context, order: Order) -> Customer | None:
    """Give what is on record of an order's customer, None where it has none."""
    if order.customer is None:
        return None
    return await context.book.customer(by_hub_id(order.customer.id))


async def demand_customer(context: Context, order: Order) -> Customer | None:
    """Give the customer whom an order names; raises Invalid where the site does not have them."""
    if order.customer is None or not order.customer.references:
        return None
    ref = order.customer.references[0]
    try:
        return await context.book.customer(ref)
    except NotFound:
        reason = f"There is no customer {ref.id} on this site; add the customer first."
        raise invalid("entityId", Rule.UNKNOWN, reason) from None


async def demand_parent(context: Context, order: Order) -> None:
    """Raise Invalid where an order is to renew one that the site does not have."""
    for ref in [ref for link in order.links if not link.order.id for ref in link.order.references]:
        try:
            await context.book.get(ref)
        except NotFound:
            reason = f"There is no order {ref.id} on this site."
            raise invalid("parentId", Rule.UNKNOWN, reason) from None


def _missing(id: str, site: Site) -> NotFound:
    return NotFound(f"Item {id[:40]} not found on site {site.id}.")
