"""Page copies: a whole file as it is at one moment, page by page, while others write to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from orderglot.stores.sqlite.connection import plain_connection
from orderglot.stores.sqlite.file import make_private

PAGES = 1_000
"""So many pages are copied at a time."""

OnPages = Callable[[int, int], None]
"""Is given how many pages are copied, and of how many."""


def copy_pages(source: Path, target: Path, on_pages: OnPages = lambda _done, _of: None) -> None:
    """Copy a file into a new one, which is its owner's alone and has no log beside it.

    Raises what SQLite raises.
    """
    make_private(target)
    with (
        closing(plain_connection(source, reads=True)) as there,
        closing(sqlite3.connect(target, isolation_level=None)) as here,
    ):
        # In a transaction all pages are of its moment, whatever others write.
        there.execute("BEGIN")
        there.execute("SELECT 1 FROM sqlite_schema").fetchone()
        there.backup(here, pages=PAGES, progress=lambda _, left, of: on_pages(of - left, of))
        there.execute("COMMIT")
        here.execute("PRAGMA journal_mode = DELETE")
