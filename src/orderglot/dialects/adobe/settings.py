"""A seller's settings on Adobe: when a new order is complete, and what it may sell to whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from orderglot.core.currencies import demand_currency
from orderglot.core.errors import Rule, invalid
from orderglot.core.seller import Seller
from orderglot.dialects.adobe.tables import (
    AT_ONCE,
    COMPLETES,
    CURRENCIES,
    HAND,
    LONGEST_WAIT,
    PROGRAMS,
    SEGMENTS,
)


def completes_at(seller: Seller, now: datetime) -> datetime | None:
    """Tell when an order that is new now is complete by itself, None where somebody has to say so."""
    said = seller.tables.get(COMPLETES, HAND)
    if said == AT_ONCE:
        return now
    return None if said == HAND else now + timedelta(seconds=float(said))


def currencies_of(seller: Seller) -> list[str] | None:
    """Give the currencies that a seller may sell in, None for any."""
    return seller.tables.get(CURRENCIES)


def programs_of(seller: Seller) -> list[str] | None:
    """Give the market segments that a seller may sell to, None for any."""
    return seller.tables.get(PROGRAMS)


def _check_completes(said: Any) -> None:
    if said in (AT_ONCE, HAND):
        return
    seconds = isinstance(said, int | Decimal) and not isinstance(said, bool)
    if not seconds or not 0 <= said <= LONGEST_WAIT.total_seconds():
        reason = f'Say "{AT_ONCE}", "{HAND}", or after how many seconds, up to a year.'
        raise invalid(COMPLETES, Rule.CHOICE, reason)


def _check_currencies(said: Any) -> None:
    for code in _listed(CURRENCIES, said):
        demand_currency(CURRENCIES, code)


def _check_programs(said: Any) -> None:
    known = tuple(SEGMENTS.values())
    for segment in _listed(PROGRAMS, said):
        if segment not in known:
            reason = f"{segment[:20]!r} is not one of {', '.join(known)}."
            raise invalid(PROGRAMS, Rule.CHOICE, reason)


def _listed(name: str, said: Any) -> list[str]:
    if not isinstance(said, list) or not all(isinstance(one, str) and one for one in said):
        raise invalid(name, Rule.MALFORMED, "This is no JSON list of texts.")
    return said


TABLES: Mapping[str, Callable[[Any], object]] = {
    "completes": _check_completes,
    "currencies": _check_currencies,
    "programs": _check_programs,
}
"""What refuses a setting that a seller cannot have."""
