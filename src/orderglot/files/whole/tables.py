"""Tables in files: CSV, XLSX and Parquet as names of columns and rows of cells, in constant memory."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Callable, Iterator, Sequence
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import Any

from msgspec import Struct

from orderglot.core.errors import Rule, invalid
from orderglot.files.whole.columns import MORE
from orderglot.files.whole.gathering import Row
from orderglot.files.whole.writer import not_installed

GZIP, ZIP, PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"PAR1"
Content = gzip.GzipFile | BufferedReader
DELIMITERS = ",;\t"
LONGEST_HEADER = 65_536
STRIDE = 1_000
"""So many rows of Parquet are read at a time."""


class Cells(Struct, frozen=True):
    """A table: the names of its columns, its rows, and how many bytes of its file were read."""

    names: Sequence[str]
    rows: Iterator[Row]
    position: Callable[[], int]


def table_of(file: BufferedReader, path: Path) -> Cells | None:
    """Give the table of a file that was exported, None of any other.

    Raises Unsupported where what reads its format is not installed.
    """
    start = file.peek(4)[:4]
    if start == PARQUET:
        found: Cells | None = _parquet(file)
    elif start == ZIP:
        found = _sheet(path) if _is_workbook(path) else None
    else:
        found = _text(unpacked(file), file)
    return found if found and MORE in found.names else None


def unpacked(file: BufferedReader) -> Content:
    """Give the content of a file, plain or gzip."""
    return gzip.GzipFile(fileobj=file) if file.peek(2)[:2] == GZIP else file


def _text(content: Content, file: BufferedReader) -> Cells | None:
    try:
        header = content.peek(LONGEST_HEADER)
    except (OSError, EOFError, zlib.error):
        return None
    first = header.removeprefix(b"\xef\xbb\xbf").split(b"\n")[0].decode("utf-8", "replace")
    for delimiter in DELIMITERS if MORE in first else ():
        names = next(csv.reader([first], delimiter=delimiter), [])
        if MORE in names:
            rows = _csv_rows(content, delimiter, len(names))
            return Cells(names, rows, file.tell)
    return None


def _csv_rows(content: Content, delimiter: str, width: int) -> Iterator[Row]:
    text = TextIOWrapper(content, "utf-8-sig", newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    before = 0
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            if line > 1 and cells:
                # A program may leave out what is blank at the end of a row.
                yield line, cells + [""] * (width - len(cells))
    except (csv.Error, UnicodeDecodeError, OSError, EOFError, zlib.error) as error:
        reason = f"The file breaks off after line {before} ({error}); what came before is taken."
        raise invalid("", Rule.MALFORMED, reason) from None
    finally:
        text.detach()


def _is_workbook(path: Path) -> bool:
    return path.suffix.lower() in (".xlsx", ".xlsm") or path.suffix == ""


def _sheet(path: Path) -> Cells | None:
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError:
        raise not_installed("XLSX", "python-calamine") from None
    try:
        sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
        rows = iter(sheet.iter_rows())
    except CalamineError:
        return None
    names = [str(cell) for cell in next(rows, [])]
    size = path.stat().st_size
    numbered = ((number, row) for number, row in enumerate(rows, 2) if any(c != "" for c in row))
    return Cells(names, numbered, lambda: size)


def _parquet(file: BufferedReader) -> Cells:
    found = parquet_file(file)

    def rows() -> Iterator[Row]:
        number = 1
        for batch in found.iter_batches(STRIDE):
            for cells in zip(*[column.to_pylist() for column in batch.columns], strict=True):
                number += 1
                yield number, cells

    return Cells(list(map(str, found.schema_arrow.names)), rows(), file.tell)


def parquet_file(file: BufferedReader) -> Any:
    """Open a file of Parquet; raises Invalid where it is none, Unsupported without pyarrow."""
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise not_installed("Parquet", "pyarrow") from None
    try:
        return parquet.ParquetFile(file)
    except (ArrowException, OSError) as error:
        raise invalid("", Rule.MALFORMED, f"The file cannot be read as Parquet: {error}.") from None
