"""Codes of discounts and discounts of lines in columns: as allowances, and in the sums once."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from orderglot.core.adding_up import adds_up, in_words
from orderglot.core.charges import AllowanceCharge
from orderglot.core.order import Order
from tests.files.books import Shop, take_rows


def of_order(order: Order) -> list[tuple[str, Decimal | None]]:
    charges = order.details.allowance_charges if order.details else ()
    return [(one.reason, one.amount) for one in charges]


def of_lines(order: Order) -> list[AllowanceCharge | None]:
    return [line.details.allowance_charges[0] if line.details else None for line in order.lines]


@pytest.mark.parametrize(
    ("columns", "row", "expected"),
    [
        ("discount,Discount Code", "5.00,SUMMER", [("SUMMER", Decimal(5))]),
        ("discount,Discount Code", "0.00,FREESHIP", [("FREESHIP", None)]),
        ("discount,Coupons Used", "5.00,A; B|A", [("A", None), ("B", None)]),
        ("Coupon Code", "SUMMER", [("SUMMER", None)]),
        ("discount,Coupon,Line Discount", "5.00,,2.00", []),
        ("discount,discount_code,Line Discount", "5.00,SUMMER,2.00", [("SUMMER", None)]),
        ("discount_code,Line Discount,Line Coupon Code", "SUMMER,2.00,Summer", []),
    ],
)
def test_the_amount_of_a_code_is_known_where_it_is_alone(
    shop: Shop, tmp_path: Path, columns: str, row: str, expected: list[tuple[str, Decimal | None]]
) -> None:
    assert take_rows(shop, tmp_path, f"order,sku,qty,price,{columns}", f"1,A,1,20,{row}").orders
    assert expected == of_order(shop.order("1"))


def test_a_code_of_which_nobody_says_the_amount_leaves_the_total_unknown(
    shop: Shop, tmp_path: Path
) -> None:
    take_rows(shop, tmp_path, "order,sku,qty,price,Coupon Code", "1,A,1,20,TEN", "2,A,1,20,")
    one, other = shop.order("1").totals, shop.order("2").totals
    assert (None, None, Decimal(20)) == (one.discount, one.total, other.total)


def test_a_code_of_unknown_amount_can_be_what_a_total_is_less_by(
    shop: Shop, tmp_path: Path
) -> None:
    take_rows(shop, tmp_path, "order,sku,qty,price,Coupon Code,total", "1,A,1,20,TEN,18")
    assert "cannot be told: nobody says totals.discount" == in_words(adds_up(shop.order("1")))


CASES = [
    ("price,Line Discount", ["10,2", "5,"], "2", "23", "adds up"),
    ("price,Line Discount", ["10,-2", "5,-1.50"], "3.5", "21.5", "adds up"),
    ("price,Line Total,Line Discount", ["10,20,2", "5,5,"], "2", "23", "adds up"),
    ("price,Line Total,Line Discount", ["10,18,2", "5,5,"], None, "23", "adds up"),
    ("Line Total,Line Discount", ["20,2", "5,"], "2", "23", "adds up"),
    ("Line Total,Line Discount,total", ["20,2,23", "5,,23"], "2", "23", "adds up"),
    ("Line Total,Line Discount,total", ["18,2,23", "5,,23"], None, "23", "adds up"),
    ("price,Line Discount,total,shipping", ["9,2,27,4", "5,,27,4"], None, "27", "adds up"),
    ("price,Line Discount,discount", ["10,2,3", "5,,3"], "3", "22", "adds up"),
    ("price,Line Discount,discount", ["10,2,0", "5,,0"], "2", "23", "adds up"),
    (
        "price,Line Total,Line Discount",
        ["10,19,2", "5,5,"],
        None,
        None,
        "does not add up: lines[1].total is 1 too little",
    ),
]
"""The rows of an order of 2 and 1 pieces, its discount, its total, and whether it adds up."""


@pytest.mark.parametrize(("columns", "rows", "discount", "total", "sum_of_it"), CASES)
def test_discounts_of_lines_count_once(
    shop: Shop,
    tmp_path: Path,
    columns: str,
    rows: list[str],
    discount: str | None,
    total: str | None,
    sum_of_it: str,
) -> None:
    pieces = ["1,A,2,", "1,B,1,"]
    lines = (first + rest for first, rest in zip(pieces, rows, strict=True))
    take_rows(shop, tmp_path, f"order,sku,qty,{columns}", *lines)
    order = shop.order("1")
    expected = [None if text is None else Decimal(text) for text in (discount, total)]
    assert expected == [order.totals.discount, order.totals.total]
    assert sum_of_it == in_words(adds_up(order))


def test_a_discount_of_a_line_is_an_allowance_with_its_code(shop: Shop, tmp_path: Path) -> None:
    header = "order,sku,qty,price,Item Promotion Discount,Item Promotion ID"
    rows = ("1,A,2,10,2.00,SAVE", "1,B,1,5,0.00,", "1,C,1,5,,GIFT", "1,D,-1,5,1.00,")
    take_rows(shop, tmp_path, header, *rows)
    order = shop.order("1")
    assert [
        AllowanceCharge(reason="SAVE", amount=Decimal("2.00")),
        None,
        AllowanceCharge(reason="GIFT"),
        AllowanceCharge(charge=True, amount=Decimal("1.00")),
    ] == of_lines(order)
    assert (None, None) == (order.totals.discount, order.totals.total)


def test_lines_without_any_discount_take_nothing_off(shop: Shop, tmp_path: Path) -> None:
    take_rows(shop, tmp_path, "order,sku,qty,price,Line Discount", "1,A,2,10,0.00", "2,A,1,1,")
    assert [Decimal(0), None] == [one.totals.discount for one in shop.orders()]
    assert [Decimal(20), Decimal(1)] == [one.totals.total for one in shop.orders()]
    assert [None, None] == [one.details for one in shop.orders()]
