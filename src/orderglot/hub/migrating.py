"""Bringing a book in PostgreSQL to this version while others read and write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderglot.core.errors import Unsupported
from orderglot.hub.books import in_postgres
from orderglot.stores.database_url import shown

if TYPE_CHECKING:
    from orderglot.stores.postgres.migrating import OnProgress
    from orderglot.stores.postgres.migration import OnWait, Planned


async def migrate(url: str, on_progress: OnProgress, on_wait: OnWait) -> tuple[Planned, ...]:
    """Bring the book to this version; gives the statements that did it, or were done already.

    Raises Unsupported where the book is in a file, which whatever opens it migrates.
    """
    _demand_postgres(url)
    from orderglot.stores.postgres import migration

    return await migration.migrate(url, on_progress, on_wait)


async def plan(url: str) -> tuple[Planned, ...]:
    """Give the statements that would bring the book to this version. Raises as ``migrate``."""
    _demand_postgres(url)
    from orderglot.stores.postgres import migration

    return await migration.plan(url)


def _demand_postgres(url: str) -> None:
    if not in_postgres(url):
        raise Unsupported(
            f"{shown(url)} is no PostgreSQL; whatever opens a file brings it to this version."
        )
