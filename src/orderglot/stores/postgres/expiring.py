"""Counting on: counts until a moment, which expire, and id sequences."""

from __future__ import annotations

from datetime import datetime

from orderglot.stores.backend import Entity
from orderglot.stores.sql.grammar import Sql
from orderglot.stores.sql.rows import microseconds

PURGED = 100
"""So many expired rows at most go at a time."""


def numbers(seller: int, thing: Entity, first: int, count: int) -> Sql:
    """Move a sequence on by so many numbers, giving the one after the last of them."""
    return Sql(
        "INSERT INTO sequences AS s (seller, thing, next) VALUES (?, ?, ?::bigint + ?::bigint)"
        " ON CONFLICT (seller, thing) DO UPDATE SET next = s.next + ?::bigint RETURNING next",
        (seller, thing.value, first, count, count),
    )


def tally(seller: int, what: str, until: datetime, now: datetime, more: int) -> Sql:
    """Count so many more until then, giving how many there are; some that are over go."""
    over = (seller, seller, microseconds(now), microseconds(until), PURGED)
    return Sql(
        "WITH over AS (DELETE FROM tallies WHERE seller = ? AND (until, what) IN"
        " (SELECT until, what FROM tallies"
        " WHERE seller = ? AND until <= ? AND until <> ? LIMIT ? FOR UPDATE SKIP LOCKED))"
        " INSERT INTO tallies AS t (seller, until, what, count) VALUES (?, ?, ?, ?::bigint)"
        " ON CONFLICT (seller, until, what) DO UPDATE SET count = t.count + excluded.count"
        " RETURNING count",
        (*over, seller, microseconds(until), what, more),
    )


def purge(seller: int, now: datetime) -> Sql:
    """Let go of some answers, tokens and counts that were over by then, giving how many."""
    over = (seller, seller, microseconds(now), 10 * PURGED)
    return Sql(
        "WITH a AS (DELETE FROM answers WHERE seller = ? AND (customer, dialect, key) IN"
        " (SELECT customer, dialect, key FROM answers"
        " WHERE seller = ? AND expires <= ? LIMIT ? FOR UPDATE SKIP LOCKED) RETURNING 1),"
        " t AS (DELETE FROM tokens WHERE seller = ? AND (dialect, kind, fingerprint) IN"
        " (SELECT dialect, kind, fingerprint FROM tokens"
        " WHERE seller = ? AND expires <= ? LIMIT ? FOR UPDATE SKIP LOCKED) RETURNING 1),"
        " c AS (DELETE FROM tallies WHERE seller = ? AND (until, what) IN"
        " (SELECT until, what FROM tallies"
        " WHERE seller = ? AND until <= ? LIMIT ? FOR UPDATE SKIP LOCKED) RETURNING 1)"
        " SELECT (SELECT count(*) FROM a) + (SELECT count(*) FROM t) + (SELECT count(*) FROM c)",
        (*over, *over, *over),
    )
