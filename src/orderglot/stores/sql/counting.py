"""Counting: how many orders a tree holds for, from counts that the database keeps where they tell.

They tell of a tree that asks for a range of one axis, and beside it only for what the counts are
kept by. Buckets that lie wholly in the range are added up; where it begins or ends within a bucket,
the orders of that bucket are counted one by one.
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
from orderglot.stores.sql.count_buckets import AXES, NOTHING, Axis
from orderglot.stores.sql.grammar import Grammar, Sql, fragment
from orderglot.stores.sql.integers import whole
from orderglot.stores.sql.paging import scoped
from orderglot.stores.sql.rows import MILLION, MOST, NUMBERED, microseconds

KEPT_BY = frozenset({"test", "kind", "status"})
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


def counted(scope: Scope, where: Query, grammar: Grammar) -> Sql:
    """Describe how many orders in a scope a tree holds for.

    No row says that the counts would tell, but that they are not kept.
    """
    apart = split(where) if scope.customer is None else None
    if apart is None:
        return one_by_one(scope, where, grammar)
    counts = _counts(scope, apart, grammar)
    text = fragment("SELECT coalesce(sum(s.orders), 0) FROM (", counts.text, ") AS s")
    if not grammar.are_kept:
        return Sql(text, counts.params)
    kept = Sql(f"{text} HAVING {grammar.are_kept}", (*counts.params, SELLER))
    return bind_seller(scope.seller, kept)


def bucketed(scope: Scope, apart: Split, grammar: Grammar, skipped: int, *, down: bool) -> Sql:
    """Describe in which bucket of an axis one is behind so many orders, and how many are before it.

    The buckets come by rising bucket, or by falling one where it goes ``down``.
    """
    counts = _counts(scope, apart, grammar)
    by = "bucket DESC" if down else "bucket"
    text = fragment(
        "SELECT b.bucket, b.upto - b.orders FROM (SELECT g.bucket, g.orders,",
        f"sum(g.orders) OVER (ORDER BY g.{by}) AS upto",
        "FROM (SELECT s.bucket, CAST(sum(s.orders) AS BIGINT) AS orders FROM (",
        counts.text,
        ") AS s GROUP BY s.bucket) AS g) AS b",
        f"WHERE b.upto > CAST(? AS BIGINT) ORDER BY b.{by} LIMIT 1",
    )
    return Sql(text, (*counts.params, skipped))


def one_by_one(scope: Scope, where: Query, grammar: Grammar) -> Sql:
    """Describe how many orders in a scope a tree holds for, without looking at kept counts."""
    asked = conjunction((scoped(scope), compiled(where, grammar)))
    text = fragment("SELECT count(*) FROM orders AS", ORDERS, "WHERE", asked.text)
    return bind_seller(scope.seller, Sql(text, asked.params))


def _counts(scope: Scope, apart: Split, grammar: Grammar) -> Sql:
    """Say the counts as rows of a bucket and a number of orders."""
    inner, edges = _cut(apart)
    asked = conjunction((scoped(scope), compiled(apart.rest, grammar)))
    column = f"{ORDERS}.{apart.axis.column}"
    buckets = fragment("AS o WHERE", asked.text, "AND o.axis = ? AND o.bucket BETWEEN ? AND ?")
    selects = [
        Sql(
            fragment("SELECT o.bucket, o.orders FROM", table, buckets),
            (*asked.params, apart.axis.name, *inner),
        )
        for table in grammar.counts
    ]
    for bucket, edge in edges.items():
        orders = fragment("FROM orders AS o WHERE", asked.text, "AND", column, "BETWEEN ? AND ?")
        selects.append(Sql(fragment("SELECT ?, count(*)", orders), (bucket, *asked.params, *edge)))
    text = " UNION ALL ".join(one.text for one in selects)
    return bind_seller(scope.seller, Sql(text, tuple(p for one in selects for p in one.params)))


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
