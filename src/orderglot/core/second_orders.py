"""Second orders: what of an order goes along into a return of it, or into what is sent in exchange."""

from __future__ import annotations

from msgspec.structs import replace

from orderglot.core.linking import link_to
from orderglot.core.order import Order, Shipping
from orderglot.core.order_details import OrderDetails
from orderglot.core.values import Kind, Relation

NOT_ON = {"tracking": "", "rate_key": "", "tax_rate": None}
"""What of an order's shipping is of its own parcels and their price."""


def made_of(order: Order, kind: Kind, relation: Relation) -> Order:
    """Give a new order without lines that is of the same customer, places and terms as another one.

    What the other one is known by, and what happened to it, is not the new one's; nor are extras of
    vendors, as nobody knows here what they mean.
    """
    own = order.details or OrderDetails()
    details = OrderDetails(parties=own.parties, prices_include_tax=own.prices_include_tax)
    return Order(
        test=order.test,
        kind=kind,
        name=order.name,
        customer=order.customer,
        po_number=order.po_number,
        currency=order.currency,
        tax_exempt=order.tax_exempt,
        tax_code=order.tax_code,
        category=order.category,
        reseller=order.reseller,
        location=order.location,
        assigned_user=order.assigned_user,
        bill_to=order.bill_to,
        ship_to=order.ship_to,
        payment=order.payment,
        links=(link_to(order, relation),),
        details=None if details == OrderDetails() else details,
    )


def shipping_of(order: Order) -> Shipping:
    """Give how an order goes out, for another one that goes out likewise."""
    return replace(order.shipping, **NOT_ON)
