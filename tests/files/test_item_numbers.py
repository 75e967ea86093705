"""Item numbers in columns: what the buyer, the maker and everybody call the item of a line."""

from __future__ import annotations

from pathlib import Path

from orderglot.core.item_numbers import ItemNumbers
from tests.files.books import Shop, order_of, take_rows


def test_the_numbers_of_an_item_stay_with_its_line(shop: Shop, tmp_path: Path) -> None:
    columns = "EAN,MPN,Customer Item Number,Quantity Shipped"
    rows = ("1,A,1,1,'04006381333931, HB-2 ,0017,1", "1,B,1,1,,,,", "1,C,1,1,40063813,,,0")
    order = order_of(shop, tmp_path, columns, *rows)
    assert [
        ItemNumbers(gtin="04006381333931", manufacturer="HB-2", buyer="0017"),
        None,
        ItemNumbers(gtin="40063813"),
    ] == [line.details.item_numbers if line.details else None for line in order.lines]
    assert [1, None, 0] == [line.details.shipped if line.details else None for line in order.lines]


def test_two_columns_of_gtins_are_no_question(shop: Shop, tmp_path: Path) -> None:
    order = order_of(shop, tmp_path, "UPC,EAN", "1,A,1,1,036000291452,4006381333931")
    (line,) = order.lines
    assert line.details is not None
    assert ItemNumbers(gtin="4006381333931") == line.details.item_numbers
    assert {"file.UPC": "036000291452"} == order.extras


def test_what_is_no_gtin_is_named_with_the_reason(shop: Shop, tmp_path: Path) -> None:
    done = take_rows(shop, tmp_path, "order,sku,qty,UPC", "1,A,1,12345", "2,A,1,3.82386E+12")
    assert ["its 'UPC' on line 2: the GTIN '12345' is not of 8, 12, 13 or 14 digits"] == [
        one.reason for one in done.aside if one.order == "1"
    ]
    (rounded,) = (one.reason for one in done.aside if one.order == "2")
    assert rounded.startswith("its 'UPC' on line 3: the GTIN '3.82386E+12' was rounded by a ")
