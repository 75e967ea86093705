"""Where the journal of a book is: beside its file, or in its database."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from orderglot import dialects
from orderglot.hub.books import in_postgres
from orderglot.journal.keeping import MEGABYTE, Keep, Kept
from orderglot.journal.recorder import Recorder
from orderglot.wire.striking import Striking

if TYPE_CHECKING:
    from orderglot.config import Config

Mode = Literal["off", "errors", "all"]


def journal_of(url: str) -> Kept | None:
    """Give the journal of the book at a URL, None where that is in memory."""
    if in_postgres(url):
        from orderglot.journal.postgres import PostgresJournal
        from orderglot.stores.postgres.connection import connect

        return PostgresJournal(partial(connect, url))
    from orderglot.journal.sqlite import SqliteJournal, beside

    scheme, _, path = url.partition(":///")
    return SqliteJournal(beside(Path(path))) if scheme == "sqlite" and path else None


def recorder_of(config: Config) -> Recorder | None:
    """Give what records the exchanges of a configuration's book, None where nothing is to be."""
    kept = None if config.journal == "off" else journal_of(config.database)
    if kept is None or config.journal == "off":
        return None
    keep = Keep(timedelta(days=config.journal_days), config.journal_mb * MEGABYTE)
    return Recorder(kept, striking(), config.journal, keep)


def striking() -> Striking:
    """Give what strikes the secrets of every dialect out."""
    return Striking({name: dialects.dialect(name).auth.proofs for name in dialects.names()})
