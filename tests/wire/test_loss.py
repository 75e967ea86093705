"""Losses: what a wire carries of an order, and the names of what it does not."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from orderglot.core.order import (
    Amounts,
    Identity,
    Invoice,
    Line,
    Link,
    Order,
    Payment,
    Reference,
    Totals,
)
from orderglot.core.values import PaymentMethod, Relation
from orderglot.wire.dialect import Can
from orderglot.wire.loss import all_but, carried, known_as, losses
from tests.full_records import full

WHOLE = Order(
    id=1_000_000_007,
    version=3,
    references=(Reference("tiny", "T-7"), Reference("vast", "V-7")),
    customer=Identity(id=100_001, number="C1", references=(Reference("vast", "VC"),)),
    notes="Ring twice",
    po_number="PO-7",
    lines=(
        Line(number=1, sku="A", quantity=2, unit_price=Decimal("1.5")),
        Line(number=2, sku="B", quantity=1, title="Bee"),
    ),
    totals=Totals(total=Decimal("3.1459")),
    invoice=Invoice(number="I-7", due=Amounts(total=Decimal(3))),
    links=(Link(Relation.SPLIT_OF, Identity(id=1_000_000_001, number="N1")),),
    extras={"tiny.colour": "red", "vast.size": 9},
)


def test_an_order_is_known_by_the_dialects_own_ids_and_extras_alone() -> None:
    known = known_as(WHOLE, "tiny")

    assert (0, 0) == (known.id, known.version)
    assert (Reference("tiny", "T-7"),) == known.references
    assert Identity(number="C1", references=(Reference("tiny", "100001"),)) == known.customer
    linked = Identity(number="N1", references=(Reference("tiny", "1000000001"),))
    assert (Link(Relation.SPLIT_OF, linked),) == known.links
    assert {"tiny.colour": "red"} == known.extras


def test_an_order_that_the_hub_does_not_have_is_known_by_nothing() -> None:
    assert known_as(Order(number="N"), "tiny").references == ()


def test_a_wire_that_loses_nothing_carries_what_is_known() -> None:
    assert known_as(WHOLE, "tiny") == carried(WHOLE, "tiny", Can())


def test_what_is_lost_is_empty_at_every_depth() -> None:
    can = Can(loses=frozenset({"notes", "lines.title", "invoice.due.total", "totals", "links"}))

    left = carried(WHOLE, "tiny", can)

    assert left.notes == ""
    assert ["", ""] == [line.title for line in left.lines]
    assert ["A", "B"] == [line.sku for line in left.lines]
    assert left.invoice == Invoice(number="I-7")
    assert Totals() == left.totals
    assert left.links == ()


def test_what_is_rounded_is_carried_in_part() -> None:
    can = Can(
        rounds={"totals.total": lambda amount: amount and round(amount, 2), "po_number": str.lower}
    )

    left = carried(WHOLE, "tiny", can)

    assert Decimal("3.15") == left.totals.total
    assert left.po_number == "po-7"


def test_what_is_lost_inside_of_nothing_is_no_matter() -> None:
    can = Can(loses=frozenset({"invoice.due.total", "ship_to.city"}))

    assert carried(Order(), "tiny", can) == Order()


def test_losses_name_what_an_order_really_loses() -> None:
    can = Can(
        loses=frozenset({"notes", "lines.title", "lines.box", "payment.method", "invoice.due.tax"}),
        rounds={"totals.total": lambda amount: amount and round(amount, 2)},
    )

    assert ("extras.vast.size", "lines.title", "notes", "totals.total") == losses(
        WHOLE, "tiny", can
    )


def test_an_order_that_fits_loses_nothing() -> None:
    can = Can(loses=frozenset({"payment.method", "notes"}))

    assert losses(Order(number="N"), "tiny", can) == ()
    assert losses(Order(payment=Payment(method=PaymentMethod.CARD)), "tiny", can) == (
        "payment.method",
    )


def test_what_is_left_of_one_member_may_depend_on_another() -> None:
    can = Can(
        rounds={"po_number": str.lower},
        follows={"notes": lambda order: order.notes if order.po_number.islower() else ""},
    )

    assert "note" == carried(Order(po_number="PO-7", notes="note"), "tiny", can).notes
    assert "" == carried(Order(po_number="7", notes="note"), "tiny", can).notes
    assert ("notes",) == losses(Order(po_number="7", notes="note"), "tiny", can)


def test_what_is_not_said_is_lost_as_far_outside_as_can_be() -> None:
    lost = all_but("notes", "lines.sku", "invoice.due")

    assert {"po_number", "payment", "lines.quantity", "invoice.number", "extras"} <= lost
    assert lost.isdisjoint({"notes", "lines", "lines.sku", "invoice", "invoice.due", "id"})
    assert not any(name.startswith(("payment.", "invoice.due")) for name in lost)


def test_of_an_order_that_says_all_only_what_is_said_is_left() -> None:
    can = Can(loses=all_but("notes", "lines.sku"))

    left = carried(full(Order, 1), "tiny", can)

    expected = Order(notes="notes 1", lines=(Line(sku="sku 1"), Line(sku="sku 2")))
    assert expected == msgspec.structs.replace(left, references=())
