"""Amounts: what stands in columns beside the goods counts once, by rows, or is asked about."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orderglot.core.errors import Invalid
from orderglot.core.order import Order, Totals
from orderglot.files.amounts import Scope, scope_of
from orderglot.files.progress import Progress
from tests.files.books import Shop, shop_in


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with shop_in("memory", tmp_path) as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "orders.csv"


def taken(shop: Shop, file: Path, text: str, **options: Any) -> tuple[Progress, Order]:
    file.write_text(text)
    done = shop.take(file, **options)
    return done, shop.order("1")


def totals(**amounts: str) -> Totals:
    return Totals(**{name: Decimal(amount) for name, amount in amounts.items()})


HEADER = "order,sku,qty,price,discount,shipping,tax,total\n"
REPEATED = HEADER + "1,A,2,10,3.50,4.90,2.00,24.40\n1,B,1,1,3.50,4.90,2.00,24.40\n2,A,1,10,,,,10\n"
ON_THE_FIRST = HEADER + "1,A,2,10,3.50,4.90,2.00,24.40\n1,B,1,1,,,,\n2,A,1,10,0,0,0,10\n"
ZEROS_BELOW = HEADER + "1,A,2,10,3.50,4.90,2.00,24.40\n1,B,1,1,0.00,0,0,24.40\n"
IN_PARTS = (
    HEADER + "1,A,2,10,3.00,4.00,1.50,22.50\n1,B,1,1,0.50,0.90,0.50,1.90\n2,A,1,10,0,0,0,10\n"
)


@pytest.mark.parametrize("text", [REPEATED, ON_THE_FIRST, ZEROS_BELOW])
def test_an_amount_of_an_order_counts_once_however_often_it_stands_there(
    shop: Shop, file: Path, text: str
) -> None:
    done, order = taken(shop, file, text)
    expected = totals(subtotal="21", discount="3.50", shipping="4.90", tax="2", total="24.40")
    assert expected == order.totals
    assert Decimal("3.50") == order.discount.amount
    assert done.whole


def test_amounts_that_differ_by_row_are_added_up(shop: Shop, file: Path) -> None:
    done, order = taken(shop, file, IN_PARTS)
    assert ("3.50", "4.90", "2.00") == tuple(
        str(amount) for amount in (order.totals.discount, order.totals.shipping, order.totals.tax)
    )
    assert "'discount' is added up over the rows of an order." in done.remarks
    assert [Decimal("22.50"), Decimal("1.90")] == [line.total for line in order.lines]


def test_how_often_an_amount_counts_is_said(shop: Shop, file: Path) -> None:
    done, _ = taken(shop, file, REPEATED)
    assert "'shipping' counts once an order, as its rows repeat it." in done.remarks


def test_an_order_whose_rows_contradict_those_of_the_others_is_put_aside(
    shop: Shop, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orderglot.files.sample.AHEAD", 1)
    monkeypatch.setattr("orderglot.files.rows.STRIDE", 2)
    text = "order,sku,qty,price,shipping\n1,A,1,10,5\n1,B,1,10,5\n2,A,1,10,5\n2,B,1,10,7\n"
    done, order = taken(shop, file, text)
    assert Decimal(25) == order.totals.total
    assert [
        "its shipping is 5 on one row and 7 on another, where the rows of other orders repeat it"
    ] == [one.reason for one in done.aside]


@pytest.mark.parametrize(
    ("orders", "scope"),
    [
        ([["1", "1"], ["2"]], Scope.ORDER),
        ([["1", "2"], ["1", "1"]], Scope.ROW),
        ([["1", None], ["2", "0"]], None),
        ([["1"], ["2"]], None),
        ([["1", None, "1"]], Scope.ORDER),
        ([], None),
    ],
)
def test_what_an_amount_is_shows_where_an_order_has_several_rows(
    orders: list[list[str | None]], scope: Scope | None
) -> None:
    amounts = [[None if one is None else Decimal(one) for one in rows] for rows in orders]
    assert scope is scope_of(amounts)


def test_without_a_total_it_is_the_sum_of_all_parts(shop: Shop, file: Path) -> None:
    text = "order,sku,qty,price,discount,shipping\n1,A,2,10,3.50,4.90\n"
    _, order = taken(shop, file, text)
    assert Decimal("21.40") == order.totals.total


def test_without_a_total_a_tax_leaves_it_unknown(shop: Shop, file: Path) -> None:
    _, order = taken(shop, file, "order,sku,qty,price,tax\n1,A,2,10,3.21\n2,A,1,5,0\n")
    assert totals(subtotal="20", tax="3.21") == order.totals
    assert Decimal(5) == shop.order("2").totals.total


@pytest.mark.parametrize("total", ["23.21", "20.00"])
def test_a_tax_may_be_in_the_prices_or_beside_them(shop: Shop, file: Path, total: str) -> None:
    done, order = taken(shop, file, f"order,sku,qty,price,tax,total\n1,A,2,10,3.21,{total}\n")
    assert (Decimal(total), Decimal("3.21")) == (order.totals.total, order.totals.tax)
    assert not [sentence for sentence in done.remarks if "not that of the parts" in sentence]


def test_a_total_that_is_not_that_of_its_parts_stands_and_is_said(shop: Shop, file: Path) -> None:
    done, order = taken(shop, file, "order,sku,qty,price,shipping,total\n1,A,2,10,5,275\n")
    assert Decimal(275) == order.totals.total
    assert (
        "The total of 1 order is not that of the parts ('1'); the total is taken." in done.remarks
    )


def test_a_total_of_each_row_is_its_lines_amount(shop: Shop, file: Path) -> None:
    text = "order,sku,qty,price,total\n1,A,2,10,20\n1,B,2,10,20\n"
    _, order = taken(shop, file, text)
    assert Decimal(40) == order.totals.total
    assert [Decimal(20)] * 2 == [line.total for line in order.lines]


def test_an_amount_of_a_line_stands_where_it_is_not_the_product(shop: Shop, file: Path) -> None:
    text = "order,sku,qty,price,SALES\n1,A,2,100,250.50\n1,B,2,10,20\n"
    done, order = taken(shop, file, text, columns="amount=SALES")
    assert [Decimal("250.50"), Decimal(20)] == [line.total for line in order.lines]
    assert Decimal("270.50") == order.totals.total
    assert "The amount of 1 line is not quantity times price; the amount is taken." in done.remarks


def test_an_amount_without_a_price_gives_it_where_it_comes_out_even(shop: Shop, file: Path) -> None:
    _, order = taken(shop, file, "order,sku,qty,line total\n1,A,4,10\n1,B,3,10\n")
    assert [Decimal("2.5"), None] == [line.unit_price for line in order.lines]
    assert Decimal(20) == order.totals.total


@pytest.mark.parametrize(
    ("header", "rows", "hint"),
    [
        ("order,sku,qty,price,discount", "1,A,2,10,0.15", "discount_rate=discount for rates"),
        ("order,sku,qty,price,tax", "1,A,2,10,19", "or tax= to leave it out"),
        ("order,sku,qty,price,tax", "1,A,2,10,0.19", "or tax= to leave it out"),
        ("order,sku,qty,amount", "1,A,2,10", "--columns amount=amount, price=amount, total="),
        ("order,sku,qty,price,amount", "1,A,2,10,27", "--columns amount=amount, price=amount"),
    ],
)
def test_a_column_that_may_be_two_things_is_asked_about(
    shop: Shop, file: Path, header: str, rows: str, hint: str
) -> None:
    file.write_text(f"{header}\n{rows}\n")
    with pytest.raises(Invalid) as asked:
        shop.take(file)
    assert hint in asked.value.message
    assert [] == shop.orders()


@pytest.mark.parametrize(
    ("columns", "total"),
    [
        ("discount=Discount", "29.85"),
        ("discount_rate=Discount", "25.5"),
        ("discount=", "30"),
    ],
)
def test_what_a_column_is_can_be_said(shop: Shop, file: Path, columns: str, total: str) -> None:
    text = "order,sku,qty,price,Discount\n1,A,2,10,0.15\n1,B,1,10,0.15\n"
    done, order = taken(shop, file, text, columns=columns)
    assert Decimal(total) == order.totals.total
    assert done.whole


def test_rates_of_discounts_may_be_in_hundredths(shop: Shop, file: Path) -> None:
    text = "order,sku,qty,price,discount percent\n1,A,2,10,15 %\n1,B,1,10,1\n1,C,1,10,20\n"
    _, order = taken(shop, file, text)
    assert Decimal("5.1") == order.totals.discount


def test_what_is_left_out_of_the_orders_is_listed_by_column(shop: Shop, file: Path) -> None:
    text = "order,sku,qty,Route,Gift Wrap Fee,Coupon Value,Fee\n1,A,2,R1,3.00,SPRING,0.00\n"
    done, order = taken(shop, file, text)
    assert (
        "Left out of the orders, and kept as text alone: 'Gift Wrap Fee', 'Coupon Value'."
        in done.remarks
    )
    assert "These columns have no field, and are kept as text: 'Route', 'Fee'." in done.remarks
    assert (True, False) == (done.left_out, done.whole)
    assert "3.00" == order.extras["file.Gift Wrap Fee"]


def test_columns_that_change_nothing_leave_an_import_whole(shop: Shop, file: Path) -> None:
    done, _ = taken(shop, file, "order,sku,qty,Route\n1,A,2,R1\n")
    assert done.whole


def test_words_of_a_state_that_are_not_known_are_said(shop: Shop, file: Path) -> None:
    done, _ = taken(shop, file, "order,sku,qty,status\n1,A,2,Retoure\n2,A,2,Retoure\n3,A,1,open\n")
    assert (
        "These words of a state are not known, and were left out: 'Retoure' (2 orders)."
        in done.remarks
    )
    assert not done.whole


@pytest.mark.parametrize(
    ("rows", "order"),
    [("05/06/2024\n1,B,1,26/06/2024", "dmy"), ("05/06/2024\n1,B,1,6/26/24", "mdy")],
)
def test_the_order_of_dates_is_shown_by_others(
    shop: Shop, file: Path, rows: str, order: str
) -> None:
    done, taken_order = taken(shop, file, f"order,sku,qty,date\n1,A,1,{rows}\n")
    assert any(f"Dates are read as {order}" in sentence for sentence in done.remarks)
    assert taken_order.created is not None
    assert (5, 6) == (taken_order.created.day, taken_order.created.month)[
        :: 1 if order == "dmy" else -1
    ]


def test_the_order_of_dates_that_nothing_shows_is_asked(shop: Shop, file: Path) -> None:
    file.write_text("order,sku,qty,date\n1,A,1,05/06/2024\n")
    with pytest.raises(Invalid) as asked:
        shop.take(file)
    assert asked.value.message == (
        "dates: '05/06/2024' on line 2 can be read in two ways; say which with --dates dmy, mdy or "
        "ymd."
    )
    shop.take(file, dates="mdy")
    assert "2024-05-06" == f"{shop.order('1').created:%Y-%m-%d}"


def test_that_times_without_a_zone_are_taken_as_utc_is_said(shop: Shop, file: Path) -> None:
    sentence = "Times without a zone are taken as UTC; --timezone names another."
    text = "order,sku,qty,date\n1,A,1,2024-06-05 10:00\n"
    assert sentence in taken(shop, file, text)[0].remarks
    assert sentence not in taken(shop, file, text, timezone="Europe/London")[0].remarks
    assert sentence not in taken(shop, file, text.replace("10:00", "10:00Z"))[0].remarks


@pytest.mark.parametrize(
    ("prices", "currency"),
    [
        (("£9.99", "£1"), "GBP"),
        (("9,99 €", "1 €"), "EUR"),
        (("$9", "US$1"), "USD"),
        (("$9", "$1"), "GBP"),
    ],
)
def test_the_currency_is_what_all_amounts_say_else_the_sellers(
    shop: Shop, file: Path, prices: tuple[str, str], currency: str
) -> None:
    file.write_text(f'order,sku,qty,price\n1,A,1,"{prices[0]}"\n2,A,1,"{prices[1]}"\n')
    done = shop.take(file)
    if prices == ("$9", "$1"):
        assert (0, "'$9' is in") == (done.orders, done.aside[0].reason[:10])
    else:
        assert [currency] * 2 == [order.currency for order in shop.orders()]


@pytest.mark.parametrize(
    ("wanted", "skus"), [("", ["Mug", "B"]), ("title", ["Mug", "B"]), ("Listing ID", ["77", "B"])]
)
def test_what_stands_in_for_a_sku_can_be_said(
    shop: Shop, file: Path, wanted: str, skus: list[str]
) -> None:
    text = "order,sku,title,qty,Listing ID\n1,,Mug,1,77\n1,B,Cup,1,78\n"
    done, order = taken(shop, file, text, sku=wanted)
    assert skus == [line.sku for line in order.lines]
    column = wanted or "title"
    assert f"1 line had no SKU; {column!r} stands in for it." in done.remarks


def test_a_file_without_skus_needs_only_to_be_told_what_stands_in(shop: Shop, file: Path) -> None:
    file.write_text("order,title,qty\n1,Mug,1\n")
    with pytest.raises(Invalid) as asked:
        shop.take(file)
    assert "or say with --sku what stands in for it" in asked.value.message
    shop.take(file, sku="title")
    assert ["Mug"] == [line.sku for line in shop.order("1").lines]
