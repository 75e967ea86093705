"""Expiring rows: answers that expire, counts until a moment; and id sequences."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple

from orderglot.stores import writes
from orderglot.stores.backend import Raced
from orderglot.stores.sql.grammar import fragment
from orderglot.stores.sql.rows import microseconds
from orderglot.stores.sqlite.connection import Row

PURGED = 100
"""So many expired rows at most go whenever a new one is written."""


class Asked(NamedTuple):
    """How many numbers are wanted for what, and where they begin."""

    seller: int
    thing: str
    first: int
    size: int


def numbers(connection: sqlite3.Connection, asked: list[Asked]) -> list[int]:
    """Move sequences on by so many numbers and give the first of each."""
    return [_next(connection, one) for one in asked]


def _next(connection: sqlite3.Connection, asked: Asked) -> int:
    (after,) = connection.execute(
        "INSERT INTO sequences (seller, thing, next) VALUES (?, ?, ? + ?)"
        " ON CONFLICT (seller, thing) DO UPDATE SET next = next + ? RETURNING next",
        (asked.seller, asked.thing, asked.first, asked.size, asked.size),
    ).fetchone()
    return int(after) - asked.size


class Tally(NamedTuple):
    """Of what there is one more until when."""

    seller: int
    what: str
    until: datetime
    now: datetime


def tally(connection: sqlite3.Connection, tallies: list[Tally]) -> list[int]:
    """Count one more of each until then and give how many there were; some that are over go."""
    return [_tally(connection, *one) for one in tallies]


def _tally(
    connection: sqlite3.Connection, seller: int, what: str, until: datetime, now: datetime
) -> int:
    connection.execute(
        "DELETE FROM tallies WHERE (seller, until, what) IN (SELECT seller, until, what"
        " FROM tallies WHERE seller = ? AND until <= ? LIMIT ?)",
        (seller, microseconds(now), PURGED),
    )
    (count,) = connection.execute(
        "INSERT INTO tallies (seller, until, what, count) VALUES (?, ?, ?, 1)"
        " ON CONFLICT (seller, until, what) DO UPDATE SET count = count + 1 RETURNING count",
        (seller, microseconds(until), what),
    ).fetchone()
    return int(count)


_PURGES = (
    fragment(
        "DELETE FROM answers WHERE rowid IN",
        "(SELECT rowid FROM answers WHERE seller = ? AND expires <= ? LIMIT ?)",
    ),
    fragment(
        "DELETE FROM tokens WHERE (seller, dialect, kind, fingerprint) IN",
        "(SELECT seller, dialect, kind, fingerprint FROM tokens",
        "WHERE seller = ? AND expires <= ? LIMIT ?)",
    ),
    fragment(
        "DELETE FROM tallies WHERE (seller, until, what) IN",
        "(SELECT seller, until, what FROM tallies WHERE seller = ? AND until <= ? LIMIT ?)",
    ),
)


def purge(connection: sqlite3.Connection, rounds: list[tuple[int, datetime]]) -> list[int]:
    """Let go of some of what was over by then in sellers' books, and give how much each time."""
    return [
        sum(
            connection.execute(text, (seller, microseconds(now), 10 * PURGED)).rowcount
            for text in _PURGES
        )
        for seller, now in rounds
    ]


def put_answers(connection: sqlite3.Connection, seller: int, batch: list[writes.PutAnswer]) -> None:
    """Write answers under their keys; some that are expired go.

    Raises Raced where one that is not expired has the key.
    """
    connection.execute(
        "DELETE FROM answers WHERE rowid IN (SELECT rowid FROM answers"
        " WHERE seller = ? AND expires <= ? LIMIT ?)",
        (seller, microseconds(min(write.now for write in batch)), PURGED * len(batch)),
    )
    written = connection.executemany(
        "INSERT INTO answers (seller, customer, dialect, key, asked, answer, expires)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (seller, customer, dialect, key) DO UPDATE"
        " SET asked = excluded.asked, answer = excluded.answer, expires = excluded.expires"
        " WHERE answers.expires <= ?",
        [(seller, *_answer(write), microseconds(write.now)) for write in batch],
    )
    if written.rowcount != len(batch):
        raise Raced("answers")


def _answer(write: writes.PutAnswer) -> Row:
    new = write.answered
    expires = microseconds(new.expires)
    return write.customer, new.dialect, new.key, new.asked, new.answer, expires
