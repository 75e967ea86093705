"""A process of its own that reads a spreadsheet, as a broken one may ask for any amount of memory.

It is told the number of an open file to read, of one to write to, and how many rows at most (0 is
all). It writes a line of JSON with the first rows of each sheet, is told the name of one and whether
its numbers are wanted digit by digit, and writes that as CSV in UTF-8.
"""

from __future__ import annotations

import codecs
import csv
import json
import os
import resource
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import TextIOWrapper
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

MOST_MEMORY = 4 * 1024**3
MOST_SECONDS = 600
"""So much of a machine it takes at most."""

HEAD = 100
"""So many rows of each sheet show what is on it."""

DIGITS = 15
"""So many digits of a number a spreadsheet keeps; what comes behind them is noise."""


def main(source: int, target: int, most: int) -> int:
    """Read a workbook, and write the sheet that is asked for; the exit code is 0 where that went well."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    from python_calamine import CalamineError, PasswordError, load_workbook

    os.lseek(source, 0, os.SEEK_SET)
    try:
        with os.fdopen(source, "rb") as file, load_workbook(file) as book:
            _say({"sheets": [_head(book, name) for name in _names(book)], "all": book.sheet_names})
            name, exact = json.loads(sys.stdin.readline())
            with os.fdopen(target, "wb") as binary:
                binary.write(codecs.BOM_UTF8)
                with TextIOWrapper(binary, "utf-8", newline="") as text:
                    sheet = book.get_sheet_by_name(name)
                    rows = _rows(sheet, exact_text if exact else cell_text)
                    # With these ends whatever has a break of either kind in it is quoted.
                    csv.writer(text, lineterminator="\r\n").writerows(islice(rows, most or None))
    except PasswordError:
        _say({"locked": True})
    except (CalamineError, MemoryError, OSError, ValueError) as error:
        _say({"error": str(error) or type(error).__name__})
    else:
        return 0
    return 1


def _say(words: object) -> None:
    sys.stdout.write(f"{json.dumps(words)}\n")
    sys.stdout.flush()


def _head(book: CalamineWorkbook, name: str) -> dict[str, object]:
    sheet = book.get_sheet_by_name(name)
    filled = sheet.total_height > 0
    return {"name": name, "filled": filled, "rows": [*islice(_rows(sheet), HEAD)]}


def _names(book: CalamineWorkbook) -> list[str]:
    """Give the names of the sheets that can be seen, of all where none can."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    seen = [one.name for one in sheets if one.visible == SheetVisibleEnum.Visible]
    return seen or [one.name for one in sheets]


def _rows(
    sheet: CalamineSheet, spelled: Callable[[object], str] | None = None
) -> Iterator[list[str]]:
    """Give all rows as texts, those above and left of what is filled, too."""
    first, left = sheet.start or (0, 0)
    for _ in range(first):
        yield [""]
    for row in sheet.iter_rows():
        yield [*[""] * left, *map(spelled or cell_text, row)]


def cell_text(cell: object) -> str:
    """Give the text of a cell: a number as it is shown, a moment as in ISO 8601."""
    match cell:
        case str():
            return cell
        case bool():
            return "TRUE" if cell else "FALSE"
        case int() | float():
            return _number(cell)
        case datetime():
            midnight = cell.time() == time.min
            return cell.date().isoformat() if midnight else cell.isoformat(" ")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
        case _:
            return "" if cell is None else str(cell)


def exact_text(cell: object) -> str:
    """Give the text of a cell as ``cell_text`` does, of a number all its digits."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return f"{Decimal(repr(cell)):f}".removesuffix(".0")
    return cell_text(cell)


def _number(number: float) -> str:
    """Write a number with as many digits as there are; one that was rounded shows that it was.

    Three decimals have a zero behind them, or ``1.234`` could be read as a thousand and more.
    """
    text = f"{number:.{DIGITS}g}"
    if "e" in text or "n" in text:
        small = abs(number) < 1
        return f"{number:.{DIGITS}f}".rstrip("0") if small else text.upper()
    whole, dot, part = text.partition(".")
    return f"{whole}{dot}{part.ljust(4, '0') if len(part) == 3 else part}"


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
