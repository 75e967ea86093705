"""Commitments: how little a customer may be left with, of a product and of all that is held."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from orderglot.core.boxes import unpacked
from orderglot.core.order import Line, Order
from orderglot.core.quantities import Quantity, plain
from orderglot.core.returns import remaining
from orderglot.core.subscriptions import Subscription


def seats(orders: Iterable[Order]) -> Quantity:
    """Count what is left of the lines of some orders, in pieces."""
    return plain(sum(remaining(unpacked(line)) for order in orders for line in order.lines))


def below_minimum(original: Order, left: Order, least: Callable[[Line], int]) -> Line | None:
    """Give the first line of which less would be left than it is sold in, by a return of some of it."""
    for before, after in zip(original.lines, left.lines, strict=True):
        if 0 < remaining(after) < least(after) and remaining(after) < remaining(before):
            return after
    return None


def kept(
    held: Iterable[Subscription], ordered: Iterable[Order], original: Order, left: Order
) -> Quantity:
    """Count what a customer has once only so much of an order is ``left``: held, or still open."""
    there = sum(one.quantity for one in held) + seats(ordered)
    return plain(there - seats((original,)) + seats((left,)))
