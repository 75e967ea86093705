"""Everything that a store or journal keeps: every byte of a file, every value of every row, and blocks unpacked."""

from __future__ import annotations

import asyncio
import sqlite3
from base64 import b64decode
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from orderglot.journal.compression import decompressed

ZSTD = b"\x28\xb5\x2f\xfd"
"""What a compressed block begins with."""


def everything(path: Path) -> bytes:
    """Give all that is in the file, as it stands there and unpacked."""
    siblings = [path.with_name(path.name + ending) for ending in ("", "-wal", "-shm")]
    raw = b"\n".join(one.read_bytes() for one in siblings if one.exists())
    return raw + b"\n".join(_values(path))


def everything_in(url: str) -> bytes:
    """Give every value of every row of every table of a PostgreSQL database, the journal's too."""
    return b"\n".join(asyncio.run(_rows(url)))


def _values(path: Path) -> Iterator[bytes]:
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            for row in connection.execute(f"SELECT * FROM {table}"):
                yield from _unpacked(row)


async def _rows(url: str) -> list[bytes]:
    connection = await asyncpg.connect(url)
    tables = await connection.fetch(
        "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p')"
        " AND relnamespace = current_schema()::regnamespace"
    )
    found = list[bytes]()
    for (table,) in tables:
        for row in await connection.fetch(f'SELECT * FROM "{table}"'):
            found += _unpacked(row.values())
    await connection.close()
    return found


def _unpacked(row: Iterable[Any]) -> Iterator[bytes]:
    for value in row:
        raw = value if isinstance(value, bytes) else str(value).encode()
        yield decompressed(raw) if raw.startswith(ZSTD) else raw
        yield from _coded(raw)


def _coded(raw: bytes) -> Iterator[bytes]:
    """Give what is written in base64 within a document."""
    if raw[:1] not in b"{[":
        return
    try:
        texts = [msgspec.json.decode(raw)]
    except msgspec.DecodeError:
        return
    while texts:
        one = texts.pop()
        if isinstance(one, dict | list):
            texts += [*one.values()] if isinstance(one, dict) else one
        elif isinstance(one, str):
            try:
                yield b64decode(one, validate=True)
            except ValueError:
                continue
