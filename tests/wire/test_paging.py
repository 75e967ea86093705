"""Reading a stretch of a list out of query arguments."""

from __future__ import annotations

import pytest

from orderglot.core.errors import Invalid, Rule
from orderglot.wire.message import Request
from orderglot.wire.paging import read_bounded


def asked(query: str) -> Request:
    return Request(method="GET", path="/", query=query)


@pytest.mark.parametrize(
    ("query", "limit"), [("", 25), ("limit=", 25), ("limit=0", 0), ("limit=25", 25)]
)
def test_a_bounded_number_is_read(query: str, limit: int) -> None:
    assert limit == read_bounded(asked(query), "limit", 25, 0, 25)


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ("limit=26", Rule.RANGE),
        ("limit=-1", Rule.RANGE),
        ("limit=99999999999999999999", Rule.MALFORMED),
        ("limit=x", Rule.MALFORMED),
        ("limit=1.5", Rule.MALFORMED),
        ("limit=" + "x" * 5000, Rule.MALFORMED),
    ],
)
def test_any_other_is_invalid(query: str, rule: Rule) -> None:
    with pytest.raises(Invalid) as caught:
        read_bounded(asked(query), "limit", 25, 0, 25)

    (problem,) = caught.value.problems
    assert ("limit", rule) == (problem.field, problem.rule)
    assert len(problem.reason) < 100


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("skip=-1", "-1 is not at least 0."),
        ("skip=9007199254740993", "9007199254740993 is not between 0 and 9007199254740992."),
    ],
)
def test_a_number_is_told_the_bound_that_it_breaks(query: str, reason: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_bounded(asked(query), "skip", 0)

    assert reason == caught.value.problems[0].reason
