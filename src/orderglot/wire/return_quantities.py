"""Return quantities: on which side of zero a wire shows what comes back.

In a book a return counts as whoever told of it counts: Adobe up, a file of a wholesaler's lines down.
"""

from __future__ import annotations

from msgspec.structs import replace

from orderglot.core.order import Line, Order
from orderglot.core.quantities import size
from orderglot.core.values import Kind

DOWN, UP = -1, 1
"""With quantities below zero, as most wires have it that have no other word; and above."""


def counted(line: Line, kind: Kind, way: int = DOWN) -> Line:
    """Give a line of an order of some kind as a wire shows it: of a return, counted that way."""
    quantity = size(line.quantity) * way
    if kind is not Kind.RETURN or quantity == line.quantity:
        return line
    return replace(line, quantity=quantity, total=line.total and abs(line.total) * way)


def with_returns_counted(order: Order, way: int = DOWN) -> Order:
    """Give an order as a wire shows it: a return with its quantities counted that way."""
    if order.kind is not Kind.RETURN:
        return order
    return replace(order, lines=tuple(counted(line, order.kind, way) for line in order.lines))
