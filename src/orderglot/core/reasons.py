"""Reasons: why an order was cancelled or held, as far as a new version of it says so."""

from __future__ import annotations

from orderglot.core.order import Order
from orderglot.core.order_details import OrderDetails

NO_DETAILS = OrderDetails()


def new_reason(order: Order, before: Order | None) -> str:
    """Give the reason that an order has and had not before, "" where there is none."""
    details = order.details
    if details is None:
        return ""
    earlier = (before and before.details) or NO_DETAILS
    if details.cancel_reason not in ("", earlier.cancel_reason):
        return details.cancel_reason
    return details.hold_reason if details.hold_reason != earlier.hold_reason else ""
