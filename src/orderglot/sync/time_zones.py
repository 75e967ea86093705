"""Time zones: the moments of a vendor whose wire names no zone, as the instants that he means.

A dialect reads such a moment as if it were UTC. Where the vendor's zone is known, every moment of an
order is moved to what a clock there means by it, and back before the order is written.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.order import Order

Move = Callable[[datetime], datetime]


def from_zone(order: Order, zone: str) -> Order:
    """Read an order's moments, which were read as UTC, as those of a zone."""
    there = ZoneInfo(zone)
    moved: Order = _moved(order, lambda moment: moment.replace(tzinfo=there).astimezone(UTC))
    return moved


def to_zone(order: Order, zone: str) -> Order:
    """Give an order's moments as a clock in a zone shows them, as UTC."""
    there = ZoneInfo(zone)
    moved: Order = _moved(order, lambda moment: shown_in(moment, there))
    return moved


def shown_in(moment: datetime, zone: ZoneInfo) -> datetime:
    """Give what a clock in a zone shows at a moment, as UTC."""
    return moment.astimezone(zone).replace(tzinfo=UTC, fold=0)


def _moved(value: Any, move: Move) -> Any:
    if isinstance(value, datetime):
        return move(value)
    if isinstance(value, tuple):
        return tuple(_moved(one, move) for one in value)
    if not isinstance(value, Struct):
        return value
    changed = {}
    for name in value.__struct_fields__:
        before = getattr(value, name)
        after = _moved(before, move)
        if after is not before and after != before:
            changed[name] = after
    return replace(value, **changed) if changed else value
