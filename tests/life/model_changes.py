"""What becomes of an order in the plain model: its status, its lines, its bill."""

from __future__ import annotations

from dataclasses import replace

from tests.life.book_model import (
    DONE,
    GOODS,
    NOT_COMING,
    OPEN,
    OVER,
    WAITS,
    ZERO,
    Line,
    Order,
    State,
    priced,
)


def billed(order: Order) -> Order:
    """Let the bill follow what an order comes to: what was paid stands."""
    total = order.total or ZERO
    if order.bill == "paid in full" and total > order.paid:
        return replace(order, bill="partially paid" if order.paid else "unpaid")
    if order.bill == "partially paid" and total <= order.paid:
        return replace(order, bill="paid in full")
    return order


def put(order: Order, status: str) -> Order:
    """Put an order into a status; its lines go along, but for those that came to an end before."""
    if status == order.status:
        return order
    lines = tuple(_along(line, order.status, status) for line in order.lines)
    return replace(
        order,
        status=status,
        lines=lines,
        received=order.received or status not in OVER,
        was_complete=order.was_complete or status == "completed",
    )


def as_far(line: Line, status: str) -> Line:
    """Give a line that is as far as its order, where both are open."""
    behind = {line.status, status} <= OPEN and FAR.index(line.status) < FAR.index(status)
    return replace(line, status=status) if behind else line


def detailed(order: Order) -> tuple[Line, ...]:
    return tuple(as_far(line, order.status) for line in order.lines)


SENT = ("shipped", "delivered", "completed")
FAR = ("received", "processing", "charged", "packing")


def _along(line: Line, before: str, status: str) -> Line:
    taken_up = before in NOT_COMING and status not in NOT_COMING and line.status in NOT_COMING
    spent = line.counted and line.quantity > 0 and line.remaining <= 0
    if spent or (line.cancelled and line.cancelled >= line.quantity):
        return line
    if line.status in NOT_COMING and not taken_up and not {before, status} <= NOT_COMING:
        return line
    if status in WAITS:
        return replace(line, status="received") if taken_up else as_far(line, before)
    moved = replace(line, status=status)
    return all_held(moved) if status in DONE and line.seats else moved


def all_held(line: Line) -> Line:
    """Give a line of which all seats are held: they went out without a parcel."""
    return line if line.shipped is None else replace(line, shipped=line.shipped + line.unsent)


def returned(order: Order, number: int, quantity: int) -> Order:
    """Take so much of a line back: of which nothing is left that is cancelled."""
    lines = tuple(
        _less(line, quantity) if line.number == number else replace(line, counted=True)
        for line in order.lines
    )
    return over_by(replace(order, lines=lines))


def _less(line: Line, quantity: int) -> Line:
    if line.shipped:
        return came_back(line, quantity)
    less = replace(line, returned=line.returned + quantity, counted=True)
    return less if less.left or line.away else replace(less, status="cancelled")


def came_back(line: Line, quantity: int) -> Line:
    """Give a line of which goods came back: with all that went out, it is returned."""
    before = line.returned if line.shipped is None and not line.seats else line.back or 0
    count = before + quantity
    now = replace(line, shipped=line.out, returned=line.returned + quantity, back=count)
    whole = count == now.shipped and not line.to_ship
    return replace(now, counted=True, status="returned" if whole else line.status)


def over_by(order: Order) -> Order:
    """Give an order that is over where nothing of its lines is still with its customer."""
    states = {line.status for line in order.lines}
    if states == {"cancelled"}:
        return replace(order, status="cancelled")
    if states <= {"cancelled", "returned"}:
        return replace(order, status="returned")
    if order.status == "partly shipped" and not any(line.to_ship for line in order.lines):
        return replace(order, status=min(states & {*SENT}, key=SENT.index))
    return order


def pieces(order: Order, sku: str) -> int:
    """Count the pieces of a SKU in an order, by which its price goes."""
    return sum(line.coming for line in order.lines if line.sku == sku)


def plus(state: State, order: Order, quantity: int) -> Order | None:
    """Put a line into an order, at the price of today by all its pieces; what was agreed stands."""
    if order.kind not in ("sale", "quote", "renewal") or order.status in (*NOT_COMING, "returned"):
        return None
    if order.asked is not None:
        return None
    number = max([order.last, *(line.number for line in order.lines)]) + 1
    price = priced(state, GOODS, pieces(order, GOODS) + quantity)
    line = Line(number, GOODS, quantity, price)
    if order.status == "completed":
        line = replace(line, status="completed")
    status = "partly shipped" if order.status in ("shipped", "delivered") else order.status
    more = replace(order, lines=(*order.lines, line), status=status)
    return billed(replace(more, summed=True, figures=True))
