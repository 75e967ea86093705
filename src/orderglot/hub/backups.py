"""Backups of a book: made while others write, verified, and put back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from orderglot.core.errors import Conflict
from orderglot.hub.books import file_of, in_postgres, open_rows
from orderglot.hub.copying import copy
from orderglot.stores import verifying
from orderglot.stores.copying import Progress
from orderglot.stores.database_url import shown
from orderglot.stores.verifying import Verified

OnStep = Callable[[str, int, int], None]
"""Is given what is being done, and how much of how much is done."""


class BackedUp(Struct, frozen=True):
    """What was made, and what was found in it."""

    file: str
    verified: Verified


class Restored(Struct, frozen=True):
    """What was put back where, and where what was there before is kept, "" where nothing was."""

    place: str
    kept: str
    verified: Verified


async def verify(url: str, on_step: OnStep) -> Verified:
    """Read everything in the book at a URL, to which nothing is written; raises NotFound where there is none."""
    rows = await open_rows(url)
    try:
        return await verifying.verify(rows, lambda at: on_step(_where(at), at.done, at.total))
    finally:
        await rows.close()


async def back_up(url: str, file: str, on_step: OnStep) -> BackedUp:
    """Copy the book at a URL into a new file, and verify that.

    Raises Conflict where the file is there or another program makes it, NotFound where there is no book.
    """
    from orderglot.stores.sqlite import backups
    from orderglot.stores.sqlite.names import being_made

    target = _path(file)
    part = backups.part_of(target)
    with being_made(part):
        if in_postgres(url):
            backups.go_on_with(part)
            # One that is cut off here goes on with the same command.
            await copy(url, f"sqlite:///{part}", lambda at: on_step(_where(at), at.done, at.total))
        try:
            if not in_postgres(url):
                backups.back_up(
                    file_of(url), part, lambda done, of: on_step("copying pages", done, of)
                )
            found = await verify(f"sqlite:///{part}", on_step)
            backups.settle(part, target)
        except BaseException:
            backups.give_up(part)
            raise
    return BackedUp(str(target), found)


async def restore(file: str, url: str, on_step: OnStep) -> Restored:
    """Put a backup into the place of the book at a URL, which nobody may have open.

    A PostgreSQL database has to be empty. Raises NotFound where there is no backup, Conflict where it is
    not whole, or the book is open in another program.
    """
    if in_postgres(url):
        await copy(
            f"sqlite:///{_path(file)}", url, lambda at: on_step(_where(at), at.done, at.total)
        )
        return Restored(shown(url), "", await verify(url, on_step))
    from orderglot.stores.sqlite import backups
    from orderglot.stores.sqlite.names import being_made

    target = file_of(url)
    with being_made(backups.copy_beside(target)):
        return await _put_back(_path(file), target, on_step)


async def _put_back(backup: Path, target: Path, on_step: OnStep) -> Restored:
    from orderglot.stores.sqlite import backups

    part = backups.ready(backup, target, lambda done, of: on_step("copying pages", done, of))
    try:
        found = await verify(f"sqlite:///{part}", on_step)
        if found.findings:
            raise Conflict(
                f"{backup} is not whole, and nothing was changed; see 'orderglot database verify "
                f"--database sqlite:///{backup}'."
            )
        name = f"{target.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        kept = backups.take_place(part, target, name)
    except BaseException:
        backups.give_up(part)
        raise
    return Restored(str(target), str(kept or ""), found)


def _path(file: str) -> Path:
    return file_of(file) if file.startswith("sqlite:") else Path(file)


def _where(at: Progress) -> str:
    return f"{'reading' if at.checking else 'copying'} {at.table}, {at.row:,} of {at.of:,}"
