"""Findings: what came of one equation over an order: it holds, is off by so much, or cannot be told."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct


class Answer(StrEnum):
    """Whether an order adds up."""

    YES = "adds up"
    NO = "does not add up"
    UNKNOWN = "cannot be told"


EXACTLY = ""
PER_LINE = "rounded per line"
PER_RATE = "rounded per rate"
PER_ORDER = "rounded per order"
INCLUDED = "tax in the prices"
ON_TOP = "tax on top"
AFTER_DISCOUNT = "subtotal after discount"
WITHOUT_CANCELLED = "without cancelled lines"


class Way(Struct, frozen=True, gc=False):
    """In which of several known ways an equation holds, such as ``rounded per line``."""

    how: str


class Difference(Struct, frozen=True, gc=False):
    """A member that is more, or less, than what it should come to, and by how much."""

    member: str
    by: Decimal


class Missing(Struct, frozen=True, gc=False):
    """A member that nobody said, and without which an equation cannot be told."""

    member: str


Finding = Way | Difference | Missing
