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
