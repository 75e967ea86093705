"""Rejects: the rows that were not taken, in a file beside the first, each with its reason.

It has the header of the file and the rows as they stand there, each order's together, and behind
them on which line that was and why. Mended it is imported as it is.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import StringIO
from pathlib import Path
from stat import S_ISREG
from types import TracebackType
from typing import IO

from orderglot.core.errors import Rule, invalid
from orderglot.files.columns import OUR_LINE, OUR_REASON
from orderglot.files.encodings import UTF_8
from orderglot.files.rows import ROWS_BETWEEN, Reject, Rows

MARK = "\ufeff"
ENOUGH = 4_000_000
"""A header is no longer than so many bytes."""


PRIVATE = 0o600


class Rejects:
    """The file of rejected rows; there is one only if there are any.

    One that an earlier import left is replaced, or removed where there is nothing to reject any more.
    A dry run writes none.
    """

    def __init__(self, path: Path, rows: Rows, *, again: bool = False, dry: bool = False) -> None:
        self.path = path
        self.count = 0
        self._rows = rows
        self._ours = _our_end(rows.delimiter) if again else None
        self._dry = dry
        self._last: tuple[int, str] | None = None
        self._open = ExitStack()
        self._file: IO[str] | None = None

    def __enter__(self) -> Rejects:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with writing(self.path):
            self._open.close()
            if kind is None and not self._dry and self._file is None and _is_ours(self.path):
                self.path.unlink()

    def add(self, reject: Reject) -> None:
        """Write a row that was not taken."""
        self.count += self._is_next(reject)
        self.write(reject)

    def write(self, reject: Reject) -> None:
        """Write a row that stands there with its order, taken or not; once for all lines in it."""
        is_next, self._last = self._is_next(reject), (reject.line, reject.row)
        if self._dry or not is_next:
            return
        with writing(self.path):
            if self._file is None:
                self._file = self._begun()
            for row in reject.row.split(ROWS_BETWEEN):
                self._file.write(self._line(row, str(reject.line), reject.reason))

    def _is_next(self, reject: Reject) -> bool:
        """Tell whether this is another row than the last one, from which several lines were made."""
        return (reject.line, reject.row) != self._last

    def _line(self, row: str, *behind: str) -> str:
        buffer = StringIO()
        csv.writer(buffer, delimiter=self._rows.delimiter, lineterminator="\n").writerow(behind)
        text = row.rstrip("\r\n")
        if self._ours is not None and (found := self._ours.fullmatch(text)):
            text = found[1]
        return f"{text}{self._rows.delimiter}{buffer.getvalue()}"

    def _begun(self) -> IO[str]:
        # What is there and is not ours is refused.
        foreign = self.path.is_file() and not _is_ours(self.path)
        file = self._open.enter_context(open_private(self.path, replace=not foreign))
        head = self._rows.head
        if self._rows.text.encoding.name != UTF_8:
            # Or the flag for the file's own encoding would be taken for this one's.
            file.write(MARK)
        if head.declared:
            file.write(f"sep={head.delimiter}\n")
        file.write(self._line(head.text.removeprefix(MARK), OUR_LINE, OUR_REASON))
        return file


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say in our words that a file of rejects cannot be written, where that is so; raises Invalid."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise invalid(
            "rejects",
            Rule.MALFORMED,
            f"{path} cannot be written ({reason}); name another file for the rejects.",
        ) from error


def open_private(path: Path, *, replace: bool = True) -> IO[str]:
    """Open a file to write, which its owner alone may read, for a row may be a customer's."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if replace else os.O_EXCL), PRIVATE)
    # What is no ordinary file, such as a terminal, keeps its rights.
    if S_ISREG(os.fstat(file).st_mode):
        os.fchmod(file, PRIVATE)
    return os.fdopen(file, "w", encoding="utf-8", errors="surrogateescape", newline="")


def _our_end(delimiter: str) -> re.Pattern[str]:
    mark = re.escape(delimiter)
    field = rf'(?:"(?:[^"]|"")*"|[^"{mark}]*)'
    return re.compile(rf"(.*){mark}{field}{mark}{field}", re.DOTALL)


def _is_ours(path: Path) -> bool:
    if not path.is_file():
        return False
    ours = re.compile(rf"{OUR_LINE}.{OUR_REASON}".encode())
    with path.open("rb") as file:
        return any(ours.search(file.readline(ENOUGH)) for _ in range(2))
