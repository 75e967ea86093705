"""Summary rows: rows that say what an order of several items comes to, before those of its items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from orderglot.files.field_names import plain
from orderglot.files.rows import ROWS_BETWEEN, Reject, Stride


class _Row(Struct, frozen=True):
    number: int
    text: str
    cells: tuple[str, ...]


class SummaryRows:
    """Puts what a summary row says to the first of its order's items, where that says nothing.

    A summary row is one without the number of an item, with a row of the same order behind it.
    """

    columns: tuple[str, ...] = ()

    def __init__(self, header: Sequence[str], *, order: str, item: str) -> None:
        names = [plain(name) for name in header]
        self._order = names.index(plain(order))
        self._item = names.index(plain(item))

    def rows(self, rows: Iterable[Stride | Reject]) -> Iterator[Stride | Reject]:
        """Give the rows without the summaries, whose texts stand with those that they went to."""
        held: _Row | None = None
        for one in rows:
            if isinstance(one, Reject):
                if held is not None:
                    yield _stride([held])
                    held = None
                yield one
                continue
            found = list[_Row]()
            for row in map(_Row, one.numbers, one.texts, zip(*one.columns, strict=True)):
                if held is not None and self._is_of(row, held):
                    found.append(_merged(held, row))
                    held = None
                    continue
                if held is not None:
                    found.append(held)
                held = row if self._is_summary(row) else None
                if held is None:
                    found.append(row)
            if found:
                yield _stride(found)
        if held is not None:
            yield _stride([held])

    def _is_summary(self, row: _Row) -> bool:
        return bool(row.cells[self._order].strip()) and not row.cells[self._item].strip()

    def _is_of(self, row: _Row, summary: _Row) -> bool:
        same = row.cells[self._order].strip() == summary.cells[self._order].strip()
        return same and bool(row.cells[self._item].strip())


def _merged(summary: _Row, row: _Row) -> _Row:
    pairs = zip(row.cells, summary.cells, strict=True)
    cells = tuple(own if own.strip() else other for own, other in pairs)
    return _Row(row.number, f"{summary.text}{ROWS_BETWEEN}{row.text}", cells)


def _stride(rows: Sequence[_Row]) -> Stride:
    columns = [*zip(*(row.cells for row in rows), strict=True)]
    return Stride([row.number for row in rows], [row.text for row in rows], columns)
