"""Presumed seats: from which lines those switches took that do not say so, as far as the lines tell.

A vendor shows how much is left of each line of a sale, and that a switch took so many seats, but not of
which line. Counted by both, they would be gone twice. So what is gone of a line, and neither came
back nor was taken by a switch that keeps its shares, is presumed to have gone with a switch that keeps none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orderglot.core.boxes import unpacked
from orderglot.core.line_quantities import cancelled
from orderglot.core.order import Order
from orderglot.core.quantities import Quantity, plain, size
from orderglot.core.seats import TAKEN, Share, away, keeping
from orderglot.core.subscriptions import SWITCHING
from orderglot.core.values import COME_TO_NOTHING, Kind, Relation

Gone = dict[tuple[int, int], Quantity]
"""How much is gone of which line, by its order's id and its number."""


def with_presumed(orders: Iterable[Order]) -> tuple[Order, ...]:
    """Give all that a customer has, oldest first, with shares for the switches that keep none.

    Among ``orders`` are returns and switches that are still open. Where lines do not count what was
    switched away, nothing is presumed.
    """
    every = tuple(orders)
    if not any(map(is_silent, every)):
        return every
    gone = _unexplained(every)
    return tuple(_presumed(one, gone) if is_silent(one) else one for one in every)


def is_silent(order: Order) -> bool:
    """Tell whether an order is a switch that stands and does not say from which lines it took."""
    if order.kind not in SWITCHING or order.status in COME_TO_NOTHING or TAKEN in order.extras:
        return False
    return any(line.quantity < 0 for line in order.lines)


def _presumed(order: Order, gone: dict[str, Gone]) -> Order:
    """Let a switch keep what it took; that is not gone by another one then."""
    found = [
        Share(*where, part)
        for line in order.lines
        if line.quantity < 0
        for where, part in _taken(gone.get(line.subscription, {}), -line.quantity)
    ]
    return keeping(order, found) if found else order


def _taken(gone: Gone, quantity: Quantity) -> Iterator[tuple[tuple[int, int], Quantity]]:
    for where, there in gone.items():
        part = min(there, quantity)
        if part > 0:
            gone[where], quantity = plain(there - part), plain(quantity - part)
            yield where, part


def _unexplained(orders: tuple[Order, ...]) -> dict[str, Gone]:
    """Tell by subscriptions what is gone of lines that count it, and nobody took who says so."""
    switched, back = away(orders), _returned(orders)
    found: dict[str, Gone] = {}
    for order in orders:
        bought = order.kind not in (*SWITCHING, Kind.RETURN)
        for line in map(unpacked, order.lines if bought else ()):
            where = order.id, line.number
            explained = back.get(where, 0) + switched.get(where, 0) + cancelled(line)
            if (
                line.subscription
                and line.remaining is not None
                and line.status not in COME_TO_NOTHING
            ):
                more = plain(line.quantity - line.remaining - explained)
                found.setdefault(line.subscription, {})[where] = max(more, 0)
    return found


def _returned(orders: Iterable[Order]) -> Gone:
    found: Gone = {}
    for order in orders:
        if order.kind is Kind.RETURN and order.status not in COME_TO_NOTHING:
            of = [one.order.id for one in order.links if one.relation is Relation.RETURN_OF]
            for line in order.lines if of else ():
                where = of[0], line.number
                found[where] = plain(found.get(where, 0) + size(unpacked(line).quantity))
    return found
