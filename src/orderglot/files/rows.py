"""Rows: a file of order lines, row by row, whatever it holds, in constant memory."""

from __future__ import annotations

import csv
import gzip
import os
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader, TextIOWrapper
from pathlib import Path

from msgspec import Struct

from orderglot.core.errors import Invalid, NotFound, Rule, invalid

DELIMITERS = ",;\t"
LONGEST_LINE = 65_536
LONGEST_FIELD = 5_000
MOST_LINES = 100
"""A row with line breaks in its quotes has at most so many lines."""

Row = tuple[int, str, list[str]]
"""A row: the number of its first line in the file, its text as it stands there, its fields."""

QUOTES = (
    "its quotes do not match: a field that begins with a quote ends with one, "
    "and a quote inside it is doubled"
)


class Reject(Struct, frozen=True):
    """A row that is not taken: the number of its line, why, and its text as it stands there.

    Bytes that are not UTF-8 are in the text as lone surrogates (``surrogateescape``).
    """

    line: int
    reason: str
    row: str


@contextmanager
def open_rows(path: Path, reject: Callable[[Reject], None]) -> Iterator[Rows]:
    """Open a file, plain or gzip, and read its header; rows that do not fit go to ``reject``.

    Raises NotFound without the file, Invalid where it cannot be read or has no header.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}; check its name.") from None
    except (OSError, ValueError) as error:
        raise _unreadable(f"{path} cannot be read: {_why(error)}.") from error
    with file:
        yield Rows(file, reject)


class Rows:
    """The rows of one file, once, in its order; lines with nothing on them are no rows.

    A row that does not fit costs its first line alone: reading goes on with the next one. Where
    the file breaks off, the rows end, and ``broken`` has the error.
    """

    def __init__(self, file: BufferedReader, reject: Callable[[Reject], None]) -> None:
        self.broken: Invalid | None = None
        self.line = 0
        """The number of the last line read."""
        self.count = 0
        """How many rows there were so far, those that did not fit among them."""
        self.size = os.fstat(file.fileno()).st_size
        self._file = file
        self._reject = reject
        self._taken: list[str] = []
        self._again: deque[str] = deque()
        self._text = _decoded(file)
        self.delimiter, self.header = self._read_header()

    @property
    def position(self) -> int:
        """Tell how many bytes of the file were read, of its ``size``."""
        return self._file.tell() if self._file.seekable() else 0

    def __iter__(self) -> Iterator[Row]:
        taken = self._taken
        width = len(self.header)
        while True:
            try:
                for fields in csv.reader(self._lines(), delimiter=self.delimiter, strict=True):
                    text = taken[0] if len(taken) == 1 else "".join(taken)
                    reason = _unfit(fields, text, width) if fields else None
                    if reason:
                        self._refuse(reason)
                        continue
                    line = self.line - len(taken) + 1
                    taken.clear()
                    if fields:
                        self.count += 1
                        yield line, text, fields
                if not self._again:
                    return
            except csv.Error as error:
                self._refuse(str(error) if len(taken[0]) > LONGEST_LINE else QUOTES)

    def _lines(self) -> Iterator[str]:
        taken, again, pull = self._taken, self._again, self._pull
        while line := again.popleft() if again else pull():
            self.line += 1
            taken.append(line)
            if len(line) > LONGEST_LINE:
                raise csv.Error(f"its line is longer than {LONGEST_LINE} characters")
            if len(taken) > MOST_LINES:
                raise csv.Error(QUOTES)
            yield line

    def _pull(self) -> str:
        """Read one line, of one that is too long as much as shows it; give "" at the end."""
        if self.broken:
            return ""
        try:
            line = part = self._text.readline(LONGEST_LINE + 1)
            while len(part) > LONGEST_LINE and part[-1] not in "\r\n":
                part = self._text.readline(LONGEST_LINE + 1)
        except (EOFError, OSError, zlib.error) as error:
            self.broken = _unreadable(
                f"The file breaks off after line {self.line} ({_why(error)}); what came before "
                "is taken, the last orders perhaps without all their lines. Get the file again "
                "and import it whole."
            )
            return ""
        return line

    def _refuse(self, reason: str) -> None:
        """Reject the first of the lines taken, and put the others back to be read again."""
        first, *others = self._taken
        self.line -= len(others)
        self._again.extendleft(reversed(others))
        self._taken.clear()
        self.count += 1
        self._reject(Reject(self.line, reason, first))

    def _read_header(self) -> tuple[str, tuple[str, ...]]:
        line = next((line for line in self._lines_of_header() if line.strip()), "")
        self._taken.clear()
        if not line:
            raise self.broken or _unreadable(
                "The file is empty; its first line must name the columns."
            )
        delimiter, header = _divided(line)
        reason = _unfit(list(header), line, len(header)) if header else QUOTES
        if reason:
            raise _unreadable(
                f"The first line cannot be read: {reason}; save the file as CSV in UTF-8."
            )
        return delimiter, header

    def _lines_of_header(self) -> Iterator[str]:
        try:
            for line in self._lines():
                yield line.removeprefix("\ufeff") if self.line == 1 else line
        except csv.Error as error:
            raise _unreadable(f"The first line cannot be read: {error}.") from None


def _decoded(file: BufferedReader) -> TextIOWrapper:
    """Decode a file, plain or gzip by its first bytes."""
    start = file.peek(4)[:4]
    if start == b"PK\x03\x04":
        raise _unreadable("The file is a spreadsheet or a zip; save the lines as CSV in UTF-8.")
    binary = gzip.GzipFile(fileobj=file) if start.startswith(b"\x1f\x8b") else file
    return TextIOWrapper(binary, "utf-8", errors="surrogateescape", newline="")


def _divided(line: str) -> tuple[str, tuple[str, ...]]:
    """Divide a header by the delimiter that leaves no quote in its names and gives most of them."""
    headers = {mark: _split(line, mark) for mark in DELIMITERS}
    best = max(DELIMITERS, key=lambda mark: (_is_clean(headers[mark]), len(headers[mark])))
    return best, headers[best]


def _is_clean(header: tuple[str, ...]) -> bool:
    return bool(header) and not any('"' in name for name in header)


def _split(line: str, delimiter: str) -> tuple[str, ...]:
    try:
        return tuple(next(csv.reader([line], delimiter=delimiter, strict=True)))
    except csv.Error:
        return ()


def _unfit(fields: list[str], text: str, width: int) -> str | None:
    """Say why a row cannot be one of this file's, None where it can."""
    if len(fields) != width:
        return f"it has {len(fields)} columns where the header has {width}"
    if "\0" in text:
        return "it holds a NUL character"
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            byte = ord(text[error.start]) & 0xFF
            return f"its character {error.start + 1} is not UTF-8 (byte {byte:#04x})"
    if len(text) > LONGEST_FIELD and max(map(len, fields)) > LONGEST_FIELD:
        return f"a field is longer than {LONGEST_FIELD} characters"
    return None


def _unreadable(reason: str) -> Invalid:
    return invalid("", Rule.MALFORMED, reason)


def _why(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
