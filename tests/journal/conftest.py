"""What the tests of the journal share: a journal in every kind of place, and exchanges to keep."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from orderglot.journal.keeping import Kept
from orderglot.journal.postgres import PostgresJournal
from orderglot.journal.sqlite import SqliteJournal
from orderglot.stores.postgres.connection import connect
from tests import citus
from tests.postgres import new_database

Opening = Callable[[], Kept]

PLACES = ["sqlite", "postgres", *(["citus"] if citus.COORDINATOR else [])]


@pytest.fixture(params=PLACES)
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Opening:
    """Give what opens one journal, as often as it is called."""
    if request.param == "sqlite":
        return lambda: SqliteJournal(tmp_path / "book.db.exchanges")
    url = new_database() if request.param == "postgres" else citus.new_book()
    return lambda: PostgresJournal(partial(connect, url))
