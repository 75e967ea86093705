"""Text: the lines of a file, plain or gzip, as far as it can be read, in constant memory."""

from __future__ import annotations

import gzip
import os
import zlib
from functools import partial
from io import BufferedReader, TextIOWrapper
from itertools import islice

from orderglot.core.errors import Invalid, Rule, invalid

LONGEST_LINE = 65_536


class Text:
    """The lines of one file, once, in its order, with their ends, of whichever kind they are.

    Of a line that is too long comes as much as shows it. Bytes that are not UTF-8 come as lone
    surrogates (``surrogateescape``). Where the file breaks off, the lines end, and ``broken`` has
    the error.
    """

    def __init__(self, file: BufferedReader) -> None:
        self.broken: Invalid | None = None
        self.count = 0
        """How many lines were read so far."""
        self.size = os.fstat(file.fileno()).st_size
        self._file = file
        self._decoded = _decoded(file)  # is closed where nobody holds it any more
        self._pieces = iter(partial(self._decoded.readline, LONGEST_LINE + 1), "")
        self._cut = False

    @property
    def position(self) -> int:
        """Tell how many bytes of the file were read, of its ``size``."""
        return self._file.tell() if self._file.seekable() else 0

    def read(self, most: int) -> list[str]:
        """Read so many lines or fewer; none at the end."""
        lines: list[str] = []
        while not lines and not self.broken:
            pieces, error = self._read(most)
            lines = self._without_rests(pieces)
            self.count += len(lines)
            if error is not None:
                self.broken = unreadable(
                    f"The file breaks off after line {self.count} ({why(error)}); what came before "
                    "is taken, the last orders perhaps without all their lines. Get the file again "
                    "and import it whole."
                )
            elif not pieces:
                break
        return lines

    def _read(self, most: int) -> tuple[list[str], Exception | None]:
        pieces: list[str] = []
        try:
            pieces.extend(islice(self._pieces, most))  # what came before an error stays in it
        except (EOFError, OSError, zlib.error) as error:
            return pieces, error
        return pieces, None

    def _without_rests(self, pieces: list[str]) -> list[str]:
        """Leave out what goes on with a line that is too long."""
        if not self._cut and max(map(len, pieces), default=0) <= LONGEST_LINE:
            return pieces
        lines = []
        for piece in pieces:
            if not self._cut:
                lines.append(piece)
            self._cut = len(piece) > LONGEST_LINE and piece[-1] not in "\r\n"
        return lines


def _decoded(file: BufferedReader) -> TextIOWrapper:
    """Decode a file, plain or gzip by its first bytes."""
    start = file.peek(4)[:4]
    if start == b"PK\x03\x04":
        raise unreadable("The file is a spreadsheet or a zip; save the lines as CSV in UTF-8.")
    binary = gzip.GzipFile(fileobj=file) if start.startswith(b"\x1f\x8b") else file
    return TextIOWrapper(binary, "utf-8", errors="surrogateescape", newline="")


def unreadable(reason: str) -> Invalid:
    """Say why a file cannot be read."""
    return invalid("", Rule.MALFORMED, reason)


def why(error: Exception) -> str:
    """Give the words of an error of the system."""
    return (isinstance(error, OSError) and error.strerror) or str(error)
