"""Where an order book is: its store, or all its rows, opened by URL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from orderglot import stores
from orderglot.core.errors import Invalid, NotFound
from orderglot.stores.database_url import shown

if TYPE_CHECKING:
    from orderglot.stores.rows import Rows
    from orderglot.stores.store import BookStore


def open_store(
    url: str, *, create: bool = False, replica: str = "", reads: bool = False
) -> BookStore:
    """Open the store at a URL, brought up to date; the caller closes it.

    ``replica`` is the URL of a copy of a PostgreSQL database that lists may come from. With
    ``reads`` nothing will be written, so that a file that may only be read will do. Raises
    NotFound where there is no book and ``create`` does not allow to make one, Invalid where
    something else is there: PostgreSQL does so when it is first asked something.
    """
    if not in_postgres(url):
        _file(url, create=create)
        if replica:
            raise Invalid(message="A file has no replica; leave --read-database out.")
    return stores.open_store(url, replica=replica, create=create, reads=reads)


async def open_rows(url: str, *, create: bool = False) -> Rows:
    """Open all rows of the book at a URL, which may be an unfinished copy; the caller closes it.

    Raises as ``open_store`` does, and Upstream where the database cannot be used.
    """
    if in_postgres(url):
        from orderglot.stores.postgres.rows import PostgresRows

        return await PostgresRows.open(url, create=create)
    from orderglot.stores.sqlite.rows import SqliteRows

    return SqliteRows(_file(url, create=create))


def in_postgres(url: str) -> bool:
    """Tell whether a URL is that of a PostgreSQL database."""
    return url.partition("://")[0] in stores.POSTGRES


def _file(url: str, *, create: bool) -> Path:
    scheme, _, name = url.partition(":///")
    if scheme != "sqlite" or not name:
        reason = (
            f"{shown(url)!r} is not where an order book can be; "
            "write sqlite:///FILE or postgresql://USER@HOST/DATABASE."
        )
        raise Invalid(message=reason)
    path = Path(name)
    if not create and not path.exists():
        raise NotFound(f"There is no order book {path}; 'orderglot seller add NAME' makes one.")
    return path


def lax_files(url: str) -> dict[Path, int]:
    """Give those files of the book at a URL that others than its owner may use, with their rights."""
    if in_postgres(url):
        return {}
    from orderglot.journal.sqlite import beside
    from orderglot.stores.sqlite import file

    book = _file(url, create=True)
    return file.lax_files(book) | file.lax_files(beside(book))
