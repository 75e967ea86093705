"""Turnover in SQL: what each order ``o`` adds to its book, as ``core.turnover`` has it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from orderglot.core.turnover import OFFERED, TAKEN_OFF
from orderglot.core.values import COME_TO_NOTHING


def _listed(values: Iterable[StrEnum]) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))


_COUNTS = f"o.status NOT IN ({_listed(COME_TO_NOTHING)}) AND o.kind NOT IN ({_listed(OFFERED)})"

COUNTED = f"count(CASE WHEN {_COUNTS} THEN 1 END)"
"""How many of some orders count."""

TURNOVER = (
    f"CASE WHEN NOT ({_COUNTS}) THEN NULL"
    f" WHEN o.kind IN ({_listed(TAKEN_OFF)}) THEN -abs(o.total) ELSE o.total END"
)
"""What an order that counts comes to in millionths, NULL where that is not known."""
