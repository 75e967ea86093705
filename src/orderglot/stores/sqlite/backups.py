"""Backups: a book as it is at one moment in a file of its own, and back in the place of a book."""

from __future__ import annotations

import os
import sqlite3
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import NamedTuple

from orderglot.core.errors import Conflict, Invalid
from orderglot.stores.marks import BEGINS, COPY, MOVED, SKIPPED, UNFINISHED
from orderglot.stores.sqlite.alone import alone, in_use, is_locked
from orderglot.stores.sqlite.beginnings import reach
from orderglot.stores.sqlite.connection import translating_errors
from orderglot.stores.sqlite.names import name_too, rename
from orderglot.stores.sqlite.opening import SET_MARK, UNMARK, demand_book, prepare
from orderglot.stores.sqlite.page_copies import OnPages, copy_pages

LOGS = ("-wal", "-journal")
STALE = (*LOGS, "-shm")
"""What SQLite keeps beside a file, and would take for a part of any other one in its place."""

Next = list[tuple[int, str, int]]
"""Which number comes next, by seller and kind; with seller 0 where those of a new one begin."""


class Kept(NamedTuple):
    """Where the book of before is, and whether it still has its own name, too."""

    path: Path
    has_both: bool


_MARKED = "SELECT 1 FROM migrations WHERE number = ?"
_NEXT = "SELECT seller, thing, next FROM sequences"
_NOTED = (
    "SELECT seller, name, CAST(CAST(document AS TEXT) AS INTEGER) FROM hub_notes WHERE kind = ?"
)
# Of a seller whom the backup lacks the numbers go to another: new sellers begin behind those of all.
_RAISE = (
    "INSERT INTO sequences (seller, thing, next) SELECT coalesce((SELECT id FROM sellers WHERE id = :seller),"
    " (SELECT min(id) FROM sellers)), :thing, :next WHERE EXISTS (SELECT 1 FROM sellers)"
    " ON CONFLICT (seller, thing) DO UPDATE SET next = max(next, excluded.next)"
)


def part_of(target: Path) -> Path:
    """Give where a backup is made until it is whole; raises Conflict where its place is taken."""
    _demand_free(target)
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


def go_on_with(part: Path) -> None:
    """Take away what is left of a backup, unless that is one that can be gone on with."""
    if part.exists() and not _is_unfinished(part):
        _drop(part)


def _is_unfinished(part: Path) -> bool:
    """Tell whether a file is a copy that was begun, row by row, and not finished."""
    try:
        with closing(_open(part)) as file:
            return bool(file.execute(_MARKED, (UNFINISHED,)).fetchall())
    except sqlite3.DatabaseError:
        return False


def settle(part: Path, target: Path) -> None:
    """Put a file that was read to its end into its place, to stay there through a power cut.

    Raises Conflict where that has been taken meanwhile.
    """
    with translating_errors(part), closing(_open(part)) as file:
        file.execute("PRAGMA journal_mode = DELETE")
    _sync(part)
    _demand_free(target)
    try:
        rename(part, target)
    except FileExistsError:
        raise _taken(target) from None
    _sync(target.parent)


def copy_beside(target: Path) -> Path:
    """Give where a backup is copied to before it takes the place of a book."""
    return target.with_name(f"{target.name}.restoring")


def ready(backup: Path, target: Path, on_pages: OnPages) -> Path:
    """Copy a backup beside the book whose place it will take, as a book of this version; gives where.

    Raises NotFound where there is no backup, Conflict where it is not whole.
    """
    if backup.exists() and target.exists() and backup.samefile(target):
        raise Invalid(message=f"{backup} would be restored into itself; name another book.")
    with translating_errors(target):
        if target.exists() and target.stat().st_size:
            _demand_own(target)
    part = copy_beside(target)
    back_up(backup, part, on_pages)
    return part


