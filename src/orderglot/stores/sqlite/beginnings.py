"""Beginnings: where the numbers of a new seller begin, so that none is handed out again after a book went back.

A seller of this name may have had them before. Whoever skips numbers does so for all sellers who are there, and for
those who are yet to come by a note of the hub's; and when a seller goes its skipped numbers go into that note.
"""

from __future__ import annotations

import sqlite3

from orderglot.stores.backend import BEGINNINGS
from orderglot.stores.marks import BEGINS, SKIPPED, behind

_NEXT = "SELECT thing, max(next) FROM sequences GROUP BY thing"
_NEXT_OF = "SELECT thing, next FROM sequences WHERE seller = ?"
_NOTED = "SELECT name, CAST(CAST(document AS TEXT) AS INTEGER) FROM hub_notes WHERE seller = 0 AND kind = ?"
_NOTE = (
    "INSERT INTO hub_notes (seller, kind, name, version, document)"
    " VALUES (0, :kind, :thing, 1, CAST(CAST(:next AS TEXT) AS BLOB))"
    " ON CONFLICT (seller, kind, name) DO UPDATE SET version = version + 1, document = excluded.document"
    " WHERE CAST(CAST(document AS TEXT) AS INTEGER) < :next"
)
_BEGIN = "INSERT INTO sequences (seller, thing, next) VALUES (?, ?, ?)"
_SKIP = (
    "INSERT INTO sequences (seller, thing, next) SELECT id, ?, ? + ? FROM sellers WHERE true"
    " ON CONFLICT (seller, thing) DO UPDATE SET next = next + ?"
)


def begin(connection: sqlite3.Connection, seller: int) -> None:
    """Begin the numbers of a new seller behind those that others have skipped, or had skipped before they went."""
    reached, noted = dict(connection.execute(_NEXT)), there(connection)
    for thing, first in BEGINNINGS.items():
        begins = max(behind(first, reached.get(thing, first)), noted.get(thing, first))
        if begins > first:
            connection.execute(_BEGIN, (seller, thing, begins))


def skip(connection: sqlite3.Connection) -> None:
    """Hand out no number that may have been handed out elsewhere since the copy was made."""
    noted = there(connection)
    for thing, first in BEGINNINGS.items():
        connection.execute(_SKIP, (thing, first, SKIPPED, SKIPPED))
        _begin_later(connection, thing, noted.get(thing, first) + SKIPPED)


def leave(connection: sqlite3.Connection, seller: int) -> None:
    """Keep what a seller who goes has skipped: it may be the last one."""
    for thing, reached in connection.execute(_NEXT_OF, (seller,)).fetchall():
        if (begins := behind(BEGINNINGS[thing], reached)) > BEGINNINGS[thing]:
            _begin_later(connection, thing, begins)


def reach(connection: sqlite3.Connection, thing: str, reached: int) -> None:
    """Have new sellers begin behind what another book has skipped whose place this one takes."""
    _begin_later(connection, thing, behind(BEGINNINGS[thing], reached))


def there(connection: sqlite3.Connection) -> dict[str, int]:
    """Give where the numbers of new sellers begin, as far as that is noted."""
    return dict(connection.execute(_NOTED, (BEGINS,)))


def _begin_later(connection: sqlite3.Connection, thing: str, next: int) -> None:
    connection.execute(_NOTE, {"kind": BEGINS, "thing": thing, "next": next})
