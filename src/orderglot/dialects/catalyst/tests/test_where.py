"""Random questions: what a list finds, in which order and how many, is what the oracle says.

``make where`` asks ten thousand of each store; `make test` asks some.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from orderglot.core import query
from orderglot.core.query import Operator, Or, Query, Sort
from orderglot.dialects.catalyst import code_lists, comparisons, filters, site_rows
from orderglot.dialects.catalyst.relations import every_asked
from orderglot.dialects.catalyst.tests.where_book import ORDERS
from orderglot.dialects.catalyst.tests.where_fields import KINDS, ORDER, Kind
from orderglot.dialects.catalyst.tests.where_oracle import SIGNS
from orderglot.dialects.catalyst.tests.where_questions import OF_TEXT, written
from orderglot.dialects.catalyst.tests.where_shop import Question, Shop, check, opened, questions
from tests.stores.shops import SHELVES

pytestmark = pytest.mark.long

WHOLE = 10_000
QUESTIONS = int(os.environ.get("ORDERGLOT_QUESTIONS", "120"))
"""So many questions are put to each store."""

A_FEW_THOUSAND = 3_000
"""Within so many questions a mistake is found."""

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


@pytest.fixture(scope="module", params=SHELVES)
def shops(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Shop]]:
    with asyncio.Runner() as runner:
        yield from opened(runner, SHELVES[request.param](tmp_path_factory.mktemp("where")))


@pytest.fixture(scope="module")
def in_memory() -> Iterator[list[Shop]]:
    with asyncio.Runner() as runner:
        yield from opened(runner, SHELVES["memory"](Path()))


def test_a_list_is_what_the_pages_say(shops: list[Shop]) -> None:
    outcomes = Counter[str]()

    @settings(max_examples=QUESTIONS, deadline=None, suppress_health_check=SLOW)
    @given(data=st.data())
    def agree(data: st.DataObject) -> None:
        shop = data.draw(st.sampled_from(shops))
        outcomes[check(shop, data.draw(questions(shop)))] += 1

    agree()

    assert outcomes["some"] > QUESTIONS // 4
    assert outcomes["too much"] < max(10, QUESTIONS // 50)


COMPARISONS = [
    (name, sign)
    for name, kind in KINDS.items()
    for sign in SIGNS
    if kind is Kind.TEXT or sign not in OF_TEXT
]
PLAIN = {Kind.NUMBER: 1, Kind.TEXT: "a", Kind.FLAG: True, Kind.MOMENT: "2016-10-10"}


def test_every_field_is_compared_by_every_operator(shops: list[Shop]) -> None:
    outcomes = Counter[str]()
    for name, sign in COMPARISONS[:: 1 if QUESTIONS >= WHOLE else 20]:
        shown = shops[0].pools[name][:1] if KINDS[name] is not Kind.MOMENT else []
        for value in (*shown, PLAIN[KINDS[name]], None):
            wanted = [value] if sign in ("$in", "$nin") else value
            where = {name: {sign: wanted} if sign else wanted}
            outcomes[check(shops[0], Question(where, written(where, Random(0))))] += 1

    assert {"some", "none"} == set(outcomes)


def test_the_book_differs_in_whatever_is_known_of_an_order(shops: list[Shop]) -> None:
    (shop, _) = shops
    of_none = [name for name in KINDS if not shop.pools[name]]

    assert ORDERS == len(shop.rows)
    assert all("." in name for name in of_none)
    assert len(KINDS) - len(of_none) > 80
    assert all(len(shop.pools[name]) > 1 for name in set(ORDER) - {"siteId"})


def test_all_that_may_be_asked_is_on_the_pages() -> None:
    assert {name.lower() for name in KINDS} == set(every_asked())


# Mistakes

Mistake = Callable[[pytest.MonkeyPatch], None]


def _not_in_is_in(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(filters, "negated", lambda asked: asked)


def _codes_are_cut(patch: pytest.MonkeyPatch) -> None:
    stands = comparisons.stands
    patch.setattr(
        comparisons,
        "stands",
        lambda shown, operator, wanted: stands(shown, operator, wanted and Decimal(int(wanted))),
    )


def _what_is_shown_for_nothing_is_not_found(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(comparisons, "shows", lambda *_anything: False)


def _less_is_less_or_equal(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(filters.OPERATORS, "$lt", Operator.LTE)


def _a_date_is_its_midnight(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(comparisons, "day_of", lambda _value, _zone: None)


def _texts_contain_in_their_case(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(query, "fold", lambda text: text)


def _statuses_sort_by_their_names(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(code_lists, "ranked", lambda _codes, _rest: Sort("status"))


def _rows_say_nothing(patch: pytest.MonkeyPatch) -> None:
    def nothing(*_anything: Any) -> Query:
        return Or(())

    patch.setattr(site_rows, "any_of", nothing)


@pytest.mark.parametrize(
    "mistake",
    [
        _not_in_is_in,
        _codes_are_cut,
        _what_is_shown_for_nothing_is_not_found,
        _less_is_less_or_equal,
        _a_date_is_its_midnight,
        _texts_contain_in_their_case,
        _statuses_sort_by_their_names,
        _rows_say_nothing,
    ],
)
def test_a_mistake_is_found_within_a_few_thousand_questions(
    in_memory: list[Shop], monkeypatch: pytest.MonkeyPatch, mistake: Mistake
) -> None:
    mistake(monkeypatch)

    @settings(
        max_examples=A_FEW_THOUSAND,
        deadline=None,
        suppress_health_check=SLOW,
        phases=[Phase.generate],
        database=None,
        derandomize=True,
        report_multiple_bugs=False,
    )
    @given(data=st.data())
    def agree(data: st.DataObject) -> None:
        shop = data.draw(st.sampled_from(in_memory))
        check(shop, data.draw(questions(shop)))

    with pytest.raises(AssertionError):
        agree()
