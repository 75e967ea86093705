"""Goods: what an order is about, so that two orders can be compared by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from orderglot.core.order import Line, Order
from orderglot.core.quantities import exact


def pieces(order: Order) -> Counter[str]:
    """Count the pieces of each SKU in an order."""
    return counted(order.lines, lambda line: line.sku.upper())


def counted(lines: Iterable[Line], name: Callable[[Line], str]) -> Counter[str]:
    """Count what lines have of everything, by a name of it."""
    found: Counter[str] = Counter()
    for line in lines:
        key = name(line)
        found[key] = exact(found[key] + line.quantity)  # type: ignore[assignment]  # counts decimals, too
    return found
