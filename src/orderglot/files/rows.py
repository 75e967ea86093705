"""Rows: a file of order lines, row by row, whatever it holds, in constant memory."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Literal

from msgspec import Struct

from orderglot.files.containers import opened_bytes
from orderglot.files.encodings import UTF_8, Encoding, not_utf_8
from orderglot.files.header_row import HeaderRow, Worth, find_header
from orderglot.files.text import LONGEST_LINE, Text, unreadable
from orderglot.files.typed import as_text

LONGEST_FIELD = 5_000
MOST_LINES = 100
"""A row with line breaks in its quotes has at most so many lines."""

STRIDE = 500
"""So many rows are read at a time, or fewer."""

Row = tuple[int, str, list[str]]
"""A row: the number of its first line in the file, its text as it stands there, its fields."""

QUOTES = (
    "its quotes do not match: a field that begins with a quote ends with one, "
    "and a quote inside it is doubled"
)

UNDECLARED = Encoding(UTF_8, declared=False)

TOO_LONG = "its line is longer than {} characters"


ROWS_BETWEEN = "\ud800"
"""What stands between rows that were made one: no file has it, in whichever encoding."""


class Stride(Struct, frozen=True):
    """Rows in the order of the file: their first lines' numbers, their texts, and each column."""

    numbers: Sequence[int]
    texts: list[str]
    columns: Sequence[Sequence[str]]


class Reject(Struct, frozen=True):
    """A row that is not taken: the number of its line, why, and its text as it stands there.

    Bytes that are not of the file's encoding are in the text as lone surrogates
    (``surrogateescape``).
    """

    line: int
    reason: str
    row: str


def any_row(_names: Sequence[str]) -> int:
    """Take the first row with something on it for the header."""
    return 1


@contextmanager
def open_rows(
    path: Path,
    *,
    encoding: str = "",
    sheet: str = "",
    worth: Worth = any_row,
    enough: int = 1,
    most: int | None = None,
) -> Iterator[Rows]:
    """Open a file, packed or not, and find its header: the first row that is worth enough.

    Parquet and JSON lines are read as the CSV that they would be. Of a spreadsheet come the first
    ``most`` rows, or all.

    Raises NotFound without the file, Invalid where it cannot be read or has no header.
    """
    with (
        opened_bytes(path, sheet, lambda names: worth(names) >= enough, most) as found,
        as_text(found.file) as (text, ahead),
    ):
        rows = Rows(text, encoding, worth, enough)
        rows.of = found.of
        rows.line -= ahead
        yield rows


