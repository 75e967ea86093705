"""The file of a book, as the system sees it: its owner's alone, and still the one that was opened."""

from __future__ import annotations

import os
from pathlib import Path
from stat import S_IMODE, S_IWGRP, S_IWOTH, S_IWUSR

from orderglot.stores.backend import Unready

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


class File:
    """A file that was opened: SQLite goes on with it whatever becomes of its name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.opened = path.stat()

    def check(self) -> None:
        """Raise Unready where it is gone, another one, not to be written to, or out of room."""
        try:
            found = self.path.stat()
        except OSError:
            raise Unready("The order book's file is gone; put it back or begin again.") from None
        if not os.path.samestat(found, self.opened):
            raise Unready("The order book's file was replaced by another one; begin again.")
        # Root may write to a read-only file.
        allowed = os.access(self.path, os.W_OK) and os.access(self.path.parent, os.W_OK)
        if not allowed or not found.st_mode & _WRITABLE:
            raise Unready("The order book may only be read; allow writing to it and its folder.")
        if not os.statvfs(self.path).f_bavail:
            raise Unready("The order book's disk is full; make room.")
