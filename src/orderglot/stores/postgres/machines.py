"""The machines of a cluster: which of them has the rows of a seller, and which can be asked themselves.

Where one of them hangs, whoever asks for its sellers must not take every connection from the others.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from orderglot.core.errors import HubError
from orderglot.stores.postgres.connection import FAILURES
from orderglot.stores.postgres.pool import ANY, Place, Pool
from orderglot.stores.postgres.straight import WHO, Machine, Straight

LOOKED = 20.0
"""So many seconds lie between two looks at which machine has whose rows."""

SOON = 1.0
"""So many seconds lie between two looks at least, where somebody is new or has moved."""

PATIENCE = 3.0
"""So many seconds it may take at most to ask the machines who they are."""

# The driver looks up in the catalogue what lists there are, each connection for itself. Citus hides parts of
# tables there, in a way by which that takes seconds.
_SEES_ALL = "SET citus.override_table_visibility = off"
_IS_CLUSTER = "SELECT to_regclass('pg_dist_placement') IS NOT NULL"
_WHERE = """
SELECT s.id, p.groupid, p.shardid FROM sellers AS s JOIN pg_dist_placement AS p
ON p.shardid = get_shard_id_for_distribution_column('orders', s.id)
WHERE EXISTS (
    SELECT 1 FROM pg_dist_partition AS t
    WHERE t.logicalrelid = 'orders'::regclass AND t.partmethod = 'h'
)
"""
_NODES = """
SELECT groupid, nodename, nodeport FROM pg_dist_node WHERE isactive AND noderole = 'primary'
"""
# The tables that stand on every machine have one part, which belongs to all parts of the others.
_PARTS = """
SELECT o.shardid, json_object_agg(d.logicalrelid::text, shard_name(d.logicalrelid, d.shardid))::text
FROM pg_dist_shard AS o
JOIN pg_dist_partition AS t ON t.logicalrelid = o.logicalrelid
JOIN pg_dist_partition AS u ON u.colocationid = t.colocationid OR u.repmodel = 't'
JOIN pg_dist_shard AS d ON d.logicalrelid = u.logicalrelid
AND (u.repmodel = 't' OR (d.shardminvalue = o.shardminvalue AND d.shardmaxvalue = o.shardmaxvalue))
WHERE o.logicalrelid = 'orders'::regclass AND t.partmethod = 'h' GROUP BY 1
"""
_EACH = "SELECT success, result FROM run_command_on_all_nodes($1)"


class Machines:
    """Knows by the number of a seller where their rows are, as long as the book is open."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._of: Mapping[int, Place] = {}
        self._machines: dict[int, Machine] = {}
        self._is_spread = False
        self._wanted = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    def of(self, seller: int) -> Place:
        """Give the place of a seller's rows, ANY where that makes no difference or is not known yet."""
        place = self._of.get(seller, ANY)
        if self._is_spread and (place is ANY or (place.straight and place.straight.has_moved)):
            self._wanted.set()
        return place

    async def open(self, connection: asyncpg.Connection) -> None:
        """Look where everybody is, and again from then on, where the server is one of a cluster."""
        if await connection.fetchval(_IS_CLUSTER):
            self._pool.setting = _SEES_ALL
            await self._look(connection)
            self._looking = self._looking or asyncio.create_task(self._look_again())

    async def close(self) -> None:
        """Look no more."""
        if self._looking is not None:
            self._looking.cancel()
            # What it has begun to open is closed by then.
            await asyncio.gather(self._looking, return_exceptions=True)
        await asyncio.gather(*(one.close() for one in self._machines.values()))

    async def _look_again(self) -> None:
        while True:
            await asyncio.sleep(SOON)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOKED - SOON):
                    await self._wanted.wait()
            self._wanted.clear()
            with suppress(HubError, *FAILURES):
                async with self._pool.lent() as connection:
                    await self._look(connection)

    async def _look(self, connection: asyncpg.Connection) -> None:
        found = await connection.fetch(_WHERE)
        parts = {shard: json.loads(tables) for shard, tables in await connection.fetch(_PARTS)}
        self._is_spread = bool(parts)
        if not parts:
            self._of = {}
            return
        for group, host, port in await connection.fetch(_NODES):
            await self._know(group, host, port)
        await self._meet(connection)
        self._of = self._places(found, parts)

    async def _know(self, group: int, host: str, port: int) -> None:
        url = at_host(self._pool.url, host, port)
        known = self._machines.get(group)
        if url and (known is None or known.url != url):
            self._machines[group] = Machine(group, url, _SEES_ALL)
            if known is not None:
                await known.close()

    async def _meet(self, connection: asyncpg.Connection) -> None:
        """Find out which machines can be asked themselves, of those of which that is not known."""
        strangers = [one for one in self._machines.values() if not one.known]
        if not strangers:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                found = await connection.fetch(_EACH, WHO)
                who = {name.rsplit(" ", 1)[1]: name for is_there, name in found if is_there}
                await asyncio.gather(
                    *(one.meet(who[str(one.group)]) for one in strangers if str(one.group) in who)
                )

    def _places(self, found: list[Any], parts: Mapping[int, Mapping[str, str]]) -> dict[int, Place]:
        """Give the place of each seller, which those with the same parts of the tables share."""
        alone = len({group for _, group, _ in found}) == 1
        before = {place.straight.shard: place for place in self._of.values() if place.straight}
        places = dict[int, Place]()
        for group, shard in {(group, shard) for _, group, shard in found}:
            # The numbers of machines begin with the coordinator's, 0; where there is one, all wait for that.
            number, machine = 0 if alone else group + 1, self._machines.get(group)
            straight = None if machine is None else Straight(machine, shard, parts[shard])
            new, old = Place(number, straight), before.get(shard, ANY)
            places[shard] = old if _is_same(old, new) else new
        return {seller: places[shard] for seller, _, shard in found}


def _is_same(old: Place, new: Place) -> bool:
    """Tell whether a place is as it was, so that what is known of it can be kept."""
    before, now = old.straight, new.straight
    if before is None or now is None or before.has_moved or old.machine != new.machine:
        return False
    return before.machine is now.machine and before.tables == now.tables


def at_host(url: str, host: str, port: int) -> str:
    """Name another server in the URL of one, nothing where it names its own in another way."""
    place = urlsplit(url)
    user, _, there = place.netloc.rpartition("@")
    if not there or "," in there or "host=" in place.query or "port=" in place.query:
        return ""
    there = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return place._replace(netloc=f"{user}@{there}" if user else there).geturl()
