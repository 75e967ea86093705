"""Spreading a book over the machines of a cluster."""

from __future__ import annotations

from orderglot.core.errors import Invalid
from orderglot.hub.books import in_postgres
from orderglot.stores.database_url import shown


async def distribute(url: str, *, dry: bool) -> tuple[str, ...]:
    """Spread the book in PostgreSQL over its Citus cluster; gives the statements that do it.

    Raises Invalid where the book is elsewhere, Unsupported where there is no cluster.
    """
    if not in_postgres(url):
        raise Invalid(
            message=f"{shown(url)} is no PostgreSQL; copy it there with 'orderglot database copy'."
        )
    from orderglot.stores.postgres import distributing

    return await distributing.distribute(url, dry=dry)
