"""The file of a book, as the system sees it: its owner's alone, and still the one that was opened."""

from __future__ import annotations

import os
from pathlib import Path
from stat import S_IMODE, S_IWGRP, S_IWOTH, S_IWUSR
from time import monotonic
from typing import NamedTuple

from orderglot.stores.backend import Unready
from orderglot.stores.sqlite.log_index import LogIndex, State

OFTEN = 0.1
"""After so many seconds whoever reads looks again whether the file is the one that was opened."""

_WRITABLE = S_IWUSR | S_IWGRP | S_IWOTH

PRIVATE = 0o600
"""A book has keys, customers and addresses in it: its owner alone may read and write it."""

OTHERS = 0o077
SIBLINGS = ("", "-wal", "-shm", "-journal")
"""What SQLite calls the files of a book; it gives all of them the rights of the first."""


def make_private(path: Path) -> None:
    """Make the file where it is not there, for its owner alone, whatever the umask."""
    try:
        made = os.open(path.resolve(), os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE)
    except FileExistsError:
        return
    try:
        os.fchmod(made, PRIVATE)
    finally:
        os.close(made)


def lax_files(path: Path) -> dict[Path, int]:
    """Give those files of a book that others may read or write, with their rights."""
    files = [path.with_name(path.name + ending) for ending in SIBLINGS]
    rights = {file: S_IMODE(file.stat().st_mode) for file in files if file.exists()}
    return {file: mode for file, mode in rights.items() if mode & OTHERS}


class _Seen(NamedTuple):
    """A file as it was when nobody was about to bring its log into it."""

    state: State
    modified: int
    size: int


class File:
    """A file that is open: SQLite goes on with it whatever becomes of its name and of what is in it.

    ``opened`` is what the system said of it before it was opened.
    """

    def __init__(self, path: Path, opened: os.stat_result) -> None:
        self.path = path
        self.opened = opened
        self._index = LogIndex(path)
        self._seen: _Seen | None = None
        self._looked = 0.0
        self.demand_same()

    def demand_same(self) -> None:
        """Raise Unready where it is gone, another one, or was overwritten."""
        before = self._index.state()
        try:
            found = self.path.stat()
        except OSError:
            raise Unready("The order book's file is gone; put it back or begin again.") from None
        if not os.path.samestat(found, self.opened):
            raise Unready("The order book's file was replaced by another one; begin again.")
        if before is None or not before.is_settled or before != self._index.state():
            return
        now = _Seen(before, found.st_mtime_ns, found.st_size)
        if self._seen is not None and self._seen.state == before and self._seen != now:
            raise Unready("The order book's file was overwritten; begin again.")
        self._seen = now

    def demand_same_lately(self) -> None:
        """Raise as ``demand_same``, which was asked a moment ago at the latest."""
        now = monotonic()
        if now > self._looked + OFTEN:
            self.demand_same()
            self._looked = now

    def check(self) -> None:
        """Raise Unready as ``demand_same``, and where it is not to be written to, or out of room."""
        self.demand_same()
        # Root may write to a read-only file.
        allowed = os.access(self.path, os.W_OK) and os.access(self.path.parent, os.W_OK)
        if not allowed or not self.path.stat().st_mode & _WRITABLE:
            raise Unready("The order book may only be read; allow writing to it and its folder.")
        if not os.statvfs(self.path).f_bavail:
            raise Unready("The order book's disk is full; make room.")

    def close(self) -> None:
        """Look at it no more; whoever had it open has closed it."""
        self._index.close()
