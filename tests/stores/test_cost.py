"""Cost: what is read beside the event loop is told by the question alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from orderglot.core.query import LARGE, And, Compare, Not, Operator, Or, Query, Sort, Window
from orderglot.stores.backend import Scope
from orderglot.stores.selection import selection
from orderglot.stores.sql.cost import MOST_REMEMBERED, SlowShapes, is_expensive, shape
from tests.stores.indexed_queries import ORDINARY, RARE, keys

SELLERS = Scope(1)
CUSTOMERS = Scope(1, customer=7)
TEXT = Compare("shipping.instructions", Operator.CONTAINS, "zz")


def searched(where: Query, scope: Scope = SELLERS, **window: Any) -> bool:
    return is_expensive(scope, selection(Window(where=where, **window)))


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_requests_are_answered_at_once(name: str) -> None:
    where, sort = ORDINARY[name]

    assert not searched(where, sort=keys(sort))
    assert not searched(where, CUSTOMERS, sort=keys(sort))


@pytest.mark.parametrize("where", RARE.values(), ids=RARE)
def test_what_is_looked_up_by_a_number_or_name_is_answered_at_once(where: Query) -> None:
    assert not searched(where)


@pytest.mark.parametrize(
    "where",
    [
        TEXT,
        Not(TEXT),
        Compare("notes", Operator.EQ, "x"),
        Compare("name", Operator.CONTAINS, "x"),
        Compare("name", Operator.BEGINS, "x"),
        Compare("lines.title", Operator.EQ, "AA124"),
        Compare("customer.first_name", Operator.EQ, "x"),
        Compare("extras.kole.x", Operator.EQ, "x"),
        Compare("discount.amount", Operator.GT, Decimal(1)),
        Compare("renewal_of.native:kole", Operator.EQ, 7),
        Or((Compare("number", Operator.EQ, "N1"), TEXT)),
        And((Compare("status", Operator.EQ, "completed"), TEXT)),
        And((Compare("number", Operator.NE, "N1"), TEXT)),
        And((Compare("number", Operator.EQ, None), TEXT)),
        And((Compare("number", Operator.IN, ("N1", "")), TEXT)),
    ],
    ids=repr,
)
def test_what_goes_through_documents_or_texts_is_searched_for(where: Query) -> None:
    assert searched(where)


@pytest.mark.parametrize(
    "narrow",
    [
        Compare("number", Operator.EQ, "N1"),
        Compare("customer.id", Operator.IN, (7, 8)),
        Compare("native:kole", Operator.EQ, 7),
        Compare("customer.native:kole", Operator.EQ, 7),
        Compare("customer.email", Operator.EQ, "me@example.com"),
    ],
    ids=repr,
)
def test_what_an_index_narrows_down_is_looked_through_at_once(narrow: Query) -> None:
    assert not searched(And((narrow, TEXT)))


def test_a_customers_orders_are_looked_through_at_once() -> None:
    assert not searched(TEXT, CUSTOMERS)


def test_what_is_sorted_by_what_no_index_has_is_searched_for() -> None:
    assert searched(And(()), sort=(Sort("notes"),))
    assert searched(
        And(()), sort=(Sort("id", ranks=((Compare("status", Operator.EQ, "draft"), 1),)),)
    )


@pytest.mark.parametrize(("limit", "expected"), [(LARGE, False), (LARGE + 1, True)])
def test_a_large_page_is_read_beside_the_loop(limit: int, expected: bool) -> None:
    assert expected is searched(And(()), limit=limit)
    assert expected is searched(And(()), CUSTOMERS, limit=limit)


def test_what_took_too_long_is_remembered_whatever_values_it_asks_for() -> None:
    slow = SlowShapes()
    one, same, other = (
        shape(SELLERS, selection(Window(where=Compare(name, Operator.NE, value))))
        for name, value in (("status", "draft"), ("status", "shipped"), ("kind", "sale"))
    )
    slow.add(one)

    assert slow.has(same)
    assert not slow.has(other)


def test_nobody_fills_the_memory_with_questions() -> None:
    slow = SlowShapes()
    for seller in range(MOST_REMEMBERED * 3):
        slow.add(shape(Scope(seller), selection(Window())))

    assert len(slow._until) <= MOST_REMEMBERED
