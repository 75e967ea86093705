"""Order numbers that a file has had so far, in constant memory."""

from __future__ import annotations

import sqlite3

from orderglot.files.temporary import written

MOST_AT_HAND = 50_000
"""So many numbers are held in memory; beyond, all are put into the database."""

_SETUP = """
PRAGMA journal_mode = off;
PRAGMA cache_size = -4096;
CREATE TABLE numbers (number TEXT PRIMARY KEY) WITHOUT ROWID;
BEGIN;
"""


class OrderNumbers:
    """A set of order numbers: the last ones in memory, the others in a temporary database.

    SQLite keeps it in memory up to 4 MB, and what is more in a temporary file.
    """

    def __init__(self) -> None:
        self._at_hand: set[str] = set()
        self._put_away = 0
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(_SETUP)

    def __contains__(self, number: str) -> bool:
        return number in self._at_hand or (self._put_away > 0 and self._is_put_away(number))

    def is_new(self, number: str) -> bool:
        """Tell whether a number comes for the first time, and remember it."""
        if number in self._at_hand or (self._put_away and self._is_put_away(number)):
            return False
        self._at_hand.add(number)
        if len(self._at_hand) >= MOST_AT_HAND:
            self._put_all_away()
        return True

    def close(self) -> None:
        """Discard everything."""
        self._database.close()

    def _is_put_away(self, number: str) -> bool:
        with written("order numbers"):
            found = self._database.execute("SELECT 1 FROM numbers WHERE number = ?", (number,))
            return found.fetchone() is not None

    def _put_all_away(self) -> None:
        rows = [(number,) for number in sorted(self._at_hand)]
        with written("order numbers"):
            self._database.executemany("INSERT INTO numbers VALUES (?)", rows)
        self._put_away += len(rows)
        self._at_hand.clear()
