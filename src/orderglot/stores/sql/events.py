"""The events of orders: how they are asked for, and what a row of them says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from orderglot.core.ports import Event
from orderglot.stores.sql.rows import instant

EVENTS = (
    "SELECT e.version, e.what, e.at, e.who, e.other FROM orders AS o"
    " JOIN order_events AS e ON e.seller = o.seller AND e.order_id = o.id WHERE o.id = ? AND"
)
DUPLICATES = (
    "SELECT e.order_id, e.version, e.what, e.at, e.who, e.other FROM order_events AS e"
    " JOIN orders AS o ON o.seller = e.seller AND o.id = e.order_id"
    " WHERE e.seller = ? AND e.other IS NOT NULL AND"
)


def event_of(row: Sequence[Any]) -> Event:
    """Make an event of its order, version, what, time, who, and the other order."""
    order, version, what, at, who, other = row
    return Event(order=order, version=version, what=what, at=instant(at), who=who, other=other)
