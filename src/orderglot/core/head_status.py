"""The head's status: how far an order is, by what became of its lines."""

from __future__ import annotations

from collections.abc import Iterable

from orderglot.core.line_quantities import RUNNING, shipped, to_ship
from orderglot.core.order import Line, Order
from orderglot.core.values import Status


def status_of(lines: Iterable[Line]) -> Status:
    """Tell which status an order has by what became of its lines; one without lines is received.

    Of lines that are not as far as each other the order is as far as the first of them.
    """
    every = tuple(lines)
    coming = [line for line in every if to_ship(line) or shipped(line)]
    if not coming:
        return Status.CANCELLED if any(line.quantity for line in every) else Status.RECEIVED
    waiting = [line for line in coming if to_ship(line)]
    if waiting and any(map(shipped, coming)):
        return Status.PARTLY_SHIPPED
    states = [line.status or Status.RECEIVED for line in waiting or coming]
    return min(states, key=_ORDER.index)


def status_left(order: Order, lines: Iterable[Line]) -> Status:
    """Tell which status an order has once these lines are what is left of it; held, it stays held."""
    status = status_of(lines)
    if status not in RUNNING:
        return status
    held = order.status in (Status.ON_HOLD, Status.DRAFT)
    return order.status if held else max(status, order.status, key=_ORDER.index)


_ORDER = list(Status)
