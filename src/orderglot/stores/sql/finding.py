"""Finding: how many orders a selection has, and the shortest way to its page, question by question.

The questions come from generators, which are sent the rows of each: so every database asks them in
its own way, on its own connections.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, NamedTuple

from orderglot.core.query import Query
from orderglot.stores.backend import Scope, Selection
from orderglot.stores.sql.counting import (
    Split,
    bucketed,
    counted,
    is_wide,
    one_by_one,
    split,
    within_hundred,
)
from orderglot.stores.sql.grammar import Grammar, Sql
from orderglot.stores.sql.skipping import Way, along, from_bucket, from_end, is_far


class Question(NamedTuple):
    """A statement that only reads, and whether it is asked again and again."""

    sql: Sql
    often: bool = False


class Whereabouts(NamedTuple):
    """How many orders a selection has, where that was asked, and the way to its page, if there is one."""

    total: int | None
    way: Way | None


Questions = Generator[Question, Sequence[Any], Whereabouts]


class _Number(NamedTuple):
    orders: int
    kept: bool
    """Whether counts that are kept beforehand told."""


def whereabouts(scope: Scope, selection: Selection, grammar: Grammar) -> Questions:
    """Ask what has to be known before the page of a selection can be read.

    Of a page that is far from the beginning all questions have to be answered at one moment.
    """
    far = is_far(selection)
    if not far and not selection.total:
        return Whereabouts(None, Way(selection))
    number = yield from _count(scope, selection.where, grammar)
    total = number.orders if selection.total else None
    if not number.orders:
        return Whereabouts(total, None)
    if not far:
        return Whereabouts(total, Way(selection))
    way = from_end(selection, number.orders)
    apart = along(scope, selection) if number.kept else None
    if apart is not None and way is not None and is_far(way.selection):
        bucket, before = yield from _bucket(scope, way, apart, grammar)
        way = from_bucket(way, apart, bucket, before)
    return Whereabouts(total, way)


def _bucket(
    scope: Scope, way: Way, apart: Split, grammar: Grammar
) -> Generator[Question, Sequence[Any], tuple[int, int]]:
    """Find the bucket in which a page begins, and how many orders are before that."""
    skipped, down = way.selection.offset, way.selection.sort[0].descending
    over = 0
    if is_wide(apart):
        rows = yield Question(bucketed(scope, apart, grammar, skipped, down=down, hundreds=True))
        for bucket, before in rows:
            inner = within_hundred(apart, bucket)
            if inner is None:
                return bucket, int(before)
            apart, over = inner, int(before)
    rows = yield Question(bucketed(scope, apart, grammar, skipped - over, down=down))
    ((bucket, before),) = rows
    return bucket, over + int(before)


def _count(
    scope: Scope, where: Query, grammar: Grammar
) -> Generator[Question, Sequence[Any], _Number]:
    """Count the matches exactly."""
    apart = split(where) if scope.customer is None else None
    rows: Sequence[Any] = ()
    if apart is not None and is_wide(apart):
        rows = yield Question(counted(scope, where, grammar, hundreds=True), often=True)
    if not rows:
        rows = yield Question(counted(scope, where, grammar), often=True)
    kept = bool(rows)
    if not kept:
        rows = yield Question(one_by_one(scope, where, grammar), often=True)
    ((number,),) = rows
    return _Number(int(number), kept)
