"""Numbers: which orders a file has had so far, in constant memory."""

from __future__ import annotations

import sqlite3

from orderglot.core.errors import Upstream

_SETUP = """
PRAGMA journal_mode = off;
PRAGMA cache_size = -4096;
CREATE TABLE numbers (number TEXT PRIMARY KEY) WITHOUT ROWID;
BEGIN;
"""


class Numbers:
    """A set of order numbers: a database of its own that is gone with it.

    SQLite keeps it in memory up to 4 MB, and what is more in a temporary file.
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(_SETUP)

    def is_new(self, number: str) -> bool:
        """Tell whether a number comes for the first time, and remember it."""
        try:
            added = self._database.execute("INSERT OR IGNORE INTO numbers VALUES (?)", (number,))
        except sqlite3.Error as error:
            raise Upstream(
                f"The order numbers cannot be written to a temporary file ({error}); "
                "make room for it and import again."
            ) from error
        return added.rowcount == 1

    def close(self) -> None:
        """Forget all."""
        self._database.close()
