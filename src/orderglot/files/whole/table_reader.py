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
from orderglot.files.whole.found import OUR_LINE, OUR_REASON, Found
from orderglot.files.whole.gathering import Gathering
from orderglot.files.whole.tables import Cells


class TableReader:
    """Reads the orders of a table; raises Invalid where its columns are not those of an export."""

    ending = ".csv"

    def __init__(self, cells: Cells, file: BufferedReader) -> None:
        self.size = os.fstat(file.fileno()).st_size
        self._cells = cells
        self._gathering = Gathering(cells.names)
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
        return _row([*(as_text(row[place]) for place in self._kept), str(line), reason])

    def head(self) -> str:
        """Write the names of the columns."""
        return _row([*(self._cells.names[place] for place in self._kept), OUR_LINE, OUR_REASON])


def _row(cells: list[str]) -> str:
    buffer = StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()
