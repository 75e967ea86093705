"""Goods: what an order is about, so that two orders can be compared by it."""

from __future__ import annotations

from collections import Counter

from orderglot.core.order import Order


def pieces(order: Order) -> Counter[str]:
    """Count the pieces of each SKU in an order."""
    counted: Counter[str] = Counter()
    for line in order.lines:
        counted[line.sku.upper()] += line.quantity
    return counted
