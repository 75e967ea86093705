"""Return quantities: on which side of zero a wire shows what comes back.

In a book a return counts as whoever told of it counts: Adobe up, a file of a wholesaler's lines down.
"""

from __future__ import annotations

from msgspec.structs import replace

from orderglot.core.order import Line, Order
from orderglot.core.values import Kind

DOWN, UP, AS_IN_THE_BOOK = -1, 1, 0
"""With quantities below zero, as most wires have it that have no other word; above; and as they are kept."""


def counted(line: Line, order: Order, way: int = DOWN) -> Line:
    """Give a line of an order as a wire shows it: of a return, whose quantities go the other way, turned."""
    if order.kind is not Kind.RETURN or not _is_turned(order, way):
        return line
    return replace(line, quantity=-line.quantity, total=line.total and -line.total)


def with_returns_counted(order: Order, way: int = DOWN) -> Order:
    """Give an order as a wire shows it: a return with its quantities counted that way."""
    if order.kind is not Kind.RETURN or not _is_turned(order, way):
        return order
    return replace(order, lines=tuple(counted(line, order, way) for line in order.lines))


def _is_turned(order: Order, way: int) -> bool:
    """Tell whether the quantities of a return, all in all, go the other way."""
    return sum(line.quantity for line in order.lines) * way < 0
