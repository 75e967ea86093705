"""Files of whole orders and of typed rows: what is put aside, what is asked, and real orders."""

from __future__ import annotations

import asyncio
import json
import os
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pyarrow as pa
import pytest
from msgspec.structs import replace
from pyarrow import parquet

from orderglot.core.errors import Invalid
from orderglot.core.order import Identity, Line, Order, Totals
from orderglot.files.plan import ImportOptions
from orderglot.files.rows import open_rows
from orderglot.files.whole.formulas import harmless, original
from orderglot.files.whole.opening import whole_orders
from tests.files.books import Shop, shop_in
from tests.files.whole_books import FORMS, essence, every, exported

CUT = Path(__file__).with_name("online-retail-cut.csv.gz")
WHOLE = os.environ.get("ORDERGLOT_WHOLE_FILE", "")
ORDER = Order(
    number="7",
    customer=Identity(number="C1"),
    currency="EUR",
    lines=(Line(number=1, sku="A", quantity=2, unit_price=Decimal("1.5"), total=Decimal(3)),),
    totals=Totals(subtotal=Decimal(3), total=Decimal(3)),
)


def write(shop: Shop, path: Path, format: str, *, lines: bool = False) -> Path:
    path.write_bytes(asyncio.run(exported(shop.book, format, lines=lines)))
    return path


@pytest.mark.parametrize(("format", "lines"), FORMS)
def test_real_orders_come_back(format: str, lines: bool, tmp_path: Path) -> None:
    real = Path(WHOLE) if WHOLE else CUT
    with shop_in("memory", tmp_path) as one, shop_in("memory", tmp_path) as other:
        one.take(real, timezone="Europe/London")
        file = write(one, tmp_path / f"out.{format}", format, lines=lines)
        done = other.take(file)
        before, after = (asyncio.run(every(shop.book)) for shop in (one, other))
        assert (len(before), 0) == (done.new, done.rejected)
        assert list(map(essence, before)) == list(map(essence, after))


@pytest.mark.parametrize("format", ["csv", "xlsx", "jsonl", "parquet"])
def test_an_export_in_a_zip_comes_back_to_the_last_digit(format: str, tmp_path: Path) -> None:
    exact = Totals(total=Decimal("12345678.12345678"), tax=Decimal("1.234"))
    order = replace(ORDER, totals=exact, notes="one\rtwo\r\nthree")
    with shop_in("memory", tmp_path) as shop, shop_in("memory", tmp_path) as other:
        shop.place(order)
        file = write(shop, tmp_path / f"out.{format}", format)
        with ZipFile(tmp_path / "out.zip", "w") as packed:
            packed.write(file, file.name)
        assert 1 == other.take(tmp_path / "out.zip").new
        assert list(map(essence, shop.orders())) == list(map(essence, other.orders()))


@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_an_order_that_cannot_be_read_is_put_aside_and_taken_once_it_is_mended(
    format: str, tmp_path: Path
) -> None:
    with shop_in("memory", tmp_path) as shop, shop_in("memory", tmp_path) as other:
        shop.place(ORDER)
        file = write(shop, tmp_path / f"out.{format}", format)
        file.write_text(file.read_text().replace("quantity", "quantty"))
        done = other.take(file)
        assert (0, 1) == (done.orders, done.orders_aside)
        assert "has no member 'lines.quantty'" in done.aside[0].reason
        assert done.rejects is not None
        done.rejects.write_text(done.rejects.read_text().replace('quantty"', 'quantity"'))
        assert 1 == other.take(done.rejects).new
        assert essence(shop.orders()[0]) == essence(other.orders()[0])


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (",received,", ",nowhere,", "status is 'nowhere', which is none of"),
        (",EUR,", ",EUR,,,,,", "columns where the header has"),
        (",3,", ",three,", "which is not a number such as 9.99"),
        ("{", "[", "orderglot.more"),
    ],
)
def test_a_cell_that_makes_no_sense_is_named(
    before: str, after: str, reason: str, tmp_path: Path
) -> None:
    with shop_in("memory", tmp_path) as shop, shop_in("memory", tmp_path) as other:
        shop.place(ORDER)
        file = write(shop, tmp_path / "out.csv", "csv")
        head, row = file.read_text().split("\n", 1)
        file.write_text(f"{head}\n{row.replace(before, after, 1)}")
        done = other.take(file)
        assert (0, 1) == (done.orders, done.orders_aside)
        assert reason in done.aside[0].reason


