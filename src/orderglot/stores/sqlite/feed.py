"""The feed: each event gets its number with the commit that writes it, for one commits at a time."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple

from orderglot.core.ports import Event, Feed
from orderglot.stores.backend import EVENT, LOOKED, THINNED, Scope, Thinned
from orderglot.stores.sql.events import (
    BEGINNING,
    FIRST_SINCE,
    THIN,
    WRITTEN,
    event_row,
    feed_of,
    feed_sql,
    last_of,
    thinned,
)
from orderglot.stores.sql.grammar import fragment
from orderglot.stores.sql.rows import microseconds
from orderglot.stores.sqlite.expiring import Asked, numbers
from orderglot.stores.sqlite.reader import Reader

_ADD = fragment(
    "INSERT INTO order_events",
    f"(seller, sequence, {', '.join(WRITTEN)})",
    f"VALUES (?, ?{', ?' * len(WRITTEN)})",
)
_NUMBER_EVENTS = (
    "UPDATE order_events AS e SET sequence = n.sequence FROM numbers_of_events AS n"
    " WHERE e.seller = n.seller AND e.order_id = n.order_id AND e.version = n.version"
    " AND e.at = n.at AND e.what = n.what"
)
_MOVE_COUNTERS = (
    "INSERT INTO sequences (seller, thing, next)"
    " SELECT seller, ?, max(sequence) + 1 FROM order_events WHERE sequence IS NOT NULL"
    " GROUP BY seller ON CONFLICT (seller, thing) DO UPDATE SET next = max(next, excluded.next)"
)


def add_events(connection: sqlite3.Connection, seller: int, batch: list[Event]) -> None:
    """Write events with the next numbers of their seller."""
    (first,) = numbers(connection, [Asked(seller, EVENT, 1, len(batch))])
    rows = [(seller, number, *event_row(event)) for number, event in enumerate(batch, first)]
    connection.executemany(_ADD, rows)


def number_copied(connection: sqlite3.Connection) -> None:
    """Give numbers to events that come from a book in which nobody had read so far."""
    connection.execute(_NUMBER_EVENTS)
    connection.execute(_MOVE_COUNTERS, (EVENT,))


def read_feed(reader: Reader, scope: Scope, after: int, limit: int) -> Feed:
    """Give events in scope by rising sequence, from behind one on, so many at most."""
    ((last, floor),) = reader.rows(*last_of(scope.seller))
    after = max(after, floor)
    if last <= after:
        return Feed((), after, more=False, floor=floor)
    until = last
    if last - after > LOOKED:
        ((beginning,),) = reader.rows(BEGINNING, (scope.seller, after, last))
        until = min(beginning - 1 + LOOKED, last)
    rows = reader.rows(*feed_sql(scope, after, until, limit))
    return feed_of(rows, limit, until, floor, more=until < last)


class Thin(NamedTuple):
    """Which feed is to begin behind so many more events at most that are from before a moment."""

    seller: int
    before: datetime
    most: int


def thin(connection: sqlite3.Connection, asked: list[Thin]) -> list[Thinned]:
    """Have feeds begin later, and give how far they are thinned out."""
    return [_thin(connection, *one) for one in asked]


def _thin(connection: sqlite3.Connection, seller: int, before: datetime, most: int) -> Thinned:
    last, floor = connection.execute(*last_of(seller)).fetchone()
    (beginning,) = connection.execute(BEGINNING, (seller, floor, last)).fetchone()
    looked = (seller, floor, beginning - 1 + most, microseconds(before))
    (kept,) = connection.execute(FIRST_SINCE, looked).fetchone()
    found = thinned(floor, beginning, last, most, kept)
    connection.execute(THIN, (seller, THINNED, found.floor + 1))
    return found
