"""Backups: a book as it is at one moment in a file of its own, and back in the place of a book."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from orderglot.core.errors import Conflict, Invalid
from orderglot.stores.marks import COPY, MOVED
from orderglot.stores.sqlite.alone import alone, in_use, is_locked
from orderglot.stores.sqlite.connection import translating_errors
from orderglot.stores.sqlite.opening import SET_MARK, UNMARK, demand_book, prepare
from orderglot.stores.sqlite.page_copies import OnPages, copy_pages

INDEX = "-shm"
STALE = ("-wal", INDEX, "-journal")
"""What SQLite keeps beside a file, and would take for a part of any other one in its place."""

Next = list[tuple[int, str, int]]
"""Which number comes next, by seller and kind."""

_NEXT = "SELECT seller, thing, next FROM sequences"
# Of a seller whom the backup lacks the numbers go to another: new sellers begin behind those of all.
_RAISE = (
    "INSERT INTO sequences (seller, thing, next) SELECT coalesce((SELECT id FROM sellers WHERE id = ?3),"
    " (SELECT min(id) FROM sellers)), ?1, ?2 WHERE EXISTS (SELECT 1 FROM sellers)"
    " ON CONFLICT (seller, thing) DO UPDATE SET next = max(next, excluded.next)"
)


def part_of(target: Path) -> Path:
    """Give where a backup is made until it is whole; raises Conflict where its place is taken."""
    if target.exists():
        raise Conflict(f"{target} is there already; name a new file.")
    if not target.parent.is_dir():
        raise Invalid(message=f"There is no folder {target.parent}; make it first.")
    return target.with_name(f"{target.name}.part")


def back_up(source: Path, part: Path, on_pages: OnPages) -> None:
    """Copy the pages of a book into a file, and mark that as a copy.

    Raises NotFound where there is no book, Conflict where it is an unfinished copy.
    """
    with translating_errors(source):
        demand_book(source)
        _drop(part)
        copy_pages(source, part, on_pages)
        _mark(part, str(source))


def settle(part: Path, target: Path) -> None:
    """Put a file that is whole into its place, to stay there through a power cut."""
    with closing(sqlite3.connect(part, isolation_level=None)) as file:
        file.execute("PRAGMA journal_mode = DELETE")
    _sync(part)
    part.replace(target)
    _sync(target.parent)


def ready(backup: Path, target: Path, on_pages: OnPages) -> Path:
    """Copy a backup beside the book whose place it will take, as a book of this version; gives where.

    Raises NotFound where there is no backup, Conflict where it is not whole.
    """
    if backup.exists() and target.exists() and backup.samefile(target):
        raise Invalid(message=f"{backup} would be restored into itself; name another book.")
    with translating_errors(target):
        if target.exists() and target.stat().st_size:
            _demand_own(target)
    part = target.with_name(f"{target.name}.restoring")
    back_up(backup, part, on_pages)
    return part


def take_place(part: Path, target: Path, kept: Path) -> bool:
    """Put a copy into the place of a book, which is kept under another name; tells whether there was one.

    It hands out no number that the one before may have handed out. Raises Conflict where that is open
    in another program.
    """
    after = _leave(target)
    with translating_errors(part):
        with closing(sqlite3.connect(part, isolation_level=None)) as file:
            file.executemany(_RAISE, [(thing, after, seller) for seller, thing, after in after])
        prepare(part)
    _sync(part)
    there = target.exists()
    if there:
        target.rename(kept)
    for end in STALE:
        beside = target.with_name(f"{target.name}{end}")
        if there and end != INDEX and beside.exists():
            # Of a book that could not be opened it may hold what is missing in it.
            beside.rename(kept.with_name(f"{kept.name}{end}"))
        beside.unlink(missing_ok=True)
    part.replace(target)
    _sync(target.parent)
    return there


def give_up(part: Path) -> None:
    """Take away what was made of a backup that is not whole."""
    _drop(part)


def _leave(target: Path) -> Next:
    """See that nobody has a book open; gives which numbers come next in it, as far as it can be read."""
    if not target.exists() or not target.stat().st_size:
        return []
    try:
        # As the last one it empties the log.
        with alone(target) as file:
            return file.execute(_NEXT).fetchall()
    except sqlite3.DatabaseError:
        if is_locked(target):
            raise in_use(target) from None
        return []


def _demand_own(target: Path) -> None:
    """Raise Invalid where a file is a database of something else; one that cannot be read may be a book."""
    with suppress(sqlite3.DatabaseError):
        demand_book(target, whole=False)


def _mark(part: Path, name: str) -> None:
    with closing(sqlite3.connect(part, isolation_level=None)) as file:
        file.execute(SET_MARK, (COPY, name))
        file.execute(UNMARK, (MOVED,))


def _drop(part: Path) -> None:
    for end in ("", *STALE):
        part.with_name(f"{part.name}{end}").unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
