"""Open cancellations: whether an order is asked to be cancelled, and what closes that by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from orderglot.core.cancellation_requests import CancellationRequest, CancellationState
from orderglot.core.errors import Conflict
from orderglot.core.line_quantities import GONE_OUT, NOT_COMING, shipped, to_ship
from orderglot.core.line_steps import detailed
from orderglot.core.order import Order
from orderglot.core.quantities import Quantity, plain


def open_request(order: Order) -> CancellationRequest | None:
    """Give the request to cancel an order that nobody has answered yet, None where there is none."""
    requests = order.details.cancellations if order.details else ()
    latest = requests[-1] if requests else None
    return latest if latest and latest.state is CancellationState.ASKED else None


def demand_unasked(order: Order, what: str) -> None:
    """Raise Conflict where an order is asked to be cancelled."""
    if open_request(order) is not None:
        raise Conflict(f"This order is asked to be cancelled; answer that before it is {what}.")


def still_left(order: Order, request: CancellationRequest) -> Mapping[int, Quantity]:
    """Give how much of which lines is left of what is to be cancelled.

    Of an order that is over that is nothing, also where a vendor says so of the whole of it alone.
    """
    left = dict[int, Quantity]()
    for line in () if order.status in GONE_OUT | NOT_COMING else detailed(order):
        left[line.number] = plain(left.get(line.number, 0) + to_ship(line))
    if request.lines:
        asked = {one.number: one.quantity or 0 for one in request.lines}
        left = {number: min(asked[number], left.get(number, 0)) for number in asked}
    return {number: quantity for number, quantity in left.items() if quantity}


def closed(
    order: Order, state: CancellationState, who: str, now: datetime, answer: str = ""
) -> Order:
    """Give an order whose open request has got this answer."""
    details, request = order.details, open_request(order)
    if details is None or request is None:
        return order
    request = replace(request, state=state, answered=now, answered_by=who, answer=answer)
    requests = (*details.cancellations[:-1], request)
    return replace(order, details=replace(details, cancellations=requests))


def closed_by_itself(order: Order, who: str, now: datetime) -> Order:
    """Give an order whose open request has come to its end where nothing of it is left to cancel.

    Where nothing of it went out, it is as if it had been accepted, else that is too late. ``who``
    changed the order so.
    """
    request = open_request(order)
    if request is None or still_left(order, request):
        return order
    return closed(order, how_it_ended(order, request), who, now)


def how_it_ended(order: Order, request: CancellationRequest) -> CancellationState:
    """Tell what became of a request of which nothing is left: by whether anything of it went out."""
    asked = {one.number for one in request.lines}
    lines = [line for line in order.lines if not asked or line.number in asked]
    whole = order.status in GONE_OUT
    if any(shipped(line) or (whole and line.status not in NOT_COMING) for line in lines):
        return CancellationState.TOO_LATE
    return CancellationState.ACCEPTED


def closing(order: Order) -> str:
    """Name the event that says how the latest request to cancel an order has ended."""
    requests = order.details.cancellations if order.details else ()
    return f"cancellation {requests[-1].state}" if requests else ""
