"""Copies of one filled book, in files or in databases: each side that creates writes to its own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Protocol

from bench.postgres import Postgres

FILLED = (
    *("sellers", "credentials", "sequences", "products", "customers", "customer_references"),
    *("orders", "order_references", "order_events"),
)
"""The tables in which a filled book has rows."""


class Copies(Protocol):
    """Where the book that is measured is, and how copies of it are made."""

    store: str
    url: str
    """Where the original is."""

    def filled(self) -> None:
        """Prepare the original, which is filled now, for copying."""
        ...

    def copy(self, name: str) -> str:
        """Make a fresh copy, and give its URL."""
        ...


class Files:
    """SQLite files in a folder."""

    store = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.original = folder / "book.db"
        self.url = f"sqlite:///{self.original}"

    def filled(self) -> None:
        """Nothing is to be done to a file."""

    def copy(self, name: str) -> str:
        """Copy the file."""
        path = self.original.with_name(f"{name}.db")
        for old in path.parent.glob(f"{path.name}*"):
            old.unlink()
        shutil.copy(self.original, path)
        return f"sqlite:///{path}"


class Databases:
    """Databases of one PostgreSQL server."""

    store = "postgres"

    def __init__(self, server: Postgres) -> None:
        self.server = server
        self.url = server.create("book")

    def filled(self) -> None:
        """Update the planner's statistics, as the server itself would within minutes.

        Empty tables are left out: with statistics they would be planned for as empty.
        """
        self.server.do(f"VACUUM ANALYZE {', '.join(FILLED)}", database="book")

    def copy(self, name: str) -> str:
        """Copy the database, as its server does."""
        return self.server.create(f"{name.replace('-', '_')}", "book")
