"""Rejects: the rows that were not taken, in a CSV beside the file, each with its reason."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from stat import S_ISREG
from types import TracebackType
from typing import Any

from orderglot.core.errors import Rule, invalid
from orderglot.files.rows import Reject

HEADER = ("line", "reason", "row")


PRIVATE = 0o600


class Rejects:
    """The CSV of rejected rows; there is one only if there are any.

    One that an earlier import left is replaced, or removed where there is nothing to reject any more.

    The row is one field, as it stood in the file, so that this file is not taken for order lines:
    an order of its mended lines alone would take the place of the whole one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._open = ExitStack()
        self._writer: Any = None

    def __enter__(self) -> Rejects:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._writing():
            self._open.close()
            if kind is None and not self.count and _is_ours(self.path):
                self.path.unlink()

    def add(self, reject: Reject) -> None:
        """Write a rejected row."""
        with self._writing():
            if self._writer is None:
                self._writer = self._begun()
            self._writer.writerow((reject.line, reject.reason, reject.row.rstrip("\r\n")))
        self.count += 1

    def _begun(self) -> Any:
        # What is there and is not ours is refused.
        foreign = self.path.is_file() and not _is_ours(self.path)
        opened = _private(self.path, os.O_EXCL if foreign else os.O_TRUNC)
        file = self._open.enter_context(
            os.fdopen(opened, "w", encoding="utf-8", errors="surrogateescape", newline="")
        )
        writer = csv.writer(file)
        writer.writerow(HEADER)
        return writer

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or str(error)
            raise invalid(
                "rejects",
                Rule.MALFORMED,
                f"{self.path} cannot be written ({reason}); name another file for the rejects.",
            ) from error


def _private(path: Path, flags: int) -> int:
    """Open a file to write, which its owner alone may read, for a row may be a customer's."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | flags, PRIVATE)
    # What is no ordinary file, such as a terminal, keeps its rights.
    if S_ISREG(os.fstat(file).st_mode):
        os.fchmod(file, PRIVATE)
    return file


def _is_ours(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.readline(100).strip() == ",".join(HEADER).encode()
