"""Single values as Kodaris's wire writes them, and what is left of those that it writes in part."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from itertools import chain
from typing import Any

import msgspec

from orderglot.core.order import Order, Unknown
from orderglot.core.unknown_members import bounded
from orderglot.dialects.kodaris.tables import HOMELESS, MEMBERS, NAME
from orderglot.wire.values import read_instant

OWN = f"{NAME}."
"""What the names of this vendor's extras begin with."""

_encode = msgspec.json.Encoder().encode
"""Writes a time, in quotes, in a fifth of what ``isoformat`` takes."""
_MILLISECONDS = re.compile(r":(?=[0-9]{3}$)")


def write_moment(moment: datetime | None) -> str | None:
    """Write a time as ``2024-05-21 19:10:13:052``: a colon before the milliseconds, no zone."""
    if moment is None:
        return None
    text = _encode(moment).decode()
    milliseconds = text[21:24] if text[20] == "." else "000"
    return f"{text[1:11]} {text[12:20]}:{milliseconds}"


def read_moment(text: str, zone: tzinfo = UTC) -> datetime:
    """Read a time, of ``zone`` where it names none, in the vendor's form or in ISO 8601.

    Raises ValueError where it is none.
    """
    return read_instant(_MILLISECONDS.sub(".", text.strip()), zone)


def checked_out(order: Order) -> datetime | None:
    """Tell when an order was checked out, which is when it was received.

    Older books have that time of a vendor's order as the one when it was completed.
    """
    return order.received or order.completed


def whole_millisecond(moment: datetime | None) -> datetime | None:
    """Cut a time down to its millisecond."""
    return moment and moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def round_extras(order: Order) -> dict[str, Any]:
    """Leave the extras that the page has members for, but for those that repeat a default."""
    return {name: value for name, value in _shown(order) if name.removeprefix(OWN) in HOMELESS}


def round_unknown(order: Order) -> tuple[Unknown, ...]:
    """Leave what no page names, also what older books have of it among the extras."""
    found = {
        (member,): Unknown(NAME, (member,), value)
        for name, value in _shown(order)
        if (member := name.removeprefix(OWN)) not in MEMBERS
    }
    others = (one for one in order.unknown if one.path not in found)
    return bounded(chain(found.values(), others))


def _shown(order: Order) -> list[tuple[str, Any]]:
    """Give the extras that are written."""
    own = [(name, value) for name, value in order.extras.items() if name.startswith(OWN)]
    return [(name, value) for name, value in own if not is_empty(name.removeprefix(OWN), value)]


def is_empty(member: str, value: Any) -> bool:
    """Tell whether an extra is what an order has without one: null, or prices on display."""
    return value is (True if member == "displayPricing" else None)
