"""CSV: orders as a table for programs and spreadsheets, in UTF-8, with the line ends of RFC 4180."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from orderglot.core.order import Order
from orderglot.files.whole.formulas import harmless
from orderglot.files.whole.parts import Kind
from orderglot.files.whole.rows import Spellings, Table
from orderglot.files.whole.writer import Destination, iso_time, plain_number

LONGEST = 16_000
"""So many characters are in a cell at most; a spreadsheet takes 32,767 units of UTF-16."""

MOST_DIGITS = 40
"""A number of more digits on either side of its point is none for a table."""

SPELLINGS: Spellings = {
    Kind.TEXT: harmless,
    Kind.WHOLE: str,
    Kind.NUMBER: plain_number,
    Kind.QUANTITY: plain_number,
    Kind.TIME: iso_time,
    Kind.FLAG: lambda flag: "true" if flag else "false",
}


class CsvWriter:
    """Writes orders as CSV."""

    def __init__(self, file: Destination, *, lines: bool) -> None:
        self.rows = 0
        self._table = Table(lines=lines, longest=LONGEST, fits=fits, spellings=SPELLINGS)
        # With these ends whatever has a break of either kind in it is quoted.
        self._csv = csv.writer(Encoded(file), lineterminator="\r\n")
        self._csv.writerow([column.name for column in self._table.columns])

    def write(self, orders: Sequence[Order]) -> None:
        """Write some more orders."""
        for order in orders:
            rows = self._table.rows(order)
            self._csv.writerows(rows)
            self.rows += len(rows)

    def close(self) -> None:
        """Write no more."""


class Encoded(Struct, frozen=True):
    """Writes rows as UTF-8."""

    file: Destination

    def write(self, row: str) -> int:
        """Write a row."""
        return self.file.write(row.encode())


def fits(kind: Kind, value: Any) -> bool:
    """Tell whether a value can stand in a cell of text."""
    if kind is Kind.TEXT:
        return len(value) < LONGEST
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        return (
            isinstance(exponent, int) and -MOST_DIGITS < exponent and value.adjusted() < MOST_DIGITS
        )
    return True
