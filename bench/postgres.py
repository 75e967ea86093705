"""PostgreSQL for the bench: a server of its own, as durable as it comes, with copies of one book."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.serving import CORES


class Postgres:
    """A running server, by what gives the URL of a database of it."""

    def __init__(self, url_of: Callable[[str], str]) -> None:
        self._url_of = url_of

    def url(self, database: str) -> str:
        """Give the URL of a database."""
        return self._url_of(database)

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
        yield Postgres(lambda database: str(server.get_uri(database)))
    finally:
        server.cleanup()


def has_trigrams() -> bool:
    """Tell whether this machine has a server with the extensions for what names contain."""
    from tests.debian_postgres import programs

    return programs() is not None


@contextmanager
def postgres_with_trigrams() -> Iterator[Postgres]:
    """Run a server that has those extensions, where there is one, else one without."""
    if not has_trigrams():
        with postgres() as server:
            yield server
        return
    from tests.debian_postgres import running

    with TemporaryDirectory(prefix="ogb") as folder:
        Path(folder).chmod(0o755)
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, set(CORES))
        with running(Path(folder) / "pg", settings="") as url:
            os.sched_setaffinity(0, before)
            yield Postgres(lambda database: url.replace("/postgres?", f"/{database}?"))