class Rows:
    """The rows of one file, once, in its order; lines with nothing on them are no rows.

    A row that does not fit costs its first line alone: reading goes on with the next one. It comes
    as a reject, in its place.
    """

    def __init__(
        self, file: BufferedReader, encoding: str = "", worth: Worth = any_row, enough: int = 1
    ) -> None:
        self.count = 0
        """How many rows there were so far, those that did not fit among them."""
        self.text = Text(file, encoding)
        self.longest = LONGEST_FIELD
        """A field has at most so many characters."""
        self._taken: list[str] = []
        self._ahead: deque[str] = deque()
        self.head = self._read_header(worth, enough)
        self.line = self.head.line
        """The number of the last line of the rows so far."""
        self.header = self.head.names
        self.delimiter = self.head.delimiter
        self.of = ""
        """Which file of a zip or sheet of a spreadsheet they are; "" for a file of its own."""
        self.quoted = True
        """Whether quotation marks stand round fields; else they are a part of them."""

    def __iter__(self) -> Iterator[Stride | Reject]:
        while lines := self.text.read(STRIDE):
            columns = self._plain(lines)
            if columns is None:
                self._ahead.extend(lines)
                yield from self._joined(self._one_by_one())
            else:
                begin = self.line + 1
                self.line += len(lines)
                self.count += len(lines)
                yield Stride(range(begin, begin + len(lines)), lines, columns)

    def _plain(self, lines: list[str]) -> list[list[str]] | None:
        """Give the columns of lines each of which is a row that fits, None where any is not."""
        width = len(self.header)
        text = "".join(lines)
        if width == 1 or _has_long_lines(text) or unkeepable(text):
            return None
        quoted = [place for place, line in enumerate(lines) if '"' in line] if self.quoted else ()
        if not quoted:
            return _columns(text, len(lines), self.delimiter, width)
        rows = _divided([lines[place] for place in quoted], self.delimiter)
        if set(map(len, rows)) != {width}:
            return None
        others = lines.copy()
        for place in quoted:
            others[place] = self.delimiter * (width - 1) + "\n"
        columns = _columns("".join(others), len(lines), self.delimiter, width)
        if columns is None:
            return None
        for place, row in zip(quoted, rows, strict=True):
            for column, field in zip(columns, row, strict=True):
                column[place] = field
        return columns

    def _joined(self, found: Iterator[Row | Reject]) -> Iterator[Stride | Reject]:
        rows: list[Row] = []
        for one in found:
            self.count += 1
            if not isinstance(one, Reject):
                rows.append(one)
                continue
            yield from _strides(rows)
            rows = []
            yield one
        yield from _strides(rows)

    def _one_by_one(self) -> Iterator[Row | Reject]:
        """Read the lines ahead row by row, the last one to its end."""
        taken = self._taken
        width = len(self.header)
        quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if self.quoted else csv.QUOTE_NONE
        while self._ahead:
            try:
                lines = self._lines()
                for fields in csv.reader(
                    lines, delimiter=self.delimiter, quoting=quoting, strict=True
                ):
                    text = "".join(taken)
                    reason = self._unfit(fields, text, width) if fields else None
                    if reason:
                        yield self._refused(reason)
                        continue
                    line = self.line - len(taken) + 1
                    taken.clear()
                    if fields:
                        yield line, text, fields
            except csv.Error as error:
                yield self._refused(str(error) if len(taken[0]) > LONGEST_LINE else QUOTES)

    def _lines(self) -> Iterator[str]:
        taken, ahead = self._taken, self._ahead
        while True:
            if taken and not ahead:
                ahead.extend(self.text.read(1))
            if not ahead:
                return
            line = ahead.popleft()
            self.line += 1
            taken.append(line)
            if len(line) > LONGEST_LINE:
                raise csv.Error(TOO_LONG.format(LONGEST_LINE))
            if len(taken) > MOST_LINES:
                raise csv.Error(QUOTES)
            yield line

    def _refused(self, reason: str) -> Reject:
        """Refuse the first of the lines taken, and put the others back to be read again."""
        first, *others = self._taken
        self.line -= len(others)
        self._ahead.extendleft(reversed(others))
        self._taken.clear()
        return Reject(self.line, reason, first)

    def _unfit(self, fields: list[str], text: str, width: int) -> str | None:
        """Explain why a row cannot be one of this file's, None where it can."""
        if len(fields) != width:
            return f"it has {len(fields)} columns where the header has {width}"
        if (reason := unkeepable(text, self.text.encoding.name)) is not None:
            undeclared = self.text.encoding == UNDECLARED and "\0" not in text
            return f"{reason}; say what the file is with --encoding" if undeclared else reason
        if len(text) > self.longest and max(map(len, fields)) > self.longest:
            return f"a field is longer than {self.longest} characters"
        return None

    def _read_header(self, worth: Worth, enough: int) -> HeaderRow:
        head = find_header(self.text, worth, enough)
        if head is None:
            raise self.text.broken or unreadable(
                "The file is empty; its first line must name the columns."
            )
        reason = self._unfit(list(head.names), head.text, len(head.names)) if head.names else QUOTES
        if len(head.text) > LONGEST_LINE:
            reason = TOO_LONG.format(LONGEST_LINE)
        elif self.text.encoding == UNDECLARED and not _encodable(head.text):
            raise not_utf_8(head.line, head.text)
        if reason:
            which = "first line" if head.line == 1 else f"header on line {head.line}"
            raise unreadable(
                f"The {which} cannot be read: {reason}; save the file as CSV in UTF-8."
            )
        return head


def _strides(rows: list[Row]) -> Iterator[Stride]:
    if rows:
        numbers, texts, fields = zip(*rows, strict=True)
        yield Stride(numbers, list(texts), [*zip(*fields, strict=True)])


def _has_long_lines(text: str) -> bool:
    """Tell whether a line may be longer than a field may be: it looks for ends that far apart."""
    begin = 0
    while len(text) - begin > LONGEST_FIELD:
        end = text.rfind("\n", begin, begin + LONGEST_FIELD + 1)
        if end < 0:
            return True
        begin = end + 1
    return False


def _divided(lines: list[str], delimiter: str) -> list[list[str]]:
    """Divide lines into fields; gives no fields for one that is no row by itself."""
    try:
        # As a row takes a line at least, as many rows as lines are a row on each line.
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return [[]]
    return rows if len(rows) == len(lines) else [[]]


def _columns(text: str, count: int, delimiter: str, width: int) -> list[list[str]] | None:
    """Give the columns of lines without a quote in them, None where they are not of that width.

    All of them are divided at once, with a NUL, which none of them holds, at the end of each.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text[-1] != "\n":
        text += "\n"
    *fields, _ = text.replace("\n", f"{delimiter}\0{delimiter}").split(delimiter)
    ends = fields[width :: width + 1]
    if len(fields) != count * (width + 1) or ends.count("\0") != count:
        return None
    return [fields[place :: width + 1] for place in range(width)]


def unkeepable(text: str, encoding: str = UTF_8) -> str | None:
    """Explain why a text cannot be kept, None where it can."""
    if "\0" in text:
        return "it holds a NUL character"
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            byte = ord(text[error.start]) & 0xFF
            return f"its character {error.start + 1} is not {encoding.upper()} (byte {byte:#04x})"
    return None


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
