"""Spreadsheets, zips and pipes: the same orders, whatever the file of them is packed in."""

from __future__ import annotations

import gzip
import io
import os
import sys
import threading
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZipFile

import pytest

from orderglot.core.errors import Invalid
from orderglot.files import containers, spreadsheets
from orderglot.files.sheet_worker import cell_text
from orderglot.files.whole.columns import MORE
from tests.files.books import Shop
from tests.files.sheets import Cell, Sheets, write_ods, write_xlsx

HEADER: list[Cell] = [
    *("Order no.", "Order date", "Article no.", "Article", "Qty", "Unit price", "Shipping"),
    *("Order total", "Status", "ZIP"),
]
ROWS: list[list[Cell]] = [
    ["Orders of July", *[None] * 9],
    [None] * 10,
    HEADER,
    [
        4001.0,
        date(2026, 7, 1),
        "00123",
        "Hook, brass",
        10,
        19.989999999999998,
        12,
        227.4,
        "shipped",
        "02138",
    ],
    [4001.0, date(2026, 7, 1), 88012, 'Bracket 20 cm "L"', 2, 7.75, None, None, "shipped", "02138"],
    [4002.0, "2026-07-08", "AB/7", "Rope", 1000, 1.234, 0, 1234, "open", 83702.0],
    [None] * 10,
    ["Total", None, None, None, 1012, None, 12, 1461.4, None, None],
]
PRICES: list[list[Cell]] = [["Article no.", "Price"], ["00123", 19.99]]
SHEETS: Sheets = {"Prices": PRICES, "July": ROWS}
XLS = Path(__file__).parent / "shops" / "orders.xls"
"""The sheets above as Excel 97 writes them; made with xlwt 1.3."""


def goods(shop: Shop) -> dict[str, list[tuple[object, ...]]]:
    """Give each order's lines, its total and its day."""
    return {
        order.number: [
            *((line.sku, line.title, line.quantity, line.unit_price) for line in order.lines),
            (order.totals.total, f"{order.created:%F}", str(order.status)),
            (order.bill_to.postal_code if order.bill_to else "",),
        ]
        for order in shop.orders()
    }


ORDERS = {
    "4001": [
        ("00123", "Hook, brass", 10, Decimal("19.99")),
        ("88012", 'Bracket 20 cm "L"', 2, Decimal("7.75")),
        (Decimal("227.4"), "2026-07-01", "shipped"),
        ("02138",),
    ],
    "4002": [
        ("AB/7", "Rope", 1000, Decimal("1.234")),
        (Decimal(1234), "2026-07-08", "received"),
        ("83702",),
    ],
}


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_the_sheet_that_has_orders_is_read(shop: Shop, tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"orders.{kind}"
    if kind == "xls":
        file.write_bytes(XLS.read_bytes())
    else:
        {"xlsx": write_xlsx, "ods": write_ods}[kind](file, SHEETS)
    done = shop.take(file, currency="USD")
    assert ORDERS == goods(shop)
    assert "'July' is what is read." in done.remarks
    assert any("is a row of totals, 'Total 1012" in remark for remark in done.remarks)
    assert done.rejects == tmp_path / f"orders.{kind}.rejects.csv"


def test_a_spreadsheet_in_a_zip_is_read(shop: Shop, tmp_path: Path) -> None:
    with ZipFile(tmp_path / "orders.zip", "w") as packed:
        packed.write(write_xlsx(tmp_path / "orders.xlsx", SHEETS), "export/orders.xlsx")
        packed.writestr("__MACOSX/export/._orders.xlsx", "of a Mac")
    shop.take(tmp_path / "orders.zip", currency="USD")
    assert ORDERS == goods(shop)


def test_of_several_sheets_with_orders_one_is_asked_for(shop: Shop, tmp_path: Path) -> None:
    file = write_xlsx(tmp_path / "o.xlsx", {"July": ROWS, "Copy": ROWS, "Prices": PRICES})
    with pytest.raises(Invalid, match=r"sheets 'July', 'Copy' have orders; say which .*--sheet"):
        shop.take(file, currency="USD")
    with pytest.raises(Invalid, match="sheet: there is no sheet 'June'; the file has 'July'"):
        shop.take(file, currency="USD", sheet="June")
    shop.take(file, currency="USD", sheet="july")
    assert ORDERS == goods(shop)


def test_a_sheet_that_nobody_sees_is_not_read(shop: Shop, tmp_path: Path) -> None:
    sheets: Sheets = {"Old": [HEADER, ["1", None, "A", "", 1, 1, 0, 1, "open", ""]], "July": ROWS}
    shop.take(write_xlsx(tmp_path / "o.xlsx", sheets, hidden=["Old"]), currency="USD")
    assert ORDERS == goods(shop)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (4001.0, "4001"),
        (19.989999999999998, "19.99"),
        (66.36999999999999, "66.37"),
        (1.234, "1.2340"),
        (0.00001, "0.00001"),
        (-3.5, "-3.5"),
        (True, "TRUE"),
        (datetime.fromisoformat("2026-07-01"), "2026-07-01"),
        (datetime.fromisoformat("2026-07-01T09:30"), "2026-07-01 09:30:00"),
        (date(2026, 7, 1), "2026-07-01"),
        (time(9, 30), "09:30:00"),
        (timedelta(hours=1), "1:00:00"),
        ("0042", "0042"),
        (None, ""),
    ],
)
def test_a_cell_is_the_text_that_it_shows(cell: object, text: str) -> None:
    assert text == cell_text(cell)


