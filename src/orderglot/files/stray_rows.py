"""Stray rows, which are no order's: blank ones, totals, and what stands below or between the orders."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import Literal

from orderglot.files.cells import bare, in_one_piece, is_total, joined
from orderglot.files.plan import Plan
from orderglot.files.remarks import Remarks
from orderglot.files.rows import ROWS_BETWEEN

FEW = 3
"""A row of another width with more cells than these may be an order's."""


class StrayRows:
    """Tells rows that are no order's from those that are, and notes them."""

    def __init__(self, plan: Plan, remarks: Remarks) -> None:
        self._at = plan.columns.at
        self._width = plan.width or len(plan.columns.names)
        self._delimiter = plan.delimiter
        self._quoted = plan.quoted
        self._remarks = remarks

    def cells(self, row: str) -> list[str]:
        """Divide a row as well as that can be done; the last one of several that were made one."""
        text = row.rpartition(ROWS_BETWEEN)[2]
        quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if self._quoted else csv.QUOTE_NONE
        try:
            return next(csv.reader([text], delimiter=self._delimiter, quoting=quoting), [])
        except csv.Error:
            return text.split(self._delimiter)

    def cell(self, cells: Sequence[str], field: str) -> str:
        """Give what stands in a field's place; nothing where the row is too short."""
        place = self._at.get(field, self._width)
        return cells[place].strip().strip('"') if place < len(cells) else ""

    def passes(self, line: int, cells: Sequence[str]) -> bool:
        """Note a row that is blank or says something about the file, and tell whether it is one.

        A row of an order that is known by its number says something of that.
        """
        filled = [cell for cell in cells if cell.strip()]
        if filled and not self._is_footer(cells, filled):
            return False
        self._remarks.passed += 1
        if filled:
            self._remarks.footers.note(line, joined(filled))
        return True

    def _is_footer(self, cells: Sequence[str], filled: Sequence[str]) -> bool:
        if len(cells) != self._width and len(filled) > FEW:
            return False
        goods = ("sku", "quantity", "price", "amount")
        # Of a row that ends before the order numbers, the longest text says what it is.
        ends_before = len(cells) <= self._at.get("order", 0)
        name = max(filled, key=len) if ends_before else self.cell(cells, "order") or filled[0]
        if len(cells) == self._width and any(self.cell(cells, field) for field in goods):
            return False
        return not in_one_piece(bare(name)) and not is_total(name)

    def is_total(self, line: int, cells: Sequence[str]) -> bool:
        """Note a row of totals, and tell whether it is one."""
        number = self.cell(cells, "order")
        names = (number,) if number else (self.cell(cells, "sku"), self.cell(cells, "title"))
        first = next((cell for cell in cells if cell.strip()), "")
        if not any(is_total(name) for name in names if name) and (number or not is_total(first)):
            return False
        self._remarks.totals.note(line, joined(cells))
        return True
