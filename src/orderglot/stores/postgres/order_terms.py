"""Terms of orders: made anew of all orders of a copy, and compared with what they have to be."""

from __future__ import annotations

import asyncpg

from orderglot.stores.sql.grammar import fragment
from orderglot.stores.sql.terms import LONGEST, PARCEL, SKU, TABLE, TRACKING

_COLUMNS = "seller, term, created, order_id"
_EACH = fragment(
    f"SELECT '{SKU}' AS field, v #>> '{{}}' AS value",
    "FROM jsonb_path_query(o.document, '$.lines[*].sku') AS v UNION ALL",
    f"SELECT '{PARCEL}', v #>> '{{}}'",
    "FROM jsonb_path_query(o.document, '$.details.shipments[*].tracking') AS v UNION ALL",
    f"SELECT '{TRACKING}', o.document #>> '{{shipping,tracking}}'",
)
# Each for one seller: so a cluster asks the one machine on which all of it is.
_FOUND = fragment(
    "SELECT DISTINCT o.seller, (t.field || ' ' || t.value) COLLATE \"C\" AS term, o.created,",
    f"o.id AS order_id FROM orders AS o, LATERAL ({_EACH}) AS t",
    f"WHERE o.seller = $1 AND length(t.value) BETWEEN 1 AND {LONGEST}",
)
_MADE = fragment("INSERT INTO", f"{TABLE} ({_COLUMNS})", _FOUND)
_KEPT = fragment("SELECT", _COLUMNS, "FROM", TABLE, "WHERE seller = $1")
_ASTRAY = fragment(
    f"WITH found AS ({_FOUND}), kept AS ({_KEPT})",
    "SELECT EXISTS (SELECT * FROM kept EXCEPT SELECT * FROM found)",
    "OR EXISTS (SELECT * FROM found EXCEPT SELECT * FROM kept)",
)
_SELLERS = "SELECT id FROM sellers ORDER BY id"

LONGEST_TIME = 3600.0
"""So many seconds it may take to go through all orders of a seller."""


async def remake(connection: asyncpg.Connection) -> None:
    """Make the terms of all orders anew, which nobody else writes to meanwhile."""
    for (seller,) in await connection.fetch(_SELLERS):
        async with connection.transaction():
            await connection.execute("SET LOCAL statement_timeout = 0")
            gone = fragment("DELETE FROM", TABLE, "WHERE seller = $1")
            await connection.execute(gone, seller, timeout=LONGEST_TIME)
            await connection.execute(_MADE, seller, timeout=LONGEST_TIME)


async def astray(connection: asyncpg.Connection) -> list[int]:
    """Give the sellers of whom some orders are not found by what they say."""
    sellers = [id for (id,) in await connection.fetch(_SELLERS)]
    return [id for id in sellers if await connection.fetchval(_ASTRAY, id, timeout=LONGEST_TIME)]
