"""Which column is the price of a piece: what the names leave open is asked for."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from orderglot.core.errors import Invalid
from tests.files.books import Shop, take_rows


@pytest.mark.parametrize(
    ("columns", "values", "sentence"),
    [
        ("Price,Net Price", "11.90,10", "'Price' or 'Net Price' may be the price of a piece"),
        ("Net price,Gross price,List price", "10,11.90,15", "'Net price' or 'Gross price' may be"),
        ("Selling price", "10", "say --columns price=Selling price for that"),
        ("Unit price,Sale price", "12,10", "'Unit price' or 'Sale price' may be"),
        ("Preis netto,Preis brutto", "10,11.90", "'Preis netto' or 'Preis brutto' may be"),
        ("Cost", "10", "amount=Cost where it is the whole line's"),
    ],
)
def test_which_of_several_prices_counts_is_asked_for(
    shop: Shop, tmp_path: Path, columns: str, values: str, sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        take_rows(shop, tmp_path, f"order,sku,qty,{columns}", f"1,A,2,{values}")
    assert [] == shop.orders()
    first = columns.partition(",")[0]
    take_rows(
        shop, tmp_path, f"order,sku,qty,{columns}", f"1,A,2,{values}", columns=f"price={first}"
    )
    assert Decimal(values.partition(",")[0]) == shop.order("1").lines[0].unit_price


@pytest.mark.parametrize(
    ("columns", "values", "price"),
    [
        ("Price,List price,MSRP", "10,15,16", 10),
        ("Price,Sale price", "10,10", 10),
        ("Price,Net price,Line total", "10,8,20", 10),
        ("Net price,Line total", "8,20", 10),
        ("Price,Net price", "10,", 10),
        ("Shipping price,Line total", "5,20", 10),
    ],
)
def test_what_shows_is_not_asked_for(
    shop: Shop, tmp_path: Path, columns: str, values: str, price: int
) -> None:
    take_rows(shop, tmp_path, f"order,sku,qty,{columns}", f"1,A,2,{values}")
    assert price == shop.order("1").lines[0].unit_price


def test_a_file_may_be_said_to_have_no_price(shop: Shop, tmp_path: Path) -> None:
    rows = ("order,sku,qty,Net price,Gross price", "1,A,2,10,11.90")
    take_rows(shop, tmp_path, *rows, columns="price=")
    assert shop.order("1").lines[0].unit_price is None


def test_a_name_is_no_company_and_a_region_no_state(shop: Shop, tmp_path: Path) -> None:
    take_rows(shop, tmp_path, "order,sku,qty,price,Name,Region", "1,A,2,5,Ida Lund,West")
    order = shop.order("1")
    assert (None, None) == (order.bill_to, order.ship_to)
    assert {"file.Name": "Ida Lund", "file.Region": "West"} == order.extras


@pytest.mark.parametrize("column", ["Product ID", "Listing ID", "Product", "Name"])
def test_what_stands_in_for_a_sku_is_asked_for(shop: Shop, tmp_path: Path, column: str) -> None:
    rows = (f"order,{column},qty,price", "1,77,2,5")
    with pytest.raises(Invalid, match="say with --sku what stands in for it"):
        take_rows(shop, tmp_path, *rows)
    take_rows(shop, tmp_path, *rows, sku=column)
    assert "77" == shop.order("1").lines[0].sku


def test_a_region_of_shipping_without_an_address_is_no_state(shop: Shop, tmp_path: Path) -> None:
    take_rows(shop, tmp_path, "order,sku,qty,price,ship region", "1,A,2,5,West")
    assert shop.order("1").ship_to is None
    take_rows(shop, tmp_path, "order,sku,qty,price,ship region,ship city", "2,A,2,5,ID,Boise")
    found = shop.order("2").ship_to
    assert found
    assert ("Boise", "ID") == (found.city, found.state)


@pytest.mark.parametrize("name", ["Sales", "Revenue", "Amount"])
def test_an_amount_of_what_is_asked_for_where_it_is_not_quantity_times_price(
    shop: Shop, tmp_path: Path, name: str
) -> None:
    rows = (f"order,sku,qty,price,{name}", "1,A,2,5,12")
    with pytest.raises(Invalid, match=f"say --columns amount={name}, price={name}"):
        take_rows(shop, tmp_path, *rows)
    take_rows(shop, tmp_path, *rows, columns=f"amount={name}")
    assert 12 == shop.order("1").totals.total


@pytest.mark.parametrize("name", ["Sales", "Revenue"])
def test_what_is_said_to_be_of_lines_goes_before_an_amount_of_something(
    shop: Shop, tmp_path: Path, name: str
) -> None:
    take_rows(shop, tmp_path, f"order,sku,qty,price,{name},Line total", "2,A,2,5,12,10")
    assert 10 == shop.order("2").totals.total


def test_discounts_that_can_be_no_shares_are_asked_for(shop: Shop, tmp_path: Path) -> None:
    rows = ("order_id,product_id,unit_price,quantity,discount", "1,A,14,2,5", "2,A,14,2,0")
    with pytest.raises(Invalid, match="'discount' may hold amounts or rates, such as 5"):
        take_rows(shop, tmp_path, *rows)
    take_rows(shop, tmp_path, *rows, columns="discount=discount")
    assert 23 == shop.order("1").totals.total


def test_amounts_of_several_columns_are_added_up(shop: Shop, tmp_path: Path) -> None:
    columns = "order,sku,qty,price,goods tax,freight tax,off,off freight,post,total"
    rows = ("1,A,2,5,1,0.50,1,0.25,3,13.25", "1,B,1,1,,,,,,")
    taken = "tax=goods tax + freight tax,discount=off + off freight,shipping=post"
    take_rows(shop, tmp_path, columns, *rows, columns=taken)
    totals = shop.order("1").totals
    found = [totals.tax, totals.discount, totals.shipping, totals.total]
    assert [Decimal(amount) for amount in ("1.5", "1.25", "3", "13.25")] == found
    with pytest.raises(Invalid, match="there is no column 'fee'"):
        take_rows(shop, tmp_path, columns, *rows, columns="tax=goods tax + fee")
