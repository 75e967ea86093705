"""Erasing in a file: rows looked through and written anew, and a file in which nothing is left of before."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from orderglot.core.errors import Upstream
from orderglot.stores.sqlite.connection import connect, translating_errors
from orderglot.stores.sweeping import Rewritten, Swept, values_of, writing

PATIENCE = 60
"""So many seconds at most others are waited for, who write to the file or read an old state of it."""


class Rewrite(NamedTuple):
    """Which rows of which table are written anew."""

    seller: int
    table: Swept
    rows: list[Rewritten]


def rewrite(connection: sqlite3.Connection, asked: list[Rewrite]) -> list[None]:
    """Write rows anew."""
    for seller, table, rows in asked:
        connection.executemany(writing(table, "IS"), values_of(seller, rows))
    return [None] * len(asked)


def compact(path: Path) -> None:
    """Write a book anew, and empty its log: what was struck out or changed is in no byte of it any more.

    Raises Upstream where others write to it, or read an old state of it, for too long.
    """
    with translating_errors(path), closing(connect(path, reads=False)) as connection:
        connection.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
        connection.execute("VACUUM")
        (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise Upstream(
            f"Others are using {path} all the time, so what was there before cannot be wiped out; "
            "the same command goes on from here."
        )
