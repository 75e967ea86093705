"""Quantities on their way into a book: what is whole is kept as a whole number, the rest exactly."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from orderglot.core.errors import Rule, invalid
from orderglot.core.line_details import LineDetails
from orderglot.core.order import Line, Order
from orderglot.core.order_details import OrderDetails, Refund, RefundedLine
from orderglot.core.quantities import Quantity, exact

COUNTED = ("price_quantity", "cancelled", "shipped", "returned")
"""The members of a line's details that are quantities."""


def with_exact_quantities(order: Order) -> Order:
    """Give an order as it is kept; raises Invalid for a quantity of more than six decimals."""
    if order.details is not None and order.details.refunds:
        order = replace(order, details=_exact_refunds(order.details))
    if all(type(line.quantity) is int and line.details is None for line in order.lines):
        return order
    return replace(order, lines=tuple(map(_exact, order.lines)))


def _exact(line: Line) -> Line:
    details = line.details and _exact_details(line.details)
    return replace(line, quantity=_kept("lines.quantity", line.quantity), details=details)


def _exact_details(details: LineDetails) -> LineDetails:
    quantities = {name: getattr(details, name) for name in COUNTED}
    decimals = {name: one for name, one in quantities.items() if isinstance(one, Decimal)}
    return replace(
        details, **{name: _kept(f"lines.details.{name}", one) for name, one in decimals.items()}
    )


def _exact_refunds(details: OrderDetails) -> OrderDetails:
    def exactly(line: RefundedLine) -> RefundedLine:
        if line.quantity is None:
            return line
        return replace(line, quantity=_kept("details.refunds.lines.quantity", line.quantity))

    def lines(refund: Refund) -> Refund:
        return replace(refund, lines=tuple(map(exactly, refund.lines)))

    return replace(details, refunds=tuple(map(lines, details.refunds)))


def _kept(name: str, quantity: Quantity) -> Quantity:
    try:
        return exact(quantity)
    except ValueError as error:
        raise invalid(name, Rule.MALFORMED, f"{quantity} {error}.") from None
