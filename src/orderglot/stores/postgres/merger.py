"""The merger: after one commit of orders in some, the deltas of its seller go into the counts."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable

from orderglot.core.errors import HubError
from orderglot.stores.postgres import counts
from orderglot.stores.postgres.connection import FAILURES, in_words
from orderglot.stores.postgres.pool import Place, Pool

SELDOM = 25
"""Deltas are merged after one commit in so many, by chance."""

log = logging.getLogger("orderglot.stores")


class Merger:
    """Merges beside whatever else an event loop does; nobody waits for it."""

    def __init__(self, pool: Pool, machine: Callable[[int], Place]) -> None:
        self._pool = pool
        self._machine = machine
        self._running: dict[int, asyncio.Task[None]] = {}

    def after_commit(self, seller: int) -> None:
        """Merge the deltas of a seller, if it is time and this program is not at it already."""
        if seller in self._running or random.random() * SELDOM >= 1:
            return
        task = self._running[seller] = asyncio.create_task(self._merge(seller))
        task.add_done_callback(lambda _: self._running.pop(seller))

    async def merge(self, seller: int) -> int:
        """Merge some deltas of a seller, and give how many; raises what the driver raises."""
        async with self._pool.lent(self._machine(seller)) as connection:
            return await counts.merge(connection, seller)

    async def close(self) -> None:
        """Wait for what is being merged."""
        await asyncio.gather(*self._running.values())

    async def _merge(self, seller: int) -> None:
        """Merge what there is; where that fails it is left to a later merger, and no sum is wrong."""
        try:
            await self.merge(seller)
        except (HubError, *FAILURES) as error:
            reason = error if isinstance(error, HubError) else in_words(error, self._pool.url)
            log.info("counts of orders were not merged", extra={"reason": str(reason)})
