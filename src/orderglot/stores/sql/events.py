"""The events of orders: how they are asked for, and what a row of them says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from orderglot.core.ports import Event
from orderglot.stores.sql.rows import instant, microseconds

_encode = msgspec.json.encode
_decode = msgspec.json.decode

EVENTS = (
    "SELECT e.version, e.what, e.at, e.who, e.other, e.details FROM orders AS o"
    " JOIN order_events AS e ON e.seller = o.seller AND e.order_id = o.id WHERE o.id = ? AND"
)
DUPLICATES = (
    "SELECT e.order_id, e.version, e.what, e.at, e.who, e.other, e.details FROM order_events AS e"
    " JOIN orders AS o ON o.seller = e.seller AND o.id = e.order_id"
    " WHERE e.seller = ? AND e.other IS NOT NULL AND"
)


def event_of(row: Sequence[Any]) -> Event:
    """Make an event of its order, version, what, time, who, the other order, and the details."""
    order, version, what, at, who, other, details = row
    return Event(
        order=order,
        version=version,
        what=what,
        at=instant(at),
        who=who,
        other=other,
        details=_decode(details) if details else {},
    )


def event_row(event: Event) -> tuple[Any, ...]:
    """Give the columns of an event behind its seller: order, version, time and what else it says."""
    details = _encode(event.details).decode() if event.details else None
    at = microseconds(event.at)
    return event.order, event.version, at, event.what, event.who, event.other, details
