"""Time zones: what a time that names no zone means, and what a clock in a zone shows.

An hour that comes twice means the first of the two. A time in an hour that is skipped is what the
clock would have shown that was not put forward: 02:30 is 03:30 then. A date is its midnight there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from functools import cache, lru_cache
from typing import Any, TypeVar, get_args
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import fields, replace

from orderglot.core.errors import Rule, invalid

LONGEST_SHOWN = 40

Move = Callable[[datetime], datetime]
T = TypeVar("T")


@lru_cache(maxsize=256)
def zone_of(name: str) -> tzinfo:
    """Find a time zone by its IANA name; "" is UTC. Raises Invalid where there is no such zone."""
    return _zone_of("timezone", name)


def known_zone(field: str, name: str) -> str:
    """Give the name of a zone back; raises Invalid, about a field, where there is no such zone."""
    _zone_of(field, name)
    return name


def _zone_of(field: str, name: str) -> tzinfo:
    try:
        return UTC if name.upper() in ("", "UTC") else ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        shown = name if len(name) <= LONGEST_SHOWN else name[: LONGEST_SHOWN - 3] + "..."
        reason = f"There is no time zone {shown!r}; give one such as Europe/Berlin."
        raise invalid(field, Rule.UNKNOWN, reason) from None


def from_zone(value: T, zone: tzinfo) -> T:
    """Read the moments in something, which were read as UTC, as those of a zone."""
    moved: T = _moved(value, lambda moment: moment.replace(tzinfo=zone).astimezone(UTC))
    return moved


def to_zone(value: T, zone: tzinfo) -> T:
    """Give something with its moments as a clock in a zone shows them, as UTC."""
    if zone is UTC:
        return value
    moved: T = _moved(value, lambda moment: shown_in(moment, zone))
    return moved


def shown_in(moment: datetime, zone: tzinfo) -> datetime:
    """Give what a clock in a zone shows at a moment, as UTC; at the ends of time the moment itself."""
    try:
        return moment.astimezone(zone).replace(tzinfo=UTC, fold=0)
    except OverflowError:
        return moment


def _moved(value: Any, move: Move) -> Any:
    if isinstance(value, datetime):
        return move(value)
    if isinstance(value, tuple):
        return tuple(_moved(one, move) for one in value)
    if not isinstance(value, Struct):
        return value
    changed = {}
    for name in _holding(type(value)):
        before = getattr(value, name)
        if not before:
            continue
        after = _moved(before, move)
        if after != before:
            changed[name] = after
    return replace(value, **changed) if changed else value


@cache
def _holding(kind: type[Struct]) -> tuple[str, ...]:
    """Name the members of a record that may hold moments, by their types."""
    return tuple(one.name for one in fields(kind) if _may_hold(one.type, frozenset((kind,))))


def _may_hold(hint: Any, around: frozenset[type]) -> bool:
    """Tell whether a type may hold a moment; one that is ``around`` it is looked at there."""
    if isinstance(hint, type) and issubclass(hint, Struct):
        inside = () if hint in around else fields(hint)
        return any(_may_hold(one.type, around | {hint}) for one in inside)
    return hint is datetime or any(_may_hold(one, around) for one in get_args(hint))
