"""Bringing a book to this version: in PostgreSQL while others read and write, in a file alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from orderglot.hub.books import file_of, in_postgres

if TYPE_CHECKING:
    from orderglot.stores.migrations import Migration, Planned
    from orderglot.stores.postgres.migrating import OnProgress
    from orderglot.stores.postgres.migration import OnWait


async def migrate(url: str, on_progress: OnProgress, on_wait: OnWait) -> tuple[Planned, ...]:
    """Bring the book to this version; gives the statements that did it, or were done already.

    Raises Conflict where a book in a file is open in another program.
    """
    if in_postgres(url):
        from orderglot.stores.postgres import migration

        return await migration.migrate(url, on_progress, on_wait)
    from orderglot.stores.sqlite import opening

    return _of_file(opening.prepare(file_of(url), create=False).steps)


async def plan(url: str) -> tuple[Planned, ...]:
    """Give the statements that would bring the book to this version. Raises as ``migrate``."""
    if in_postgres(url):
        from orderglot.stores.postgres import migration

        return await migration.plan(url)
    from orderglot.stores.sqlite import opening

    return _of_file(opening.pending_steps(file_of(url)))


def _of_file(steps: Sequence[Migration]) -> tuple[Planned, ...]:
    from orderglot.stores.migrations import Planned
    from orderglot.stores.sqlite.opening import statements

    return tuple(
        Planned(step.name, "alone", text.strip().removesuffix(";"))
        for step in steps
        for text in statements(step.script)
    )
