"""Cancelled returns: what is left of an order once a return of it is given up, or taken up again.

What went out comes to be outside again. What had not gone out when it was given back is to be sent.
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import replace

from orderglot.core.boxes import counted_as
from orderglot.core.head_status import status_of
from orderglot.core.line_quantities import (
    GONE_OUT,
    cancelled,
    counting,
    in_pieces,
    open_again,
    returned,
    settled,
    to_ship,
)
from orderglot.core.line_steps import detailed
from orderglot.core.order import Line, Order
from orderglot.core.quantities import Quantity, plain, size
from orderglot.core.returns import (
    COUNTED,
    RETURNED_FROM,
    bought_as,
    came_back,
    is_sent,
    not_cancelled,
    not_gone,
    outside,
    with_less,
)
from orderglot.core.values import Status

BESIDE = frozenset({Status.ON_HOLD, Status.DRAFT, Status.PARTLY_SHIPPED})
"""States of an order that do not tell how far its lines are."""


def counted_anew(
    order: Order, returned_by: Order, *, back: bool, switched: Collection[int] = ()
) -> Order:
    """Give an order what a return took, ``back`` as that was given up, or else once more without it.

    A line of which something was ``switched`` away, by its number, is not cancelled by that.

    Where it had come to its end by returns alone, and something is left of it again, it is what it was
    before. What was cancelled otherwise stays so. No line has more than was ordered.
    """
    moved: dict[int, Quantity] = {}
    counted = set[int]()
    for line in returned_by.lines:
        bought = bought_as(order, line)
        of, much = id(bought), size(counted_as(line, bought))
        moved[of] = moved.get(of, 0) + (much if back else -much)
        counted |= {of} if _took_counted(returned_by, line) else set()
    if not any(moved.get(id(line)) for line in order.lines):
        return order
    status = _before(order) if back else order.status
    lines = tuple(
        _moved(
            _as_it_was(order, line, status) if back else line,
            moved[id(line)],
            counted=id(line) in counted,
            stays=line.number in switched,
        )
        if moved.get(id(line))
        else line
        for line in order.lines
    )
    return with_less(_with_lines(order, lines, status), lines)


def can_be_taken(bought: Line | None, returned_by: Order, line: Line) -> bool:
    """Tell whether a return can take what it took once more, of what is outside or not sent yet."""
    if bought is None:
        return False
    there = not_gone(bought)
    if is_sent(bought):
        unsent = 0 if _took_counted(returned_by, line) else to_ship(bought)
        there = max(min(there, outside(bought)), unsent)
    return there >= size(counted_as(line, bought))


def _took_counted(returned_by: Order, line: Line) -> bool:
    """Tell whether a return took what parcels had; one of goods, whose lines are below zero, did."""
    return line.quantity < 0 or line.number in returned_by.extras.get(COUNTED, ())


def _with_lines(order: Order, lines: tuple[Line, ...], status: Status) -> Order:
    """Give an order with its lines, of which some are to be sent again, or not any more."""
    now = replace(order, lines=lines, status=status)
    if order.status is Status.RETURNED is not status:
        kept = {name: value for name, value in order.extras.items() if name != RETURNED_FROM}
        return replace(now, extras=kept, status=status_of(lines))
    waits = any(map(to_ship, lines)) and not any(map(to_ship, order.lines))
    if waits and status in (Status.SHIPPED, Status.DELIVERED):
        return replace(now, status=status_of(detailed(now)))
    return now


def _before(order: Order) -> Status:
    """Tell which status an order has where it is not returned as a whole any more.

    Where it was returned before all of it went out, and the rest was cancelled, what went out is shipped.
    """
    if order.status is Status.RETURNED:
        before = Status(order.extras.get(RETURNED_FROM, Status.SHIPPED))
        return before if before in GONE_OUT else Status.SHIPPED
    whole = order.status is Status.CANCELLED and all(line.remaining == 0 for line in order.lines)
    if not whole:
        return order.status
    return Status.RECEIVED if order.completed is None else Status.COMPLETED


def _as_it_was(order: Order, line: Line, status: Status) -> Line:
    """Give a line that came to its end by returns as it was before them.

    Where parcels have all that went out of its order, it did not go out.
    """
    if line.status is Status.RETURNED:
        return replace(line, status=status if status in GONE_OUT else Status.SHIPPED)
    if line.status is not Status.CANCELLED or line.remaining != 0:
        return line
    stayed = status in GONE_OUT and not line.subscription and any(map(is_sent, order.lines))
    if stayed and status is Status.COMPLETED:
        return counting(replace(line, status=status), shipped=0)
    return replace(line, status=Status.RECEIVED if stayed or status in BESIDE else status)


def _moved(line: Line, quantity: Quantity, *, counted: bool, stays: bool) -> Line:
    """Give a line that so much more is left of, or less."""
    if _is_counted(line, quantity, counted=counted):
        return _recounted(line, quantity)
    if not isinstance(line.quantity, int):
        return line
    left = int(min(max(not_gone(line) + quantity, 0), not_cancelled(line)))
    now = replace(line, remaining=left)
    if not (is_sent(line) or left or stays):
        return replace(now, status=Status.CANCELLED)
    if quantity > 0:
        return open_again(now)
    return settled(now) if is_sent(line) else now


def _is_counted(line: Line, quantity: Quantity, *, counted: bool) -> bool:
    """Tell whether what a return gives back, or takes again, is among what is counted as returned."""
    has_returned = line.details is not None and line.details.returned is not None
    if quantity < 0:
        return (counted and has_returned) or (is_sent(line) and to_ship(line) < -quantity)
    uncounted = size(line.quantity) - cancelled(line) - returned(line) - not_gone(line)
    return has_returned and (counted or uncounted < quantity)


def _recounted(line: Line, quantity: Quantity) -> Line:
    """Give a line of which so much less came back, or more."""
    if quantity < 0:
        return came_back(line, -quantity)
    there = None if line.remaining is None else in_pieces(line.remaining + quantity)
    return counting(
        replace(line, remaining=there), returned=plain(max(0, returned(line) - quantity))
    )
