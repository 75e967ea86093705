"""Counting: how many orders a tree holds for, from counts that the database keeps where they tell.

They tell of a tree that asks for a range of one axis, and beside it only for what the counts are
kept by. Buckets that lie wholly in the range are added up; where it begins or ends within a bucket,
the orders of that bucket are counted one by one. Of a wide range of days whole hundreds are added up.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from orderglot.core.query import And, Compare, Not, Operator, Or, Query
from orderglot.stores.backend import Scope
from orderglot.stores.sql.compiler import (
    ORDERS,
    SELLER,
    bind_seller,
    compiled,
    conjunction,
    in_column,
)
from orderglot.stores.sql.count_buckets import (
    AXES,
    CREATED,
    HUNDREDS,
    LAST_DAY,
    NOTHING,
    WIDTH,
    Axis,
)
from orderglot.stores.sql.grammar import Grammar, Sql, fragment
from orderglot.stores.sql.integers import whole
from orderglot.stores.sql.paging import scoped
from orderglot.stores.sql.rows import MILLION, MOST, NUMBERED, microseconds

KEPT_BY = frozenset({"test", "kind", "status"})
WIDE = 4 * WIDTH
"""From so many days on hundreds of them are added up."""

RANGES = (Operator.LT, Operator.LTE, Operator.GT, Operator.GTE)


class Split(NamedTuple):
    """A tree taken apart: a range of an axis, and the rest, which the counts are kept by.

    The range includes both ends, None is no end. Without any, orders without a value are in it.
    """

    axis: Axis
    least: int | None
    greatest: int | None
    rest: Query


def split(where: Query, axes: tuple[Axis, ...] = AXES) -> Split | None:
    """Take a tree apart along one of some axes, None where the counts do not tell."""
    ranges: dict[Axis, list[Compare]] = {}
    rest = list[Query]()
    for part in _parts(where):
        axis = _axis_of(part)
        if axis is not None and isinstance(part, Compare):
            ranges.setdefault(axis, []).append(part)
        elif _kept_by(part):
            rest.append(part)
        else:
            return None
    if len(ranges) > 1 or not ranges.keys() <= set(axes):
        return None
    for axis, compares in ranges.items():
        return Split(axis, *_range(compares), And(tuple(rest)))
    return Split(axes[-1], None, None, And(tuple(rest)))


def _parts(where: Query) -> Iterator[Query]:
    if isinstance(where, And):
        for part in where.parts:
            yield from _parts(part)
    else:
        yield where


def _axis_of(part: Query) -> Axis | None:
    if not isinstance(part, Compare) or part.operator not in RANGES or part.value is None:
        return None
    return next((axis for axis in AXES if axis.field == part.field), None)


def _kept_by(where: Query) -> bool:
    match where:
        case And(parts) | Or(parts):
            return all(map(_kept_by, parts))
        case Not(part):
            return _kept_by(part)
        case Compare("deleted", Operator.EQ | Operator.NE, None):
            return True
        case Compare(name) if name in NUMBERED:
            return in_column(where)
        case Compare(name):
            return name in KEPT_BY


def _range(compares: list[Compare]) -> tuple[int | None, int | None]:
    least, greatest = list[int](), list[int]()
    for compare in compares:
        bound = _bound(compare)
        if bound is None:
            return 1, 0
        (least if bound[0] is Operator.GTE else greatest).append(bound[1])
    return max(least, default=None), min(greatest, default=None)


def _bound(compare: Compare) -> tuple[Operator, int] | None:
    value = compare.value
    if isinstance(value, datetime):
        return whole(compare.operator, microseconds(value), 1)
    assert isinstance(value, int | Decimal)
    return whole(compare.operator, value, MILLION)


def counted(scope: Scope, where: Query, grammar: Grammar, *, hundreds: bool = False) -> Sql:
    """Describe how many orders in a scope a tree holds for, perhaps by ``hundreds`` of days.

    No row says that the counts would tell, but that they are not kept.
    """
    apart = split(where) if scope.customer is None else None
    if apart is None:
        return one_by_one(scope, where, grammar)
    counts = _counts(scope, apart, grammar, hundreds=hundreds)
    text = fragment("SELECT coalesce(sum(s.orders), 0) FROM (", counts.text, ") AS s")
    kept = _are_kept(grammar, hundreds=hundreds)
    if not kept.text:
        return Sql(text, counts.params)
    return bind_seller(scope.seller, Sql(f"{text} HAVING {kept.text}", counts.params + kept.params))


def bucketed(
    scope: Scope,
    apart: Split,
    grammar: Grammar,
    skipped: int,
    *,
    down: bool,
    hundreds: bool = False,
) -> Sql:
    """Describe in which bucket of an axis one is behind so many orders, and how many are before it.

    The buckets come by rising bucket, or by falling one where it goes ``down``. With ``hundreds`` it may
    be the first day of one of those, and no row says that they are not kept.
    """
    counts = _counts(scope, apart, grammar, hundreds=hundreds)
    by = "bucket DESC" if down else "bucket"
    # Of days alone it is asked where the counts have told already.
    kept = _are_kept(grammar, hundreds=True) if hundreds else Sql("")
    text = fragment(
        "SELECT b.bucket, b.upto - b.orders FROM (SELECT g.bucket, g.orders,",
        f"sum(g.orders) OVER (ORDER BY g.{by}) AS upto",
        "FROM (SELECT s.bucket, CAST(sum(s.orders) AS BIGINT) AS orders FROM (",
        counts.text,
        ") AS s GROUP BY s.bucket) AS g) AS b",
        "WHERE b.upto > CAST(? AS BIGINT)",
        f"AND {kept.text}" if kept.text else "",
        f"ORDER BY b.{by} LIMIT 1",
    )
    return bind_seller(scope.seller, Sql(text, (*counts.params, skipped, *kept.params)))


def _are_kept(grammar: Grammar, *, hundreds: bool) -> Sql:
    """State that what is added up is kept, with no words where it always is."""
    text = grammar.hundreds_are_kept if hundreds else grammar.are_kept
    return Sql(text, (SELLER,) if text else ())


def is_wide(apart: Split) -> bool:
    """Tell whether a range has whole hundreds of days that can be added up."""
    return _hundreds(apart) is not None


def within_hundred(apart: Split, bucket: int) -> Split | None:
    """Give the part of a range that is in the hundred of days which begins with this one, if it was added up."""
    found = _hundreds(apart)
    if found is None or not found[0] <= bucket // WIDTH <= found[1]:
        return None
    least, greatest = apart.axis.span(bucket)[0], apart.axis.span(bucket + WIDTH - 1)[1]
    return apart._replace(least=least, greatest=greatest)


def one_by_one(scope: Scope, where: Query, grammar: Grammar) -> Sql:
    """Describe how many orders in a scope a tree holds for, without looking at kept counts."""
    asked = conjunction((scoped(scope), compiled(where, grammar)))
    text = fragment("SELECT count(*) FROM orders AS", ORDERS, "WHERE", asked.text)
    return bind_seller(scope.seller, Sql(text, asked.params))


def _counts(scope: Scope, apart: Split, grammar: Grammar, *, hundreds: bool) -> Sql:
    """Say the counts as rows of a bucket and a number of orders."""
    (first, last), edges = _cut(apart)
    asked = conjunction((scoped(scope), compiled(apart.rest, grammar)))
    column = f"{ORDERS}.{apart.axis.column}"
    summed = _hundreds(apart) if hundreds else None
    if summed is None:
        selects = _days(asked, apart, grammar, first, last)
    else:
        begin, end = summed[0] * WIDTH, summed[1] * WIDTH + WIDTH - 1
        selects = [
            *_days(asked, apart, grammar, first, begin - 1),
            *_sums(asked, grammar, *summed),
            *_days(asked, apart, grammar, end + 1, last),
        ]
    for bucket, edge in edges.items():
        orders = fragment("FROM orders AS o WHERE", asked.text, "AND", column, "BETWEEN ? AND ?")
        selects.append(Sql(fragment("SELECT ?, count(*)", orders), (bucket, *asked.params, *edge)))
    text = " UNION ALL ".join(one.text for one in selects)
    return bind_seller(scope.seller, Sql(text, tuple(p for one in selects for p in one.params)))


def _days(asked: Sql, apart: Split, grammar: Grammar, first: int, last: int) -> list[Sql]:
    """Say the counts of some buckets one by one."""
    return [
        _kept(table, "o.bucket", asked, apart.axis.name, first, last) for table in grammar.counts
    ]


def _sums(asked: Sql, grammar: Grammar, first: int, last: int) -> list[Sql]:
    """Say the sums of hundreds of days, each by its first day; of what is not summed up yet, the days."""
    counts, *deltas = grammar.counts
    day = f"o.bucket / {WIDTH} * {WIDTH}"
    days = (CREATED.name, first * WIDTH, last * WIDTH + WIDTH - 1)
    return [
        _kept(counts, f"o.bucket * {WIDTH}", asked, HUNDREDS, first, last),
        *(_kept(table, day, asked, *days) for table in deltas),
    ]


def _kept(table: str, bucket: str, asked: Sql, axis: str, first: int, last: int) -> Sql:
    buckets = fragment("AS o WHERE", asked.text, "AND o.axis = ? AND o.bucket BETWEEN ? AND ?")
    text = fragment("SELECT", bucket, "AS bucket, o.orders FROM", table, buckets)
    return Sql(text, (*asked.params, axis, first, last))


def _hundreds(apart: Split) -> tuple[int, int] | None:
    """Give the first and the last hundred of days that lie wholly in a range, None where it is no wide one."""
    (first, last), _ = _cut(apart)
    first, last = max(first, 0), min(last, LAST_DAY)
    if apart.axis is not CREATED or last - first < WIDE:
        return None
    return -(-first // WIDTH), (last + 1) // WIDTH - 1


def _cut(apart: Split) -> tuple[tuple[int, int], dict[int, tuple[int, int]]]:
    """Give the buckets that lie wholly in a range, first and last, and the pieces beside them."""
    axis, least, greatest = apart.axis, apart.least, apart.greatest
    edges = dict[int, tuple[int, int]]()
    first = NOTHING if greatest is None else NOTHING + 1
    last = MOST
    if least is not None:
        first = axis.bucket(least)
        begin, end = axis.span(first)
        if least > begin:
            edges[first] = (least, end if greatest is None else min(end, greatest))
            first += 1
    if greatest is not None:
        last = axis.bucket(greatest)
        begin, end = axis.span(last)
        if greatest < end and last not in edges:
            edges[last] = (begin if least is None else max(begin, least), greatest)
        last -= last in edges
    return (first, last), edges
