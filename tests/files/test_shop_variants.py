"""Files of shops as others write them: columns in another order, other delimiters, encodings, marks."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Literal, NamedTuple

import pytest
from msgspec.structs import replace

from orderglot.core.errors import Invalid
from orderglot.files.layouts.known import LAYOUTS, PLAIN
from tests.files.books import Shop, take_rows
from tests.files.sheets import write_ods, write_xlsx
from tests.files.test_shop_files import FILES, SHOPS, ShopFile, details, sums

Rows = list[list[str]]

DECIMAL = re.compile(r"-?\d+\.\d+")
ONE_FILE = [file for file in FILES if len(file.files) == 1 and file.files[0] != "german.csv"]


def rows_of(file: ShopFile) -> Rows:
    encoding = file.options.get("encoding", "utf-8-sig")
    text = (SHOPS / file.files[0]).read_bytes().decode(encoding)
    if file.files[0].startswith("amazon"):
        return [line.split("\t") for line in text.splitlines()]
    return list(csv.reader(StringIO(text, newline="")))


def header_of(rows: Rows) -> int:
    """Give the place of the row that names the columns."""
    return next(place for place, row in enumerate(rows) if len([*filter(None, row)]) > 4)


class Variant(NamedTuple):
    """A way to write rows: what is done to them, and how they are put down."""

    change: Callable[[Rows], Rows] = lambda rows: rows
    delimiter: str = ","
    encoding: str = "utf-8"
    quoting: Literal[0, 1] = csv.QUOTE_MINIMAL
    end: str = "\r\n"

    def write(self, path: Path, rows: Rows) -> None:
        text = StringIO(newline="")
        writer = csv.writer(
            text, delimiter=self.delimiter, quoting=self.quoting, lineterminator=self.end
        )
        writer.writerows(self.change(rows))
        path.write_bytes(text.getvalue().encode(self.encoding))


def shuffled(rows: Rows) -> Rows:
    width = len(rows[header_of(rows)])
    order = random.Random(7).sample(range(width), width)
    return [[row[place] for place in order] if len(row) == width else row for row in rows]


def capitals(rows: Rows) -> Rows:
    at = header_of(rows)
    return [*rows[:at], [name.upper() for name in rows[at]], *rows[at + 1 :]]


def with_more(rows: Rows) -> Rows:
    """Add a column that nobody knows, before all others."""
    width, at = len(rows[header_of(rows)]), header_of(rows)
    return [
        ["Loyalty tier" if place == at else "", *row] if len(row) == width else row
        for place, row in enumerate(rows)
    ]


def with_commas(rows: Rows) -> Rows:
    at = header_of(rows)
    return [
        [cell.replace(".", ",") if place > at and DECIMAL.fullmatch(cell) else cell for cell in row]
        for place, row in enumerate(rows)
    ]


VARIANTS = {
    "shuffled": Variant(shuffled),
    "capitals": Variant(capitals),
    "a column more": Variant(with_more),
    "tabs": Variant(delimiter="\t", end="\n"),
    "bars": Variant(delimiter="|"),
    "UTF-16": Variant(delimiter="\t", encoding="utf-16"),
    "mark": Variant(encoding="utf-8-sig", quoting=csv.QUOTE_ALL),
    "decimal commas": Variant(with_commas, delimiter=";"),
}


def names(value: object) -> str:
    return value.files[0] if isinstance(value, ShopFile) else f"{value}"


def check(shop: Shop, file: ShopFile, path: Path) -> None:
    """Import a file that says the same, and compare each order with what is known of it."""
    options = {name: one for name, one in file.options.items() if name != "encoding"}
    done = shop.take(path, **options)
    assert list(file.aside) == [one.reason for one in done.aside]
    assert file.sums.keys() == {order.number for order in shop.orders()}
    for order in shop.orders():
        assert numbers(file.sums[order.number]) == numbers(sums(order))
        assert file.details[order.number] == set(details(order))


def numbers(text: str) -> list[object]:
    """Read amounts, so that 5.00 and 5 are the same."""
    return [Decimal(word) if re.fullmatch(r"[\d.]+", word) else word for word in text.split(" ")]


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("file", ONE_FILE, ids=names)
def test_a_file_of_a_shop_may_be_written_otherwise(
    shop: Shop, tmp_path: Path, file: ShopFile, variant: str
) -> None:
    VARIANTS[variant].write(tmp_path / "orders.csv", rows_of(file))
    check(shop, file, tmp_path / "orders.csv")


@pytest.mark.parametrize("write", [write_xlsx, write_ods], ids=["xlsx", "ods"])
@pytest.mark.parametrize("file", ONE_FILE, ids=names)
def test_a_file_of_a_shop_may_be_saved_as_a_spreadsheet(
    shop: Shop, tmp_path: Path, file: ShopFile, write: Callable[..., Path]
) -> None:
    check(shop, file, write(tmp_path / "orders", {"Sheet 1": rows_of(file)}))


@pytest.mark.parametrize("file", ONE_FILE, ids=names)
def test_the_layout_may_be_named(shop: Shop, tmp_path: Path, file: ShopFile) -> None:
    rows = rows_of(file)
    header = rows[header_of(rows)]
    (layout,) = (one for one in LAYOUTS if one.is_of(header))
    VARIANTS["mark"].write(tmp_path / "orders.csv", rows)
    named = replace(file, options={**file.options, "shape": layout.name})
    check(shop, named, tmp_path / "orders.csv")


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda one: one.known_by)
def test_no_two_layouts_are_known_by_the_same(layout: object) -> None:
    headers = [one.known_by.split(",") for one in LAYOUTS if one is layout]
    assert [layout] == [one for one in LAYOUTS if one.is_of(headers[0])]


def test_a_shop_that_it_is_not_is_refused_with_what_is_missing(shop: Shop, tmp_path: Path) -> None:
    rows = ("order,sku,qty", "1,A,1")
    with pytest.raises(Invalid, match="not of etsy, as it has no sale date, item name, listing id"):
        take_rows(shop, tmp_path, *rows, shape="etsy")
    with pytest.raises(Invalid, match="no layout 'magento'; give one of shopify, woocommerce"):
        take_rows(shop, tmp_path, *rows, shape="magento")


def test_a_file_of_a_shop_may_be_read_by_its_columns_alone(shop: Shop, tmp_path: Path) -> None:
    file = next(one for one in ONE_FILE if one.files == ("shopify.csv",))
    VARIANTS["mark"].write(tmp_path / "orders.csv", rows_of(file))
    with pytest.raises(Invalid, match="no column is the order"):
        shop.take(tmp_path / "orders.csv", shape=PLAIN)


def test_what_a_person_says_goes_before_the_layout(shop: Shop, tmp_path: Path) -> None:
    file = next(one for one in ONE_FILE if one.files == ("shopify.csv",))
    VARIANTS["mark"].write(tmp_path / "orders.csv", rows_of(file))
    columns = "sku=Lineitem name,title=,discount=,po_number=Id"
    shop.take(tmp_path / "orders.csv", columns=columns)
    order = shop.order("#2001")
    assert "9001" == order.po_number
    assert ["Cotton blanket - Grey", "Wool socks"] == [line.sku for line in order.lines]
    assert not order.totals.discount


def test_the_rejects_of_packed_and_of_summed_rows_are_imported_once_mended(
    shop: Shop, tmp_path: Path
) -> None:
    for name, wrong, right in (
        ("ebay.csv", '"$4.00"', '"$four"'),
        (
            "bigcommerce.csv",
            "Product Qty: 2, Product SKU: A-1",
            "Product Qty: two, Product SKU: A-1",
        ),
    ):
        file = next(one for one in ONE_FILE if one.files == (name,))
        text = (SHOPS / name).read_text("utf-8-sig")
        assert wrong in text
        path = tmp_path / name
        path.write_text(text.replace(wrong, right), "utf-8", newline="")
        before = set(shop.numbers())
        done = shop.take(path)
        assert done.rejects is not None
        assert 1 == done.orders_aside
        mended = done.rejects.read_text().replace(right, wrong)
        done.rejects.write_text(mended)
        again = shop.take(done.rejects)
        assert (1, 0) == (again.new, again.orders_aside)
        found = {order.number: sums(order) for order in shop.orders() if order.number not in before}
        assert file.sums == found


EBAY = (
    '"Sales record number","Order number","Buyer name","Post to name","Post to address 1",'
    '"Post to city","Post to postcode","Post to country","Item number","Item title","Custom label",'
    '"Quantity","Sold for","Postage and packaging","Total price","Sale date","Paid on date",'
    '"Dispatched on date","Delivery service","Tracking number","Transaction ID"'
)


def test_a_british_ebay_report_is_in_pounds(shop: Shop, tmp_path: Path) -> None:
    shop.change_seller(currency="")
    row = (
        '"7","04-1","Ida Lund","Ida Lund","4 Elm Road","Leeds","LS1 4AP","United Kingdom","91",'
        '"Lamp","LMP","2","£12.50","£3.20","£28.20","03-Jul-26","04-Jul-26","05-Jul-26",'
        '"Royal Mail Tracked","AB1","71"'
    )
    take_rows(shop, tmp_path, EBAY, row, currency="")
    order = shop.order("04-1")
    assert "25.00 - 3.20 - 28.20 adds up" == sums(order)
    assert "GBP" == order.currency
    assert {
        "Ida Lund, pays",
        "at 2026-07-04 00:00",
        "goes to Ida Lund, Leeds",
        "sent by Royal Mail Tracked AB1 at 2026-07-05 00:00",
    } == set(details(order))


def test_an_unpaid_purchase_is_put_aside_where_every_order_has_one_item(
    shop: Shop, tmp_path: Path
) -> None:
    row = '"7","04-1",,,,,,,"91","Lamp","LMP","2","$1","$0","$2","Jul-03-26",,,,,"71"'
    unpaid = row.replace('"04-1"', "").replace('"71"', '"72"')
    done = take_rows(shop, tmp_path, EBAY, row, unpaid, currency="")
    assert ["it has no order number: it was bought and not paid"] == [
        one.reason for one in done.aside
    ]
    assert 2 == shop.order("04-1").lines[0].quantity


AMAZON = (
    "order-id\torder-item-id\tpurchase-date\tsku\tproduct-name\tquantity-purchased\tcurrency\t"
    "item-price\titem-tax\tshipping-price\tshipping-tax\tgift-wrap-price\tgift-wrap-tax\t"
    "item-promotion-discount\tship-promotion-discount"
)


@pytest.mark.parametrize(
    ("currency", "figures"),
    [
        ("USD", "20.00 3.00 7.00 2.10 26.10 adds up (tax on top)"),
        ("EUR", "20.00 3.00 7.00 2.10 - cannot be told: nobody says totals.total"),
    ],
)
def test_whether_amazons_prices_have_the_tax_in_them_depends_on_the_country(
    shop: Shop, tmp_path: Path, currency: str, figures: str
) -> None:
    row = f"1\t2\t2026-06-01T08:15:22+00:00\tA\tPan\t2\t{currency}\t20.00\t1.50\t5.00\t0.40\t2.00\t0.20\t2.00\t1.00"
    take_rows(shop, tmp_path, AMAZON, row)
    assert figures == sums(shop.order("1"))


def test_an_order_may_have_many_packed_lines(shop: Shop, tmp_path: Path) -> None:
    lines = "|".join(
        f"Product ID: {one}, Product Qty: 2, Product SKU: S-{one}, Product Name: Cup no. {one}, "
        "Product Weight: 1.0000, Product Variation Details: , Product Unit Price: $1.50, "
        "Product Total Price: $3.00"
        for one in range(200)
    )
    header = "Order ID,Order Status,Order Total (inc tax),Order Currency Code,Product Details"
    take_rows(shop, tmp_path, header, f'1,Shipped,600.00,USD,"{lines}"')
    order = shop.order("1")
    assert (200, Decimal(600), "S-199") == (
        len(order.lines),
        order.totals.subtotal,
        order.lines[-1].sku,
    )


def test_the_prices_of_a_bigcommerce_shop_may_have_the_tax_in_them(
    shop: Shop, tmp_path: Path
) -> None:
    header = (
        "Order ID,Order Date,Order Status,Subtotal (inc tax),Subtotal (ex tax),Tax Total,"
        "Shipping Cost (inc tax),Shipping Cost (ex tax),Handling Cost (inc tax),Handling Cost (ex tax),"
        "Coupon Details,Order Total (inc tax),Order Currency Code,Product Details"
    )
    line = (
        "Product ID: 1, Product Qty: 2, Product SKU: A, Product Name: Cup, Product Weight: 1, "
        "Product Variation Details: , Product Unit Price: £6.00, Product Total Price: £12.00"
    )
    row = f'1,27/07/2026,Shipped,12.00,10.00,2.50,3.00,2.50,0.00,0.00,,15.00,GBP,"{line}"'
    take_rows(shop, tmp_path, header, row)
    assert "12.00 0 3.00 2.50 15.00 adds up (tax in the prices)" == sums(shop.order("1"))
    found = shop.order("1").details
    assert found
    assert found.prices_include_tax is True
