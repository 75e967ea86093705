"""Rows: an order as a row of a table, or a row for each of its lines, with nothing left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from orderglot.core.order import Line, Order
from orderglot.files.whole.columns import (
    LINE,
    LINE_COLUMNS,
    LINES,
    LINES_MORE,
    MORE,
    ORDER,
    ORDER_COLUMNS,
    SUMMED,
)
from orderglot.files.whole.parts import Column, Fits, Kind
from orderglot.wire import json

GOES_ON = "…"
"""What a cell begins with that goes on with the one above; JSON never does."""

Spellings = Mapping[Kind, Callable[[Any], Any]]
"""How the values of a kind are spelled in a cell; of a kind that is not there, as they are."""

UNSAFE = {0xFFFE: "\\ufffe", 0xFFFF: "\\uffff"}
"""Signs that XML cannot say, as JSON spells them."""


class Table:
    """A table of orders: with ``lines`` it has a row for each line, else one for each order.

    A cell holds ``longest`` characters, 0 for any number; JSON that is longer goes on in the same
    column of the next row. What does not fit a cell stands in the JSON.
    """

    def __init__(
        self,
        *,
        lines: bool,
        longest: int = 0,
        fits: Fits | None = None,
        spellings: Spellings | None = None,
    ) -> None:
        self.lines = lines
        self._longest = longest
        self._fits = fits
        self._spellings = spellings or {}
        order = [*ORDER_COLUMNS, _text(MORE)]
        beside = [*LINE_COLUMNS, _text(LINES_MORE)] if lines else [_text(LINES)]
        self.columns: list[Column] = [*order, *beside]

    def rows(self, order: Order) -> list[list[Any]]:
        """Give the rows of an order, as many cells in each as there are columns."""
        head = self.head(order)
        beside = self._line_rows(order) if self.lines else self._pieces_of_lines(order)
        more = self._cut(_text_of(self.more(order)))
        again = self._again(head)
        blank = [None] * len(beside[0])
        parts = zip_longest(more, beside)
        return [
            [*(again if place else head), piece, *(cells or blank)]
            for place, (piece, cells) in enumerate(parts)
        ]

    def head(self, order: Order) -> list[Any]:
        """Give the cells of what an order says beside its lines."""
        return self._spelled(ORDER_COLUMNS, ORDER.cells(order))

    def more(self, order: Order) -> bytes:
        """Give what has no column of an order, as JSON; nothing where there is nothing."""
        rest = ORDER.rest(order, self._fits)
        return json.write(rest) if rest else b""

    def every_line(self, order: Order) -> bytes:
        """Give all lines of an order, as JSON."""
        return json.write(order.lines)

    def line(self, line: Line) -> list[Any]:
        """Give the cells of a line, the last of which is what has no column."""
        cells = self._spelled(LINE_COLUMNS, LINE.cells(line))
        rest = LINE.rest(line, self._fits)
        return [*cells, _text_of(json.write(rest)) if rest else ""]

    def _again(self, head: list[Any]) -> list[Any]:
        """Give what stands of an order on the rows behind its first one."""
        if not self.lines:
            return [value if place < 2 else None for place, value in enumerate(head)]
        return [None if summed else value for value, summed in zip(head, SUMMED, strict=True)]

    def _line_rows(self, order: Order) -> list[list[Any]]:
        rows = list[list[Any]]()
        for line in order.lines:
            *cells, more = self.line(line)
            first, *others = self._cut(more)
            rows.append([*cells, first])
            rows += [[*[None] * len(cells), piece] for piece in others]
        return rows or [[None] * (len(LINE_COLUMNS) + 1)]

    def _pieces_of_lines(self, order: Order) -> list[list[Any]]:
        return [[piece] for piece in self._cut(_text_of(self.every_line(order)))]

    def _cut(self, text: str) -> Sequence[str | None]:
        """Cut a text into what cells hold; one of nothing is one cell with nothing in it."""
        if not self._longest or len(text) <= self._longest:
            return (text or None,)
        return list(pieces(text, self._longest))

    def _spelled(self, columns: Sequence[Column], cells: list[Any]) -> list[Any]:
        """Give values as cells have them, None for one that says nothing or does not fit."""
        if self._fits is None:
            return cells
        return list(map(self._cell, columns, cells))

    def _cell(self, column: Column, value: Any) -> Any:
        if value is None or value == "" or (self._fits and not self._fits(column.kind, value)):
            return None
        spell = self._spellings.get(column.kind)
        return spell(value) if spell else value


def pieces(text: str, longest: int) -> Iterator[str]:
    """Cut a text into what cells hold that go on with the one before."""
    yield text[:longest]
    length = longest - len(GOES_ON)
    for begin in range(longest, len(text), length):
        yield GOES_ON + text[begin : begin + length]


def _text_of(document: bytes) -> str:
    text = document.decode()
    # To look for two signs costs nearly nothing beside translating all of them.
    return text.translate(UNSAFE) if "\ufffe" in text or "\uffff" in text else text


def _text(name: str) -> Column:
    return Column(name, Kind.TEXT, (name,))
