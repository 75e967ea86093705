"""Beginnings: where the numbers of a new seller begin, so that none is handed out again after a book went back.

A seller of this name may have had them before. Whoever skips numbers does so for all sellers who are there, and for
those who are yet to come by a note of the hub's; and when a seller goes its skipped numbers go into that note.
"""

from __future__ import annotations

import asyncpg

from orderglot.stores.backend import BEGINNINGS
from orderglot.stores.marks import BEGINS, SKIPPED, behind
from orderglot.stores.sql.grammar import fragment

_OLDEST = "SELECT min(id) FROM sellers"
_NEXT = "SELECT thing, next FROM sequences WHERE seller = $1"
_HELD = f"{_NEXT} ORDER BY thing FOR UPDATE"
_NOTED = (
    "SELECT name, encode(document, 'escape')::bigint FROM hub_notes WHERE seller = 0 AND kind = $1"
)
_NOTE = (
    "INSERT INTO hub_notes AS n (seller, kind, name, version, document)"
    " VALUES (0, $1::text, $2::text, 1, decode($3::bigint::text, 'escape'))"
    " ON CONFLICT (seller, kind, name) DO UPDATE SET version = n.version + 1, document = excluded.document"
    " WHERE encode(n.document, 'escape')::bigint < encode(excluded.document, 'escape')::bigint"
)
_BEGIN = "INSERT INTO sequences (seller, thing, next) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
# A cluster does not know of which kinds the parameters of such a statement are.
_SKIP = fragment(
    "INSERT INTO sequences AS s (seller, thing, next)",
    "SELECT id, thing, beginning +",
    f"{SKIPPED} FROM sellers CROSS JOIN (VALUES",
    ", ".join(f"('{thing}', {first}::bigint)" for thing, first in BEGINNINGS.items()),
    f") AS b (thing, beginning) ON CONFLICT (seller, thing) DO UPDATE SET next = s.next + {SKIPPED}",
)


async def begin(connection: asyncpg.Connection, seller: int) -> None:
    """Begin the numbers of a new seller behind those that others have skipped, or had skipped before they went.

    Whoever skips does so for all sellers who are there, so the oldest one tells; to ask all of them would ask
    every machine of a cluster. The notes are read last: one who goes meanwhile has left them there.
    """
    oldest = await connection.fetchval(_OLDEST)
    reached = await _numbers(connection, _NEXT, oldest)
    noted = await _numbers(connection, _NOTED, BEGINS)
    for thing, first in BEGINNINGS.items():
        begins = max(behind(first, reached.get(thing, first)), noted.get(thing, first))
        if begins > first:
            await connection.execute(_BEGIN, seller, thing, begins)


async def skip(connection: asyncpg.Connection) -> None:
    """Hand out no number that may have been handed out elsewhere since the copy was made."""
    noted = await _numbers(connection, _NOTED, BEGINS)
    await connection.execute(_SKIP)
    for thing, first in BEGINNINGS.items():
        await connection.execute(_NOTE, BEGINS, thing, noted.get(thing, first) + SKIPPED)


async def leave(connection: asyncpg.Connection, seller: int) -> None:
    """Keep what a seller who goes has skipped: it may be the last one."""
    for thing, reached in (await _numbers(connection, _HELD, seller)).items():
        if (begins := behind(BEGINNINGS[thing], reached)) > BEGINNINGS[thing]:
            await connection.execute(_NOTE, BEGINS, thing, begins)


async def _numbers(
    connection: asyncpg.Connection, text: str, of: int | str | None
) -> dict[str, int]:
    return {str(thing): int(number) for thing, number in await connection.fetch(text, of)}
