"""The catalogue: what a PostgreSQL database says of the tables of the book in it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import asyncpg
from msgspec import Struct

SELLER = "seller"

BESIDE = {
    "migrations": "which steps the tables have come to",
    "unfinished_migrations": "how far a step has come",
    "processes": "which programs have the book open, each of which serves every seller",
}
"""The tables that are no part of the book, and what they say of how it is kept; nor are the journal's."""

_TABLES = """
SELECT c.relname,
    ARRAY(
        SELECT a.attname::text FROM pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
    ),
    ARRAY(
        SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
    ),
    ARRAY(
        SELECT t.relname::text FROM pg_constraint AS f JOIN pg_class AS t ON t.oid = f.confrelid
        WHERE f.contype = 'f' AND f.conrelid = c.oid AND f.confrelid <> c.oid
    )
FROM pg_class AS c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
AND c.relname <> ALL ($1) AND NOT starts_with(c.relname, 'journal_') AND NOT EXISTS (
    SELECT 1 FROM pg_depend AS d
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
)
ORDER BY c.relname
"""
_UNIQUE = """
SELECT c.relname, i.indisprimary, ARRAY(
    SELECT a.attname::text FROM unnest(i.indkey[0:i.indnkeyatts - 1]) WITH ORDINALITY AS k (number, place)
    JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.number ORDER BY k.place
)
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid
WHERE c.relnamespace = current_schema()::regnamespace AND i.indisunique
"""


class Described(Struct, frozen=True):
    """A table: its columns and their types, its unique keys, the first its own, and its parents."""

    name: str
    types: dict[str, str]
    keys: tuple[tuple[str, ...], ...]
    points: frozenset[str]


async def described(connection: asyncpg.Connection) -> tuple[Described, ...]:
    """Read every table of the book, by name."""
    unique = await connection.fetch(_UNIQUE)
    return tuple(
        Described(name, dict(zip(columns, types, strict=True)), _keys(name, unique), frozenset(to))
        for name, columns, types, to in await connection.fetch(_TABLES, tuple(BESIDE))
    )


def _keys(table: str, unique: Collection[Any]) -> tuple[tuple[str, ...], ...]:
    mine = [(primary, tuple(columns)) for name, primary, columns in unique if name == table]
    return tuple(columns for _, columns in sorted(mine, key=lambda one: not one[0]))
