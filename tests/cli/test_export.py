"""Exporting by the command: what is in the file, what it says, and what it leaves where it is refused."""

from __future__ import annotations

import csv
import io
import json
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from orderglot.files.whole import csv_writer, exporting, xlsx_writer
from tests.cli.program import done, done_json, ended, refused, run

LINES = """order,sku,title,qty,price,date,po number,status
7,A,Mug,12,5,2024-05-20,P-7,new
7,B,=1+1,1,0.375,2024-05-20,P-7,new
8,B,Pen,1,2.5,2024-05-21,-8,shipped
9,A,Mug,2,5,2024-05-22,Q-9,shipped
"""
LEFT_OUT = 4


@pytest.fixture(autouse=True)
def _book(folder: Path) -> None:
    folder.joinpath("lines.csv").write_text(LINES)
    done("import", "lines.csv", "--seller", "acme", "--currency", "USD")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def documents(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_an_order_is_a_row(folder: Path) -> None:
    assert "3 orders of 4 lines of acme are in out.csv: 3 rows.\n" == done("export", "out.csv")
    found = rows(folder / "out.csv")
    assert [("7", "60.375"), ("8", "2.5"), ("9", "10")] == [
        (row["number"], row["totals.total"]) for row in found
    ]
    assert "A" == json.loads(found[2]["lines"])[0]["sku"]


def test_a_line_is_a_row_and_sums_stand_on_the_first_of_an_order(folder: Path) -> None:
    done("export", "out.csv", "--lines")
    assert [("7", "A", "12", "60.375"), ("7", "B", "1", ""), ("8", "B", "1", "2.5")] == [
        (row["number"], row["lines.sku"], row["lines.quantity"], row["totals.total"])
        for row in rows(folder / "out.csv")
    ][:3]


def test_json_lines_have_what_the_book_has(folder: Path) -> None:
    done("export", "out.jsonl")
    shown = done_json("show", "7")
    assert {name: shown[name] for name in shown if name not in ("adds_up", "events", "linked")} == (
        documents(folder / "out.jsonl")[0]
    )


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("status = shipped", ["8", "9"]), ("total > 10", ["7"]), ("sku = none", [])],
)
def test_a_filter_says_which(wanted: str, found: list[str], folder: Path) -> None:
    listed = done_json("orders", "list", "--filter", wanted, "--sort", "created")
    assert found == [order["number"] for order in listed]
    done("export", "out.jsonl", "--filter", wanted)
    assert found == [order["number"] for order in documents(folder / "out.jsonl")]


def test_a_filter_that_is_not_understood_leaves_no_file(folder: Path) -> None:
    assert "did you mean `status`?" in refused(
        "export", "out.csv", "--filter", "statuss = x", code=2
    )
    assert not (folder / "out.csv").exists()


def test_what_looks_like_a_formula_is_none_and_comes_back(folder: Path) -> None:
    done("export", "out.csv", "--lines")
    found = rows(folder / "out.csv")
    assert ["Mug", "'=1+1", "Pen", "Mug"] == [row["lines.title"] for row in found]
    assert "'-8" == found[2]["po_number"]
    done("import", "out.csv", "--seller", "again")
    titles = [line["title"] for line in done_json("show", "7", "--seller", "again")["lines"]]
    assert ["Mug", "=1+1"] == titles


def test_a_workbook_has_numbers_times_and_texts_that_stay_texts(folder: Path) -> None:
    from python_calamine import CalamineWorkbook

    done("export", "out.xlsx", "--lines")
    names, first, second, *_ = (
        CalamineWorkbook.from_path(folder / "out.xlsx").get_sheet_by_index(0).iter_rows()
    )
    row = dict(zip(names, first, strict=True))
    assert (12.0, 60.375, "2024-05-20") == (
        row["lines.quantity"],
        row["totals.total"],
        str(row["created"]),
    )
    assert "=1+1" == dict(zip(names, second, strict=True))["lines.title"]


def test_parquet_has_types(folder: Path) -> None:
    from pyarrow import parquet

    done("export", "out.parquet", "--lines")
    found = parquet.read_table(folder / "out.parquet")
    kinds = {name: str(found.schema.field(name).type) for name in found.schema.names}
    assert ("decimal128(18, 6)", "timestamp[us, tz=UTC]", "int64", "string") == (
        kinds["totals.total"],
        kinds["created"],
        kinds["id"],
        kinds["lines.sku"],
    )
    assert ["A", "B", "B", "A"] == found.column("lines.sku").to_pylist()


