"""Documents: JSON objects of any one kind into a file, as JSON lines or as a table of what they say.

Members of members are columns with dots between the names, lists are JSON. Which columns a table has
is known when all documents are: until then they wait in a temporary file. What is too long for a cell of
a spreadsheet goes on in the same column of the next row.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from tempfile import TemporaryFile
from typing import Any

from orderglot.core.errors import Rule, invalid
from orderglot.files.whole.csv_writer import LONGEST, Encoded
from orderglot.files.whole.formulas import harmless
from orderglot.files.whole.rows import UNSAFE, pieces
from orderglot.files.whole.writer import Destination, not_installed, plain_number
from orderglot.files.whole.xlsx_writer import Workbook, as_number
from orderglot.wire import json

MOST_COLUMNS = 2_000
STRIDE = 5_000
"""So many rows of Parquet are written at a time."""

Row = Mapping[str, Any]


class Documents:
    """Writes documents; with ``lines`` a table has a row for each element of that list of theirs."""

    def __init__(self, file: Destination, format: str, lines: str = "") -> None:
        self.rows = 0
        self._file = file
        self._format = format
        self._lines = lines
        self._names = dict[str, None]()
        self._waiting = None if format == "jsonl" else TemporaryFile()  # noqa: SIM115

    def write(self, body: bytes, document: Any) -> None:
        """Write a document: its ``body`` as it stands, or the document as one row or several."""
        if self._waiting is None:
            self._file.write(json.write(json.read(body)) + b"\n" if b"\n" in body else body + b"\n")
            self.rows += 1
            return
        for row in _rows(document, self._lines):
            self._names.update(dict.fromkeys(row))
            self._waiting.write(json.write(row) + b"\n")
            self.rows += 1
        if len(self._names) > MOST_COLUMNS:
            reason = f"these are more than {MOST_COLUMNS:,} columns; export them to .jsonl."
            raise invalid("FILE", Rule.SIZE, reason)

    def close(self) -> None:
        """Write the table."""
        if self._waiting is None:
            return
        with self._waiting as waiting:
            waiting.seek(0)
            write: Mapping[str, Callable[[list[str], Iterator[Row]], None]] = {
                "csv": self._write_csv,
                "xlsx": self._write_xlsx,
                "parquet": self._write_parquet,
            }
            write[self._format](list(self._names), (json.read(line) for line in waiting))

    def _write_csv(self, names: list[str], rows: Iterator[Row]) -> None:
        write = csv.writer(Encoded(self._file), lineterminator="\r\n").writerow
        write(list(map(harmless, names)))
        for row in rows:
            write([_text(row.get(name)) for name in names])

    def _write_xlsx(self, names: list[str], rows: Iterator[Row]) -> None:
        book = Workbook(self._file)
        book.write(list(map(harmless, names)))
        for row in rows:
            for cells in zip_longest(*[_cells(row.get(name)) for name in names]):
                book.write(cells)
        book.close()
        # What is too long for a cell goes on in the next row.
        self.rows = max(self.rows, book.rows - 1)

    def _write_parquet(self, names: list[str], rows: Iterator[Row]) -> None:
        """Write texts alone: what stands in a member need not be of one kind in all documents."""
        try:
            import pyarrow as pa
            from pyarrow import parquet
        except ImportError:
            raise not_installed("Parquet", "pyarrow") from None
        schema = pa.schema([(name, pa.string()) for name in names])
        with parquet.ParquetWriter(self._file, schema) as file:
            batch = list[dict[str, Any]]()
            for row in rows:
                batch.append({name: _plain(value) for name, value in row.items()})
                if len(batch) >= STRIDE:
                    file.write_table(pa.Table.from_pylist(batch, schema))
                    batch = []
            file.write_table(pa.Table.from_pylist(batch, schema))


def _rows(document: Any, lines: str) -> Iterator[dict[str, Any]]:
    """Give a document as one row, or a row for each element of one of its lists."""
    elements = document.get(lines) if lines else None
    if not isinstance(elements, list) or not elements:
        yield dict(_flat("", document))
        return
    head = dict(_flat("", {name: one for name, one in document.items() if name != lines}))
    for element in elements:
        yield {**head, **dict(_flat(lines, element))}


def _flat(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and (value or not path):
        for name, inner in value.items():
            yield from _flat(f"{path}.{name}" if path else name, inner)
    elif isinstance(value, dict | list):
        yield path, json.write(value).decode()
    else:
        yield path, value


def _plain(value: Any) -> str | None:
    """Give a value as a text, a flag and a number as JSON has them."""
    if value is None or isinstance(value, str):
        return value
    return ("true" if value else "false") if isinstance(value, bool) else plain_number(value)


def _text(value: Any) -> str:
    return harmless(value) if isinstance(value, str) else _plain(value) or ""


def _cells(value: Any) -> Sequence[Any]:
    """Give a value for a cell of a spreadsheet, of a long text the cells that it goes on in."""
    if value is None or isinstance(value, bool):
        return (value,)
    cell = value if isinstance(value, str) else as_number(value)
    if not isinstance(cell, str):
        return (cell,)
    return list(pieces(cell.translate(UNSAFE), LONGEST)) if cell else (None,)
