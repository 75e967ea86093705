"""Spreadsheets: the sheet of an XLSX, XLS or ODS file that has the orders, as CSV."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BufferedReader
from tempfile import TemporaryFile
from typing import Any, cast

from orderglot.core.errors import Rule, invalid
from orderglot.files.text import unreadable

WORKER = "orderglot.files.sheet_worker"

IsHeader = Callable[[Sequence[str]], bool]
"""Tells whether the texts of a row name the columns of orders."""


@contextmanager
def sheet_as_csv(
    file: BufferedReader,
    sheet: str,
    is_header: IsHeader,
    most: int | None = None,
    *,
    exact: bool = False,
) -> Iterator[tuple[BufferedReader, str]]:
    """Give the sheet of that name, else the one that has orders, as CSV in UTF-8, and its name.

    Of its rows come the first ``most``, or all. With ``exact`` its numbers have all their digits, and
    a sheet without such a header comes with no rows. Raises Invalid where the file cannot be read, has no
    such sheet, or has orders on several.
    """
    with TemporaryFile() as copy:
        numbers = (file.fileno(), copy.fileno())
        words = (sys.executable, "-m", WORKER, *map(str, numbers), str(most or 0))
        with subprocess.Popen(  # noqa: S603 - our own program
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=numbers,
            text=True,
        ) as worker:
            try:
                book = _overview(worker)
                name = _chosen(book, sheet, is_header)
            except BaseException:
                worker.kill()
                raise
            if exact and name not in _having(book, is_header):
                worker.kill()
            else:
                answer, _ = worker.communicate(json.dumps([name, exact]) + "\n")
                if worker.returncode:
                    raise _refusal(answer)
        copy.seek(0)
        yield cast("BufferedReader", copy), name  # it can peek, too


def _overview(worker: subprocess.Popen[str]) -> Mapping[str, Any]:
    """Read what a worker says of a workbook; raises Invalid where it cannot read it."""
    line = worker.stdout.readline() if worker.stdout else ""
    words: dict[str, Any] = json.loads(line) if line else {}
    if "sheets" not in words:
        raise _refusal(line)
    return words


def _refusal(line: str) -> Exception:
    """Explain why a worker did not read a workbook, by its last line; without one it was ended."""
    words = json.loads(line) if line else {}
    if words.get("locked"):
        return unreadable("The spreadsheet is locked with a password; save it without one.")
    why = words.get("error", "")[:200] or (
        "it takes too much memory, as where a cell stands far from all others"
    )
    return unreadable(
        f"The spreadsheet cannot be read ({why}); open it and save it as XLSX or CSV."
    )


def _chosen(book: Mapping[str, Any], wanted: str, is_header: IsHeader) -> str:
    """Give the sheet that is wanted, else the only one that has orders, else the first with rows."""
    if wanted:
        alike = [name for name in book["all"] if name.casefold() == wanted.casefold()]
        if not alike:
            reason = f"there is no sheet {wanted[:40]!r}; the file has {_listed(book['all'])}."
            raise invalid("sheet", Rule.UNKNOWN, reason)
        return str(alike[0])
    having = _having(book, is_header)
    if len(having) > 1:
        first = having[0]
        reason = f"the sheets {_listed(having)} have orders; say which is meant, such as --sheet {first!r}."
        raise invalid("sheet", Rule.REQUIRED, reason)
    filled = having or [one["name"] for one in book["sheets"] if one["filled"]]
    if not filled:
        raise unreadable("The spreadsheet is empty; a row of it must name the columns.")
    return str(filled[0])


def _having(book: Mapping[str, Any], is_header: IsHeader) -> list[str]:
    return [one["name"] for one in book["sheets"] if any(map(is_header, one["rows"]))]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:20]))
