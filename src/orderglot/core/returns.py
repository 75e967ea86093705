"""Returns: what of an order may still be taken back, and what is left of it then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from orderglot.core.boxes import counted_as
from orderglot.core.errors import Invalid, Problem, Rule
from orderglot.core.head_status import status_of
from orderglot.core.lifecycle import without_reason
from orderglot.core.line_quantities import (
    GONE_OUT,
    cancelled,
    counting,
    in_pieces,
    returned,
    settled,
    shipped,
    to_ship,
)
from orderglot.core.order import HUB, Line, Order
from orderglot.core.quantities import Quantity, plain, size, with_unit
from orderglot.core.values import COME_TO_NOTHING, Kind, Status

RETURNED_FROM = f"{HUB}.returned_from"
"""The extra of an order that is returned as a whole: which status it had before its last piece came back."""

COUNTED = f"{HUB}.counted"
"""The extra of a client's return: the numbers of the lines of which parcels were counted when it was made."""

RETURNABLE = timedelta(days=14)
"""How long after an order was made its lines may be returned."""

NEVER = frozenset({Status.DRAFT, Status.FAILED})
"""An order that has come to nothing has nothing to return."""


def take_back(
    order: Order, wanted: Iterable[Line], now: datetime, switched: Collection[int] = ()
) -> Order:
    """Give what is left of an order when these numbers, SKUs and quantities are taken off it.

    A line of which nothing is left is cancelled, and so is an order without any other; but not one
    of which something was ``switched`` away, by its number. Raises Invalid with every line that
    cannot be returned.
    """
    wanted = tuple(wanted)
    problems = tuple(_problems(order, wanted, now))
    if problems:
        raise Invalid(*problems)
    taken = {id(bought_as(order, line)): line.quantity for line in wanted}
    lines = tuple(_less(line, taken.get(id(line), 0), switched) for line in order.lines)
    return with_less(order, lines)


def bought_as(order: Order, wanted: Line) -> Line | None:
    """Give the line of an order that is to be returned, None where it has no such number.

    Of two lines with one number it is the one of the same SKU, of which something is left.
    """
    named = [line for line in order.lines if line.number == wanted.number]
    return max(named, key=lambda line: (line.sku == wanted.sku, remaining(line) > 0), default=None)


def remaining(line: Line) -> Quantity:
    """Tell how much of a line is not returned yet; where nobody counted, all that was not cancelled."""
    return 0 if line.status is Status.CANCELLED else not_gone(line)


def not_gone(line: Line) -> Quantity:
    """Tell how much is left of a line whatever its status: of one that may be taken up again, too."""
    return not_cancelled(line) if line.remaining is None else line.remaining


def not_cancelled(line: Line) -> Quantity:
    """Tell how much of a line stays without what was counted as cancelled, below zero if it takes back."""
    gone = (line.details.cancelled if line.details else None) or 0
    return plain(line.quantity - gone if line.quantity > 0 else line.quantity + gone)


def left(line: Line) -> Quantity:
    """Tell how much of a line may still come back: where parcels are counted, what went out by them."""
    there = remaining(line)
    return min(there, outside(line)) if is_sent(line) or _stayed(line) else there


def came_back(line: Line, quantity: Quantity) -> Line:
    """Give a line of which so much came back; with all that went out of it, it is returned."""
    if not quantity:
        return line
    back = plain(returned(line) + _back_uncounted(line) + quantity)
    there: Quantity | None = line.remaining
    if there is None and isinstance(line.quantity, int):
        there = line.quantity - cancelled(line) - returned(line)
    now = counting(line, shipped=shipped(line), returned=back)
    return settled(replace(now, remaining=None if there is None else in_pieces(there - quantity)))


def _back_uncounted(line: Line) -> Quantity:
    """Tell how much of goods that went out came back before anybody counted that.

    Of seats it may have been switched away.
    """
    counted = line.details is not None and line.details.shipped is not None
    if counted or line.subscription or line.remaining is None:
        return 0
    return plain(max(0, outside(line) - line.remaining))


def with_less(order: Order, lines: tuple[Line, ...]) -> Order:
    """Give an order with these lines, of which some came back; returned by that, it keeps what it was."""
    status, extras = _status_without(order, lines), order.extras
    if Status.RETURNED is status is not order.status:
        extras = {**extras, RETURNED_FROM: order.status}
    return without_reason(replace(order, lines=lines, status=status, extras=extras), order.status)


