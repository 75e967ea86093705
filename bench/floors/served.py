"""The application of a floor, made in the worker that serves it."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from pathlib import Path

from bench.floors.asgi import Asgi, application, fixed
from bench.floors.rows import Rows


def load_floor(dialect: str, database: str, *, grouped: bool) -> Asgi:
    """Make the application that answers one dialect's requests by hand."""
    floor = import_module(f"bench.floors.{dialect}")
    return application(partial(floor.answer, _rows(database, grouped)))


def load_fixed(response: str) -> Asgi:
    """Make the application that gives the response in a file to everything."""
    return fixed(Path(response).read_bytes())


def _rows(database: str, grouped: bool) -> Rows:
    if database.startswith("postgresql://"):
        from bench.floors.postgres import PostgresRows

        return PostgresRows(database)
    from bench.floors.sqlite import SqliteRows

    return SqliteRows(database.removeprefix("sqlite:///"), grouped=grouped)
