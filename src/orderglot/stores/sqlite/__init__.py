"""The SQLite store: one file, durable at every answer, as many processes as there need be."""

from __future__ import annotations

from pathlib import Path

from orderglot.stores.reads import Clock, utc_now
from orderglot.stores.sqlite.backend import SqliteBackend
from orderglot.stores.store import BookStore


class SqliteStore(BookStore):
    """A store in a file, which is made where it is not there yet and ``create`` allows it.

    Raises as ``sqlite.opening.prepare`` does.
    """

    def __init__(
        self, path: Path, clock: Clock = utc_now, *, create: bool = True, reads: bool = False
    ) -> None:
        super().__init__(SqliteBackend(path, create=create, reads=reads), clock)
