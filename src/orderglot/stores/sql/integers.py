"""Integer bounds: a comparison with any number, as one with an integer of 64 bits."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from orderglot.core.query import Operator
from orderglot.stores.sql.rows import LEAST, MOST

_LONGEST = 40
"""Digits before or after the point, beyond which only a number's sign matters."""


def whole(operator: Operator, value: int | Decimal, scale: int) -> tuple[Operator, int] | None:
    """Compare ``column / scale`` with a value by comparing the column with a whole number.

    Gives None where that holds for no column.
    """
    scaled = _fraction(value) * scale
    if operator is Operator.EQ:
        number = floor(scaled)
        return (operator, number) if number == scaled and LEAST <= number <= MOST else None
    if operator in (Operator.LT, Operator.LTE):
        number = floor(scaled) if operator is Operator.LTE else ceil(scaled) - 1
        return (Operator.LTE, min(number, MOST)) if number >= LEAST else None
    number = ceil(scaled) if operator is Operator.GTE else floor(scaled) + 1
    return (Operator.GTE, max(number, LEAST)) if number <= MOST else None


def _fraction(value: int | Decimal) -> Fraction:
    if isinstance(value, Decimal) and value and abs(value.adjusted()) > _LONGEST:
        size = Fraction(10) ** (_LONGEST if value.adjusted() > 0 else -_LONGEST)
        return size if value > 0 else -size
    return Fraction(value)
