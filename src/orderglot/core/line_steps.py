"""Line steps: how much of which lines a step of an order's life is about, and what it does to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from orderglot.core.errors import Conflict, Invalid, Problem, Rule
from orderglot.core.line_quantities import (
    GONE_OUT,
    NOT_COMING,
    OPEN,
    RUNNING,
    cancelled,
    counting,
    in_pieces,
    settled,
    shipped,
    to_ship,
)
from orderglot.core.order import Line, Order
from orderglot.core.quantities import Quantity, plain, size, with_unit
from orderglot.core.shipments import ShippedLine
from orderglot.core.values import Status

Quantities = Mapping[int, Quantity]
"""How much of which lines, by their numbers."""


def detailed(order: Order) -> tuple[Line, ...]:
    """Give an order's lines as far as the order is, and with what its parcels say that went out.

    That is where the lines themselves say nothing of it. Held or a draft, an order does not tell
    how far they are.
    """
    state = order.status if order.status in _TELLING else None
    parcels = order.details.shipments if order.details else ()
    sent = by_number(one for parcel in parcels for one in parcel.lines)
    return tuple(_as_far(line, state, sent.get(line.number, 0)) for line in order.lines)


def by_parcels(order: Order) -> tuple[Line, ...]:
    """Give an order's lines once nothing more is sent: where parcels are counted, by these alone.

    Of a line that is in none of them nothing went out then. Where nobody counts any, all of it did.
    """
    lines = detailed(order)
    if not any(line.details and line.details.shipped for line in lines):
        return order.lines
    return tuple(counting(line, shipped=shipped(line)) if to_ship(line) else line for line in lines)


def _as_far(line: Line, state: Status | None, sent: Quantity) -> Line:
    if sent and not (line.details and line.details.shipped is not None):
        line = counting(line, shipped=plain(min(sent, size(line.quantity))))
    return as_far(line, state)


def as_far(line: Line, state: Status | None) -> Line:
    """Give a line that is as far as its order at least, where nothing of either went out."""
    if state is None or line.status is None:
        return line if line.status else replace(line, status=state)
    behind = {state, line.status} <= OPEN and _ORDER.index(line.status) < _ORDER.index(state)
    return replace(line, status=state) if behind else line


_ORDER = list(Status)

_TELLING = RUNNING | GONE_OUT | NOT_COMING
"""States of an order that tell how far a line is that has none of its own."""


def given_up_whole(line: Line, quantity: Quantity) -> Line:
    """Cancel all that is left of a line: where nothing went out, its status alone says so."""
    if quantity and not shipped(line):
        return replace(line, status=Status.CANCELLED)
    return without(line, quantity)


def without(line: Line, quantity: Quantity) -> Line:
    """Give a line of which so much does not come."""
    if not quantity:
        return line
    if line.remaining is not None:
        line = replace(line, remaining=in_pieces(line.remaining - quantity))
    return settled(counting(line, cancelled=plain(cancelled(line) + quantity)))


def by_number(lines: Iterable[ShippedLine]) -> dict[int, Quantity]:
    """Add up how much of which line is meant."""
    found = dict[int, Quantity]()
    for one in lines:
        found[one.number] = plain(found.get(one.number, 0) + (one.quantity or 0))
    return found


def amounts_of(order: Order, wanted: Quantities, what: str) -> tuple[Quantity, ...]:
    """Give how much of each line is meant: what is wanted by its number, without any all that is left.

    Raises Invalid with each number of which there is less, Conflict where nothing is left.
    """
    return amounts_left(order, wanted, tuple(map(to_ship, order.lines)), what)


def amounts_left(
    order: Order, wanted: Quantities, left: Sequence[Quantity], what: str
) -> tuple[Quantity, ...]:
    """Give how much of each line is meant, as far as so much is ``left`` of each.

    Raises Invalid with each number of which there is less, Conflict where nothing is left.
    """
    problems = tuple(_problems(order, wanted, left, what))
    if problems:
        raise Invalid(*problems)
    if not wanted and not any(left):
        raise Conflict(f"Nothing of this order is left {what}.")
    return tuple(wanted.get(line.number, 0) for line in order.lines) if wanted else tuple(left)


def _problems(
    order: Order, wanted: Quantities, left: Sequence[Quantity], what: str
) -> Iterator[Problem]:
    numbers = [line.number for line in order.lines]
    for number, quantity in wanted.items():
        if problem := named_once(order, number):
            yield problem
        elif quantity <= 0:
            yield Problem("quantity", Rule.RANGE, "Say how much, more than 0.", number)
        elif quantity > (there := left[numbers.index(number)]):
            unit = order.lines[numbers.index(number)].unit
            more = f"{with_unit(there, unit)} left {what}, not {with_unit(quantity, unit)}"
            yield Problem("quantity", Rule.SPENT, f"Line {number} has {more}.", number)


def gone_out(line: Line, quantity: Quantity) -> Line:
    """Give a line of which so much went out."""
    if not quantity:
        return line
    gone = counting(line, shipped=plain(shipped(line) + quantity))
    return replace(gone, status=Status.PARTLY_SHIPPED if to_ship(gone) else Status.SHIPPED)


def named_once(order: Order, number: int) -> Problem | None:
    """Give what is wrong with the number of a line: no line of an order has it, or several have."""
    found = sum(line.number == number for line in order.lines)
    if not found:
        return Problem("number", Rule.UNKNOWN, f"The order has no line {number}.", number)
    reason = f"Several lines have the number {number}; which of them is meant cannot be told."
    return Problem("number", Rule.DUPLICATE, reason, number) if found > 1 else None
