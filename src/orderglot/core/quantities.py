"""Quantities: how many of something, a whole number or a decimal of at most six places.

A whole quantity is an ``int`` and nothing else, so that it is written ``24`` wherever it goes; a
``Decimal`` is one that is not whole, without idle zeros. ``plain`` makes either from a number, and
``exact`` from one that comes from outside.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

Quantity: TypeAlias = int | Decimal

PLACES = 6
MOST = 10**18
"""A quantity is smaller than this, as every database counts."""

_QUANTUM = Decimal(1).scaleb(-PLACES)


def plain(number: int | Decimal) -> Quantity:
    """Give a number in the form of a quantity: as a whole one if it is, else without idle zeros."""
    if isinstance(number, int):
        return number
    whole = int(number)
    return whole if number == whole else number.normalize()


def exact(number: int | Decimal) -> Quantity:
    """Give a number as a quantity; raises ValueError where it is too large or has too many decimals."""
    if isinstance(number, int):
        return number
    if not number.is_finite() or number.copy_abs() >= MOST:
        raise ValueError("is no number of so many digits as a quantity may have")
    if number != number.quantize(_QUANTUM):
        raise ValueError(f"has more than {PLACES} decimals")
    return plain(number)


def size(quantity: Quantity) -> Quantity:
    """Give a quantity without its sign."""
    return -quantity if quantity < 0 else quantity


def with_unit(quantity: Quantity, unit: str) -> str:
    """Write a quantity as a person reads it: ``24``, ``1.5 kg``."""
    return f"{quantity} {unit}".rstrip()
