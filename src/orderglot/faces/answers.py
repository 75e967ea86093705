"""Answers as they go out: as a caller may see them, by the clock that the request is read by."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from orderglot.core.caller import Caller
from orderglot.core.order import Order
from orderglot.core.query import Page
from orderglot.core.time_zones import to_zone, zone_of
from orderglot.core.unknown_members import without_unknown
from orderglot.wire.message import Request, Response
from orderglot.wire.operation import Operation

SORRY = "Something failed here; please try again later."
"""What is said of an error that nobody has foreseen."""

MOST_TOUCHED = 25
"""An answer of more orders than that is a list; of more that a request changes it names these."""


def shown_to(caller: Caller, answer: Any) -> Any:
    """Give an answer as a caller may see it: a customer's does not see what nobody here knows."""
    return answer if caller.customer is None else _with_orders(answer, without_unknown)


def _with_orders(answer: Any, change: Callable[[Order], Order]) -> Any:
    """Give an answer with its orders changed."""
    if isinstance(answer, Order):
        return change(answer)
    if isinstance(answer, tuple):
        return tuple(_with_orders(one, change) for one in answer)
    if isinstance(answer, Page):
        return msgspec.structs.replace(answer, orders=_with_orders(answer.orders, change))
    order = getattr(answer, "order", None)
    if isinstance(order, Order):
        return msgspec.structs.replace(answer, order=change(order))
    return answer


def touched(answer: Any) -> tuple[int, ...]:
    """Give the hub's ids of the orders that an answer is about; a page of a list is about none."""
    if isinstance(answer, Order):
        return (answer.id,)
    if isinstance(answer, tuple) and len(answer) <= MOST_TOUCHED:
        return tuple(dict.fromkeys(id for one in answer for id in touched(one)))
    order = None if isinstance(answer, Page) else getattr(answer, "order", None)
    return (order.id,) if isinstance(order, Order) else ()


def in_zone(request: Request, zone: str) -> Request:
    """Give a request of which times that name no zone are those of a zone."""
    return request if zone == request.zone else msgspec.structs.replace(request, zone=zone)


def write_answer(operation: Operation[Any, Any], answer: Any, request: Request) -> Response:
    """Write an answer by the clock that the request is read by."""
    if request.zone:
        answer = _with_orders(answer, partial(to_zone, zone=zone_of(request.zone)))
    return operation.response.write(answer, request)
