"""Everything that a journal in a file stores: every value of every row, and the blocks unpacked."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from orderglot.journal.compression import decompressed


def everything(path: Path) -> bytes:
    """Give all that is in the file, as it stands there and unpacked."""
    siblings = [path.with_name(path.name + ending) for ending in ("", "-wal", "-shm")]
    raw = b"\n".join(one.read_bytes() for one in siblings if one.exists())
    return raw + b"\n".join(_values(path))


def _values(path: Path) -> Iterator[bytes]:
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            for row in connection.execute(f"SELECT * FROM {table}"):
                for value in row:
                    yield decompressed(value) if isinstance(value, bytes) else str(value).encode()
