"""Spreadsheets: the sheet of an XLSX, XLS or ODS file that has the orders, as CSV."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from io import BufferedReader, TextIOWrapper
from itertools import islice
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, cast

from orderglot.core.errors import Invalid, Rule, invalid
from orderglot.files.header_row import MOST_BEFORE
from orderglot.files.text import unreadable

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

DIGITS = 15
"""So many digits of a number a spreadsheet keeps; what comes behind them is noise."""

IsHeader = Callable[[Sequence[str]], bool]
"""Tells whether the texts of a row name the columns of orders."""


@contextmanager
def sheet_as_csv(
    file: BufferedReader, sheet: str, is_header: IsHeader, most: int | None = None
) -> Iterator[tuple[BufferedReader, str]]:
    """Give the sheet of that name, else the one that has orders, as CSV in UTF-8, and its name.

    Of its rows come the first ``most``, or all.

    Raises Invalid where the file cannot be read, has no such sheet, or has orders on several.
    """
    with _understood(), TemporaryFile() as copy:
        from python_calamine import load_workbook

        # The library wants all of it at once, as nothing of such a file says where a sheet ends.
        with load_workbook(file) as book:
            found = _chosen(book, sheet, is_header)
            copy.write(codecs.BOM_UTF8)
            text = TextIOWrapper(copy, "utf-8", newline="")
            csv.writer(text, lineterminator="\n").writerows(islice(_rows(found), most))
            text.detach()
            copy.seek(0)
            yield cast("BufferedReader", copy), found.name  # it can peek, too


@contextmanager
def _understood() -> Iterator[None]:
    """Let a spreadsheet be read; raises Invalid where it is none after all, or locked."""
    from python_calamine import CalamineError, PasswordError

    try:
        yield
    except PasswordError:
        raise unreadable(
            "The spreadsheet is locked with a password; save it without one."
        ) from None
    except CalamineError as error:
        raise _broken(str(error)) from None


def _broken(why: str) -> Invalid:
    return unreadable(
        f"The spreadsheet cannot be read ({why[:200]}); open it and save it as XLSX or CSV."
    )


def _chosen(book: CalamineWorkbook, wanted: str, is_header: IsHeader) -> CalamineSheet:
    """Give the sheet that is wanted, else the only one that has orders, else the first with rows."""
    names = _names(book)
    if wanted:
        alike = [name for name in book.sheet_names if name.casefold() == wanted.casefold()]
        if not alike:
            reason = f"there is no sheet {wanted[:40]!r}; the file has {_listed(book.sheet_names)}."
            raise invalid("sheet", Rule.UNKNOWN, reason)
        return book.get_sheet_by_name(alike[0])
    sheets = [book.get_sheet_by_name(name) for name in names]
    having = [sheet for sheet in sheets if any(map(is_header, islice(_rows(sheet), MOST_BEFORE)))]
    if len(having) > 1:
        which = _listed([sheet.name for sheet in having])
        reason = f"the sheets {which} have orders; say which is meant, such as --sheet {having[0].name!r}."
        raise invalid("sheet", Rule.REQUIRED, reason)
    filled = having or [sheet for sheet in sheets if sheet.total_height]
    if not filled:
        raise unreadable("The spreadsheet is empty; a row of it must name the columns.")
    return filled[0]


def _names(book: CalamineWorkbook) -> list[str]:
    """Give the names of the sheets that can be seen, of all where none can."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    seen = [one.name for one in sheets if one.visible == SheetVisibleEnum.Visible]
    return seen or [one.name for one in sheets]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:20]))


def _rows(sheet: CalamineSheet) -> Iterator[list[str]]:
    """Give all rows as texts, those above and left of what is filled, too."""
    first = sheet.start[0] if sheet.start else 0
    before = [""] * (sheet.start[1] if sheet.start else 0)
    for _ in range(first):
        yield [""]
    for row in sheet.iter_rows():
        yield [*before, *map(cell_text, row)]


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
