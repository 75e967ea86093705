"""Reconciliation: each side's changes arrive, and what both changed is told."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from orderglot.core.boxes import with_unpacked
from orderglot.core.order import Address, Identity, Line, Link, Order, Reference, Shipping, Totals
from orderglot.core.reconciliation import Conflict, Reconciled, reconcile
from orderglot.core.values import Relation, Status

NOON = datetime(2024, 5, 21, 12, tzinfo=UTC)
STREET = Address(line_1="1 Old Street", city="Carson")
BEFORE = Order(
    number="V-1",
    po_number="PO-1",
    created=NOON,
    ship_to=STREET,
    lines=(
        Line(number=1, sku="AA124", quantity=24, unit_price=Decimal("1.20")),
        Line(number=2, sku="BB200", quantity=12),
    ),
    totals=Totals(total=Decimal("40.80")),
    extras={"kole.hold": False},
)
OURS = replace(BEFORE, id=1000000001, version=3, number="OWN-1", notes="")


def after(theirs: Order, ours: Order = OURS, *, ours_win: bool = False) -> Reconciled:
    return reconcile(BEFORE, theirs, ours, ours_win=ours_win)


def test_what_the_vendor_did_not_change_leaves_ours_as_it_is() -> None:
    ours = replace(OURS, notes="ask first", status=Status.CANCELLED, lines=OURS.lines[:1])
    assert Reconciled(order=ours) == after(BEFORE, ours)


def test_what_the_vendor_changed_and_we_did_not_is_taken() -> None:
    ours = replace(OURS, notes="ask first")
    found = after(replace(BEFORE, status=Status.SHIPPED), ours)
    assert Reconciled(order=replace(ours, status=Status.SHIPPED), taken=("status",)) == found


@pytest.mark.parametrize(("ours_win", "stands"), [(True, "PO-OURS"), (False, "PO-THEIRS")])
def test_what_both_changed_is_a_conflict_that_the_master_of_it_wins(
    ours_win: bool, stands: str
) -> None:
    found = after(
        replace(BEFORE, po_number="PO-THEIRS"),
        replace(OURS, po_number="PO-OURS"),
        ours_win=ours_win,
    )
    assert stands == found.order.po_number
    assert (Conflict("po_number", "PO-OURS", "PO-THEIRS"),) == found.conflicts


def test_a_sum_for_goods_of_his_that_do_not_stand_here_is_not_taken() -> None:
    def of(quantity: int, total: Decimal | None, order: Order = BEFORE) -> Order:
        lines = (replace(order.lines[0], quantity=quantity), *order.lines[1:])
        return replace(order, lines=lines, totals=Totals(total=total))

    last, ours = of(24, None), of(48, Decimal("57.60"), OURS)
    theirs = of(36, Decimal("43.20"))

    def shown(order: Order) -> Order:
        return replace(order, totals=Totals())

    for ours_win, stands in ((True, ours), (False, theirs)):
        found = reconcile(last, theirs, ours, carried=shown, ours_win=ours_win)
        assert stands.totals == found.order.totals
    # He has not changed the goods, and shows for the first time what he takes for his.
    found = reconcile(last, of(24, Decimal("28.80")), ours, carried=shown, ours_win=False)
    assert ours.totals == found.order.totals


def test_the_same_change_on_both_sides_is_no_conflict() -> None:
    found = after(replace(BEFORE, po_number="PO-2"), replace(OURS, po_number="PO-2"))
    assert ((), ()) == (found.taken, found.conflicts)


@pytest.mark.parametrize("name", ["number", "created", "customer", "modified", "test"])
def test_each_side_keeps_its_own_view_of_what_an_order_is_known_by(name: str) -> None:
    values = {
        "number": "V-55",
        "created": NOON.replace(day=20),
        "customer": Identity(number="V-C1"),
        "modified": NOON.replace(year=2099),
        "test": True,
    }
    assert OURS == after(replace(BEFORE, **{name: values[name]})).order


def test_a_part_is_reconciled_member_by_member() -> None:
    ours = replace(OURS, ship_to=replace(STREET, line_2="Dock 4"))
    theirs = replace(BEFORE, ship_to=replace(STREET, line_1="2 New Street"))
    expected = Address(line_1="2 New Street", line_2="Dock 4", city="Carson")
    assert expected == after(theirs, ours).order.ship_to


@pytest.mark.parametrize("gone", [None, Address()])
def test_a_part_that_is_not_shown_any_more_stays_and_is_named(gone: Address | None) -> None:
    found = after(replace(BEFORE, ship_to=gone))
    assert (OURS, ("ship_to",)) == (found.order, found.hidden)


def test_lines_that_are_not_shown_any_more_stay() -> None:
    found = after(replace(BEFORE, lines=()))
    assert (OURS.lines, ("lines",)) == (found.order.lines, found.hidden)


def test_a_part_that_comes_for_the_first_time_is_taken() -> None:
    theirs = replace(BEFORE, shipping=Shipping(tracking="1Z999"))
    assert "1Z999" == after(theirs).order.shipping.tracking


def test_lines_keep_our_numbers_whatever_the_vendor_calls_them() -> None:
    ours = replace(OURS, lines=tuple(replace(line, number=line.number + 10) for line in OURS.lines))
    shipped = replace(BEFORE.lines[1], quantity=6, status=Status.SHIPPED)
    found = after(replace(BEFORE, lines=(BEFORE.lines[0], shipped)), ours).order
    assert [(11, 24), (12, 6)] == [(line.number, line.quantity) for line in found.lines]


def test_a_line_that_the_vendor_adds_gets_a_number_that_no_other_has() -> None:
    ours = replace(OURS, lines=(*OURS.lines, Line(number=3, sku="OURS", quantity=1)))
    added = Line(number=3, sku="CC300", quantity=5)
    found = after(replace(BEFORE, lines=(*BEFORE.lines, added)), ours).order
    assert [1, 2, 3, 4] == [line.number for line in found.lines]
    assert "CC300" == found.lines[-1].sku


def test_a_line_that_comes_in_the_place_of_the_last_one_has_another_number() -> None:
    first, last = (replace(line, id=f"his {line.number}") for line in BEFORE.lines)
    before = replace(BEFORE, lines=(first, last))
    theirs = replace(before, lines=(first, Line(number=2, id="his 3", sku="CC300", quantity=1)))
    found = reconcile(before, theirs, replace(OURS, lines=before.lines), ours_win=False)

    assert [(1, "AA124"), (3, "CC300")] == [(one.number, one.sku) for one in found.order.lines]


def test_a_line_that_the_vendor_takes_out_goes_unless_it_was_changed_here() -> None:
    theirs = replace(BEFORE, lines=BEFORE.lines[:1])
    assert 1 == len(after(theirs).order.lines)
    changed = replace(OURS, lines=(OURS.lines[0], replace(OURS.lines[1], quantity=9)))
    assert 2 == len(after(theirs, changed, ours_win=True).order.lines)
    assert 1 == len(after(theirs, changed, ours_win=True).conflicts)


def test_extras_are_reconciled_one_by_one() -> None:
    ours = replace(OURS, extras={"kole.hold": False, "adobe.x": 1})
    found = after(replace(BEFORE, extras={"kole.hold": True}), ours).order
    assert {"kole.hold": True, "adobe.x": 1} == found.extras


def test_links_come_and_go_by_the_orders_that_they_point_at() -> None:
    split = Link(Relation.SPLIT_OF, Identity(references=(Reference("kole@there", "7"),)))
    ours = Link(Relation.REFERS_TO, Identity(id=1000000009, number="N-9"))
    found = after(replace(BEFORE, links=(split,)), replace(OURS, links=(ours,))).order
    assert (ours, split) == found.links


def test_what_the_wire_rounds_was_not_changed_here() -> None:
    ours = replace(OURS, notes="a text that the wire cuts")
    last = replace(BEFORE, notes="a text")
    theirs = replace(BEFORE, notes="another text")

    def carried(order: Order) -> Order:
        return replace(order, notes=order.notes[:6])

    found = reconcile(last, theirs, ours, carried=carried, ours_win=True)
    assert ("another text", ()) == (found.order.notes, found.conflicts)


def priced(quantity: int, total: str | None = None) -> Line:
    amount = None if total is None else Decimal(total)
    return Line(number=1, sku="AA124", quantity=quantity, unit_price=Decimal("1.20"), total=amount)


@pytest.mark.parametrize(
    ("total", "line", "order"),
    [("28.80", Decimal("57.60"), Decimal("62.60")), ("25.00", None, None)],
    ids=["of its price", "of another"],
)
def test_what_more_pieces_come_to_is_known_where_the_price_of_each_is(
    total: str, line: Decimal | None, order: Decimal | None
) -> None:
    last = replace(BEFORE, lines=(priced(24),), totals=Totals())
    theirs = replace(last, lines=(priced(48),))
    ours = replace(
        OURS, lines=(priced(24, total),), totals=Totals(total=Decimal("33.80"), tax=Decimal(5))
    )
    found = reconcile(last, theirs, ours, ours_win=False).order

    assert (line, order) == (found.lines[0].total, found.totals.total)


def test_what_the_vendor_says_that_it_comes_to_stands() -> None:
    last = replace(BEFORE, lines=(priced(24),), totals=Totals(total=Decimal("28.80")))
    theirs = replace(last, lines=(priced(48),), totals=Totals(total=Decimal(50)))
    ours = replace(OURS, lines=(priced(24, "28.80"),), totals=last.totals)

    assert Decimal(50) == reconcile(last, theirs, ours, ours_win=False).order.totals.total


def test_lines_that_share_no_name_of_their_goods_are_the_same_in_order() -> None:
    def named(quantity: int) -> tuple[Line, ...]:
        return (Line(item_id="7", quantity=quantity), Line(item_id="8", quantity=12))

    last = replace(BEFORE, lines=named(24))
    found = reconcile(last, replace(last, lines=named(36)), OURS, ours_win=False).order

    assert [("AA124", 36), ("BB200", 12)] == [(one.sku, one.quantity) for one in found.lines]


def test_what_was_changed_here_stands_where_no_last_word_is_known() -> None:
    theirs = replace(BEFORE, status=Status.SHIPPED, lines=(*BEFORE.lines, Line(sku="CC300")))
    found = reconcile(BEFORE, theirs, OURS, ours_win=True, unsure=True)

    assert (OURS, ["status", "lines"]) == (
        found.order,
        sorted({c.field for c in found.conflicts})[::-1],
    )


@pytest.mark.parametrize(
    ("before", "now", "box", "quantity", "total"),
    [(2, 3, "FB", 3, "75.00"), (100, 90, "", 90, "45.00"), (100, 100, "FB", 2, "50.00")],
)
def test_a_vendor_who_knows_no_boxes_changes_how_many_pieces_there_are(
    before: int, now: int, box: str, quantity: int, total: str
) -> None:
    def of(line: Line) -> Order:
        return replace(BEFORE, lines=(line,), totals=Totals())

    line = Line(number=1, sku="LILY", unit_price=Decimal("0.50"))
    boxes = replace(line, quantity=2, total=Decimal(50), box="FB", units_per_box=50)

    def shown(order: Order) -> Order:
        return with_unpacked(order) if before == 100 else order

    last, theirs = (replace(line, quantity=one, total=Decimal(50)) for one in (before, now))
    theirs = replace(theirs, total=Decimal(total))
    found = reconcile(of(last), of(theirs), of(boxes), carried=shown, ours_win=False)

    (kept,) = found.order.lines
    assert (box, quantity, Decimal(total)) == (kept.box, kept.quantity, kept.total)
