"""Family: an order among those that it is linked to, placed for a drawing."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from orderglot.core.order import Order

WIDE, HIGH, GAP, AWAY = 150, 40, 12, 90
"""The measures of a box, the gap between two below each other, and between two columns."""

MOST = 12
"""So many are drawn on each side."""


class Box(Struct, frozen=True):
    """An order in the drawing, and how it is linked to the one in the middle."""

    x: int
    y: int
    order: Order
    relation: str
    link: str


class Family(Struct, frozen=True):
    """A drawing: its size, the order in the middle, and those that it points at and that point at it."""

    width: int
    height: int
    middle: Box
    above: tuple[Box, ...]
    below: tuple[Box, ...]
    more: int

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Give every box."""
        return (self.middle, *self.above, *self.below)

    @property
    def is_alone(self) -> bool:
        """Tell whether there is nobody else."""
        return not self.above and not self.below


def family_of(order: Order, linked: Iterable[Order], base: str) -> Family:
    """Place an order between those that it is made of and those that are made of it."""
    parents, children = list[tuple[Order, str]](), list[tuple[Order, str]]()
    mine = {one.order.id: str(one.relation) for one in order.links}
    for other in linked:
        if other.id in mine:
            parents.append((other, mine[other.id]))
        else:
            theirs = (str(one.relation) for one in other.links if one.order.id == order.id)
            children.append((other, next(theirs, "linked")))
    rows = max(min(len(parents), MOST), min(len(children), MOST), 1)
    height = rows * (HIGH + GAP)
    columns = [*([0] if parents else []), 1, *([2] if children else [])]
    places = {column: number * (WIDE + AWAY) for number, column in enumerate(columns)}

    def placed(column: int, some: list[tuple[Order, str]]) -> tuple[Box, ...]:
        top = (height - min(len(some), MOST) * (HIGH + GAP)) // 2 + GAP // 2
        return tuple(
            Box(places[column], top + number * (HIGH + GAP), one, how, f"{base}/orders/{one.id}")
            for number, (one, how) in enumerate(some[:MOST])
        )

    middle = placed(1, [(order, "")])[0]
    width = len(columns) * WIDE + (len(columns) - 1) * AWAY
    more = max(0, len(parents) - MOST) + max(0, len(children) - MOST)
    above = placed(0, parents) if parents else ()
    below = placed(2, children) if children else ()
    return Family(width, height, middle, above, below, more)
