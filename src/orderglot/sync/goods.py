"""Goods: what an order is about, so that two orders can be compared by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from orderglot.core.boxes import unpacked
from orderglot.core.order import Line, Order
from orderglot.core.quantities import Quantity, plain


class Goods(dict[str, Quantity]):
    """How much there is of everything, by a name of it; of what is not there, nothing."""

    def __missing__(self, name: str) -> Quantity:
        """Give the quantity of what is not there."""
        return 0

    def same(self, other: Goods) -> bool:
        """Tell whether there is as much of everything in both."""
        return all(self[name] == other[name] for name in self | other)

    def share(self, other: Goods) -> bool:
        """Tell whether there is some of one thing in both."""
        return any(self[name] > 0 and other[name] > 0 for name in self)

    def within(self, other: Goods) -> bool:
        """Tell whether there is no more of anything than in the other, and less of something."""
        return not self.same(other) and all(self[name] <= other[name] for name in self | other)


def pieces(order: Order) -> Goods:
    """Count the pieces of each SKU in an order."""
    return counted(order.lines, lambda line: line.sku.upper())


def counted(lines: Iterable[Line], name: Callable[[Line], str]) -> Goods:
    """Count the pieces that lines have of everything, by a name of it; boxes by what is in them."""
    found = Goods()
    for line in lines:
        key = name(line)
        found[key] = plain(found[key] + unpacked(line).quantity)
    return found
