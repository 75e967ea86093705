"""Text: the lines of a file, plain or gzip, as far as it can be read, in constant memory."""

from __future__ import annotations

import gzip
import os
import re
import zlib
from codecs import getincrementaldecoder
from collections.abc import Iterator, Sequence
from io import BufferedReader, StringIO
from itertools import chain, islice

from orderglot.core.errors import Invalid, Rule, invalid
from orderglot.files.encodings import encoding_of, looks_like_utf_16

LONGEST_LINE = 65_536
BLOCK = 32_768
"""So many bytes are read at a time, of a packed file when they are unpacked."""

LOOKED_AT = 1_024
"""So many bytes, or a few more, show what a file is written in."""

_PAGE = re.compile(rb"\s*<(?:html|table|!doctype|\?xml)", re.IGNORECASE)

NO_ENDS = "\v\f\x1c\x1d\x1e\x85\u2028\u2029"
"""What ``str.splitlines`` takes for the end of a line and a file does not."""


class Text:
    """The lines of one file, once, in its order, with their ends, of whichever kind they are.

    Of a line that is too long comes as much as shows it. Bytes that are not of the file's encoding
    come as lone surrogates (``surrogateescape``). Where the file breaks off, the lines end, and
    ``broken`` has the error.
    """

    def __init__(self, file: BufferedReader, encoding: str = "") -> None:
        self.broken: Invalid | None = None
        self.count = 0
        """How many lines were read so far."""
        self.size = os.fstat(file.fileno()).st_size
        self._file = file
        self._bytes = _unpacked(file)
        start = self._start()
        self.encoding = encoding_of(start, encoding)
        if not self.encoding.declared and (likely := looks_like_utf_16(start)):
            raise unreadable(
                f"The file is likely UTF-16 without its mark: give --encoding {likely}."
            )
        self._decode = getincrementaldecoder(self.encoding.name)("surrogateescape").decode
        self._ahead: Iterator[str] = iter(())
        self._begun = ""
        """What was read of a line whose end was not."""
        self._cut = False
        """Whether it is too long, and its beginning was given."""
        self._ended = self.broken is not None

    @property
    def position(self) -> int:
        """Tell how many bytes of the file were read, of its ``size``."""
        return self._file.tell() if self._file.seekable() else 0

    def read(self, most: int) -> list[str]:
        """Read so many lines or fewer; none at the end."""
        while not (lines := list(islice(self._ahead, most))) and not self._ended:
            self._read_block()
        self.count += len(lines)
        return lines

    def give_back(self, lines: Sequence[str]) -> None:
        """Have lines that were read be read again."""
        self._ahead = chain(lines, self._ahead)
        self.count -= len(lines)

    def _start(self) -> bytes:
        """Give the first bytes without reading them; none of a file that is broken from there on."""
        try:
            return self._bytes.peek(LOOKED_AT)
        except (EOFError, OSError, zlib.error) as error:
            self._break_off(error)
            return b""

    def _break_off(self, error: Exception) -> None:
        self._ended = True
        self.broken = unreadable(
            f"The file breaks off after line {self.count} ({why(error)}); what came before "
            "is taken, the last orders perhaps without all their lines. Get the file again "
            "and import it whole."
        )

    def _read_block(self) -> None:
        try:
            block = self._bytes.read1(BLOCK)
            text = self._decode(block, not block)
        except (EOFError, OSError, zlib.error, UnicodeDecodeError) as error:
            self._break_off(error)
            return
        self._ended = not block
        lines = _lines(self._begun + text)
        # Behind a carriage return the other half of the line's end may come.
        goes_on = lines and not self._ended and not lines[-1].endswith("\n")
        self._begun = lines.pop() if goes_on else ""
        self._ahead = iter(self._shortened(lines))

    def _shortened(self, lines: list[str]) -> list[str]:
        """Cut the first line where it is too long, and leave out what goes on with one cut before.

        No other line is longer than a block.
        """
        if self._cut and lines:
            self._cut = False
            del lines[0]
        elif lines:
            lines[0] = lines[0][: LONGEST_LINE + 1]
        if len(self._begun) > LONGEST_LINE:
            if not self._cut:
                lines.append(self._begun[: LONGEST_LINE + 1])
            self._cut, self._begun = True, self._begun[-1]
        return lines


def _lines(text: str) -> list[str]:
    """Divide a text at the ends of its lines, and at none of the other signs that Python knows."""
    if any(sign in text for sign in NO_ENDS):
        return StringIO(text, newline="").readlines()
    return text.splitlines(keepends=True)


def _unpacked(file: BufferedReader) -> BufferedReader | gzip.GzipFile:
    """Give the bytes of a file, plain or gzip by its first ones."""
    start = file.peek(LOOKED_AT)[:LOOKED_AT]
    if _PAGE.match(start):
        raise unreadable(
            "The file is a web page or XML, whatever its name; save it as CSV or XLSX."
        )
    return gzip.GzipFile(fileobj=file) if start.startswith(b"\x1f\x8b") else file


def unreadable(reason: str) -> Invalid:
    """Explain why a file cannot be read."""
    return invalid("", Rule.MALFORMED, reason)


def why(error: Exception) -> str:
    """Give the words of an error of the system."""
    return (isinstance(error, OSError) and error.strerror) or str(error)