def test_what_was_changed_in_a_table_is_taken_in_the_book_that_it_came_from(tmp_path: Path) -> None:
    with shop_in("memory", tmp_path) as shop:
        shop.place(ORDER)
        file = write(shop, tmp_path / "out.csv", "csv", lines=True)
        head, rows = file.read_text().split("\n", 1)
        file.write_text(f"{head}\n{rows.replace('received', 'packing')}")
        assert (1, 0) == ((done := shop.take(file)).changed, done.rejected)
        assert "packing" == shop.orders()[0].status
        assert 1 == len(shop.orders())


def test_a_column_of_no_export_is_refused(tmp_path: Path) -> None:
    with shop_in("memory", tmp_path) as shop:
        shop.place(ORDER)
        file = write(shop, tmp_path / "out.csv", "csv")
        file.write_text(file.read_text().replace("po_number", "my column", 1))
        with pytest.raises(Invalid, match="the column 'my column' is none of an export's"):
            shop.take(file)


def test_a_flag_that_tells_columns_is_refused(tmp_path: Path) -> None:
    with shop_in("memory", tmp_path) as shop:
        shop.place(ORDER)
        file = write(shop, tmp_path / "out.jsonl", "jsonl")
        with pytest.raises(Invalid, match=r"--columns: out\.jsonl has whole orders"):
            shop.take(file, columns="order=x")


@pytest.mark.parametrize(
    "text",
    ["=1", "+1", "-1", "@x", "\t=1", " =1", "\r", "\uff1d1", "'=1", "''=1", "'abc", "a=1", "", "'"],
)
def test_a_harmless_text_begins_no_formula_and_is_read_as_it_was(text: str) -> None:
    written = harmless(text)
    assert text == original(written)
    assert written.lstrip()[:1] not in ("=", "+", "-", "@", "\uff1d")


def test_typed_rows_are_never_in_doubt(tmp_path: Path) -> None:
    table = pa.table(
        {
            "Invoice": ["1", "1", "2"],
            "StockCode": ["A", "B", "C"],
            "Quantity": [1, 2, 3],
            "Price": pa.array([Decimal("1.250"), Decimal("2.500"), None], pa.decimal128(9, 3)),
            "Customer ID": [13085.0, None, None],
        }
    )
    parquet.write_table(table, tmp_path / "rows.parquet")
    rows = [{**row, "Price": float(row["Price"] or 0)} for row in table.to_pylist()[:2]]
    (tmp_path / "rows.jsonl").write_text("\n\n".join(map(json.dumps, rows)))
    for name in ("rows.parquet", "rows.jsonl"):
        with shop_in("memory", tmp_path) as shop:
            assert 0 == shop.take(tmp_path / name, currency="EUR").rejected
            assert Decimal("6.25") == shop.order("1").totals.total
            customer = shop.order("1").customer
            assert ("13085",) == (customer and customer.number,)


def test_a_row_of_json_goes_by_the_number_of_its_line(tmp_path: Path) -> None:
    rows = [
        '{"order": 1, "sku": "A", "quantity": 1}',
        "",
        '{"order": 2, "sku": "A", "quantity": "x"}',
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(rows))
    with shop_in("memory", tmp_path) as shop:
        done = shop.take(tmp_path / "rows.jsonl", currency="EUR")
        assert [3] == [one.line for one in done.aside]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"order": 1}\n{"order":', "Line 2 cannot be read: it is not JSON"),
        ('{"order": 1}\n[1]', "Line 2 is no JSON object"),
        ("PAR1 and no more", "cannot be read as Parquet"),
    ],
)
def test_a_file_that_breaks_its_format_is_refused(
    content: str, reason: str, tmp_path: Path
) -> None:
    (tmp_path / "rows").write_text(content)
    with shop_in("memory", tmp_path) as shop, pytest.raises(Invalid, match=reason):
        shop.take(tmp_path / "rows", currency="EUR")


