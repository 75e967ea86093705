"""Linking: what may point at what."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from orderglot.core.errors import Invalid
from orderglot.core.linking import RELATIONS, linked
from orderglot.core.order import Identity, Link, Order, Reference
from orderglot.core.values import Relation

WHOLE = Order(id=1, number="2315", references=(Reference("kodaris", "3022"),))
HALF = Order(id=2)
SPLIT = Relation.SPLIT_OF


def test_an_order_points_at_another_by_all_its_names() -> None:
    expected = Link(SPLIT, Identity(id=1, number="2315", references=WHOLE.references))

    assert (expected,) == linked(HALF, WHOLE, SPLIT).links


def test_an_order_that_points_there_already_stays_as_it_is() -> None:
    half = linked(HALF, WHOLE, SPLIT)

    assert half is linked(half, WHOLE, SPLIT)


def test_two_orders_may_be_linked_in_more_than_one_way() -> None:
    half = linked(linked(HALF, WHOLE, SPLIT), WHOLE, Relation.REFERS_TO)

    assert [SPLIT, Relation.REFERS_TO] == [link.relation for link in half.links]


def test_orders_may_refer_to_each_other() -> None:
    half = linked(HALF, WHOLE, Relation.REFERS_TO)

    assert 1 == len(linked(WHOLE, half, Relation.REFERS_TO).links)


@pytest.mark.parametrize(
    ("order", "other"),
    [
        (HALF, HALF),
        (HALF, replace(WHOLE, test=True)),
        (WHOLE, linked(HALF, WHOLE, SPLIT)),
    ],
    ids=["itself", "a live order at a test order", "both ways"],
)
def test_what_makes_no_sense_is_refused(order: Order, other: Order) -> None:
    with pytest.raises(Invalid):
        linked(order, other, SPLIT)


def test_every_relation_has_its_word() -> None:
    assert set(Relation) == set(RELATIONS.values())
