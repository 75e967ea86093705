"""The machines of a cluster: which of them has the rows of a seller.

Where one of them hangs, whoever asks for its sellers must not take every connection from the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

import asyncpg

from orderglot.core.errors import HubError
from orderglot.stores.postgres.connection import FAILURES
from orderglot.stores.postgres.pool import ANY, Pool

LOOKED = 20.0
"""So many seconds lie between two looks at which machine has whose rows."""

# The driver looks up in the catalogue what lists there are, each connection for itself. Citus hides parts of
# tables there, in a way by which that takes seconds.
_SEES_ALL = "SET citus.override_table_visibility = off"
_IS_CLUSTER = "SELECT to_regclass('pg_dist_placement') IS NOT NULL"
_WHERE = """
SELECT s.id, p.groupid FROM sellers AS s JOIN pg_dist_placement AS p
ON p.shardid = get_shard_id_for_distribution_column('orders', s.id)
WHERE EXISTS (
    SELECT 1 FROM pg_dist_partition AS t
    WHERE t.logicalrelid = 'orders'::regclass AND t.partmethod = 'h'
)
"""


class Machines:
    """Knows by the number of a seller which machine has their rows, as long as the book is open."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._of: Mapping[int, int] = {}
        self._looking: asyncio.Task[None] | None = None

    def of(self, seller: int) -> int:
        """Give the number of the machine that has a seller's rows, ANY where that makes no difference."""
        return self._of.get(seller, ANY)

    async def open(self, connection: asyncpg.Connection) -> None:
        """Look where everybody is, and again from then on, where the server is one of a cluster."""
        if await connection.fetchval(_IS_CLUSTER):
            self._pool.setting = _SEES_ALL
            await self._look(connection)
            self._looking = self._looking or asyncio.create_task(self._look_again())

    def close(self) -> None:
        """Look no more."""
        if self._looking is not None:
            self._looking.cancel()

    async def _look_again(self) -> None:
        while True:
            await asyncio.sleep(LOOKED)
            with suppress(HubError, *FAILURES):
                async with self._pool.lent() as connection:
                    await self._look(connection)

    async def _look(self, connection: asyncpg.Connection) -> None:
        # The numbers of machines begin with the coordinator's, 0.
        found = {seller: group + 1 for seller, group in await connection.fetch(_WHERE)}
        self._of = found if len(set(found.values())) > 1 else {}
