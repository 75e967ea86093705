"""Boxes: a line of boxes as one of the pieces that its price is for."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from orderglot.core.boxes import Packing, boxed, counted_as, packed, unpacked, with_unpacked
from orderglot.core.errors import Invalid
from orderglot.core.line_details import LineDetails
from orderglot.core.order import Line, Order
from orderglot.core.quantities import Quantity
from orderglot.wire.whole_quantities import whole_pieces

HALF = Decimal("0.5")


def box(quantity: Quantity, total: str | None, box: str = "FB", stems: int | None = None) -> Line:
    return Line(
        quantity=quantity,
        unit_price=HALF,
        total=None if total is None else Decimal(total),
        box=box,
        units_per_box=50,
        pieces_per_unit=stems,
    )


@pytest.mark.parametrize(
    ("line", "quantity"),
    [
        (box(2, "50.00"), 100),
        (box(-2, "-50.00"), -100),
        (box(2, "1.00"), 2),
        (box(2, None), 100),
        (box(2, None, box=""), 2),
        (box(2, "50.00", box=""), 100),
        (box(2, "1000", stems=20), 2000),
        (box(2, "20", stems=20), 40),
        (box(Decimal("1.5"), "37.5"), 75),
        (box(2, "3"), 100),
        (Line(quantity=2, box="FB", units_per_box=-50), 2),
        (Line(quantity=2, unit_price=HALF, total=Decimal(1)), 2),
    ],
)
def test_boxes_are_the_pieces_that_their_price_is_for(line: Line, quantity: Quantity) -> None:
    found = unpacked(line)

    assert quantity == found.quantity
    assert (line.unit_price, line.total) == (found.unit_price, found.total)
    assert found == unpacked(found)


def test_what_became_of_boxes_became_of_their_pieces() -> None:
    line = Line(quantity=3, remaining=2, box="FB", units_per_box=50, details=LineDetails(shipped=1))

    (found,) = with_unpacked(Order(lines=(line,))).lines
    assert (150, 100, LineDetails(shipped=50)) == (found.quantity, found.remaining, found.details)


@pytest.mark.parametrize(
    ("bought", "pieces", "boxes"),
    [
        (box(2, "50.00"), 50, 1),
        (box(2, "50.00", box=""), 100, 2),
        (box(2, "1000", stems=20), 1000, 1),
        (box(2, "1.00"), 2, 2),
        (Line(quantity=5), 3, 3),
    ],
)
def test_pieces_are_packed_as_they_were_bought_and_unpacked_so_again(
    bought: Line, pieces: int, boxes: int
) -> None:
    back = packed(Line(number=1, quantity=pieces), bought)

    assert (boxes, pieces) == (back.quantity, unpacked(back).quantity)


def test_pieces_that_fill_no_whole_boxes_are_not_packed() -> None:
    with pytest.raises(Invalid, match="boxes of 50, which are returned whole; 60 are not"):
        packed(Line(number=1, quantity=60), box(2, "50.00"))


def test_a_line_beyond_all_bounds_is_of_what_is_in_its_boxes() -> None:
    huge = Decimal("9E+999999")

    assert 100 == unpacked(replace(box(2, "1"), unit_price=huge, total=huge)).quantity


def test_a_vendor_who_knows_no_boxes_is_sent_the_pieces_in_them() -> None:
    assert 100 == whole_pieces(box(2, "50"))
    assert 100 == whole_pieces(box(2, "1")), "a box that has its price as a whole"
    assert 75 == whole_pieces(box(Decimal("1.5"), "37.5"))
    with pytest.raises(Invalid, match="not a whole quantity"):
        whole_pieces(Line(quantity=Decimal("1.5")))


FULL = Packing(box="FB", box_id="2520", unit="Bunch", pieces_per_unit=2, units_per_box=50)


@pytest.mark.parametrize(
    ("line", "packing", "boxes"),
    [
        (Line(quantity=100, unit_price=HALF, total=Decimal(50)), FULL, 2),
        (box(4, "100.00", box="QB"), FULL, 4),
        (replace(box(4, "50.00", box="QB"), units_per_box=25), FULL, 2),
        (Line(quantity=2, box="FB"), FULL, 2),
        (Line(quantity=100), Packing(), 100),
        (Line(quantity=100), Packing(box="FB"), 100),
        (Line(quantity=100, unit_price=HALF), replace(FULL, units_per_box=20), 5),
    ],
)
def test_pieces_are_put_into_the_boxes_of_a_vendor(
    line: Line, packing: Packing, boxes: int
) -> None:
    found = boxed(line, packing)

    assert boxes == found.quantity
    assert found == boxed(found, packing)
    assert unpacked(line).quantity == unpacked(found).quantity


def test_pieces_that_fill_no_whole_boxes_are_refused() -> None:
    with pytest.raises(Invalid, match="boxes of 50, which 70 do not fill"):
        boxed(Line(number=1, quantity=70), FULL)


@pytest.mark.parametrize(
    ("back", "bought", "quantity"),
    [
        (box(1, None), box(2, "50.00"), 1),
        (box(1, None), Line(quantity=100), 50),
        (Line(quantity=7), Line(quantity=100), 7),
        (Line(quantity=1), box(2, "50.00"), 1),
        (box(1, None), None, 1),
    ],
)
def test_what_came_back_is_counted_as_what_was_bought(
    back: Line, bought: Line | None, quantity: int
) -> None:
    assert quantity == counted_as(back, bought)
