"""Batches: a statement that changes many rows of a table, so many at a time along its key.

Each batch is of one seller, and is written down beside where it ended, so that a later one goes on there.
"""

from __future__ import annotations

from typing import Any

import asyncpg
import msgspec
from msgspec import Struct

from orderglot.stores.postgres.catalogue import SELLER
from orderglot.stores.postgres.script import Statement
from orderglot.stores.sql.grammar import fragment

SIZE = 1_000
"""So many rows are looked at in one transaction."""


class Batch(Struct, frozen=True):
    """What was done so far: rows of how many, and what was reached, "" at the end."""

    reached: str
    row: int
    rows: int


class _Reached(Struct, array_like=True):
    """The last key of a batch, at which of how many rows."""

    row: int
    rows: int
    seller: int | None = None
    behind: tuple[Any, ...] = ()


async def change(connection: asyncpg.Connection, one: Statement, reached: str) -> Batch:
    """Do a batched statement for the rows behind those that were reached."""
    at = await _place(connection, one, reached)
    if at is None:
        return Batch("", 0, 0)
    key = tuple(name for name in one.key if name != SELLER)
    last = await _last(connection, one.table, key, at)
    bounds, params = _within(key, at, last)
    row = at.row + await connection.fetchval(
        fragment("SELECT count(*) FROM", one.table, "WHERE", bounds), *params
    )
    await connection.execute(one.within(bounds), *params)
    if last:
        at = _Reached(row, at.rows, at.seller, last)
    elif at.seller is None or (seller := await _seller_behind(connection, at.seller)) is None:
        return Batch("", row, at.rows)
    else:
        at = _Reached(row, at.rows, seller)
    return Batch(msgspec.json.encode(at).decode(), row, at.rows)


async def _place(connection: asyncpg.Connection, one: Statement, reached: str) -> _Reached | None:
    """Give where to go on, None where there is nothing at all."""
    if reached:
        return msgspec.json.decode(reached, type=_Reached)
    # To count them all may take longer than to change some of them.
    await connection.execute("SET LOCAL statement_timeout = 0")
    rows = await connection.fetchval(fragment("SELECT count(*) FROM", one.table))
    if SELLER not in one.key:
        return _Reached(0, rows)
    seller = await _seller_behind(connection, None)
    return None if seller is None else _Reached(0, rows, seller)


async def _seller_behind(connection: asyncpg.Connection, seller: int | None) -> int | None:
    found: int | None = await connection.fetchval(
        "SELECT min(id) FROM sellers WHERE $1::bigint IS NULL OR id > $1::bigint", seller
    )
    return found


async def _last(
    connection: asyncpg.Connection, table: str, key: tuple[str, ...], at: _Reached
) -> tuple[Any, ...]:
    """Give the last key of a batch, nothing where it goes to the end of its seller's rows."""
    bounds, params = _within(key, at, ())
    names = ", ".join(key)
    only = f"WHERE {bounds} ORDER BY {names} LIMIT 1 OFFSET {SIZE - 1}"
    found = await connection.fetchrow(fragment("SELECT", names, "FROM", table, only), *params)
    return tuple(found) if found else ()


def _within(key: tuple[str, ...], at: _Reached, last: tuple[Any, ...]) -> tuple[str, list[Any]]:
    """State that a row is of a batch: behind the one before, and up to its last."""
    params, parts = list[Any](), list[str]()
    names = ", ".join(key)
    if at.seller is not None:
        params.append(at.seller)
        parts.append(f"{SELLER} = $1")
    for sign, values in ((">", at.behind), ("<=", last)):
        if values:
            places = range(len(params) + 1, len(params) + len(values) + 1)
            parts.append(f"({names}) {sign} ({', '.join(f'${place}' for place in places)})")
            params += values
    return " AND ".join(parts) or "TRUE", params
