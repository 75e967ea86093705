"""Expiring rows: answers that expire, counts until a moment; and id sequences."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime

from orderglot.stores import writes
from orderglot.stores.backend import Entity
from orderglot.stores.postgres.statement import Row, Step, inserted, kinds
from orderglot.stores.sql.grammar import Sql
from orderglot.stores.sql.rows import microseconds

PURGED = 100
"""So many expired rows at most go at a time."""

SELDOM = 25
"""Expired answers go with one new one in so many, which keeps up with the new ones fourfold."""

_ANSWERS = kinds(
    customer="bigint", dialect="text", key="text", asked="text", answer="bytea", expires="bigint"
)


def numbers(seller: int, thing: Entity, first: int, count: int) -> Sql:
    """Move a sequence on by so many numbers, giving the one after the last of them."""
    return Sql(
        "INSERT INTO sequences AS s (seller, thing, next) VALUES (?, ?, ?::bigint + ?::bigint)"
        " ON CONFLICT (seller, thing) DO UPDATE SET next = s.next + ?::bigint RETURNING next",
        (seller, thing.value, first, count, count),
    )


def tally(seller: int, what: str, until: datetime, now: datetime) -> Sql:
    """Count one more until then, giving how many there were; some that are over go."""
    over = (seller, seller, microseconds(now), microseconds(until), PURGED)
    return Sql(
        "WITH over AS (DELETE FROM tallies WHERE seller = ? AND (until, what) IN"
        " (SELECT until, what FROM tallies"
        " WHERE seller = ? AND until <= ? AND until <> ? LIMIT ? FOR UPDATE SKIP LOCKED))"
        " INSERT INTO tallies AS t (seller, until, what, count) VALUES (?, ?, ?, 1)"
        " ON CONFLICT (seller, until, what) DO UPDATE SET count = t.count + 1 RETURNING count",
        (*over, seller, microseconds(until), what),
    )


def put_answers(seller: int, batch: list[writes.PutAnswer]) -> Iterator[Step]:
    """Write answers under their keys; now and then some that are expired go."""
    now = microseconds(max(one.now for one in batch))
    # How much has expired decides how it is best found, so that is planned anew each time.
    if random.random() * SELDOM < len(batch):
        keys = [one.answered.key for one in batch]
        purge = (
            "DELETE FROM answers WHERE seller = ? AND (customer, dialect, key) IN"
            " (SELECT customer, dialect, key FROM answers WHERE seller = ? AND expires <= ?"
            " AND key <> ALL (?::text[]) LIMIT ? FOR UPDATE SKIP LOCKED)"
        )
        yield Step("", Sql(purge, (seller, seller, now, keys, PURGED)))
    rows: list[Row] = [
        (one.customer, new.dialect, new.key, new.asked, new.answer, microseconds(new.expires))
        for one in batch
        for new in (one.answered,)
    ]
    taken = Sql(
        "ON CONFLICT (seller, customer, dialect, key) DO UPDATE"
        " SET asked = excluded.asked, answer = excluded.answer, expires = excluded.expires"
        " WHERE t.expires <= ?",
        (now,),
    )
    yield from inserted("answers", seller, _ANSWERS, rows, taken=taken)
