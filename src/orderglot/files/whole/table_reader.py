"""The table of an export, read back as orders."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from contextlib import closing
from io import BufferedReader, StringIO
from typing import Any

from orderglot.files.order_numbers import OrderNumbers
from orderglot.files.whole.cells import as_text
from orderglot.files.whole.columns import LINE_COLUMNS, ORDER_COLUMNS
from orderglot.files.whole.formulas import harmless
from orderglot.files.whole.found import OUR_LINE, OUR_REASON, Found
from orderglot.files.whole.gathering import Gathering
from orderglot.files.whole.parts import Kind
from orderglot.files.whole.tables import Cells

TEXTS = {one.name for one in (*ORDER_COLUMNS, *LINE_COLUMNS) if one.kind is Kind.TEXT}
"""The columns whose texts are harmless in CSV, as the rejects are."""


class TableReader:
    """Reads the orders of a table; raises Invalid where its columns are not those of an export."""

    ending = ".csv"

    def __init__(self, cells: Cells, file: BufferedReader) -> None:
        self.size = os.fstat(file.fileno()).st_size
        self._cells = cells
        self._gathering = Gathering(cells.names, quoted=cells.quoted)
        # Those that it has among the rejects of an import are written anew.
        self._kept = [
            place for place, name in enumerate(cells.names) if name not in (OUR_LINE, OUR_REASON)
        ]

    @property
    def position(self) -> int:
        """How many bytes of the file were read."""
        return self._cells.position()

    def __iter__(self) -> Iterator[Found]:
        with closing(OrderNumbers()) as numbers:
            yield from self._gathering.orders(self._cells.rows, numbers.is_new)

    def reject(self, row: Any, line: int, reason: str) -> str:
        """Write a row with the reason why it was not taken; it is read again as it was."""
        return _row([*(self._spelled(place, row) for place in self._kept), str(line), reason])

    def _spelled(self, place: int, row: Any) -> str:
        text = as_text(row[place])
        bare = not self._cells.quoted and self._cells.names[place] in TEXTS
        return harmless(text) if bare else text

    def head(self) -> str:
        """Write the names of the columns."""
        return _row([*(self._cells.names[place] for place in self._kept), OUR_LINE, OUR_REASON])


def _row(cells: list[str]) -> str:
    buffer = StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()
