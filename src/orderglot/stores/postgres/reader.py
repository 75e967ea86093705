"""The reader: what is looked up by key, in one round trip for all who look by the same statement."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from orderglot.stores.postgres.batching import Batching
from orderglot.stores.postgres.pool import ANY, Params, Place, Pool

T = TypeVar("T")

Read = Callable[[Any], Any]
"""Makes a thing of what a row has of it."""

_Kind = tuple[str, Read, Place]
"""What goes together: a statement, what is read out of it, and the place on a cluster that it is for."""


class Reader:
    """Reads things that are few, from a pool.

    Nobody reads what is older than a commit that was waited for: a read goes with a statement
    that is yet to be sent.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._gathering: Batching[_Kind, Params, Any] = Batching(self._ask)
        # Each part of the tables has a statement of its own, for which there is less to go together.
        self._of_parts: Batching[_Kind, Params, Any] = Batching(self._ask, 1, _but_for_place)

    def read(
        self, read: Callable[[Any], T], text: str, params: Params = (), at: Place = ANY
    ) -> Awaitable[tuple[T, ...]]:
        """Give what is read out of the rows of a statement, which have one column."""
        gathering = self._gathering if at.straight is None else self._of_parts
        return gathering.one((text, read, at), params)

    async def _ask(self, kind: _Kind, several: Sequence[Params]) -> list[Any]:
        text, read, at = kind
        different = tuple(dict.fromkeys(several))
        if len(different) == 1:
            rows = await self._pool.read(text, different[0], at)
            return [tuple([read(one) for (one,) in rows])] * len(several)
        rows = await self._pool.read_each(_as_one_row(text), different, at)
        found = {
            params: tuple([read(one) for one in column])
            for params, (column,) in zip(different, rows, strict=True)
        }
        return [found[params] for params in several]


def _but_for_place(kind: _Kind) -> tuple[str, Read]:
    return kind[:2]


@lru_cache(maxsize=256)
def _as_one_row(text: str) -> str:
    """Say the rows of a statement as one, so that those of one reader are distinguished from another's."""
    # As texts: of a list of JSON the driver knows only what it asks each connection for, on a cluster for seconds.
    return f"SELECT ARRAY({text})::text[]"
