"""Where an order book is: its store, or all its rows, opened by URL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from orderglot import stores
from orderglot.core.errors import Invalid
from orderglot.stores.database_url import shown

if TYPE_CHECKING:
    from orderglot.stores.rows import Rows
    from orderglot.stores.store import BookStore


def open_store(
    url: str, *, create: bool = False, replica: str = "", reads: bool = False
) -> BookStore:
    """Open the store at a URL, brought up to date; the caller closes it.

    ``replica`` is the URL of a copy of a PostgreSQL database that lists may come from. With
    ``reads`` it is not brought up to date, and a file that may only be read will do. Raises
    NotFound where there is no book and ``create`` does not allow to make one, Invalid where
    something else is there: PostgreSQL does so when it is first asked something.
    """
    if not in_postgres(url):
        file_of(url)
        if replica:
            raise Invalid(message="A file has no replica; leave --read-database out.")
    return stores.open_store(url, replica=replica, create=create, reads=reads)


async def open_rows(url: str, *, copy_of: str = "") -> Rows:
    """Open all rows of the book at a URL, which may be an unfinished copy; the caller closes it.

    Where something is to be copied into it, its tables are made; else nothing is written to it. Raises
    as ``open_store`` does, and Upstream where the database cannot be used.
    """
    if in_postgres(url):
        from orderglot.stores.postgres.rows import PostgresRows

        return await PostgresRows.open(url, copy_of=copy_of)
    from orderglot.stores.sqlite.rows import SqliteRows

    return SqliteRows(file_of(url), copy_of=copy_of)


def in_postgres(url: str) -> bool:
    """Tell whether a URL is that of a PostgreSQL database."""
    return url.partition("://")[0] in stores.POSTGRES


def file_of(url: str) -> Path:
    """Give the file of a book; raises Invalid where a URL names none."""
    scheme, _, name = url.partition(":///")
    if scheme != "sqlite" or not name:
        reason = (
            f"{shown(url)!r} is not where an order book can be; "
            "write sqlite:///FILE or postgresql://USER@HOST/DATABASE."
        )
        raise Invalid(message=reason)
    return Path(name)


def lax_files(url: str) -> dict[Path, int]:
    """Give those files of the book at a URL that others than its owner may use, with their rights."""
    if in_postgres(url):
        return {}
    from orderglot.journal.sqlite import beside
    from orderglot.stores.sqlite import file

    book = file_of(url)
    return file.lax_files(book) | file.lax_files(beside(book))
