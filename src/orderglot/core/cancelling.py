"""Cancelling by agreement: somebody asks for it, and whoever has to agree accepts or refuses."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from orderglot.core.cancellation_requests import (
    CancellationRequest,
    CancellationState,
    LineToCancel,
)
from orderglot.core.errors import Conflict
from orderglot.core.lifecycle import RUNNING, cancel, demand, demand_whole
from orderglot.core.line_steps import Quantities, amounts_of, detailed
from orderglot.core.open_cancellations import (
    closed,
    demand_unasked,
    how_it_ended,
    open_request,
    still_left,
)
from orderglot.core.order import Order
from orderglot.core.order_details import OrderDetails
from orderglot.core.values import Status


def ask(
    order: Order, reason: str, who: str, now: datetime, wanted: Quantities | None = None
) -> Order:
    """Ask for an order to be cancelled: all that did not go out, or so much of some of its lines.

    Until there is an answer nothing of it is placed, shipped, corrected or completed. Raises Invalid
    with each line of which less is left, Conflict where it is over or asked already.
    """
    demand(order, RUNNING | {Status.ON_HOLD}, "asked to be cancelled")
    demand_unasked(order, "asked again")
    demand_whole(order, wanted)
    wanted = wanted or {}
    amounts_of(replace(order, lines=detailed(order)), wanted, "to cancel")
    lines = tuple(LineToCancel(number=one, quantity=much) for one, much in wanted.items())
    request = CancellationRequest(
        state=CancellationState.ASKED, asked=now, asked_by=who, reason=reason, lines=lines
    )
    details = order.details or OrderDetails()
    requests = (*details.cancellations, request)
    return replace(order, details=replace(details, cancellations=requests))


def answer(
    order: Order, state: CancellationState, who: str, now: datetime, text: str = ""
) -> Order:
    """Answer what was asked; accepted, what is left of it is cancelled.

    Where nothing is, it was too late. Raises Conflict where nobody asks.
    """
    request = open_request(order)
    if request is None:
        raise Conflict("Nobody asks for this order to be cancelled.")
    if state is not CancellationState.ACCEPTED:
        return closed(order, state, who, now, text)
    left = still_left(order, request)
    if not left:
        return closed(order, how_it_ended(order, request), who, now, text)
    agreed = closed(order, state, who, now, text)
    return cancel(agreed, request.reason, left if request.lines else None)
