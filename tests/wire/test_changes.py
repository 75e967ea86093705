"""What became of an order: every difference is named once, by the field, and by what it means."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from msgspec import Struct

from orderglot.core.order import (
    Address,
    Identity,
    Invoice,
    Line,
    LinePricing,
    Link,
    Order,
    Reference,
    Shipping,
    Totals,
)
from orderglot.core.values import Kind, Relation, Status
from orderglot.wire.changes import Change, Fate, changes
from tests.strategies import orders

KOLE = (Reference("kole", "7"),)
SPLIT = Link(Relation.SPLIT_OF, Identity(references=KOLE))

CASES: dict[str, tuple[dict[str, Any], dict[str, Any], str, Fate]] = {
    "a text": ({"notes": "Ring."}, {}, "notes", Fate.LEFT_OUT),
    "a text that is there": ({"notes": "Ring."}, {"notes": "Ring"}, "notes", Fate.CHANGED),
    "a text out of nothing": ({}, {"notes": "Ring."}, "notes", Fate.MADE_UP),
    "an amount of nought": (
        {},
        {"totals": Totals(total=Decimal(0))},
        "totals.total",
        Fate.MADE_UP,
    ),
    "a flag": ({"test": True}, {}, "test", Fate.LEFT_OUT),
    "a word": ({"kind": Kind.RETURN}, {}, "kind", Fate.CHANGED),
    "an id": ({"references": KOLE}, {}, "references", Fate.ID),
    "one id of two": (
        {"references": (*KOLE, Reference("adobe", "8"))},
        {"references": KOLE},
        "references",
        Fate.ID,
    ),
    "another id": (
        {"references": KOLE},
        {"references": (Reference("kole", "8"),)},
        "references",
        Fate.CHANGED,
    ),
    "a customer's id": (
        {"customer": Identity(references=KOLE)},
        {},
        "customer.references",
        Fate.ID,
    ),
    "a customer's number": (
        {"customer": Identity(number="C1", references=KOLE)},
        {"customer": Identity(references=KOLE)},
        "customer.number",
        Fate.LEFT_OUT,
    ),
    "all of a part": (
        {"shipping": Shipping(carrier="UPS", service="GROUND")},
        {},
        "shipping",
        Fate.LEFT_OUT,
    ),
    "all of a part that may be absent": (
        {"ship_to": Address(city="Reno")},
        {},
        "ship_to",
        Fate.LEFT_OUT,
    ),
    "some of a part": (
        {"ship_to": Address(city="Reno", state="NV")},
        {"ship_to": Address(state="NV")},
        "ship_to.city",
        Fate.LEFT_OUT,
    ),
    "a part out of nothing": (
        {},
        {"invoice": Invoice(number="7")},
        "invoice.number",
        Fate.MADE_UP,
    ),
    "all lines": ({"lines": (Line(sku="A"), Line(sku="B"))}, {}, "lines", Fate.LEFT_OUT),
    "one of two lines": (
        {"lines": (Line(sku="A"), Line(sku="B"))},
        {"lines": (Line(sku="A"),)},
        "lines",
        Fate.CHANGED,
    ),
    "part of a line": (
        {"lines": (Line(sku="A", title="Mug"), Line(sku="B"))},
        {"lines": (Line(sku="A"), Line(sku="B"))},
        "lines.title",
        Fate.LEFT_OUT,
    ),
    "all of a line's part": (
        {"lines": (Line(pricing=LinePricing(total=Decimal(1))),)},
        {"lines": (Line(),)},
        "lines.pricing",
        Fate.LEFT_OUT,
    ),
    "a line's number": (
        {"lines": (Line(number=3),)},
        {"lines": (Line(),)},
        "lines.number",
        Fate.LEFT_OUT,
    ),
    "how far a line has come": (
        {"lines": (Line(status=Status.SHIPPED),)},
        {"lines": (Line(),)},
        "lines.status",
        Fate.LEFT_OUT,
    ),
    "a link": ({"links": (SPLIT,)}, {}, "links", Fate.LEFT_OUT),
    "what a link leads to": (
        {"links": (SPLIT,)},
        {"links": (Link(Relation.SPLIT_OF, Identity()),)},
        "links.order.references",
        Fate.ID,
    ),
    "an extra": ({"extras": {"kole.x": 1}}, {}, "extras.kole.x", Fate.LEFT_OUT),
    "another extra": (
        {"extras": {"kole.x": [1]}},
        {"extras": {"kole.x": [2]}},
        "extras.kole.x",
        Fate.CHANGED,
    ),
}


@pytest.mark.parametrize(("one", "other", "field", "fate"), CASES.values(), ids=CASES)
def test_what_became_of_a_field_is_told(
    one: dict[str, Any], other: dict[str, Any], field: str, fate: Fate
) -> None:
    found = changes(Order(**one), Order(**other))

    assert [(field, fate)] == [(change.field, change.fate) for change in found]


def test_a_field_that_is_there_many_times_is_named_once_with_each_pair_of_values() -> None:
    before = Order(lines=(Line(upc="1"), Line(upc="2"), Line(upc="1")))
    after = Order(lines=(Line(), Line(), Line()))

    assert (Change("lines.upc", Fate.LEFT_OUT, (("1", ""), ("2", ""))),) == changes(before, after)


def test_the_fields_stand_in_an_orders_own_order() -> None:
    before = Order(po_number="PO", notes="Ring.", totals=Totals(tax=Decimal(1)), lines=(Line(),))

    assert ["po_number", "notes", "lines", "totals"] == [
        change.field for change in changes(before, Order())
    ]


def test_a_part_that_says_nothing_is_as_good_as_none() -> None:
    assert () == changes(Order(ship_to=Address(), customer=Identity()), Order())


@given(orders(), orders())
def test_two_orders_are_equal_where_nothing_became_of_them(one: Order, other: Order) -> None:
    assert () == changes(one, one)
    assert bool(changes(one, other)) or alike(one) == alike(other)


def alike(part: Any) -> Any:
    """Give what an order or a part of it says; an empty part and none say the same."""
    if isinstance(part, tuple):
        return tuple(map(alike, part))
    if not isinstance(part, Struct):
        return repr(part)
    values = {name: alike(getattr(part, name)) for name in part.__struct_fields__}
    return values if values != nothing(type(part)) else repr(None)


@cache
def nothing(kind: type[Struct]) -> dict[str, Any]:
    """Give what an empty part says; one that cannot be empty has no such thing."""
    try:
        empty = kind()
    except TypeError:
        return {}
    return {name: alike(getattr(empty, name)) for name in kind.__struct_fields__}
