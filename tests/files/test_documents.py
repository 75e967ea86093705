"""Documents as a table: nothing of them is rounded, cut or computed."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from orderglot.files.whole.documents import Documents
from orderglot.wire import json


def table(format: str, *documents: Any) -> list[list[Any]]:
    """Give the rows that documents make, the names first."""
    file = BytesIO()
    writer = Documents(file, format)
    for document in documents:
        body = document if isinstance(document, bytes) else json.write(document)
        writer.write(body, json.read(body))
    writer.close()
    if format == "csv":
        found: list[list[Any]] = list(csv.reader(StringIO(file.getvalue().decode())))
    else:
        book = CalamineWorkbook.from_filelike(BytesIO(file.getvalue()))
        found = book.get_sheet_by_index(0).to_python()
    assert writer.rows == len(found) - 1
    return found


def test_a_number_that_a_spreadsheet_would_round_is_a_text() -> None:
    numbers = b'{"a":1234567890123456789,"b":12345678901234567.89,"c":1.25,"d":true,"e":1e300}'
    assert ["1234567890123456789", "12345678901234567.89", 1.25, True, 1e300] == (
        table("xlsx", numbers)[1]
    )


def test_a_text_too_long_for_a_cell_goes_on_in_the_next_row() -> None:
    lines = [{"sku": f"A{place}", "quantity": place} for place in range(2_000)]
    names, *rows = table("xlsx", {"id": 1, "lines": lines}, {"id": 2, "lines": []})
    place = names.index("lines")
    assert lines == json.read("".join(row[place].removeprefix("…") for row in rows[:-1]).encode())
    assert [1, *[""] * (len(rows) - 2), 2] == [row[names.index("id")] for row in rows]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_name_that_looks_like_a_formula_is_none(format: str) -> None:
    names, *_ = table(format, {"=HYPERLINK(1)": "x", "ship_to": {"city": "=1"}, "@x": 1})
    assert ["'=HYPERLINK(1)", "ship_to.city", "'@x"] == names
