"""XLSX: orders as a workbook, row by row; numbers and times are cells that can be computed with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from orderglot.core.errors import Unsupported
from orderglot.core.order import Order
from orderglot.files.whole import csv_writer
from orderglot.files.whole.csv_writer import LONGEST
from orderglot.files.whole.formulas import harmless
from orderglot.files.whole.parts import Kind
from orderglot.files.whole.rows import Spellings, Table
from orderglot.files.whole.writer import Destination, iso_time, not_installed, plain_number

MOST_ROWS = 1_048_576
"""So many rows has a sheet, the one with the names among them."""

EXACT = 2**53
"""Whole numbers below this are numbers of a spreadsheet as they are."""

FIRST = datetime(1900, 3, 1, tzinfo=UTC)
"""From here on all spreadsheets agree which day is which."""

TIME_FORMAT = "yyyy-mm-dd hh:mm:ss"
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


class XlsxWriter:
    """Writes orders as a workbook of one sheet."""

    def __init__(self, file: Destination, *, lines: bool) -> None:
        self._table = Table(lines=lines, longest=LONGEST, fits=_fits, spellings=SPELLINGS)
        self._book = Workbook(file)
        self._book.write([column.name for column in self._table.columns])

    @property
    def rows(self) -> int:
        """How many rows were written, the one with the names not counted."""
        return self._book.rows - 1

    def write(self, orders: Sequence[Order]) -> None:
        """Write some more orders; raises Unsupported where a sheet has no more rows."""
        for order in orders:
            for cells in self._table.rows(order):
                self._book.write(cells)

    def close(self) -> None:
        """Put the workbook together."""
        self._book.close()


class Workbook:
    """A workbook of one sheet that is written row by row, in constant memory."""

    def __init__(self, file: Destination) -> None:
        try:
            import xlsxwriter
        except ImportError:
            raise not_installed("XLSX", "XlsxWriter") from None
        self.rows = 0
        self._book = xlsxwriter.Workbook(file, OPTIONS)
        self._quoted = self._book.add_format({"quote_prefix": True})
        self._time = self._book.add_format({"num_format": TIME_FORMAT})
        self._sheet = self._book.add_worksheet("orders")
        self._sheet.freeze_panes(1, 0)

    def write(self, cells: Sequence[Any]) -> None:
        """Write a row; raises Unsupported where a sheet has no more."""
        if self.rows >= MOST_ROWS:
            raise Unsupported(
                f"A sheet has no more than {MOST_ROWS:,} rows; export fewer orders with --filter, or"
                " to .csv or .parquet."
            )
        for column, value in enumerate(cells):
            if value is not None:
                self._write_cell(column, value)
        self.rows += 1

    def close(self) -> None:
        """Put the workbook together."""
        self._book.close()

    def _write_cell(self, column: int, value: Any) -> None:
        sheet, row = self._sheet, self.rows
        if isinstance(value, str):
            # Text stays text, and whoever goes into the cell and out again makes no formula of it.
            quoted = self._quoted if harmless(value) != value else None
            sheet.write_string(row, column, value, quoted)
        elif isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif isinstance(value, datetime):
            sheet.write_datetime(row, column, value, self._time)
        else:
            sheet.write_number(row, column, value)


def _fits(kind: Kind, value: Any) -> bool:
    if kind is Kind.TEXT and ("\ufffe" in value or "\uffff" in value):
        return False
    return csv_writer.fits(kind, value)


def as_number(number: int | Decimal) -> float | int | str:
    """Give a number as a spreadsheet has it, as a text where that would be another one."""
    if isinstance(number, int):
        return number if abs(number) < EXACT else str(number)
    nearest = float(number)
    return nearest if Decimal(repr(nearest)) == number else plain_number(number)


def _moment(moment: datetime) -> datetime | str:
    """Give a time as a spreadsheet has it, to the millisecond; as a text where it is more exact."""
    if moment < FIRST or moment.microsecond % 1000:
        return iso_time(moment)
    return moment.astimezone(UTC).replace(tzinfo=None)


SPELLINGS: Spellings = {
    **dict.fromkeys((Kind.NUMBER, Kind.QUANTITY, Kind.WHOLE), as_number),
    Kind.TIME: _moment,
}
