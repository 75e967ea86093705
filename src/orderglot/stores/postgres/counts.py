"""Counts: how many orders a seller has of each kind, kept beforehand without any commit waiting.

A commit that writes orders adds what it changes to the deltas, by the statement that writes them.
Who counts adds counts and deltas up in one statement, and so sees the orders of one moment. After
one commit in some the deltas that nobody else is merging go into the counts, in a transaction of
their own: that changes no sum. So the counts are exact whoever is killed when.

They are kept only of the sellers in ``counted_sellers``, because a program from before them writes
orders and no deltas. ``recount`` makes them right at one moment, and says so in the same transaction.
Whose ``hundreds`` of days are summed up in the counts, too, stands there as well, for the same reason.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import asyncpg

from orderglot.stores.migrations import migrations
from orderglot.stores.postgres.count_tables import COUNTED, COUNTS, DELTAS
from orderglot.stores.postgres.statement import Step
from orderglot.stores.sql.count_buckets import HUNDREDS, NONE, NOTHING, WIDTH
from orderglot.stores.sql.grammar import Sql, fragment

EVERYBODY_ELSE = 0
"""Stands among the counted sellers for those who are yet to come."""

MERGED = 2_000
"""So many deltas at most are merged at a time."""

LONGEST = 3600.0
"""So many seconds it may take to count all orders of a seller."""

AGAIN = 0.01
"""After so many seconds counting begins again, where others wrote the counts meanwhile."""

_KEY = ("axis", "bucket", "test", "gone", "kind", "status", "own_status")
_NAMES = ", ".join(_KEY)
_MERGE = "SELECT merge_counts_2($1, $2)"
_NOW = "(extract(epoch FROM now()) * 1000000)::bigint"
_DIGITS = "ltrim(total::text, '-')"
_SIZE = f"length({_DIGITS}) * 100 + left({_DIGITS}, 2)::bigint"
_DAY = "(created + 62135596800000000) / 86400000000"
_TOTAL = (
    f"CASE WHEN total IS NULL THEN {NOTHING} WHEN total < 0 THEN -({_SIZE})"
    f" WHEN total = 0 THEN 0 ELSE {_SIZE} END::bigint"
)


def _counted(axis: str, bucket: str) -> str:
    """Say what the counts along an axis have to be."""
    return fragment(
        f"SELECT seller, '{axis}' AS axis, {bucket} AS bucket, test,",
        "(deleted IS NOT NULL)::int::bigint AS gone, kind, status,",
        f"coalesce(own_status, {NONE})::bigint AS own_status, count(*) AS orders FROM orders",
        "WHERE seller = $1 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8",
    )


_AXES = (_counted("created", _DAY), _counted("total", _TOTAL))
_COUNTED = " UNION ALL ".join(_AXES)
_RECOUNT = (
    *(fragment("DELETE FROM", table, "WHERE seller = $1") for table in (DELTAS, COUNTS, COUNTED)),
    *(fragment("INSERT INTO", f"{COUNTS} (seller, {_NAMES}, orders)", one) for one in _AXES),
    fragment("INSERT INTO", f"{COUNTED} (seller, since) VALUES ($1, {_NOW})"),
)
_PARTS = " UNION ALL ".join(
    fragment(
        f"SELECT seller, {_NAMES}, orders FROM",
        table,
        f"WHERE seller = $1 AND axis <> '{HUNDREDS}'",
    )
    for table in (COUNTS, DELTAS)
)
# Each for one seller: so a cluster asks the one machine on which all of it is.
_MISCOUNTED = fragment(
    f"WITH kept AS (SELECT seller, {_NAMES}, sum(orders)::bigint AS orders FROM",
    f"({_PARTS}) AS p GROUP BY seller, {_NAMES} HAVING sum(orders) <> 0),",
    f"counted AS ({_COUNTED})",
    "SELECT EXISTS (SELECT * FROM kept EXCEPT SELECT * FROM counted)",
    "OR EXISTS (SELECT * FROM counted EXCEPT SELECT * FROM kept)",
)
_OF_HUNDREDS = fragment(
    f"SELECT seller, '{HUNDREDS}' AS axis, bucket / {WIDTH} AS bucket, test, gone, kind, status,",
    f"own_status, sum(orders)::bigint AS orders FROM {COUNTS}",
    "WHERE seller = $1 AND axis = 'created' AND bucket >= 0 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8",
)
_SUM_UP = (
    fragment("DELETE FROM", COUNTS, f"WHERE seller = $1 AND axis = '{HUNDREDS}'"),
    fragment("INSERT INTO", f"{COUNTS} (seller, {_NAMES}, orders)", _OF_HUNDREDS),
    fragment("UPDATE", COUNTED, "SET hundreds = 1 WHERE seller = $1"),
)
_ODD_HUNDREDS = fragment(
    "WITH kept AS (SELECT seller,",
    _NAMES,
    ", orders FROM",
    COUNTS,
    f"WHERE seller = $1 AND axis = '{HUNDREDS}' AND orders <> 0), summed AS (SELECT h.* FROM",
    f"({_OF_HUNDREDS})",
    "AS h WHERE orders <> 0) SELECT EXISTS (SELECT * FROM kept EXCEPT SELECT * FROM summed)",
    "OR EXISTS (SELECT * FROM summed EXCEPT SELECT * FROM kept)",
)
_IN_DAYS_ALONE = fragment(
    "SELECT seller FROM", COUNTED, "WHERE hundreds = 0 ORDER BY seller LIMIT 1"
)
_KEPT = fragment("SELECT seller, hundreds = 1 FROM", COUNTED, "WHERE seller <> $1 ORDER BY seller")
_SELLERS = "SELECT id FROM sellers ORDER BY id"

SUMMED_UP_SINCE = next(one.number for one in migrations("postgres") if "hundreds" in one.name)
"""Programs that know this migration merge hundreds of days as well."""

_ALL_MERGE_THEM = "SELECT coalesce(max(oldest), 0) >= $1 FROM migrations"


def begun(seller: int) -> Step:
    """Keep the counts of a new seller, unless programs may be left that would not."""
    text = fragment(
        "INSERT INTO",
        f"{COUNTED} (seller, since, hundreds) SELECT ?::bigint, {_NOW}, hundreds FROM",
        COUNTED,
        "WHERE seller = ? ON CONFLICT (seller) DO NOTHING",
    )
    return Step(COUNTED, Sql(text, (seller, EVERYBODY_ELSE)))


async def merge(connection: asyncpg.Connection, seller: int) -> int:
    """Merge deltas of a seller into the counts, giving how many; nobody who writes orders waits."""
    return int(await connection.fetchval(_MERGE, seller, MERGED))


async def recount(connection: asyncpg.Connection, seller: int) -> None:
    """Count all orders of a seller anew, and keep the counts from then on; nobody who writes waits.

    All of it is of one moment: of orders that are committed later the deltas stay. Hundreds of days are
    summed up as well, once no program is let in that merges without them. Raises what the driver raises.
    """
    summed_up = await connection.fetchval(_ALL_MERGE_THEM, SUMMED_UP_SINCE)
    while not await _recounted(connection, seller, (*_RECOUNT, *_SUM_UP * summed_up)):
        continue


async def _recounted(
    connection: asyncpg.Connection, seller: int, statements: Iterable[str] = _RECOUNT
) -> bool:
    """Write the counts of a seller anew; gives False, a moment later, where others wrote them."""
    try:
        async with connection.transaction(isolation="repeatable_read"):
            # However long it takes: nobody waits for it.
            await connection.execute("SET LOCAL statement_timeout = 0")
            for statement in statements:
                await connection.execute(statement, seller, timeout=LONGEST)
    except (asyncpg.SerializationError, asyncpg.UniqueViolationError):
        await asyncio.sleep(AGAIN)
        return False
    return True


async def recount_all(connection: asyncpg.Connection) -> None:
    """Count the orders of every seller anew, and keep the counts of those who are yet to come."""
    for seller in (EVERYBODY_ELSE, *(id for (id,) in await connection.fetch(_SELLERS))):
        await recount(connection, seller)


async def miscounted(connection: asyncpg.Connection) -> list[int]:
    """Give the sellers whose counts are kept and are not what counting their orders gives."""
    found = list[int]()
    for seller, hundreds in await connection.fetch(_KEPT, EVERYBODY_ELSE):
        for statement in (_MISCOUNTED, *[_ODD_HUNDREDS] * hundreds):
            if await connection.fetchval(statement, seller, timeout=LONGEST):
                found.append(seller)
                break
    return found


async def uncounted(connection: asyncpg.Connection) -> tuple[int, ...]:
    """Give the sellers whose counts are not kept, with number 0 for those who are yet to come."""
    sellers = await connection.fetch(_SELLERS)
    counted = await connection.fetch(fragment("SELECT seller FROM", COUNTED))
    missing = {EVERYBODY_ELSE, *(id for (id,) in sellers)} - {id for (id,) in counted}
    return tuple(sorted(missing))


async def switch_on(connection: asyncpg.Connection) -> None:
    """Keep the counts of every seller from now on; no program from before them may be left.

    Any number of processes may do so at once.
    """
    while missing := await uncounted(connection):
        await _recounted(connection, missing[0])


async def sum_up(connection: asyncpg.Connection) -> None:
    """Keep the hundreds of days of every seller from now on; no program may be left that merges without them.

    Orders are not looked at, only the counts. Any number of processes may do so at once.
    """
    while (seller := await connection.fetchval(_IN_DAYS_ALONE)) is not None:
        await _recounted(connection, seller, _SUM_UP)
