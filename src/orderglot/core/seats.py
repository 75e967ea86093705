"""Seats: from which lines a switch takes its seats away, the oldest order first, and how they come back.

What is left of a line counts down by what is returned of it and by what is switched away. So a switch
keeps from which lines it took how many: by that its reversal gives them back, and it can be told
how many were returned. Seats are pieces: a line that was bought in boxes is in pieces once it is taken from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.boxes import unpacked
from orderglot.core.order import HUB, Line, Order
from orderglot.core.quantities import Quantity, plain
from orderglot.core.returns import not_cancelled, not_gone, remaining
from orderglot.core.values import COME_TO_NOTHING, Kind

TAKEN = f"{HUB}.taken"
"""The extra of a switch or its reversal: its shares, each as the order's id, the line and the quantity."""

WITHOUT_SEATS = frozenset({Kind.RETURN, Kind.QUOTE})

Away: TypeAlias = Mapping[tuple[int, int], Quantity]
"""How many seats of which line, by its order's id and its number, are switched away."""


class Share(Struct, frozen=True, gc=False):
    """So many seats of one line of an order that went away, below zero if they came back."""

    order: int
    line: int
    quantity: Quantity


def shares(order: Order) -> tuple[Share, ...]:
    """Give the shares that a switch or its reversal keeps."""
    return tuple(Share(*share) for share in order.extras.get(TAKEN, ()))


def keeping(order: Order, taken: Iterable[Share]) -> Order:
    """Let a new switch or reversal keep its shares."""
    kept = [[one.order, one.line, one.quantity] for one in taken]
    return replace(order, extras={**order.extras, TAKEN: kept})


def away(orders: Iterable[Order]) -> Away:
    """Add up the shares that some switches and reversals keep; what came to nothing gave them back."""
    found: dict[tuple[int, int], Quantity] = {}
    for order in orders:
        for one in () if order.status in COME_TO_NOTHING else shares(order):
            found[one.order, one.line] = plain(found.get((one.order, one.line), 0) + one.quantity)
    return found


def taken(
    orders: Iterable[Order], subscription: str, quantity: Quantity, *, first: int = 0
) -> tuple[Share, ...]:
    """Take so many seats of a subscription from lines of complete orders, which come oldest first.

    Those of the order ``first`` are taken before all others.
    """
    found = list[Share]()
    for order in sorted(orders, key=lambda order: order.id != first):
        for line in order.lines if _has_seats(order) else ():
            is_of = line.subscription == subscription
            part = min(quantity, remaining(unpacked(line))) if is_of else 0
            if line.quantity > 0 and part > 0:
                found.append(Share(order.id, line.number, part))
                quantity = plain(quantity - part)
    return tuple(found)


def returned(taken: Iterable[Share]) -> tuple[Share, ...]:
    """Give the shares by which all comes back that some others took."""
    return tuple(replace(one, quantity=-one.quantity) for one in taken)


def counted_down(orders: Iterable[Order], taken: Iterable[Share]) -> Iterator[Order]:
    """Give those of some orders that shares were taken of, with what is left of them."""
    parts: dict[tuple[int, int], Quantity] = {}
    for one in taken:
        parts[one.order, one.line] = plain(parts.get((one.order, one.line), 0) + one.quantity)
    for order in orders:
        lines = tuple(_less(line, parts.pop((order.id, line.number), 0)) for line in order.lines)
        if lines != order.lines:
            yield replace(order, lines=lines)


def _less(line: Line, part: Quantity) -> Line:
    """Count a part of a line down; of one that was cancelled, too, which may be taken up again."""
    if not part:
        return line
    line = unpacked(line)
    return replace(line, remaining=int(min(not_gone(line) - part, not_cancelled(line))))


def _has_seats(order: Order) -> bool:
    """Tell whether an order's lines have seats; what a reversal gave back others have."""
    gave_back = any(one.quantity < 0 for one in shares(order))
    return order.kind not in WITHOUT_SEATS and not gave_back
