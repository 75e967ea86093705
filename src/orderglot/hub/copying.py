"""Copying a book from one database into another."""

from __future__ import annotations

from pathlib import Path

from orderglot.core.errors import Invalid
from orderglot.hub.books import open_rows
from orderglot.stores.copying import Copied, Copying, OnProgress
from orderglot.stores.database_url import shown


async def copy(source: str, target: str, on_progress: OnProgress) -> tuple[Copied, ...]:
    """Copy the book at a URL into the database at another, or go on with that.

    Raises NotFound where there is no book, Conflict where the target holds something else.
    """
    name = shown(_whole(source))
    if name == shown(_whole(target)):
        raise Invalid(message=f"{name} would be copied into itself; name another target.")
    here = await open_rows(source)
    try:
        there = await open_rows(target, create=True)
        try:
            return await Copying(here, there, name, on_progress).copy()
        finally:
            await there.close()
    finally:
        await here.close()


def _whole(url: str) -> str:
    """Give a URL with a file's whole path, which is the same wherever a command is run."""
    scheme, mark, path = url.partition("sqlite:///")
    return f"{mark}{Path(path).resolve()}" if mark and not scheme else url
