"""Sum counts: how many of some orders add up, do not, or cannot be told, and the first that do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from orderglot.core.adding_up import adds_up, answer, in_words
from orderglot.core.findings import Answer
from orderglot.core.order import Order

MOST_NAMED = 5
"""So many orders that do not add up are named."""


class Unequal(Struct, frozen=True, gc=False):
    """An order that does not add up, by its number, and where it does not and by how much."""

    order: str
    difference: str


class SumCounts(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How many orders add up, differ or cannot be told; ``first`` are some of those that differ."""

    add_up: int = 0
    differ: int = 0
    untold: int = 0
    first: tuple[Unequal, ...] = ()


def with_orders(counts: SumCounts, orders: Iterable[tuple[str, Order]]) -> SumCounts:
    """Count further orders, each named so."""
    answers = Counter[Answer]()
    first = list(counts.first)
    for name, order in orders:
        found = answer(order)
        answers[found] += 1
        if found is Answer.NO and len(first) < MOST_NAMED:
            first.append(Unequal(name, in_words(adds_up(order))))
    return SumCounts(
        add_up=counts.add_up + answers[Answer.YES],
        differ=counts.differ + answers[Answer.NO],
        untold=counts.untold + answers[Answer.UNKNOWN],
        first=tuple(first),
    )
