"""Conditions put together: one value, any of several, what is not so, and ranks to sort by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from orderglot.core.query import (
    EVERYTHING,
    And,
    Compare,
    Not,
    Operator,
    Or,
    Query,
    Rank,
    Sort,
    Value,
)

NOTHING = Or(())
UNSAID = "whole:status"
"""A field in which no order says anything: the ranks alone sort."""


def ranked(codes: Iterable[tuple[Query, Rank]], rest: str = UNSAID) -> Sort:
    """Sort by codes; ``rest`` is the field that tells the code of an order that has none of these."""
    return Sort(rest, ranks=tuple(codes))


def same(field: str, value: Value) -> Query:
    """Ask for one value."""
    return Compare(field, Operator.EQ, value)


def negated(asked: Query) -> Query:
    """Ask for what is not so."""
    match asked:
        case Compare(field, Operator.EQ, value):
            return Compare(field, Operator.NE, value)
        case Not(part):
            return part
        case Or(()):
            return EVERYTHING
        case _:
            return Not(asked)


def any_of(parts: list[Query]) -> Query:
    """Ask for any of some parts; values of one field make one list, also beside the same thing."""
    values: dict[tuple[Query, str], list[Any]] = {}
    others: list[Query] = []
    for part in parts:
        beside, among = _apart(part)
        match among:
            case Compare(field, Operator.EQ, value):
                values.setdefault((beside, field), []).append(value)
            case Compare(field, Operator.IN, several) if isinstance(several, tuple):
                values.setdefault((beside, field), []).extend(several)
            case Or(()):
                continue
            case _:
                others.append(part)
    lists: list[Query] = []
    for (beside, name), every_value in values.items():
        listed = Compare(name, Operator.IN, tuple(every_value))
        lists.append(listed if beside == EVERYTHING else And((beside, listed)))
    every = (*lists, *others)
    return every[0] if len(every) == 1 else Or(every)


def _apart(part: Query) -> tuple[Query, Query]:
    """Take a part into what may be the same in several, and a comparison with values."""
    match part:
        case And((beside, Compare(_, Operator.EQ | Operator.IN) as among)):
            return beside, among
        case And((Compare(_, Operator.EQ | Operator.IN) as among, beside)):
            return beside, among
        case _:
            return EVERYTHING, part