@pytest.mark.parametrize(
    ("lines", "totals"),
    [
        ({}, {"total": "12345678901234567.89"}),
        ({}, {"tax": "1e300"}),
        ({}, {"total": '"1000000000000"'}),
        ({"unit_price": "0.1234567890123456789"}, {}),
        ({"quantity": "1000000000000000000"}, {}),
        ({"quantity": "1e300"}, {}),
        ({"number": "9223372036854775808"}, {}),
    ],
)
def test_a_number_that_no_book_can_keep_puts_its_order_aside(
    lines: dict[str, str], totals: dict[str, str], tmp_path: Path
) -> None:
    line, sums = (
        ",".join(f'"{name}":{number}' for name, number in one.items()) for one in (lines, totals)
    )
    near = '{"number":"8","totals":{"total":999999999999.123456},"lines":[]}'
    file = tmp_path / "orders.jsonl"
    file.write_text(f'{{"number":"7","lines":[{{{line}}}],"totals":{{{sums}}}}}\n{near}\n')
    with shop_in("memory", tmp_path) as shop:
        done = shop.take(file)
        assert (1, 1) == (done.new, done.orders_aside)
        name = next(
            iter([*(f"lines.{one}" for one in lines), *(f"totals.{one}" for one in totals)])
        )
        assert done.aside[0].reason.startswith(f"{name} is ")
        assert done.aside[0].reason.endswith(", which is out of range")


@pytest.mark.parametrize(
    ("value", "member"),
    [
        ("1e400", "extras.kole.x"),
        ("-1e400", "extras.kole.x"),
        ("1" + "0" * 400, "extras.kole.x"),
        ('{"a":[1,{"b":1e-400}]}', "extras.kole.x.a.b"),
    ],
)
def test_a_number_of_an_extra_that_no_book_can_keep_puts_its_order_aside(
    value: str, member: str, tmp_path: Path
) -> None:
    good = '{"number":"8","extras":{"kole.x":1e20},"lines":[]}'
    file = tmp_path / "orders.jsonl"
    file.write_text(f'{{"number":"7","lines":[],"extras":{{"kole.x":{value}}}}}\n{good}\n')
    with shop_in("memory", tmp_path) as shop:
        done = shop.take(file)
        assert (1, 1) == (done.new, done.orders_aside)
        assert f"{member} is a number that is out of range" == done.aside[0].reason


def test_a_parquet_column_is_known_by_the_schema_and_not_by_the_first_row(tmp_path: Path) -> None:
    inner = pa.struct([("city", pa.string()), ("line_1", pa.string())])
    table = pa.table(
        {
            "order": ["1", "2"],
            "sku": ["A", "B"],
            "quantity": [1, 2],
            "ship_to": pa.array([None, {"city": "Carson", "line_1": "Street 1"}], inner),
        }
    )
    parquet.write_table(table, tmp_path / "rows.parquet")
    with open_rows(tmp_path / "rows.parquet") as rows:
        assert ["order", "sku", "quantity", "ship_to.city", "ship_to.line_1"] == list(rows.header)
        assert "2,B,2,Carson,Street 1" in list(map(str.strip, rows.text.read(9) or []))


@pytest.mark.parametrize("names", [["order", "x", "x"], ["order", "x", "order"]])
def test_two_parquet_columns_of_one_name_are_refused(names: list[str], tmp_path: Path) -> None:
    parquet.write_table(pa.table([pa.array(["1"])] * 3, names=names), tmp_path / "rows.parquet")
    with shop_in("memory", tmp_path) as shop, pytest.raises(Invalid, match="stands there twice"):
        shop.take(tmp_path / "rows.parquet", currency="EUR")


