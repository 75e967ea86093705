"""Code lists: comparisons with what stands in one of the site's numbered lists."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from orderglot.core.query import And, Compare, Not, Operator, Query, Sort, holds
from orderglot.core.values import Status
from orderglot.dialects.catalyst.comparisons import Asked, Wire, demand_text
from orderglot.dialects.catalyst.conditions import NOTHING, any_of, ranked, same
from orderglot.dialects.catalyst.settings import (
    STATUS_ID,
    Row,
    Site,
    main_status,
    number_of,
    status_of,
)
from orderglot.dialects.catalyst.values import read_number

GIVEN = f"extras.{STATUS_ID}"
"""The status that an order was given, where its meaning is not enough."""


@lru_cache(maxsize=4096)
def with_status(site: Site, number: int) -> Query:
    """Ask for the orders that show a status: those that were given it, and those that mean it."""
    means = status_of(site, number)
    asked = [_meaning(site, number, one) for one in Status if main_status(site, one) == number]
    if main_status(site, means) != number:
        asked.append(And((same("status", means), same(GIVEN, number))))
    return any_of(asked)


def _meaning(site: Site, number: int, status: Status) -> Query:
    """Ask for what is in a status and was given no other number that means the same."""
    others = {row.id for row in site.statuses if row.means is status and row.id != number}
    if status is Status.RECEIVED:
        # A number that is in no list means received as well, so what may be given is listed.
        given = (None, *(row.id for row in site.statuses if row.id not in others))
        return And((same("status", status), Compare(GIVEN, Operator.IN, given)))
    if not others:
        return same("status", status)
    return And((same("status", status), Not(Compare(GIVEN, Operator.IN, tuple(sorted(others))))))


def _ask_status(site: Site, operator: Operator, value: Any) -> Query:
    demand_text(operator, textual=False)
    if value is None:
        return NOTHING
    wanted = read_number(value)
    if operator is Operator.EQ:
        whole = wanted == wanted.to_integral_value()
        return with_status(site, int(wanted)) if whole else NOTHING
    ids = tuple(row.id for row in site.statuses)
    known = [with_status(site, id) for id in ids if holds(id, operator, wanted)]
    in_no_list = (
        same("status", Status.RECEIVED),
        Compare(GIVEN, operator, wanted),
        Not(Compare(GIVEN, Operator.IN, ids)),
    )
    return any_of([*known, And(in_no_list)])


def _write_status(site: Site, operator: Operator, value: Any) -> Wire | None:
    means = {row.means for row in site.statuses}
    wanted = {status for status in Status if holds(status, operator, value)}
    if not wanted <= means:
        return None
    if Status.RECEIVED in wanted:
        return Operator.NE, [row.id for row in site.statuses if row.means not in wanted]
    return Operator.IN, [row.id for row in site.statuses if row.means in wanted]


def _sort_status(site: Site) -> Sort:
    # What is in no list is sorted by the number that the order was given.
    ids = dict.fromkeys(row.id for row in site.statuses)
    return ranked(((with_status(site, id), id) for id in ids), f"whole:{GIVEN}")


STATUS = Asked(_ask_status, {"status": _write_status}, sort="status", ranked=_sort_status)


def listed(path: str, rows: str) -> Asked:
    """Ask for a word of one of the site's lists by its number."""
    number = f"whole:{path}"

    def ask(site: Site, operator: Operator, value: Any) -> Query:
        demand_text(operator, textual=False)
        there: tuple[Row, ...] = getattr(site, rows)
        words = tuple(row.word for row in there if row.word)
        if value is None:
            return _without_number(path, words) if operator is Operator.EQ else NOTHING
        wanted = read_number(value)
        numbers_by_word = {word: number_of(there, word) for word in words}
        fitting = [
            same(path, word) for word, id in numbers_by_word.items() if holds(id, operator, wanted)
        ]
        plain: Query = Compare(number, operator, wanted)
        if words:
            plain = And((plain, Not(Compare(path, Operator.IN, words))))
        return any_of([*fitting, plain])

    def write(site: Site, operator: Operator, value: Any) -> Wire | None:
        if operator not in (Operator.EQ, Operator.NE, Operator.IN):
            return None
        words = value if operator is Operator.IN else (value,)
        numbers = [number_of(getattr(site, rows), word) if word else None for word in words]
        if any(number is None and word for number, word in zip(numbers, words, strict=True)):
            return None
        return operator, numbers if operator is Operator.IN else numbers[0]

    def sort_on(site: Site) -> Sort:
        there: tuple[Row, ...] = getattr(site, rows)
        words = dict.fromkeys(row.word for row in there if row.word)
        numbered = [(same(path, word), number_of(there, word)) for word in words]
        return ranked(((asked, id) for asked, id in numbered if id is not None), number)

    return Asked(ask, {path: write}, sort=number, ranked=sort_on)


def _without_number(path: str, words: tuple[str, ...]) -> Query:
    nothing = same(f"whole:{path}", None)
    return And((nothing, Not(Compare(path, Operator.IN, words)))) if words else nothing
