"""Tables in files: CSV and Parquet as names of columns and rows of cells, in constant memory.

The sheet of a spreadsheet comes as CSV, too.
"""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Callable, Iterator, Sequence
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import Any

from msgspec import Struct

from orderglot.core.errors import Invalid, Rule, invalid
from orderglot.files.whole.columns import MORE
from orderglot.files.whole.gathering import Row
from orderglot.files.whole.writer import not_installed

GZIP, PARQUET = b"\x1f\x8b", b"PAR1"
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
    quoted: bool = False
    """Whether texts that look like formulas have an apostrophe before them, as in CSV."""


def table_of(file: BufferedReader, *, is_sheet: bool = False) -> Cells | None:
    """Give the table of a file that was exported, None of any other.

    Raises Unsupported where what reads its format is not installed.
    """
    if is_sheet:
        found: Cells | None = _sheet(file)
    elif file.peek(4)[:4] == PARQUET:
        found = _parquet(file)
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
            return Cells(names, rows, file.tell, quoted=True)
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


def _sheet(file: BufferedReader) -> Cells:
    rows = _sheet_rows(file)
    _, names = next(rows, (1, []))
    return Cells(names, rows, file.tell)


def _sheet_rows(file: BufferedReader) -> Iterator[tuple[int, list[str]]]:
    """Give the rows that say something, by the numbers that they have in the sheet."""
    text = TextIOWrapper(file, "utf-8-sig", newline="")
    try:
        for number, cells in enumerate(csv.reader(text), 1):
            if any(cells):
                yield number, cells
    except csv.Error as error:
        raise invalid("", Rule.MALFORMED, f"The sheet cannot be read: {error}.") from None
    finally:
        text.detach()


def _parquet(file: BufferedReader) -> Cells:
    found = parquet_file(file)

    def rows() -> Iterator[Row]:
        number = 1
        for columns in parquet_columns(found, file):
            for cells in zip(*columns, strict=True):
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
        raise _broken_parquet(file, error) from None


def parquet_columns(found: Any, file: BufferedReader) -> Iterator[list[list[Any]]]:
    """Give the values of all columns, so many rows at a time; raises Invalid where they are broken."""
    from pyarrow import ArrowException

    try:
        for batch in found.iter_batches(STRIDE):
            yield list(map(_values, batch.schema.names, batch.columns))
    except (ArrowException, OSError) as error:
        raise _broken_parquet(file, error) from None


def _values(name: str, column: Any) -> list[Any]:
    """Give the values of a column; of a time in nanoseconds as much as a time here has."""
    from pyarrow import ArrowException, timestamp, types

    try:
        if types.is_timestamp(column.type) and column.type.unit == "ns":
            column = column.cast(timestamp("us", column.type.tz), safe=False)
        return list(column.to_pylist())
    except (ArrowException, ValueError, OverflowError) as error:
        reason = f"it has what is no {column.type} of the years 1 to 9999 ({error}); correct it."
        raise invalid(name, Rule.MALFORMED, reason) from None


def _broken_parquet(file: BufferedReader, error: Exception) -> Invalid:
    name = Path(file.name).name if isinstance(file.name, str) else "The file"
    reason = f"{name} cannot be read as Parquet ({error}); get it again, or write it anew."
    return invalid("", Rule.MALFORMED, reason)
