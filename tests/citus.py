"""A real cluster for the tests, where there is one: ``ORDERGLOT_TEST_CITUS`` is the URL of its coordinator.

It is somebody's own, whose machines have all the books of a run in databases that are gone at the end.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from itertools import count
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from orderglot.hub.distributing import distribute
from orderglot.stores import writes
from orderglot.stores.postgres.backend import PostgresBackend
from orderglot.stores.postgres.distributing import EVERYWHERE
from tests.postgres import TABLES, aside

COORDINATOR = os.environ.get("ORDERGLOT_TEST_CITUS", "")
MISSING = "a cluster, for ORDERGLOT_TEST_CITUS names none"
"""What the summary of a run says where there is none."""

PARTS = 8
"""Into so many parts a table is divided, fewer than usual: to make and to empty them takes the time of a test."""

ROUTED = "citus.multi_task_query_log_level"
"""The setting by which a statement that goes to more than one part of a table fails."""

_NODES = "SELECT nodename, nodeport FROM pg_dist_node ORDER BY groupid"
_numbers = count(1)
_made: list[str] = []
_free: list[str] = []


def nodes() -> list[tuple[str, int]]:
    """Give the address of every machine, the coordinator's first."""
    return aside(_nodes())


def new_cluster_database(by: Mapping[int, int] | None = None) -> str:
    """Make an empty database on every machine, with no book in it, and give its URL.

    ``by`` says by which port of this machine a worker is reached, instead of its own.
    """
    name = f"book_{os.getpid()}_{next(_numbers)}"
    aside(_make(name, by or {}))
    _made.append(name)
    return _at(COORDINATOR, database=name)


def new_book(by: Mapping[int, int] | None = None) -> str:
    """Make an empty book that is spread over the machines, and give its URL; ``by`` as above."""
    url = new_cluster_database(by)
    aside(distribute(url, lambda _statement, _done, _of: None))
    return url


def leave() -> None:
    """Let every database go that was made."""
    if _made:
        aside(_drop(*_made))
        _made.clear()


class BorrowedClusterBackend(PostgresBackend):
    """An empty backend on a cluster, whose database is emptied and used again once it is closed.

    It refuses whatever goes to more than one part of a table, and knows of each seller at once where they are: what
    can go straight to their machine does.
    """

    def __init__(self) -> None:
        self.url = _free.pop() if _free else new_book()
        super().__init__(self.url)
        open_line = self._pool._open

        async def opened() -> asyncpg.Connection:
            line = await open_line()
            await line.execute(f"SET {ROUTED} = 'error'")
            return line

        self._pool._open = opened  # type: ignore[method-assign]

    async def commit(self, seller: int, batch: Collection[writes.Write]) -> None:
        """Write all of it or nothing, as any backend."""
        await super().commit(seller, batch)
        if any(isinstance(one, writes.PutSeller) for one in batch):
            async with self._pool.lent() as line:
                await self._machines._look(line)

    async def empty(self) -> None:
        """Take every row out; whose place is known stays known, for the next sellers have the same numbers."""
        await _empty(self.url)

    async def close(self) -> None:
        """Leave the database as it was found."""
        await super().close()
        await self.empty()
        _free.append(self.url)


async def _empty(url: str) -> None:
    """Take every row out, for each seller at their machine and all at once: to go through all parts takes seconds."""
    connection = await asyncpg.connect(url)
    try:
        sellers = [id for (id,) in await connection.fetch("SELECT id FROM sellers")]
        divided = [table for table in TABLES if table not in EVERYWHERE]
        # The hub's own notes are of no seller.
        owners = [(table, id) for table in divided for id in sellers] + [("hub_notes", 0)]
        statements = [f"DELETE FROM {table} WHERE seller = {id}" for table, id in owners]
        statements += [f"DELETE FROM {table}" for table in TABLES if table in EVERYWHERE]
        async with connection.transaction():
            for statement in statements:
                await connection.execute(statement)
    finally:
        await connection.close()


async def _nodes() -> list[tuple[str, int]]:
    connection = await asyncpg.connect(COORDINATOR)
    try:
        return [(name, port) for name, port in await connection.fetch(_NODES)]
    finally:
        await connection.close()


async def _make(name: str, by: Mapping[int, int]) -> None:
    places = await _nodes()
    for host, port in places:
        await _do(
            _at(COORDINATOR, host, port),
            "SET citus.enable_create_database_propagation = off",
            f"CREATE DATABASE {name}",
        )
        await _do(_at(COORDINATOR, host, port, name), "CREATE EXTENSION citus")
    (host, port), *workers = places
    await _do(
        _at(COORDINATOR, database=name),
        f"ALTER DATABASE {name} SET citus.shard_count = {PARTS}",
        f"SELECT citus_set_coordinator_host('{host}', {port})",
        *(f"SELECT citus_add_node('{host}', {by.get(port, port)})" for host, port in workers),
    )


async def _drop(*names: str) -> None:
    for host, port in await _nodes():
        for name in names:
            await _do(_at(COORDINATOR, host, port), f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


async def _do(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def _at(url: str, host: str = "", port: int = 0, database: str = "") -> str:
    """Name another machine, or another database, in the URL of one."""
    place = urlsplit(url)
    user, _, there = place.netloc.rpartition("@")
    there = f"{host}:{port}" if host else there
    path = f"/{database}" if database else place.path
    return urlunsplit(place._replace(netloc=f"{user}@{there}" if user else there, path=path))
