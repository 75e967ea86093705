"""Gathering: the rows of a table of orders put together to the orders that they were made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from orderglot.core.errors import Rule, invalid
from orderglot.core.order import Order
from orderglot.files.whole.cells import as_text, is_blank, read_cell
from orderglot.files.whole.columns import LINE_COLUMNS, LINES, LINES_MORE, MORE, ORDER_COLUMNS
from orderglot.files.whole.formulas import original
from orderglot.files.whole.found import OUR_LINE, OUR_REASON, Found, decoded, read_order
from orderglot.files.whole.parts import Column, Kind
from orderglot.files.whole.rows import GOES_ON
from orderglot.wire import json

Row = tuple[int, Sequence[Any]]
"""A row: its number in the file, its cells."""


class Gathering:
    """Makes orders of the rows of one table, whose columns have these names.

    With ``quoted`` its texts stand there as they were made harmless.

    Raises Invalid where a name is none of an export, or stands there twice.
    """

    def __init__(self, names: Sequence[str], *, quoted: bool = False) -> None:
        self._quoted = quoted
        known = {one.name for one in (*ORDER_COLUMNS, *LINE_COLUMNS)}
        known |= {MORE, LINES, LINES_MORE, OUR_LINE, OUR_REASON}
        self._width = len(names)
        self._at = dict[str, int]()
        for place, name in enumerate(names):
            if name not in known or name in self._at:
                what = "stands there twice" if name in self._at else "is none of an export's"
                reason = f"the column {name[:60]!r} {what}; take it out, or {MORE} to import a plain table."
                raise invalid("columns", Rule.UNKNOWN, reason)
            self._at[name] = place
        self._order = [one for one in ORDER_COLUMNS if one.name in self._at]
        self._line = [one for one in LINE_COLUMNS if one.name in self._at]

    def orders(self, rows: Iterable[Row], is_new: Callable[[str], bool]) -> Iterator[Found]:
        """Give the orders of a table, each with its rows; ``is_new`` remembers whose rows there were."""
        for key, run in groupby(rows, self._key):
            together = list(run)
            numbers, cells = [number for number, _ in together], [row for _, row in together]
            try:
                if not is_new(repr(key)):
                    raise ValueError("its rows do not stand together; sort the file by its ids")
                yield Found(numbers, cells, self._order_of(cells))
            except ValueError as error:
                yield Found(numbers, cells, reason=str(error))

    def key(self, cells: Sequence[Any]) -> tuple[str, str]:
        """Give what tells one order from another."""
        return as_text(self._cell(cells, "id")), as_text(self._cell(cells, "number"))

    def _key(self, row: Row) -> tuple[str, str]:
        return self.key(row[1])

    def _cell(self, cells: Sequence[Any], name: str) -> Any:
        place = self._at.get(name)
        return None if place is None else cells[place]

    def _order_of(self, rows: list[Sequence[Any]]) -> Order:
        widest = max(map(len, rows))
        if widest > self._width:
            raise ValueError(f"it has {widest} columns where the header has {self._width}")
        document = self._json(MORE, rows) or {}
        if not isinstance(document, dict):
            raise ValueError(f"{MORE} is no JSON object")
        for column in self._order:
            cell = self._agreed(column, rows)
            if not is_blank(cell):
                _put(document, column, self._read(column, cell))
        if LINES in self._at:
            document[LINES] = self._json(LINES, rows) or []
        elif self._line:
            document[LINES] = [self._line_of(one) for one in self._by_line(rows)]
        return read_order(json.write(document))

    def _agreed(self, column: Column, rows: list[Sequence[Any]]) -> Any:
        """Give what the rows of an order say in a column; raises ValueError where they differ."""
        place = self._at[column.name]
        values = [row[place] for row in rows if not is_blank(row[place])]
        if not values:
            return None
        other = next((cell for cell in values if cell != values[0]), None)
        if other is not None:
            one, two = as_text(values[0])[:40], as_text(other)[:40]
            raise ValueError(f"{column.name} is {one!r} on one of its rows and {two!r} on another")
        return values[0]

    def _by_line(self, rows: list[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
        """Divide rows by lines; one that goes on with the line above belongs to it."""
        run = list[Sequence[Any]]()
        for row in rows:
            more = self._cell(row, LINES_MORE)
            begins = any(not is_blank(self._cell(row, one.name)) for one in self._line)
            if begins and run:
                yield run
                run = []
            if begins or not is_blank(more):
                run.append(row)
        if run:
            yield run

    def _line_of(self, rows: list[Sequence[Any]]) -> dict[str, Any]:
        document = self._json(LINES_MORE, rows) or {}
        if not isinstance(document, dict):
            raise ValueError(f"{LINES_MORE} is no JSON object")
        for column in self._line:
            cell = self._cell(rows[0], column.name)
            if not is_blank(cell):
                _put(document, column, self._read(column, cell))
        return document

    def _read(self, column: Column, cell: Any) -> Any:
        value = read_cell(column, cell)
        return original(value) if self._quoted and column.kind is Kind.TEXT else value

    def _json(self, name: str, rows: list[Sequence[Any]]) -> Any:
        """Read the JSON of a column, which may go on from row to row."""
        cells = [cell for row in rows if not is_blank(cell := self._cell(row, name))]
        if not all(isinstance(one, str) for one in cells):
            raise ValueError(f"{name} is not JSON")
        if any(not one.startswith(GOES_ON) for one in cells[1:]):
            raise ValueError(f"{name} stands there twice")
        text = (
            "".join([cells[0], *[one.removeprefix(GOES_ON) for one in cells[1:]]]) if cells else ""
        )
        try:
            return decoded(text.encode()) if text else None
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None


def _put(document: dict[str, Any], column: Column, value: Any) -> None:
    *outer, name = column.path
    for one in outer:
        inner = document.setdefault(one, {})
        if not isinstance(inner, dict):
            raise ValueError(f"{MORE} has no object as {one}")
        document = inner
    document[name] = value
