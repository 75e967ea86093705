"""Quantities in a book: kept as the numbers that they are, found by them, in every store alike."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from orderglot.core.errors import Invalid
from orderglot.core.line_details import LineDetails
from orderglot.core.order import Line
from orderglot.core.query import Compare, Operator, Window
from orderglot.stores import document
from tests.stores.shops import Shop


def test_what_is_whole_is_kept_as_a_whole_number(shop: Shop) -> None:
    quantities = (Decimal("24.0"), Decimal("2.4E+1"), Decimal("1.50"), -3)
    placed = shop.placed(lines=tuple(Line(quantity=one) for one in quantities))
    kept = shop.get("orderglot", str(placed.id))

    assert placed == kept
    assert ["24", "24", "1.5", "-3"] == [str(line.quantity) for line in kept.lines]
    assert b'"quantity":24}' in document.write(placed)
    changed = shop.run(shop.book.change(replace(kept, lines=(Line(quantity=Decimal("7.0")),))))
    assert "7" == str(changed.lines[0].quantity)


def test_what_became_of_how_much_is_kept_as_the_number_that_it_is(shop: Shop) -> None:
    details = LineDetails(shipped=Decimal("3.0"), returned=Decimal("0.50"), cancelled=0)
    placed = shop.placed(lines=(Line(quantity=4, details=details),))

    (line,) = shop.get("orderglot", str(placed.id)).lines
    assert LineDetails(shipped=3, returned=Decimal("0.5"), cancelled=0) == line.details
    assert "3" == str(line.details.shipped)
    with pytest.raises(Invalid, match=r"lines\.details\.shipped"):
        shop.placed(lines=(Line(details=LineDetails(shipped=Decimal("0.0000001"))),))


@pytest.mark.parametrize("text", ["0.0000001", "1E+30", "NaN"])
def test_what_is_too_fine_or_too_much_is_refused(shop: Shop, text: str) -> None:
    with pytest.raises(Invalid, match=r"lines\.quantity"):
        shop.placed(lines=(Line(quantity=Decimal(text)),))
    assert [] == shop.walked()


def test_orders_of_either_kind_are_found_by_their_quantities(shop: Shop) -> None:
    whole = shop.placed(lines=(Line(quantity=2),))
    part = shop.placed(lines=(Line(quantity=Decimal("1.5")),))
    detailed = shop.placed(lines=(Line(quantity=1, details=LineDetails(shipped=Decimal("0.5"))),))

    def found(name: str, operator: Operator, value: int | Decimal) -> list[int]:
        page = shop.run(shop.book.page(Window(where=Compare(name, operator, value))))
        return [order.id for order in page.orders]

    assert [whole.id, part.id] == found("lines.quantity", Operator.GT, 1)
    assert [part.id] == found("lines.quantity", Operator.EQ, Decimal("1.5"))
    assert [whole.id] == found("lines.quantity", Operator.GT, Decimal("1.999999"))
    assert [detailed.id] == found("lines.details.shipped", Operator.LT, 1)