def test_a_file_that_is_there_stays_unless_it_is_to_be_replaced(folder: Path) -> None:
    file = folder / "out.csv"
    file.write_text("mine")
    file.chmod(0o640)
    assert "There is a file" in refused("export", "out.csv")
    assert "mine" == file.read_text()
    done("export", "out.csv", "--force")
    assert (3, 0o640) == (len(rows(file)), stat.S_IMODE(file.stat().st_mode))


def test_a_new_file_is_its_owners_alone(folder: Path) -> None:
    done("export", "out.csv")
    assert 0o600 == stat.S_IMODE((folder / "out.csv").stat().st_mode)


def test_the_book_is_never_replaced(folder: Path) -> None:
    words = ("export", "orderglot.db", "--format", "csv", "--force")
    assert "is a database, perhaps the order book" in refused(*words)
    assert 3 == done_json("book")[0]["orders"]


@pytest.mark.parametrize(
    ("words", "sentence", "code"),
    [
        (("out.txt",), "out.txt does not end with .csv, .xlsx, .parquet, .jsonl", 1),
        (("csv",), "csv does not end with", 1),
        (("none/out.csv",), "none/out.csv cannot be written (No such file or directory)", 1),
        ((".", "--format", "csv"), "is no file", 1),
        (("-",), "--format: say what goes to standard output", 2),
        (("out.jsonl", "--lines"), "--lines: JSON lines have each order whole", 2),
        (("out.csv", "--as", "none"), "There is no dialect 'none'", 1),
        (("out.csv", "--as", "kodaris", "--lines"), "have no lines in them", 2),
        (("out.csv", "--seller", "none"), "There is no seller 'none'", 1),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    words: tuple[str, ...], sentence: str, code: int, folder: Path
) -> None:
    before = sorted(folder.iterdir())
    assert sentence in refused("export", *words, code=code)
    assert before == sorted(folder.iterdir())


@pytest.mark.parametrize("file", ["out.csv", "out.xlsx", "out.parquet", "out.jsonl"])
def test_an_export_that_breaks_off_leaves_nothing(
    file: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> AsyncIterator[object]:
        for nothing in list[object]():
            yield nothing
        raise OSError(28, "No space left on device")

    before = sorted(folder.iterdir())
    monkeypatch.setattr(exporting, "_pages", fail)
    assert f"{file} cannot be written (No space left on device)" in refused("export", file)
    assert before == sorted(folder.iterdir())


def test_an_export_goes_to_standard_output_and_what_it_came_to_beside_it(folder: Path) -> None:
    ran = run("export", "-", "--format", "csv")
    assert ["7", "8", "9"] == [row["number"] for row in csv.DictReader(io.StringIO(ran.stdout))]
    assert "3 orders of 4 lines of acme are in standard output: 3 rows.\n" == ran.stderr
    ran = run("export", "-", "--format", "parquet", "--json")
    assert b"PAR1" == ran.stdout_bytes[:4] == ran.stdout_bytes[-4:]
    assert 3 == json.loads(ran.stderr)["orders"]


def test_a_script_gets_the_counts(folder: Path) -> None:
    assert {
        "seller": "acme",
        "file": "out.csv",
        "format": "csv",
        "orders": 3,
        "lines": 4,
        "rows": 4,
    } == done_json("export", "out.csv", "--lines")


def test_orders_of_test_mode_and_deleted_ones_come_where_they_are_asked_for(folder: Path) -> None:
    done("orders", "delete", "8")
    done("export", "out.jsonl")
    assert ["7", "9"] == [order["number"] for order in documents(folder / "out.jsonl")]
    done("export", "all.jsonl", "--deleted", "--test")
    assert ["7", "8", "9"] == [order["number"] for order in documents(folder / "all.jsonl")]
    done("import", "all.jsonl", "--seller", "again")
    assert ["7", "9"] == sorted(
        order["number"] for order in done_json("orders", "list", "--seller", "again")
    )


@pytest.mark.parametrize("dialect", ["adobe", "catalyst", "kodaris", "kole", "komet"])
def test_a_dialect_writes_each_order_as_its_clients_get_it(dialect: str, folder: Path) -> None:
    # Adobe's clients get no order that is of no customer.
    (folder / "more.csv").write_text("order,sku,qty,price,customer,status\n1,A,1,5,C1,new\n")
    done("import", "more.csv", "--seller", "other", "--currency", "USD")
    words = ("--as", dialect, "--seller", "other")
    printed = done("export", "out.jsonl", *words)
    form = ("--format", "json") if dialect == "kole" else ()
    shown = json.loads(done("show", "1", *words, *form))
    assert [shown] == documents(folder / "out.jsonl")
    assert "does not carry as it is, each with how many orders have it:" in printed
    assert "  left out     currency: 1 order" in printed or dialect == "adobe"
    for table in ("csv", "xlsx", "parquet"):
        done("export", f"out.{table}", *words)
    assert 1 == len(rows(folder / "out.csv"))


def test_orders_that_a_dialect_cannot_say_are_counted(folder: Path) -> None:
    printed = ended("export", "out.jsonl", "--as", "adobe", code=LEFT_OUT)
    assert "0 orders of 0 lines of acme are in out.jsonl: 0 rows." in printed
    assert "3 orders were left out; the first because order" in printed
    assert "carries all of it" not in printed
    found = json.loads(
        ended("export", "out.jsonl", "--as", "adobe", "--force", "--json", code=LEFT_OUT)
    )
    assert (3, []) == (found["left_out"], found["losses"])


@pytest.mark.parametrize(("dialect", "column"), [("kole", "items.sku"), ("orderglot", "lines.sku")])
def test_a_dialects_lines_are_rows(dialect: str, column: str, folder: Path) -> None:
    done("export", "out.csv", "--as", dialect, "--lines")
    assert ["A", "B", "B", "A"] == [row[column] for row in rows(folder / "out.csv")]


@pytest.mark.parametrize(
    ("module", "file", "package"),
    [("xlsxwriter", "out.xlsx", "XlsxWriter"), ("pyarrow", "out.parquet", "pyarrow")],
)
def test_what_is_not_installed_is_named(
    module: str, file: str, package: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, module, None)
    assert f"needs {package}, which is not installed: install 'orderglot[files]'." in refused(
        "export", file
    )
    assert not (folder / file).exists()


def test_a_sheet_that_is_full_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_writer, "MOST_ROWS", 3)
    assert "A sheet has no more than 3 rows" in refused("export", "out.xlsx")
    assert not (folder / "out.xlsx").exists()


@pytest.mark.parametrize("table", ["csv", "xlsx"])
def test_what_is_longer_than_a_cell_goes_on_in_the_next_row(
    table: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (csv_writer, xlsx_writer):
        monkeypatch.setattr(module, "LONGEST", 40)
    for lines in ((), ("--lines",)):
        done("export", f"out.{table}", "--force", "--seller", "acme", *lines)
        done("import", f"out.{table}", "--seller", f"again{len(lines)}")
        assert [13, 1, 2] == [
            sum(line["quantity"] for line in order["lines"])
            for order in done_json(
                "orders", "list", "--seller", f"again{len(lines)}", "--sort", "created"
            )
        ]


def test_a_file_has_what_a_person_types_sorted_and_no_more_than_is_asked_for(folder: Path) -> None:
    done("export", "found.csv", "--q", "P-7")
    assert ["7"] == [row["number"] for row in rows(folder / "found.csv")]

    done("export", "sorted.csv", "--sort=-totals.total")
    assert ["7", "9", "8"] == [row["number"] for row in rows(folder / "sorted.csv")]

    counts = done_json("export", "largest.csv", "--sort", "-totals.total", "--limit", "2")
    assert 2 == counts["orders"]
    assert ["7", "9"] == [row["number"] for row in rows(folder / "largest.csv")]


def test_a_limit_ends_in_the_middle_of_what_is_read_at_a_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "STRIDE", 2)
    for limit, found in (("1", ["7"]), ("2", ["7", "8"]), ("3", ["7", "8", "9"])):
        done("export", "out.csv", "--force", "--limit", limit)
        assert found == [row["number"] for row in rows(folder / "out.csv")]
    done("export", "typed.csv", "--q", "7", "--force")
    assert ["7"] == [row["number"] for row in rows(folder / "typed.csv")]


def test_no_order_at_all_is_no_limit() -> None:
    assert "--limit" in refused("export", "out.csv", "--limit", "0", code=2)


def test_an_export_is_written_down_as_an_act() -> None:
    done("export", "orders.csv", "--filter", "total > 1")
    act = done_json("log", "acts")[0]
    assert ("orders.exported", "orders.csv") == (act["what"], act["about"])
    assert {"orders": 3, "filter": "total > 1"} == act["after"]
