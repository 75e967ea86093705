"""Sheet extent: how far the cells of a workbook reach, before room is made for all between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from zipfile import ZipFile

from orderglot.files.text import unreadable

MOST_CELLS = 30_000_000
"""A sheet has so many places at most, filled or not, as there has to be room for each."""

BLOCK = 1024 * 1024
LONGEST_PLACE = 64
"""What says where a cell or a row is has fewer bytes."""

_PLACE = re.compile(rb"\sr=[\"'](?:([A-Z]{2,3})([0-9]{1,7})|([0-9]{1,7}))[\"']")
"""The place of a row, or of a cell behind the 26th column; the others are not worth the time."""


def demand_readable(packed: ZipFile) -> None:
    """Raise Invalid for a workbook with a cell far from all others, or of a kind that is not read."""
    if any(name.endswith("workbook.bin") for name in packed.namelist()):
        raise unreadable("The spreadsheet is an XLSB; save it as XLSX.")
    for name in packed.namelist():
        if name.endswith(".xml") and "sharedStrings" not in name:
            rows, columns = _extent(packed, name)
            if rows * columns > MOST_CELLS:
                raise unreadable(
                    f"A sheet reaches to row {rows:,} and column {columns:,}; delete what stands far "
                    "from the orders, or save them as CSV."
                )


def _extent(packed: ZipFile, name: str) -> tuple[int, int]:
    """Give the last row and the last column that a part of a workbook speaks of."""
    rows, columns = 1, 26
    for block in _blocks(packed, name):
        for letters, of_cell, of_row in set(_PLACE.findall(block)):
            rows = max(rows, int(of_cell or of_row))
            columns = max(columns, _column(letters))
    return rows, columns


def _blocks(packed: ZipFile, name: str) -> Iterator[bytes]:
    """Give the bytes of a part; what one block ends with comes again in the next."""
    with packed.open(name) as part:
        before = b""
        while block := part.read(BLOCK):
            yield before + block
            before = block[-LONGEST_PLACE:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
