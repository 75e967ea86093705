"""Spreading a book over the machines of a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderglot.core.errors import Invalid
from orderglot.hub.books import in_postgres
from orderglot.stores.database_url import shown

if TYPE_CHECKING:
    from orderglot.stores.postgres.distributing import OnStep


async def distribute(url: str, on_step: OnStep) -> tuple[str, ...]:
    """Spread the book in PostgreSQL over its Citus cluster; gives the statements that did it.

    Raises Invalid where the book is elsewhere, Unsupported where there is no cluster, Conflict where
    it is not ready, Upstream where a statement fails.
    """
    _demand_postgres(url)
    from orderglot.stores.postgres import distributing

    return await distributing.distribute(url, on_step)


async def foreseen(url: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the statements that would spread the book, and what would make them fail.

    Raises Invalid where the book is elsewhere.
    """
    _demand_postgres(url)
    from orderglot.stores.postgres import distributing

    return await distributing.foreseen(url)


async def undoing(url: str) -> tuple[str, ...]:
    """Give the statements that put a book that is spread, wholly or in part, back on the coordinator alone.

    Raises Invalid where the book is elsewhere.
    """
    _demand_postgres(url)
    from orderglot.stores.postgres import distributing

    return await distributing.undoing(url)


def _demand_postgres(url: str) -> None:
    if not in_postgres(url):
        raise Invalid(
            message=f"{shown(url)} is no PostgreSQL; copy it there with 'orderglot database copy'."
        )
