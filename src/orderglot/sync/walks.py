"""Walks: through which windows of a vendor's list a pull goes, so that what it hides is seen as well."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from orderglot.core.errors import Invalid, Unsupported
from orderglot.core.query import EVERYTHING, And, Compare, Operator, Query, Window
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Request

MOMENTS = ("modified", "created")
"""What "since" is about: when an order last changed, else when it was made."""

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""From when on everything is asked for where a list goes back only as far as it is asked."""

AHEAD = timedelta(days=1)
"""So far beyond now a window ends, because clocks differ."""

STEP = timedelta(seconds=1)
"""So far windows reach into each other, since some lists know whole seconds and open ends."""


def moment_of(dialect: Dialect) -> str:
    """Give the moment by which a vendor's list can be asked, "" where by none.

    Whether it can shows in the first request: it is another one than without the question.
    """
    plain = _request(dialect, EVERYTHING)
    for name in MOMENTS:
        try:
            asked = _request(dialect, Compare(name, Operator.GTE, BEGINNING))
        except (Invalid, Unsupported):
            continue
        if asked != plain:
            return name
    return ""


def walks(dialect: Dialect, since: datetime | None, now: datetime) -> tuple[Query, ...]:
    """Give what the list is asked for, one after the other, so that every order since is shown."""
    moment, lists = moment_of(dialect), dialect.lists
    windows = tuple(_windows(moment, lists.longest, _beginning(dialect, moment, since), now))
    states = (EVERYTHING, *_hidden(dialect))
    return tuple(_both(window, state) for state in states for window in windows)


def _beginning(dialect: Dialect, moment: str, since: datetime | None) -> datetime | None:
    """Give from when on to ask; a list that hides what is old is given a beginning in any case."""
    lists = dialect.lists
    if since is None:
        return BEGINNING if moment and (lists.begins or lists.longest) else None
    return since if lists.closed else since - STEP


def _windows(
    moment: str, longest: timedelta | None, since: datetime | None, now: datetime
) -> Iterator[Query]:
    if since is None or not moment:
        yield EVERYTHING
        return
    if longest is None:
        yield Compare(moment, Operator.GTE, since)
        return
    while since < now + AHEAD:
        end = since + longest
        yield _both(Compare(moment, Operator.GTE, since), Compare(moment, Operator.LTE, end))
        since = end - STEP


def _hidden(dialect: Dialect) -> Iterator[Query]:
    for status in sorted(dialect.lists.hides):
        yield Compare("status", Operator.EQ, status)


def _both(one: Query, other: Query) -> Query:
    parts = tuple(part for part in (one, other) if part != EVERYTHING)
    return And(parts) if len(parts) > 1 else parts[0] if parts else EVERYTHING


def _request(dialect: Dialect, where: Query) -> Request | None:
    return next(dialect.flows.page(Window(where=where))) if dialect.flows.page else None
