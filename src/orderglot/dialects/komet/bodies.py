"""Komet's web orders as a file holds them: as they are listed. No single request is a whole one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from orderglot.core.errors import Rule, invalid
from orderglot.core.order import Order
from orderglot.dialects.komet import known_members
from orderglot.dialects.komet.media import yes
from orderglot.dialects.komet.wire import read_order, write_order
from orderglot.wire import json
from orderglot.wire.bodies import Bodies, Held, candidates, read_each

ID, ITEMS, WEB_ORDERS = "id", "items", "webOrders"
ASKING = ("customerId", "webOrderId")
"""What every request for or about a web order names, and an answer to it besides."""


@cache
def members() -> frozenset[str]:
    """Give the names of a web order's members, in both forms of the page."""
    return frozenset({*write_order(Order(), ""), "subtotal"})


def knows(name: str) -> bool:
    """Tell whether a web order has a member of a name."""
    return name in members()


def read_orders(body: bytes) -> Held:
    """Read the web orders of a body; raises Invalid for what speaks of one without its items."""
    value = json.read_sent(body)
    _demand_items(value)
    if isinstance(value, Mapping) and not {ID, WEB_ORDERS} & value.keys():
        # Whatever else it lists, it is no web order.
        return Held()
    return Held(
        read_each(candidates(value, knows, WEB_ORDERS), knows, read_order, known_members.ORDER)
    )


def _demand_items(value: Any) -> None:
    if not isinstance(value, Mapping) or ITEMS in value or WEB_ORDERS in value:
        return
    if any(name in value for name in ASKING):
        reason = (
            "This is no whole web order: it is begun, filled and checked out by requests of their"
            " own; give what web-order-details.list answers."
        )
        raise invalid("", Rule.UNEXPECTED, reason)


def write_orders(orders: tuple[Order, ...]) -> bytes:
    """Write web orders as web-order-details.list does."""
    return yes("OK", status=1, webOrders=[write_order(order, "") for order in orders]).body


BODIES = Bodies(read=read_orders, write={"json": write_orders}, id=ID, lines="items")