@pytest.mark.parametrize(
    ("values", "kind"),
    [([10**18], pa.timestamp("ms")), ([10**7], pa.date32())],
)
def test_a_parquet_time_that_no_calendar_has_is_named(
    values: list[int], kind: pa.DataType, tmp_path: Path
) -> None:
    table = pa.table(
        {"order": ["1"], "sku": ["A"], "quantity": [1], "date": pa.array(values, kind)}
    )
    parquet.write_table(table, tmp_path / "rows.parquet")
    with (
        shop_in("memory", tmp_path) as shop,
        pytest.raises(Invalid, match="years 1 to 9999") as got,
    ):
        shop.take(tmp_path / "rows.parquet", currency="EUR")
    assert "date" in str(got.value.message) or "date" in str(got.value)


def test_a_parquet_time_may_have_nanoseconds(tmp_path: Path) -> None:
    moment = pa.array([1_716_300_000_000_000_001], pa.timestamp("ns"))
    table = pa.table({"order": ["1"], "sku": ["A"], "quantity": [1], "date": moment})
    parquet.write_table(table, tmp_path / "rows.parquet")
    with shop_in("memory", tmp_path) as shop:
        assert 1 == shop.take(tmp_path / "rows.parquet", currency="EUR").new
        assert "2024-05-21 14:00:00+00:00" == str(shop.orders()[0].created)


def test_a_parquet_file_with_broken_pages_is_named(tmp_path: Path) -> None:
    count = 5_000
    numbers = list(map(str, range(count)))
    table = pa.table({"order": numbers, "sku": ["A"] * count, "quantity": [1] * count})
    parquet.write_table(table, tmp_path / "rows.parquet", compression="snappy")
    content = bytearray((tmp_path / "rows.parquet").read_bytes())
    content[60:400] = [byte ^ 0xFF for byte in content[60:400]]
    (tmp_path / "rows.parquet").write_bytes(content)
    with (
        shop_in("memory", tmp_path) as shop,
        pytest.raises(Invalid, match=r"rows\.parquet cannot be read as Parquet .*; get it again"),
    ):
        shop.take(tmp_path / "rows.parquet", currency="EUR")


@pytest.mark.parametrize(("format", "lines"), FORMS)
@pytest.mark.parametrize("text", ["=1+1", "'=1+1", "''-5", "'@x", "'\t", "-5", "'plain"])
def test_a_text_comes_back_as_it_was(text: str, format: str, lines: bool, tmp_path: Path) -> None:
    line = Line(number=1, sku=text, title=text, quantity=1)
    with shop_in("memory", tmp_path) as shop, shop_in("memory", tmp_path) as other:
        shop.place(replace(ORDER, notes=text, lines=(line,)))
        other.take(write(shop, tmp_path / f"out.{format}", format, lines=lines))
        assert list(map(essence, shop.orders())) == list(map(essence, other.orders()))


@pytest.mark.parametrize("format", ["csv", "xlsx", "parquet"])
def test_a_rejected_text_comes_back_as_it_was(format: str, tmp_path: Path) -> None:
    totals = Totals(total=Decimal(-5))
    with shop_in("memory", tmp_path) as shop, shop_in("memory", tmp_path) as other:
        for number in ("7", "8"):
            shop.place(replace(ORDER, number=number, notes="'=1", totals=totals))
        file = write(shop, tmp_path / f"out.{format}", format, lines=True)
        with whole_orders([file], ImportOptions()) as orders:
            assert orders is not None
            rejects = orders.head() + "".join(
                orders.reject(row, line, "tried")
                for found in orders
                for row, line in zip(found.rows, found.numbers, strict=True)
            )
        (tmp_path / "again.csv").write_text(rejects, newline="")
        assert 2 == other.take(tmp_path / "again.csv").new
        assert list(map(essence, shop.orders())) == list(map(essence, other.orders()))
