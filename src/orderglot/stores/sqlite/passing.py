"""What passes: numbers that are handed out, counts until a moment, credentials and answers that expire."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from orderglot.stores import document
from orderglot.stores.shelf import PutAnswer, PutCredential, Thing
from orderglot.stores.sql.rows import microseconds

PURGED = 100
"""So many expired rows at most go whenever a new one is written."""


def numbers(
    connection: sqlite3.Connection, seller: int, thing: Thing, first: int, count: int
) -> int:
    """Move a sequence on by so many numbers and give the first of them."""
    (after,) = connection.execute(
        "INSERT INTO sequences (seller, thing, next) VALUES (?, ?, ? + ?)"
        " ON CONFLICT (seller, thing) DO UPDATE SET next = next + ? RETURNING next",
        (seller, thing.value, first, count, count),
    ).fetchone()
    return int(after) - count


def tally(
    connection: sqlite3.Connection, seller: int, what: str, until: datetime, now: datetime
) -> int:
    """Count one more until then and give how many there were; what is over goes."""
    connection.execute(
        "DELETE FROM tallies WHERE seller = ? AND until <= ?", (seller, microseconds(now))
    )
    (count,) = connection.execute(
        "INSERT INTO tallies (seller, until, what, count) VALUES (?, ?, ?, 1)"
        " ON CONFLICT (seller, until, what) DO UPDATE SET count = count + 1 RETURNING count",
        (seller, microseconds(until), what),
    ).fetchone()
    return int(count)


def put_credentials(
    connection: sqlite3.Connection, seller: int, writes: list[PutCredential]
) -> None:
    """Write credentials under their fingerprints; some that are expired go."""
    for write in writes:
        new = write.credential
        connection.execute(
            "DELETE FROM credentials WHERE seller = ? AND (dialect, kind, fingerprint) IN"
            " (SELECT dialect, kind, fingerprint FROM credentials"
            " WHERE seller = ? AND kind <> 'key' AND expires <= ? LIMIT ?)",
            (seller, seller, microseconds(new.created), PURGED),
        )
        connection.execute(
            "INSERT INTO credentials (dialect, kind, fingerprint, seller, id, expires, document)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (dialect, kind, fingerprint)"
            " DO UPDATE SET expires = excluded.expires, document = excluded.document",
            (
                new.dialect,
                new.kind,
                new.fingerprint,
                seller,
                new.id,
                None if new.expires is None else microseconds(new.expires),
                document.write(new).decode(),
            ),
        )


def put_answers(connection: sqlite3.Connection, seller: int, writes: list[PutAnswer]) -> None:
    """Write answers under their keys; some that are expired go."""
    for write in writes:
        new, now = write.answered, microseconds(write.now)
        name = (seller, write.customer, new.dialect, new.key)
        connection.execute(
            "DELETE FROM answers WHERE rowid IN (SELECT rowid FROM answers"
            " WHERE seller = ? AND expires <= ? LIMIT ?)",
            (seller, now, PURGED),
        )
        connection.execute(
            "DELETE FROM answers WHERE seller = ? AND customer = ? AND dialect = ? AND key = ?"
            " AND expires <= ?",
            (*name, now),
        )
        connection.execute(
            "INSERT INTO answers (seller, customer, dialect, key, asked, answer, expires)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*name, new.asked, new.answer, microseconds(new.expires)),
        )