def test_a_number_that_a_spreadsheet_has_rounded_is_no_order(shop: Shop, tmp_path: Path) -> None:
    rows: list[list[Cell]] = [["order", "sku", "qty"], [1234567890123456789.0, "A", 1]]
    done = shop.take(write_xlsx(tmp_path / "o.xlsx", {"S": rows}), currency="USD")
    assert ["the order number '1.23456789012346E+18' was rounded by a spreadsheet"] == [
        one.reason.partition(",")[0] for one in done.aside
    ]


@pytest.mark.parametrize("place", [1, 2])
def test_a_cell_far_from_all_others_is_named(shop: Shop, tmp_path: Path, place: int) -> None:
    file = write_xlsx(tmp_path / "o.xlsx", SHEETS)
    with ZipFile(file) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    name = f"xl/worksheets/sheet{place}.xml"
    parts[name] = parts[name].replace(b"</sheetData>", far)
    with ZipFile(file, "w") as packed:
        for part, content in parts.items():
            packed.writestr(part, content)
    with pytest.raises(Invalid, match="takes too much memory, as where a cell stands far"):
        shop.take(file, currency="USD")


@pytest.mark.parametrize("first", ["order", MORE])
def test_a_spreadsheet_that_is_too_large_is_not_read(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    monkeypatch.setattr(containers, "MOST_OF_SHEETS", 1_000)
    monkeypatch.setattr(spreadsheets, "WORKER", "none.such")
    file = write_xlsx(tmp_path / "o.xlsx", {"S": [[first, "sku", "qty"], [1, "A", 1]]})
    with pytest.raises(Invalid, match="more than 1,000 bytes"):
        shop.take(file, currency="USD")


LINES = b"order,sku,qty\n1,A,1\n"


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({}, "The zip is empty; unpack it"),
        ({"a.csv": LINES, "b.csv": LINES}, "both have the columns of lines"),
        ({"a.zip": b"PK\x03\x04"}, "The zip is broken"),
        ({"a.xls": b"\xd0\xcf\x11\xe0 and no more"}, "The spreadsheet cannot be read"),
    ],
)
def test_a_zip_that_is_not_one_file_of_orders_is_refused(
    shop: Shop, tmp_path: Path, members: dict[str, bytes], sentence: str
) -> None:
    with ZipFile(tmp_path / "o.zip", "w") as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    if not members:
        (tmp_path / "o.zip").write_bytes(b"PK\x03\x04" + bytes(10))
        sentence = "The zip is broken"
    with pytest.raises(Invalid, match=sentence.replace("(", r"\(").replace(")", r"\)")):
        shop.take(tmp_path / "o.zip", currency="USD")


@pytest.mark.parametrize("packing", [ZIP_DEFLATED, ZIP_BZIP2, ZIP_LZMA])
def test_what_is_broken_in_a_zip_is_named(shop: Shop, tmp_path: Path, packing: int) -> None:
    file = tmp_path / "o.zip"
    with ZipFile(file, "w", packing) as packed:
        packed.writestr("a.csv", LINES * 1_000)
    content = bytearray(file.read_bytes())
    content[50:60] = [byte ^ 0xFF for byte in content[50:60]]
    file.write_bytes(content)
    with pytest.raises(Invalid, match=r"a\.csv cannot be unpacked .*; get the zip again"):
        shop.take(file, currency="USD")


def test_a_zip_in_a_zip_is_refused(shop: Shop, tmp_path: Path) -> None:
    inner = io.BytesIO()
    with ZipFile(inner, "w") as packed:
        packed.writestr("a.csv", LINES)
    with ZipFile(tmp_path / "o.zip", "w") as packed:
        packed.writestr("inner.zip", inner.getvalue())
    with pytest.raises(Invalid, match=r"inner\.zip is a zip in a zip; unpack it"):
        shop.take(tmp_path / "o.zip", currency="USD")


def test_a_web_page_that_is_called_a_spreadsheet_is_named(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "orders.xls"
    file.write_text("<html><table><tr><td>order</td></tr></table></html>")
    with pytest.raises(Invalid, match="is a web page or XML"):
        shop.take(file, currency="USD")


def test_only_a_spreadsheet_has_sheets(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_bytes(LINES)
    with pytest.raises(Invalid, match="only a spreadsheet has sheets"):
        shop.take(tmp_path / "o.csv", currency="USD", sheet="July")


@pytest.mark.parametrize("packed", [LINES, gzip.compress(LINES)], ids=["plain", "gzip"])
def test_standard_input_is_read(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(packed + b"")))
    done = shop.take(Path("-"), currency="USD")
    assert (["1"], 1) == (shop.numbers(), done.orders)


def test_the_rejects_of_standard_input_go_to_the_folder_that_one_is_in(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = LINES + b"2,B,x\n"
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(text)))
    done = shop.take(Path("-"), currency="USD")
    assert Path("stdin.rejects.csv") == done.rejects
    assert "2,B,x,3," in (tmp_path / "stdin.rejects.csv").read_text()


def test_standard_input_is_one_file_alone(shop: Shop) -> None:
    with pytest.raises(Invalid, match="standard input can be one file alone"):
        shop.take(Path("-"), Path("-"), currency="USD")


def test_a_named_pipe_is_read(shop: Shop, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(LINES,))
    writer.start()
    shop.take(pipe, currency="USD", rejects=tmp_path / "rejects.csv")
    writer.join()
    assert ["1"] == shop.numbers()
