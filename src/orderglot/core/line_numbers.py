"""Line numbers: a line's number and id are given once, and to no other line of its order again."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from msgspec.structs import replace

from orderglot.core.order import HUB, Line, Order

LAST_LINE = f"{HUB}.last_line"
"""The extra of an order that a line was taken out of: the highest number that a line of it ever had.

It is there only where no line of the order has that number any more.
"""


def next_number(order: Order) -> int:
    """Give the number of the next line of an order: one that no line of it has or ever had.

    Lines that came without numbers count as well, so that a number is also where its line stands.
    """
    return 1 + max(last_number(order), len(order.lines))


def last_number(order: Order) -> int:
    """Give the highest number that a line of an order ever had, 0 where none had one."""
    remembered: int = order.extras.get(LAST_LINE, 0)
    return max(_highest(order.lines), remembered)


def numbers(lines: Iterable[Line]) -> tuple[int, ...]:
    """Give the numbers of a new order's lines: those that have none get the first that are free."""
    own = [line.number for line in lines]
    given = set(own)
    free = (number for number in count(1) if number not in given)
    return tuple([number or next(free) for number in own])


def following(added: Iterable[Line], last: int) -> tuple[Line, ...]:
    """Give lines that a vendor has added numbers behind ``last``: his own where they are that."""
    given = set[int]()
    result, most = list[Line](), last
    for line in added:
        if line.number <= last or line.number in given:
            line = replace(line, number=most + 1)
        most = max(most, line.number)
        given.add(line.number)
        result.append(line)
    return tuple(result)


def remembering(order: Order, before: Order) -> Order:
    """Give an order that has changed, which knows the highest number that a line of it ever had."""
    if order.lines == before.lines and order.extras == before.extras:
        return order
    last = last_number(before)
    if last <= last_number(order):
        return order
    return replace(order, extras={**order.extras, LAST_LINE: last})


def _highest(lines: Iterable[Line]) -> int:
    return max((line.number for line in lines), default=0)
