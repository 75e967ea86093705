"""The rejects of an import of whole orders: what was not taken as it stands in the file, and why."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from orderglot.core.errors import Conflict
from orderglot.files.rejects import open_private, writing
from orderglot.files.whole.found import OUR_REASON, WholeOrders

START = 1_000_000
"""In so many bytes of a file of rejects stands that it is one."""


class Rejects:
    """The file of rejected rows; there is one only if there are any.

    One that an earlier import left is replaced, or removed where nothing is rejected any more. A dry
    run writes none.
    """

    def __init__(self, path: Path, orders: WholeOrders, *, dry: bool) -> None:
        self.path = path
        self.count = 0
        self._orders = orders
        self._dry = dry
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

    def add(self, row: Any, line: int, reason: str) -> None:
        """Write a row that was not taken."""
        self.count += 1
        if self._dry:
            return
        with writing(self.path):
            if self._file is None:
                self._file = self._begun()
            self._file.write(self._orders.reject(row, line, reason))

    def _begun(self) -> IO[str]:
        if self.path.exists() and not _is_ours(self.path):
            raise Conflict(f"{self.path} is no file of rejects; name another file with --rejects.")
        file = self._open.enter_context(open_private(self.path))
        file.write(self._orders.head())
        return file


def _is_ours(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return OUR_REASON.encode() in file.read(START)
