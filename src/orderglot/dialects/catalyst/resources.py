"""Resources: the site of a path, and the orders and customers on it."""

from __future__ import annotations

from orderglot.core.customer import Customer
from orderglot.core.errors import NotFound, Rule, invalid
from orderglot.core.order import HUB, Order, Reference
from orderglot.dialects.catalyst.site import Site, site_id, site_of
from orderglot.dialects.catalyst.tables import NAME
from orderglot.wire.dialect import Context
from orderglot.wire.message import Request, Response, fill

SITES = "/webresources/api/v3/sites/{site}"
CURRENT = "current"
JSON = "application/json; charset=utf-8"


def path(template: str, **params: str) -> str:
    """Spell a path below the site that the token belongs to."""
    return fill(SITES + template, site=CURRENT, **params)


def ask_for(template: str, query: str = "", **params: str) -> Request:
    """Make the request that reads what is at a path."""
    headers = {"accept": "application/json"}
    return Request(method="GET", path=path(template, **params), query=query, headers=headers)


def emptied(status: int, request: Request, *, own: str = "") -> Response:
    """Answer without a body; ``location`` is that of the list, as the vendor has it.

    ``own`` is the id of what was made: the vendor does not tell it, so it goes into a header that
    none of its clients reads.
    """
    orders, *_ = request.path.partition("/orders")
    headers = {"location": f"{orders}/orders", "content-type": JSON}
    if own:
        headers["content-location"] = f"{orders}/orders/{own}"
    return Response(status=status, headers=headers)


def write_done(_order: Order | None, request: Request) -> Response:
    """Answer that it was done, and with nothing else."""
    return emptied(204, request)


def nothing_said(_response: Response, _ask: object) -> None:
    """Give what an answer without a body says of an order."""


async def site_at(context: Context, named: str) -> Site:
    """Give the caller's site; raises NotFound where the path names another one."""
    seller = await context.book.seller()
    if named.lower() != CURRENT and named != site_id(seller):
        raise NotFound(f"Site {named[:40]} not found; use 'current' or the id of your own site.")
    return site_of(seller)


async def order_at(context: Context, site: Site, id: str) -> Order:
    """Give an order of the site, even one that was deleted."""
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
    return await context.book.customer(Reference(HUB, str(order.customer.id)))


async def demand_customer(context: Context, order: Order) -> None:
    """Raise Invalid where an order names a customer that the site does not have."""
    if order.customer is None or not order.customer.references:
        return
    ref = order.customer.references[0]
    try:
        await context.book.customer(ref)
    except NotFound:
        reason = f"There is no customer {ref.id} on this site; add the customer first."
        raise invalid("entityId", Rule.UNKNOWN, reason) from None


def _missing(id: str, site: Site) -> NotFound:
    return NotFound(f"Item {id[:40]} not found on site {site.id}.")
