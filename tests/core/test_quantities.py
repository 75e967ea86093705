"""Quantities: whole numbers stay whole, and a decimal has six places at most."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given

from orderglot.core.order import Line, Order
from orderglot.core.quantities import Quantity, exact, size, with_unit
from orderglot.stores import document
from tests.strategies import quantities


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (24, "24"),
        (Decimal("24.0"), "24"),
        (Decimal("2.4E+1"), "24"),
        (Decimal("-0.0"), "0"),
        (Decimal("1.50"), "1.5"),
        (Decimal("-0.000001"), "-0.000001"),
        (Decimal("123456789012345678.123456"), "123456789012345678.123456"),
    ],
)
def test_a_number_becomes_the_quantity_that_it_is(number: Quantity, text: str) -> None:
    quantity = exact(number)

    assert text == str(quantity)
    assert ("." not in text) is isinstance(quantity, int)
    assert f"{text} kg" == with_unit(quantity, "kg")
    assert text == with_unit(quantity, "")


@pytest.mark.parametrize(
    "text",
    [
        *("0.0000001", "1.1234567", "NaN", "Infinity", "-1E+18", "1E+99"),
        *("1E+9999999", "-1E+9999999", "1E-9999999"),
    ],
)
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"decimals|digits"):
        exact(Decimal(text))


@given(quantities())
def test_a_quantity_is_kept_as_it_is(quantity: Quantity) -> None:
    written = document.write(Order(lines=(Line(quantity=quantity),)))
    [line] = document.read_order(written).lines

    assert (type(quantity), quantity) == (type(line.quantity), line.quantity)
    assert str(quantity) == str(line.quantity)
    assert size(quantity) == abs(Decimal(quantity))


def test_a_whole_quantity_is_written_as_ever() -> None:
    assert b'{"lines":[{"quantity":24}]}' == document.write(Order(lines=(Line(quantity=24),)))
