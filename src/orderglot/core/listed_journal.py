"""A journal that is a list: the plainest reading of what is asked of one, which the others are held against."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from orderglot.core.caller import Caller
from orderglot.core.journal import Criteria, Gap, Kept, Row, not_kept
from orderglot.core.query import And, Compare, Not, Or, Query, hold


class ListedJournal:
    """Exchanges that are there from the beginning, each with the caller who made it; of none, no journal."""

    def __init__(self, exchanges: Iterable[tuple[Caller, Kept]] = ()) -> None:
        self._exchanges = sorted(exchanges, key=lambda one: one[1].row.id, reverse=True)

    async def page(self, caller: Caller, criteria: Criteria, limit: int) -> tuple[Row, ...]:
        """Give those that meet the criteria, newest first, at most ``limit``."""
        seen = (kept.row for kept in self._seen(caller))
        return tuple(row for row in seen if meets(row, criteria))[:limit]

    async def show(self, caller: Caller, id: str) -> Kept:
        """Give one with its bytes; raises NotFound where there is none in the caller's sight."""
        found = next((kept for kept in self._seen(caller) if kept.row.id == id), None)
        if found is None:
            raise not_kept(id)
        return found

    async def gaps(self, _caller: Caller, _since: datetime | None = None) -> tuple[Gap, ...]:
        """Give what was dropped: nothing."""
        return ()

    def _seen(self, caller: Caller) -> list[Kept]:
        return [
            kept
            for whose, kept in self._exchanges
            if whose.seller == caller.seller and caller.customer in (None, whose.customer)
        ]


def meets(row: Row, criteria: Criteria) -> bool:
    """Tell whether an exchange is one of those asked for."""
    for name in ("direction", "dialect", "operation", "key", "method"):
        if (wanted := getattr(criteria, name)) and wanted != getattr(row, name):
            return False
    least, most = criteria.statuses or (0, row.status)
    refused = row.status >= 400 or row.status == 0 or row.reason != ""
    named = criteria.order in row.orders or row.id in criteria.ids
    return (
        least <= row.status <= most
        and (named or (criteria.order is None and not criteria.ids))
        and (criteria.since is None or row.at >= criteria.since)
        and (criteria.until is None or row.at < criteria.until)
        and (not criteria.before or row.id < criteria.before)
        and criteria.refused in (None, refused)
        and matches(row, criteria.where)
    )


def matches(row: Row, where: Query) -> bool:
    """Tell whether an exchange is one of those asked for: the plainest reading of a query."""
    match where:
        case And(parts):
            return all(matches(row, part) for part in parts)
        case Or(parts):
            return any(matches(row, part) for part in parts)
        case Not(part):
            return not matches(row, part)
        case Compare(name, operator, value):
            return hold(_values(row, name), operator, value)


def _values(row: Row, name: str) -> tuple[Any, ...]:
    """Give the values that an exchange has for a field, None where it has nothing."""
    if name == "orders":
        return row.orders or (None,)
    if name == "ms":
        return (Decimal(str(row.ms)),)
    return (getattr(row, name) if getattr(row, name) != "" else None,)
