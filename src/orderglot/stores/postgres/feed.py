"""The feed: events get their numbers once they are committed, from whoever reads the feed.

Transactions that write at once do not end in the order in which they began, so a number that one of
them took for itself could appear behind a later one that somebody has read already. So writers give no
numbers. Readers do, one after the other, to whatever they find committed: what is committed later gets
a later number, and what is never committed none.
"""

from __future__ import annotations

from datetime import datetime

import asyncpg

from orderglot.core.ports import Feed
from orderglot.stores.backend import EVENT, LOOKED, THINNED, Scope, Thinned
from orderglot.stores.postgres.grammar import numbered
from orderglot.stores.postgres.pool import ANY, Place, Pool
from orderglot.stores.sql.events import (
    BEGINNING,
    FIRST_SINCE,
    LAST,
    THIN,
    feed_of,
    feed_sql,
    last_of,
    thinned,
)
from orderglot.stores.sql.grammar import fragment
from orderglot.stores.sql.rows import microseconds

NUMBERED = 1_000
"""So many events at least get numbers at a time, if there are so many."""

LONGEST_IDLE = 5_000
"""For so many milliseconds a reader that has stopped in the middle keeps others from giving numbers."""

# Sorted as their index is, so that it is looked up there, whatever the statistics say.
_STATE = fragment(
    LAST,
    ", (SELECT at FROM order_events WHERE seller = ? AND sequence IS NULL"
    " ORDER BY at, order_id, version, what LIMIT 1) IS NOT NULL",
)
# Where statistics are missing, all that have no number would be collected and sorted for each part.
_SETTINGS = (
    "SET LOCAL idle_in_transaction_session_timeout = {milliseconds};"
    " SET LOCAL enable_bitmapscan = off"
)
_LOCK = numbered(
    "INSERT INTO sequences AS s (seller, thing, next) VALUES (?, ?, 1)"
    " ON CONFLICT (seller, thing) DO UPDATE SET next = s.next RETURNING next"
)
_THIN = numbered(THIN)
# The clock may have gone back between two versions of an order. So an event is never before those
# of the same order's earlier versions: it counts as of the latest time of any of them. Those are looked
# up by their orders: with coalesce the index of all that have no number cannot be taken for it.
_NUMBER = """
WITH oldest AS (
    SELECT order_id, version FROM order_events WHERE seller = $1 AND sequence IS NULL
    ORDER BY at, order_id, version, what LIMIT $4
), taken AS (
    SELECT e.order_id, e.version, e.at, e.what,
        max(e.at) OVER (PARTITION BY e.order_id ORDER BY e.version, e.at, e.what) AS since
    FROM order_events AS e
    JOIN (SELECT order_id, max(version) AS version FROM oldest GROUP BY order_id) AS o
    ON o.order_id = e.order_id AND o.version >= e.version
    WHERE e.seller = $1 AND coalesce(e.sequence, 0) = 0
), sorted AS (
    SELECT order_id, version, at, what,
        row_number() OVER (ORDER BY since, order_id, version, at, what) AS place
    FROM taken
), done AS (
    UPDATE order_events AS e SET sequence = $3 - 1 + s.place FROM sorted AS s
    WHERE e.seller = $1 AND e.order_id = s.order_id AND e.version = s.version AND e.at = s.at
    AND e.what = s.what RETURNING 1
)
UPDATE sequences SET next = next + (SELECT count(*) FROM done)
WHERE seller = $1 AND thing = $2 RETURNING next
"""


async def read_feed(pool: Pool, scope: Scope, after: int, limit: int, at: Place = ANY) -> Feed:
    """Give events in scope by rising sequence, from behind one on, so many at most."""
    seller = scope.seller
    ((last, floor, waiting),) = await pool.read(_STATE, (*last_of(seller).params, seller), at)
    after = max(after, floor)
    # Whoever still reads what has numbers leaves it to others to give them.
    if waiting and last < after + limit:
        before, last = last, await pool.ask(lambda line: _number(line, seller, NUMBERED), at)
        waiting = last - before >= NUMBERED
    if last <= after:
        return Feed((), after, more=waiting, floor=floor)
    until = last
    if last - after > LOOKED:
        ((beginning,),) = await pool.read(BEGINNING, (seller, after, last), at)
        until = min(beginning - 1 + LOOKED, last)
    rows = await pool.read(*feed_sql(scope, after, until, limit), at)
    return feed_of(rows, limit, until, floor, more=waiting or until < last)


async def thin(pool: Pool, seller: int, before: datetime, most: int, at: Place = ANY) -> Thinned:
    """Have a feed begin behind so many more events at most that are from before a moment."""
    ((last, floor),) = await pool.read(*last_of(seller), at)
    ((beginning,),) = await pool.read(BEGINNING, (seller, floor, last), at)
    looked = (seller, floor, beginning - 1 + most, microseconds(before))
    ((kept,),) = await pool.read(FIRST_SINCE, looked, at)
    found = thinned(floor, beginning, last, most, kept)
    begins = (seller, THINNED, found.floor + 1)
    await pool.ask(lambda line: line.execute(_THIN, *begins), at)
    return found


async def _number(connection: asyncpg.Connection, seller: int, most: int) -> int:
    """Give some events their numbers, and return the last one; only others who do so are waited for."""
    async with connection.transaction(isolation="read_committed"):
        await connection.execute(_SETTINGS.format(milliseconds=LONGEST_IDLE))
        # From its next statement on a transaction sees what others had numbered when it was let in.
        first = await connection.fetchval(_LOCK, seller, EVENT)
        after = await connection.fetchval(_NUMBER, seller, EVENT, first, most)
    return int(after) - 1
