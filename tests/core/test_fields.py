"""The fields of an order: found by name, with what they hold."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from orderglot.core.errors import Invalid, Rule
from orderglot.core.fields import Field, FieldKind, every_field, field, read_whole_extra, values_of
from orderglot.core.order import Address, Identity, Invoice, Line, Link, Order, Reference
from orderglot.core.values import Relation


@pytest.mark.parametrize(
    ("name", "kind", "many"),
    [
        ("id", FieldKind.NUMBER, False),
        ("number", FieldKind.TEXT, False),
        ("status", FieldKind.TEXT, False),
        ("test", FieldKind.FLAG, False),
        ("created", FieldKind.INSTANT, False),
        ("totals.total", FieldKind.AMOUNT, False),
        ("invoice.due.tax", FieldKind.AMOUNT, False),
        ("bill_to.city", FieldKind.TEXT, False),
        ("customer.number", FieldKind.TEXT, False),
        ("customer.references.id", FieldKind.TEXT, True),
        ("references.id", FieldKind.TEXT, True),
        ("lines.quantity", FieldKind.AMOUNT, True),
        ("lines.deliver_by", FieldKind.DATE, True),
        ("lines.promotions.code", FieldKind.TEXT, True),
        ("links.order.number", FieldKind.TEXT, True),
        ("links.relation", FieldKind.TEXT, True),
        ("extras.tiny.a.b", FieldKind.EXTRA, False),
    ],
)
def test_a_field_is_found_by_its_dotted_name(name: str, kind: FieldKind, many: bool) -> None:
    found = field(name)

    assert (name, kind, many) == (found.name, found.kind, found.many)


@pytest.mark.parametrize("name", ["", "colour", "lines", "totals", "extras", "extras.", "id.id"])
def test_an_order_has_no_other_field(name: str) -> None:
    with pytest.raises(Invalid) as caught:
        field(name)

    assert [(name, Rule.UNKNOWN)] == [(one.field, one.rule) for one in caught.value.problems]


def test_every_field_at_the_top_of_an_order_can_be_asked_about() -> None:
    tops = {name.partition(".")[0] for name in every_field()}

    assert {member.name for member in msgspec.structs.fields(Order)} - {"extras", "unknown"} == tops


def test_every_field_of_an_order_that_says_nothing_has_its_default() -> None:
    silent = Order(customer=Identity(), bill_to=Address(), ship_to=Address(), invoice=Invoice())

    for found in every_field().values():
        if not found.many:
            assert (found.default,) == values_of(silent, found), found.name


def test_a_field_with_many_values_gives_them_all_and_nothing_as_none() -> None:
    order = Order(
        lines=(Line(sku="A"), Line()),
        links=(Link(Relation.REFERS_TO, Identity(references=(Reference("tiny", "T"),))),),
    )

    assert ("A", None) == values_of(order, field("lines.sku"))
    assert ("T",) == values_of(order, field("links.order.references.id"))
    assert values_of(Order(), field("lines.sku")) == ()


def test_an_extra_is_found_whatever_its_name() -> None:
    order = Order(extras={"tiny.a.b": 5})

    assert (5,) == values_of(order, field("extras.tiny.a.b"))
    assert (None,) == values_of(order, field("extras.tiny.a"))


def test_a_field_says_its_own_path() -> None:
    expected = Field("totals.total", ("totals", "total"), FieldKind.AMOUNT)
    assert expected == field("totals.total")


def test_the_first_order_that_is_pointed_at_so_has_a_dialects_number() -> None:
    first = Identity(id=5, references=(Reference("catalyst", "12"),))
    order = Order(
        links=(
            Link(Relation.RETURN_OF, Identity(id=9)),
            Link(Relation.RENEWAL_OF, first),
            Link(Relation.RENEWAL_OF, Identity(id=7)),
        )
    )

    assert (12,) == values_of(order, field("renewal_of.native:catalyst"))
    assert (5,) == values_of(order, field("renewal_of.native:komet"))
    assert (9,) == values_of(order, field("return_of.native:catalyst"))
    assert (None,) == values_of(order, field("switch_of.native:catalyst"))


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        (7, 7),
        (-7, -7),
        (Decimal("7.0"), 7),
        (Decimal("7.5"), None),
        (True, None),
        ("7", None),
        (10**18, None),
        (Decimal("1E+999999"), None),
        ([7], None),
        (None, None),
    ],
)
def test_an_extra_is_a_whole_number_or_nothing(extra: object, expected: int | None) -> None:
    order = Order(extras={"kole.x": extra})

    assert (expected,) == values_of(order, field("whole:extras.kole.x"))


@pytest.mark.parametrize("power", ["1E+9999999", "-1E+9999999", "1E-9999999"])
def test_an_extra_that_is_beyond_all_bounds_is_no_whole_number(power: str) -> None:
    assert read_whole_extra(Decimal(power)) is None
