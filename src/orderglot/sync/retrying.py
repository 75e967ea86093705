"""Optimistic retry: a unit of work begun anew where somebody else has written first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from orderglot.core.errors import Conflict
from orderglot.core.ports import Book, UnitOfWork
from orderglot.stores.backend import Raced

T = TypeVar("T")

MOST = 8
"""So often somebody else may be faster."""


async def _go_on() -> None:
    """State that nothing speaks against another attempt."""


async def written(
    book: Book,
    write: Callable[[UnitOfWork], Awaitable[T]],
    look_again: Callable[[], Awaitable[None]] = _go_on,
) -> T:
    """Write in a unit, and in a new one where somebody else was faster.

    ``look_again`` may raise before that. Raises Conflict where it is not a matter of time.
    """
    for attempt in range(1, MOST + 1):
        try:
            async with book.together() as unit:
                return await write(unit)
        except Conflict as error:
            if attempt == MOST or not isinstance(error.__cause__, Raced):
                raise
            await look_again()
    raise AssertionError("the last attempt returns or raises")
