"""The header row: which line of a file names its columns, and what stands before it."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence

from msgspec import Struct

from orderglot.files.text import LONGEST_LINE, Text

DELIMITERS = ",;\t|"
MOST_BEFORE = 100
"""The header is looked for in so many lines."""

_DECLARED = re.compile(r'"?sep=(.)"?', re.IGNORECASE)

Worth = Callable[[Sequence[str]], int]
"""How many of the columns that are wanted a row names."""


class HeaderRow(Struct, frozen=True):
    """The row that names the columns: its line, its text, and the lines before it that say much."""

    line: int = 0
    text: str = ""
    delimiter: str = ","
    names: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    declared: bool = False
    """Whether a line before it says which delimiter the file has."""


def find_header(text: Text, worth: Worth, enough: int) -> HeaderRow | None:
    """Find the first row that names as many of the wanted columns as are enough.

    Without one it is the row that names most of them, the first of those; None in an empty file.
    What was read behind it is given back.
    """
    lines = list[str]()
    best: HeaderRow | None = None
    most, delimiters, before = -1, DELIMITERS, list[str]()
    while most < enough and len(lines) < MOST_BEFORE and (read := text.read(1)):
        lines += read
        line = read[0].removeprefix("\ufeff") if len(lines) == 1 else read[0]
        if found := _DECLARED.fullmatch(line.strip("\r\n")):
            delimiters = found[1]
            continue
        delimiter, names = divided(line, delimiters, worth)
        if not any(name.strip() for name in names) and not line.strip(f" \r\n{delimiter}"):
            continue
        value = worth(names)
        if value > most:
            declared = len(delimiters) == 1
            most = value
            best = HeaderRow(len(lines), line, delimiter, names, tuple(before), declared)
        before.append(line.strip())
    if best is not None:
        text.give_back(lines[best.line :])
    return best


def divided(line: str, delimiters: str, worth: Worth) -> tuple[str, tuple[str, ...]]:
    """Divide a row by the delimiter that names most of what is wanted, without a quote in names."""
    if len(line) > LONGEST_LINE:
        return delimiters[0], ()
    rows = {mark: _split(line, mark) for mark in delimiters}
    best = max(
        delimiters, key=lambda mark: (_is_clean(rows[mark]), worth(rows[mark]), len(rows[mark]))
    )
    return best, rows[best]


def _is_clean(header: tuple[str, ...]) -> bool:
    return bool(header) and not any('"' in name for name in header)


def _split(line: str, delimiter: str) -> tuple[str, ...]:
    try:
        return tuple(next(csv.reader([line], delimiter=delimiter, strict=True), ()))
    except csv.Error:
        return ()
