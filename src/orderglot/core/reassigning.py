"""Reassigning: an order that goes to another customer, and what of it does not go along."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from orderglot.core.customer import Customer, identity
from orderglot.core.errors import Rule, invalid
from orderglot.core.order import Line, Order, Shipping
from orderglot.core.order_details import OrderDetails


def reassign(order: Order, customer: Customer | None, linked: Iterable[Order]) -> Order:
    """Give an order to another customer, who learns nothing of the one before, or to nobody.

    Addresses, the account that a carrier charges, who is notified and what the driver is told were
    the other customer's: the order is billed, and goes, to the new one. Of an order that was
    nobody's all goes along. Raises Invalid where it is ``linked`` with others, which would stay
    behind.
    """
    name = customer and identity(customer)
    if order.customer is None:
        return replace(order, customer=name)
    ids = [str(one.id) for one in linked]
    if ids:
        reason = f"This order stays with its customer, as it is linked with {', '.join(ids)}."
        raise invalid("customer", Rule.STATE, reason)
    kept = order.shipping
    shipping = Shipping(
        method=kept.method,
        option=kept.option,
        carrier=kept.carrier,
        service=kept.service,
        rate_key=kept.rate_key,
        tax_rate=kept.tax_rate,
    )
    return replace(
        order,
        customer=name,
        bill_to=customer and customer.bill_to,
        ship_to=customer and customer.bill_to,
        shipping=shipping,
        tax_exempt=customer.tax_exempt if customer else None,
        lines=tuple(map(_without_address, order.lines)),
        details=_without_parties(order.details),
    )


def _without_parties(details: OrderDetails | None) -> OrderDetails | None:
    left = replace(details or OrderDetails(), parties=())
    return None if left == OrderDetails() else left


def _without_address(line: Line) -> Line:
    if line.details is None or not line.details.ship_to:
        return line
    return replace(line, details=replace(line.details, ship_to=""))
