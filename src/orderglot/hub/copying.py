"""Copying a book from one database into another."""

from __future__ import annotations

from orderglot.core.errors import Invalid
from orderglot.hub.books import open_rows
from orderglot.stores.copying import Copied, Copying, OnProgress
from orderglot.stores.database_url import canonical, shown


async def copy(
    source: str, target: str, on_progress: OnProgress, *, move: bool = False
) -> tuple[Copied, ...]:
    """Copy the book at a URL into the database at another, or go on with that.

    To the source nothing is written, but where it is to ``move``: then it is marked as moved. Raises
    NotFound where there is no book, Conflict where the target holds something else or is open in
    another program, and where a source that is to move is, Damaged where something cannot be read.
    """
    name, place = (shown(canonical(url)) for url in (source, target))
    if name == place:
        raise _into_itself(name)
    here = await open_rows(source)
    try:
        there = await open_rows(target, copy_of=name)
        try:
            if await here.place() == await there.place():
                raise _into_itself(name)
            return await Copying(here, there, name, place, on_progress, move).copy()
        finally:
            await there.close()
    finally:
        await here.close()


def _into_itself(name: str) -> Invalid:
    return Invalid(message=f"{name} would be copied into itself; name another target.")
