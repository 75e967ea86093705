"""Turnover: what an order adds to what a seller's book comes to."""

from __future__ import annotations

from decimal import Decimal

from orderglot.core.order import Order
from orderglot.core.values import COME_TO_NOTHING, Kind

OFFERED = frozenset({Kind.QUOTE})
TAKEN_OFF = frozenset({Kind.RETURN})


def is_turnover(order: Order) -> bool:
    """Tell whether an order counts: carts, quotes and what came to nothing do not."""
    return order.status not in COME_TO_NOTHING and order.kind not in OFFERED


def turnover(order: Order) -> Decimal | None:
    """Give what an order that counts comes to, a return below zero; None where nobody knows."""
    total = order.totals.total
    if total is None or not is_turnover(order):
        return None
    return -abs(total) if order.kind in TAKEN_OFF else total
