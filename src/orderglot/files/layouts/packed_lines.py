"""Packed lines: the lines of an order in one cell, taken out into a row each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from orderglot.files.field_names import plain
from orderglot.files.rows import Reject, Stride


class PackedLines:
    """Makes a row of each line that is packed in a column as ``Member: text, Member: text|…``.

    Commas and bars may stand in the texts: what parts them are the names of the members. A cell
    without any of them is a row without a line.
    """

    def __init__(self, header: Sequence[str], *, column: str, members: tuple[str, ...]) -> None:
        self._place = [plain(name) for name in header].index(plain(column))
        self.columns = members
        first, *_ = members
        names = "|".join(re.escape(name) for name in members)
        self._line = re.compile(rf"(?:\A|\|)\s*(?={re.escape(first)}:)")
        self._member = re.compile(rf"(?:\A|,\s*)({names}):")

    def rows(self, rows: Iterable[Stride | Reject]) -> Iterator[Stride | Reject]:
        """Give a row for each line, with what its order says on each."""
        for one in rows:
            yield self._unpacked(one) if isinstance(one, Stride) else one

    def _unpacked(self, stride: Stride) -> Stride:
        packed = [self._lines(cell) for cell in stride.columns[self._place]]
        places = [place for place, lines in enumerate(packed) for _ in lines]
        lines = [line for lines in packed for line in lines]
        return Stride(
            [stride.numbers[place] for place in places],
            [stride.texts[place] for place in places],
            [
                *([column[place] for place in places] for column in stride.columns),
                *([line.get(name, "") for line in lines] for name in self.columns),
            ],
        )

    def _lines(self, cell: str) -> list[dict[str, str]]:
        parts = [part for part in self._line.split(cell) if part.strip()]
        return [self._members(part) for part in parts] or [{}]

    def _members(self, line: str) -> dict[str, str]:
        """Give the members of a line; the first of a name counts, as texts may hold one again."""
        found = dict[str, str]()
        pieces = self._member.split(line)
        for name, text in zip(pieces[1::2], pieces[2::2], strict=False):
            found.setdefault(name, text.strip().rstrip("|").strip())
        return found
