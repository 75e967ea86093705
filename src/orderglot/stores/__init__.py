"""Where orders are kept: in memory, in a SQLite file, or in a PostgreSQL database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from orderglot.core.errors import Invalid
from orderglot.stores.database_url import shown
from orderglot.stores.reads import Clock, utc_now

if TYPE_CHECKING:
    from orderglot.stores.store import BookStore

KINDS = (
    "sqlite:///orders.db, sqlite:////var/lib/orders.db, postgresql://user@host/database or memory:"
)
POSTGRES = ("postgresql", "postgres")
"""How the URL of a PostgreSQL database begins."""


def open_store(
    url: str, clock: Clock = utc_now, *, replica: str = "", create: bool = True, reads: bool = False
) -> BookStore:
    """Open the store that a URL or the bare path of a SQLite file names.

    ``sqlite:///`` goes before a path: three slashes and one that is relative, or four in all where
    it is absolute. With ``reads`` no book is brought to this version, and a file that may only be read will
    do. Raises Invalid where there is no such store, Upstream where it cannot be used.
    """
    # The driver of one kind of store is not imported for a book in another.
    scheme, colon, rest = url.partition(":")
    if colon and scheme == "memory":
        from orderglot.stores.memory import MemoryStore

        return MemoryStore(clock)
    if colon and scheme == "sqlite":
        if not rest.startswith("///") or len(rest) < 4:
            raise Invalid(message=f"{url!r} names no file; write it like {KINDS}.")
        return _in_file(rest.removeprefix("///"), clock, create, reads)
    if colon and scheme in POSTGRES:
        from orderglot.stores.postgres import PostgresStore

        return PostgresStore(url, clock, replica=replica, create=create, reads=reads)
    if "://" in url or not url or url.endswith(":"):
        raise Invalid(message=f"{shown(url)!r} names no store; write {KINDS}.")
    return _in_file(url, clock, create, reads)


def _in_file(path: str, clock: Clock, create: bool, reads: bool) -> BookStore:
    from orderglot.stores.sqlite import SqliteStore

    return SqliteStore(Path(path), clock, create=create, reads=reads)
