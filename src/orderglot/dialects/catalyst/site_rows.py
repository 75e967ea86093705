"""Rows of a site: comparisons with what it says under numbers of its own, or of all its orders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from functools import partial
from typing import Any

from orderglot.core.query import EVERYTHING, Operator, Query, Sort
from orderglot.dialects.catalyst.comparisons import (
    Asked,
    ReadValue,
    demand_text,
    shows,
    stands,
)
from orderglot.dialects.catalyst.conditions import NOTHING, any_of, negated, ranked
from orderglot.dialects.catalyst.settings import Site
from orderglot.dialects.catalyst.values import day_of, read_moment, read_number, read_text


def by_row(
    values: Mapping[int, Any],
    choose: Callable[[int], Query],
    read: ReadValue,
    operator: Operator,
    value: Any,
    zone: tzinfo = UTC,
) -> Query:
    """Ask for what is said under a number, in a list or elsewhere, by the numbers that say so.

    Under any other number nothing is said. ``read`` tells what kind of thing it is; times without a
    zone are those of ``zone``.
    """
    demand_text(operator, textual=read is read_text)
    if value is None:
        chosen = [choose(id) for id, one in values.items() if one is not None]
        return negated(any_of(chosen)) if operator is Operator.EQ else NOTHING
    if read is read_moment:
        matches = _moment_matcher(operator, value, zone)
    else:
        wanted = read(value)
        matches = partial(_matches, operator=operator, wanted=wanted)
    return any_of([choose(id) for id, one in values.items() if one is not None and matches(one)])


def _moment_matcher(operator: Operator, value: Any, zone: tzinfo) -> Callable[[Any], bool]:
    """Make what tells whether a time that is shown compares so; a date equals all of its day."""
    wanted, day = read_moment(value, zone), None
    if operator is Operator.EQ:
        day = day_of(value, zone)

    def matches(shown: Any) -> bool:
        moment = read_moment(shown, zone)
        return day[0] <= moment < day[1] if day else shows(moment, operator, wanted)

    return matches


def _matches(shown: Any, operator: Operator, wanted: Any) -> bool:
    if isinstance(wanted, bool):
        return stands(shown, operator, wanted)
    return shows(shown, operator, wanted)


def sorted_by_row(values: Mapping[int, Any], choose: Callable[[int], Query]) -> Sort:
    """Sort by what is said under a number; where nothing is, that comes first."""
    distinct = sorted({one for one in values.values() if one is not None})
    return ranked(
        (any_of([choose(id) for id, one in values.items() if one == value]), place)
        for place, value in enumerate(distinct)
    )


def never(read: ReadValue) -> Asked:
    """Ask for what is known of no order; ``read`` tells what kind of thing it would be."""

    def ask(_site: Site, operator: Operator, value: Any) -> Query:
        return by_row({}, lambda _id: NOTHING, read, operator, value)

    return Asked(ask)


def constant(values: Callable[[Site], Any], there: Query = EVERYTHING) -> Asked:
    """Ask for what a site says of all its orders, or of all those that have something."""

    def ask(site: Site, operator: Operator, value: Any) -> Query:
        one = values(site)
        read = read_text if isinstance(one, str) else read_number
        return by_row({0: one}, lambda _id: there, read, operator, value)

    return Asked(ask, ranked=lambda _site: ranked([(there, 0)]))