def take_place(part: Path, target: Path, name: str) -> Path | None:
    """Put a copy into the place of a book; gives where that is kept, None where there was none.

    It is kept under a name, or one like it where that is taken. The copy hands out no number that the
    one before may have handed out. Raises Conflict where that is open in another program.
    """
    with translating_errors(part):
        prepare(part)
    _sync(part)
    with ExitStack() as held:
        after = _leave(target, held)
        if after:
            with translating_errors(part), closing(sqlite3.connect(part)) as file, file:
                # Where another begins, behind the last million, is more than all that were given.
                skipped = [
                    {"seller": seller, "thing": thing, "next": number + SKIPPED}
                    for seller, thing, number in after
                ]
                file.executemany(_RAISE, [one for one in skipped if one["seller"]])
                for _, thing, number in after:
                    reach(file, thing, number + SKIPPED)
            _sync(part)
        kept = _keep(target, name) if target.exists() else None
        _settle_in(part, target, kept)
    _sync(target.parent)
    return None if kept is None else kept.path


def give_up(part: Path) -> None:
    """Take away what was made of a backup that is not whole."""
    _drop(part)


def _leave(target: Path, held: ExitStack) -> Next:
    """Keep everybody out of a book as long as it is held; gives which numbers come next in it.

    As far as it can be read: what is damaged, or no book yet, cannot be opened by anybody else either.
    """
    if not target.exists():
        return []
    try:
        file = held.enter_context(alone(target))
        after = [*_rows(file, _NEXT), *_rows(file, _NOTED, BEGINS)]
        # Whoever closes a file with a log takes that away by its name, which is another one's by then.
        file.execute("PRAGMA journal_mode = DELETE")
        target.with_name(f"{target.name}-journal").unlink(missing_ok=True)
    except sqlite3.DatabaseError:
        held.close()
        if is_locked(target):
            raise in_use(target) from None
        return []
    return after


def _rows(file: sqlite3.Connection, text: str, *params: str) -> Next:
    """Give what can be read; a book of an earlier version lacks the notes."""
    try:
        return file.execute(text, params).fetchall()
    except sqlite3.DatabaseError:
        return []


def _keep(target: Path, name: str) -> Kept:
    """Give a book a second name that nothing has, and its log with it; a new one where it cannot have two."""
    kept = target.with_name(name)
    number = 1
    while (both := _kept_as(target, kept)) is None:
        number += 1
        kept = target.with_name(f"{name}-{number}")
    for end in LOGS:
        beside = target.with_name(f"{target.name}{end}")
        if beside.exists():
            # Of a book that could not be opened it may hold what is missing in it.
            beside.rename(kept.with_name(f"{kept.name}{end}"))
    return Kept(kept, both)


def _kept_as(target: Path, kept: Path) -> bool | None:
    """Give a file another name, unless something has that, or a log beside it; tells whether it has both then."""
    if _beside(kept):
        return None
    try:
        if name_too(target, kept):
            return True
        rename(target, kept)
    except FileExistsError:
        return None
    return False


def _settle_in(part: Path, target: Path, kept: Kept | None) -> None:
    """Give a copy the name of a book; raises Conflict where somebody has just made a new one there."""
    for stale in _beside(target):
        stale.unlink(missing_ok=True)
    if kept is not None and kept.has_both:
        part.replace(target)
        return
    try:
        rename(part, target)
    except FileExistsError:
        where = "" if kept is None else f" The book that was there is kept as {kept.path}."
        raise Conflict(
            f"{target} was made by another program just now; try again.{where}"
        ) from None


def _beside(path: Path) -> list[Path]:
    """Give what is there of what SQLite would take for a part of a file of that name."""
    every = [path.with_name(f"{path.name}{end}") for end in STALE]
    return [one for one in every if one.exists()]


def _demand_own(target: Path) -> None:
    """Raise Invalid where a file is a database of something else; one that cannot be read may be a book."""
    with suppress(sqlite3.DatabaseError):
        demand_book(target, whole=False)


def _demand_free(target: Path) -> None:
    """Raise Conflict where a file is there, or a log that SQLite would take for a part of it."""
    if target.exists():
        raise _taken(target)
    if stale := _beside(target):
        names = ", ".join(map(str, stale))
        raise Conflict(
            f"{names} would be taken for a part of {target}; delete what is left of a file that is "
            "gone, or name a new file."
        )


def _taken(target: Path) -> Conflict:
    return Conflict(f"{target} is there already; name a new file.")


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def _mark(part: Path, name: str) -> None:
    with closing(_open(part)) as file:
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
