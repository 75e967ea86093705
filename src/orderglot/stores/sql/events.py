"""The events of orders: how they are asked for, and what a row of them says.

In SQLite an event gets its number in the seller's feed with the commit that writes it, for there one
commits at a time. In PostgreSQL it gets it afterwards, from whoever reads the feed: there a writer
that comes first may commit last, and none should wait for another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from orderglot.core.ports import NO_ORDER, Event, Feed
from orderglot.stores.backend import EVENT, THINNED, Scope, Thinned
from orderglot.stores.sql.grammar import Sql, fragment
from orderglot.stores.sql.paging import scoped
from orderglot.stores.sql.rows import instant, microseconds

_encode = msgspec.json.encode
_decode = msgspec.json.decode

WRITTEN = ("order_id", "version", "at", "what", "who", "other", "details", "why", "exchange")
"""The columns of an event that are written with it, behind its seller."""

_COLUMNS = (
    "SELECT e.order_id, e.version, e.what, e.at, e.who, e.other, e.details, e.sequence, e.why,"
    " e.exchange FROM"
)
EVENTS = fragment(
    _COLUMNS,
    "orders AS o JOIN order_events AS e ON e.seller = o.seller AND e.order_id = o.id"
    " WHERE o.id = ? AND",
)
DUPLICATES = fragment(
    _COLUMNS,
    "order_events AS e JOIN orders AS o ON o.seller = e.seller AND o.id = e.order_id"
    " WHERE e.seller = ? AND e.other IS NOT NULL AND",
)
FEED = fragment(
    _COLUMNS,
    "order_events AS e CROSS JOIN orders AS o WHERE e.seller = ? AND e.sequence > ?"
    " AND e.sequence <= ? AND o.seller = e.seller AND o.id = e.order_id AND",
)
"""SQLite reads the tables of a cross join in the order in which they are named."""

_FEED_OF_ALL = fragment(
    _COLUMNS,
    "order_events AS e LEFT JOIN orders AS o ON o.seller = e.seller AND o.id = e.order_id"
    " WHERE e.seller = ? AND e.sequence > ? AND e.sequence <= ?",
    f"AND (e.order_id = {NO_ORDER} OR",
)
"""The same with what happened to no order, which no customer sees."""

LAST = (
    "SELECT coalesce((SELECT next FROM sequences WHERE seller = ? AND thing = ?), 1) - 1,"
    " coalesce((SELECT next FROM sequences WHERE seller = ? AND thing = ?), 1) - 1"
)
"""The last number that an event of a seller has, and the last one that the feed has no more."""

FIRST_SINCE = (
    "SELECT min(sequence) FROM order_events WHERE seller = ? AND sequence > ? AND sequence <= ?"
    " AND at >= ?"
)
"""The first event between two numbers that is not from before a moment."""

THIN = (
    "INSERT INTO sequences AS s (seller, thing, next) VALUES (?, ?, ?)"
    " ON CONFLICT (seller, thing) DO UPDATE SET next = excluded.next WHERE s.next < excluded.next"
)
"""Have the feed of a seller begin with a number, unless it begins later by now."""


BEGINNING = (
    "SELECT coalesce((SELECT sequence FROM order_events WHERE seller = ? AND sequence > ?"
    " ORDER BY sequence LIMIT 1), ? + 1)"
)
"""The first number that an event has behind one, else the one behind the last: a copy of a book skips many."""


def last_of(seller: int) -> Sql:
    """Ask for the last number of a seller's events, and the last one that the feed has no more."""
    return Sql(LAST, (seller, EVENT, seller, THINNED))


def feed_sql(scope: Scope, after: int, until: int, limit: int) -> Sql:
    """Say the events in scope between two numbers, the last of which is among them."""
    seen = scoped(scope)
    beginning, end = (FEED, "") if scope.customer is not None else (_FEED_OF_ALL, ")")
    text = fragment(beginning, seen.text, end, "ORDER BY e.sequence LIMIT ?")
    return Sql(text, (scope.seller, after, until, *seen.params, limit))


def feed_of(
    rows: Sequence[Sequence[Any]], limit: int, until: int, floor: int, *, more: bool
) -> Feed:
    """Make a feed of so many rows at most, looked for up to a number behind which there are more."""
    events = tuple([event_of(row) for row in rows])
    after = events[-1].sequence if len(events) == limit else until
    return Feed(events, after, more=more or after < until, floor=floor)


def thinned(floor: int, beginning: int, last: int, most: int, kept: int | None) -> Thinned:
    """Say how far a feed is thinned out, of which one of the ``most`` from its ``beginning`` on is ``kept``."""
    until = min(beginning - 1 + most, last)
    reached = max(until if kept is None else kept - 1, floor)
    return Thinned(reached, last, more=kept is None and reached < last)


def event_of(row: Sequence[Any]) -> Event:
    """Make an event of its columns, as they are asked for."""
    order, version, what, at, who, other, details, sequence, why, exchange = row
    return Event(
        order=order,
        version=version,
        what=what,
        at=instant(at),
        who=who,
        other=other,
        details=_decode(details) if details else {},
        sequence=sequence or 0,
        why=why,
        exchange=exchange,
    )


def event_row(event: Event) -> tuple[Any, ...]:
    """Give the columns of an event behind its seller, but for its number, as ``WRITTEN`` has them."""
    return (
        event.order,
        event.version,
        microseconds(event.at),
        event.what,
        event.who,
        event.other,
        _encode(event.details).decode() if event.details else None,
        event.why,
        event.exchange,
    )