def _status_without(order: Order, lines: Collection[Line]) -> Status:
    states = {line.status for line in lines}
    if states == {Status.CANCELLED}:
        return Status.CANCELLED
    if states and states <= {Status.CANCELLED, Status.RETURNED}:
        return Status.RETURNED
    waiting = order.status is not Status.PARTLY_SHIPPED or any(map(to_ship, lines))
    return order.status if waiting else status_of(lines)


def is_sent(line: Line) -> bool:
    """Tell whether something went out of a line that somebody counted."""
    return bool(line.details and line.details.shipped)


def _stayed(line: Line) -> bool:
    """Tell whether nothing went out of a line that is over, by what somebody counted."""
    counted = line.details is not None and line.details.shipped is not None
    return counted and line.status in GONE_OUT and not is_sent(line)


def counted_by(order: Order, wanted: Iterable[Line]) -> dict[str, Any]:
    """Give the extras of a client's return: of which lines it takes what went out by counted parcels."""
    numbers = [line.number for line in wanted if (own := bought_as(order, line)) and is_sent(own)]
    return {COUNTED: numbers} if numbers else {}


def outside(line: Line) -> Quantity:
    """Tell how much of a line went out and did not come back."""
    return plain(max(0, shipped(line) - returned(line)))


def counted(order: Order, returns: Iterable[Order]) -> Order:
    """Count what is left of an order by the returns of it, on lines where nobody counted."""
    taken = _taken(order, returns)
    return replace(
        order,
        lines=tuple(
            line
            if line.remaining is not None or not isinstance(line.quantity, int)
            else _left(line, taken.get(id(line), 0))
            for line in order.lines
        ),
    )


def gone_otherwise(order: Order, returns: Iterable[Order]) -> frozenset[int]:
    """Give the numbers of the lines of which less is left than their returns took: it was switched away."""
    taken = _taken(order, returns)
    return frozenset(
        line.number
        for line in order.lines
        if line.remaining is not None
        and line.quantity - cancelled(line) - taken.get(id(line), 0) > line.remaining
    )


def _taken(order: Order, returns: Iterable[Order]) -> dict[int, Quantity]:
    """Count what the returns of an order that stand took of its lines, by the ids of these objects."""
    taken: dict[int, Quantity] = {}
    for one in returns:
        if one.kind is Kind.RETURN and one.status not in COME_TO_NOTHING:
            for line in one.lines:
                bought = bought_as(order, line)
                taken[id(bought)] = taken.get(id(bought), 0) + size(counted_as(line, bought))
    return taken


def _left(line: Line, taken: Quantity) -> Line:
    return replace(line, remaining=in_pieces(not_cancelled(line) - taken))


def _problems(order: Order, wanted: tuple[Line, ...], now: datetime) -> Iterator[Problem]:
    late = order.created is not None and now > order.created + RETURNABLE
    for line in wanted:
        bought = bought_as(order, line)
        if order.status in NEVER or order.kind is Kind.RETURN:
            reason = "This order cannot be returned."
            yield Problem("status", Rule.STATE, reason, line.number)
        elif bought is None:
            reason = "The order has no line of this number."
            yield Problem("number", Rule.UNKNOWN, reason, line.number)
        elif bought.sku != line.sku:
            reason = f"The order has {bought.sku} on this line, not {line.sku}."
            yield Problem("sku", Rule.MISMATCH, reason, line.number)
        elif late:
            reason = f"An order can be returned for {RETURNABLE.days} days."
            yield Problem("created", Rule.EXPIRED, reason, line.number)
        else:
            yield from _too_many(bought, line)


def _too_many(bought: Line, line: Line) -> Iterator[Problem]:
    there = left(bought)
    if there <= 0:
        yield Problem("number", Rule.SPENT, "This line has been returned already.", line.number)
    elif not isinstance(bought.quantity, int):
        what = with_unit(bought.quantity, bought.unit)
        reason = f"{what} were ordered, which cannot be returned by the piece; ask the seller."
        yield Problem("quantity", Rule.MISMATCH, reason, line.number)
    elif line.quantity > bought.quantity:
        reason = f"{bought.quantity} were ordered, not {line.quantity}."
        yield Problem("quantity", Rule.MISMATCH, reason, line.number)
    elif line.quantity > there:
        reason = (
            f"Requested return quantity {line.quantity} exceeds remaining returnable quantity "
            f"{there} for line item {line.number} (offer {line.sku})."
        )
        yield Problem("quantity", Rule.SPENT, reason, line.number)


def _less(line: Line, taken: Quantity, switched: Collection[int]) -> Line:
    if not taken:
        return line
    if is_sent(line):
        return came_back(line, taken)
    there = remaining(line) - taken
    stays = there or line.number in switched
    return replace(line, remaining=int(there), status=line.status if stays else Status.CANCELLED)
