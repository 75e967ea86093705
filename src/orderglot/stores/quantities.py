"""Quantities on their way into a book: what is whole is kept as a whole number, the rest exactly."""

from __future__ import annotations

from msgspec.structs import replace

from orderglot.core.errors import Rule, invalid
from orderglot.core.order import Line, Order
from orderglot.core.quantities import exact


def with_exact_quantities(order: Order) -> Order:
    """Give an order as it is kept; raises Invalid for a quantity of more than six decimals."""
    if all(type(line.quantity) is int for line in order.lines):
        return order
    return replace(order, lines=tuple(map(_exact, order.lines)))


def _exact(line: Line) -> Line:
    try:
        return replace(line, quantity=exact(line.quantity))
    except ValueError as error:
        raise invalid("lines.quantity", Rule.MALFORMED, f"{line.quantity} {error}.") from None
