"""What is sold by measure: decimal quantities, their units, and what has become of how much."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from orderglot.core.line_details import LineDetails
from orderglot.core.order import Line
from orderglot.files.units import unit_code
from tests.files.books import Shop, shop_in

HEADER = "order;sku;quantity;unit;price;Qty shipped;Quantity returned\n"
ROWS = (
    "1001;FAB-1;1,5;m;12,00;1,5;\n",
    "1001;BTN;24;Stk.;0,10;20;4\n",
    "1002;OIL;0,333333;Fass;9,99;;0,25\n",
)


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    with shop_in(request.param, tmp_path) as found:
        yield found


def taken(shop: Shop, folder: Path, *rows: str) -> list[Line]:
    file = folder / "measured.csv"
    file.write_text(HEADER + "".join(rows))
    shop.take(file, currency="EUR")
    return [line for order in shop.orders() for line in order.lines]


def test_a_file_of_measures_is_taken_to_the_last_decimal(shop: Shop, tmp_path: Path) -> None:
    cloth, buttons, oil = taken(shop, tmp_path, *ROWS)

    assert (Decimal("1.5"), "m", Decimal(18)) == (cloth.quantity, cloth.unit, cloth.total)
    assert LineDetails(unit_code="MTR", shipped=Decimal("1.5")) == cloth.details
    assert (24, "Stk.") == (buttons.quantity, buttons.unit)
    assert LineDetails(unit_code="C62", shipped=20, returned=4) == buttons.details
    assert (Decimal("0.333333"), Decimal("3.329997")) == (oil.quantity, oil.total)
    assert LineDetails(returned=Decimal("0.25")) == oil.details, "nobody knows the code of a Fass"


def test_once_more_changes_nothing(shop: Shop, tmp_path: Path) -> None:
    before = taken(shop, tmp_path, *ROWS)

    assert before == taken(shop, tmp_path, *ROWS)
    assert {1} == {order.version for order in shop.orders()}


def test_what_has_become_of_how_much_is_a_number_or_the_order_is_put_aside(
    shop: Shop, tmp_path: Path
) -> None:
    file = tmp_path / "measured.csv"
    file.write_text(HEADER + ROWS[0] + "1003;BTN;1;Stk.;0,10;many;\n")
    done = shop.take(file, currency="EUR")

    assert [("1003", True)] == [
        (one.order, "shipped quantity 'many'" in one.reason) for one in done.aside
    ]
    assert ["1001"] == [order.number for order in shop.orders()]


@pytest.mark.parametrize(
    ("word", "code"),
    [("kg", "KGM"), ("KG", "KGM"), ("Stk.", "C62"), (" lbs ", "LBR"), ("Btl.", ""), ("", "")],
)
def test_a_unit_has_its_code_where_that_leaves_no_doubt(word: str, code: str) -> None:
    assert code == unit_code(word)
