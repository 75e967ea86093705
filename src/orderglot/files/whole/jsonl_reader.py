"""JSON lines of whole orders, read back as orders."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from io import BufferedReader
from typing import Any

from orderglot.core.errors import Invalid, Rule, invalid
from orderglot.files.whole.found import OUR_LINE, OUR_REASON, Found, decoded, read_order
from orderglot.files.whole.tables import Content
from orderglot.wire import json

LONGEST = 64 * 2**20
"""So many bytes has a line at most."""

OUR_TEXT = "orderglot text"
"""What stands among the rejects of a line that is not JSON."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class JsonlReader:
    """Reads whole orders, one on each line."""

    ending = ".jsonl"

    def __init__(self, content: Content, file: BufferedReader) -> None:
        self.size = os.fstat(file.fileno()).st_size
        self._content = content
        self._file = file

    @property
    def position(self) -> int:
        """How many bytes of the file were read."""
        return self._file.tell() if self._file.seekable() else 0

    def __iter__(self) -> Iterator[Found]:
        for number, line in lines_of(self._content):
            try:
                yield Found((number,), (line,), _order(line))
            except ValueError as error:
                yield Found((number,), (line,), reason=str(error))

    def reject(self, row: Any, line: int, reason: str) -> str:
        """Write a line with the reason why it was not taken; it is read again as it was."""
        try:
            document = decoded(row)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            document = {OUR_TEXT: row.decode(errors="backslashreplace")}
        return f"{json.write({**document, OUR_LINE: line, OUR_REASON: reason}).decode()}\n"

    def head(self) -> str:
        """Write nothing: each line says for itself what it is."""
        return ""


def lines_of(content: Content) -> Iterator[tuple[int, bytes]]:
    """Give the lines of a file that say something, with their numbers.

    Raises Invalid where it breaks off, or a line is longer than any order.
    """
    number = 0
    try:
        while line := content.readline(LONGEST + 1):
            number += 1
            if len(line) > LONGEST:
                raise _broken(f"Line {number} is longer than {LONGEST // 2**20} MB.")
            text = line.removeprefix(BYTE_ORDER_MARK).strip() if number == 1 else line.strip()
            if text:
                yield number, text
    except (OSError, EOFError, zlib.error) as error:
        reason = f"The file breaks off after line {number} ({error}); what came before is taken."
        raise _broken(reason) from None


def _order(line: bytes) -> Any:
    if OUR_LINE.encode() not in line:
        return read_order(line)
    document = decoded(line)
    text = document.get(OUR_TEXT) if isinstance(document, dict) else None
    if isinstance(text, str):
        return read_order(text.encode())
    if isinstance(document, dict):
        document = {
            name: one for name, one in document.items() if name not in (OUR_LINE, OUR_REASON)
        }
    return read_order(json.write(document))


def is_whole(line: bytes) -> bool:
    """Tell whether a line is a whole order, which is known by its list of lines, or a reject of one."""
    try:
        document = decoded(line)
    except ValueError:
        return False
    if not isinstance(document, dict):
        return False
    lines = document.get("lines")
    objects = isinstance(lines, list) and all(isinstance(one, dict) for one in lines)
    return objects or OUR_TEXT in document


def _broken(reason: str) -> Invalid:
    return invalid("", Rule.MALFORMED, reason)
