"""Importing files of shops by the command: what it shows before, and what it asks for."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.program import done, done_json, ended, refused

SHOPS = Path(__file__).parents[1] / "files" / "shops"
ACME = ("--seller", "acme")
NOTHING, ASIDE = 1, 4


@pytest.fixture
def ebay(folder: Path) -> Path:
    return Path(shutil.copy(SHOPS / "ebay.csv", folder))


def test_a_dry_run_shows_the_first_orders_and_which_column_became_what(ebay: Path) -> None:
    text = ended("import", "ebay.csv", *ACME, "--dry-run", code=ASIDE)
    rows = [line.rsplit("  ", 1) for line in text.splitlines()]
    columns = [[field.strip(), name] for field, name in (row for row in rows if len(row) > 1)]
    assert [["order", "Order Number"], ["created", "Sale Date"]] == columns[1:3]
    taxes = [["tax", "Seller Collected Tax"], ["+ tax", "eBay Collected Tax"]]
    assert taxes == [row for row in columns if row[0].endswith("tax")][:2]
    assert "The columns are read as those of ebay; --from plain does not." in text
    assert "parcel 2026-07-04 USPS Ground 9400000000000000000001" in text
    assert "sums: adds up (tax on top)" in text
    assert "Nothing was taken: 2 orders of 3 lines." in text
    assert "  no order, line 8: it has no order number: it was bought and not paid" in text
    assert not (ebay.parent / "orderglot.db").exists()
    found = json.loads(ended("import", "ebay.csv", *ACME, "--dry-run", "--json", code=ASIDE))
    assert ["11-1", "11-2"] == [order["number"] for order in found["first"]]
    assert "Sold For" == found["columns"]["price"]


def test_the_orders_of_a_shop_are_taken_once(ebay: Path) -> None:
    text = ended("import", "ebay.csv", *ACME, "--from", "ebay", code=ASIDE)
    assert "2 orders of 3 lines: 2 new, 0 changed, 0 the same." in text
    again = ended("import", "ebay.csv", *ACME, "--from", "ebay", code=ASIDE)
    assert "2 orders of 3 lines: 0 new, 0 changed, 2 the same." in again
    assert ebay.exists()


def test_a_layout_that_is_not_known_or_not_the_files_is_refused(ebay: Path) -> None:
    assert "from: There is no layout 'magento'; give one of shopify," in refused(
        "import", "ebay.csv", *ACME, "--from", "magento"
    )
    assert "from: the file is not of etsy, as it has no item name, listing id" in refused(
        "import", "ebay.csv", *ACME, "--from", "etsy"
    )
    assert not (ebay.parent / "orderglot.db").exists()


def test_tracking_numbers_go_to_the_orders_that_are_there(folder: Path) -> None:
    (folder / "lines.csv").write_text("order,sku,qty,price,status\n1,A,2,5,open\n2,A,1,5,open\n")
    (folder / "parcels.csv").write_text("order,tracking,carrier\n1,Z1,UPS\n9,Z9,UPS\n")
    words = ("import", "parcels.csv", *ACME)
    assert "There are no orders of this seller" in refused(*words)
    done("import", "lines.csv", *ACME, "--currency", "USD")
    text = ended(*words, code=ASIDE)
    assert "1 order of 1 line: 0 new, 1 changed, 0 the same." in text
    assert "order 9, line 3: there is no order '9'; import the orders first" in text
    order = done_json("show", "1")
    assert ("shipped", "Z1") == (order["status"], order["details"]["shipments"][0]["tracking"])
    assert "details" not in done_json("show", "2")


def test_a_dry_run_shows_the_columns_of_both_files(folder: Path) -> None:
    for name in ("northwind-orders.csv", "northwind-order-details.csv"):
        shutil.copy(SHOPS / name, folder)
    words = ("import", "northwind-orders.csv", "northwind-order-details.csv", *ACME)
    columns = done_json(*words, "--currency", "USD", "--dry-run")["columns"]
    assert ("order_id", "product_id", "freight", "ship_name") == tuple(
        columns[field] for field in ("order", "sku", "shipping", "ship_to_company")
    )
