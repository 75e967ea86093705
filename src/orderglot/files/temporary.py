"""The temporary files of an import: what cannot be written to them is one sentence."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from orderglot.core.errors import Upstream


@contextmanager
def written(what: str) -> Iterator[None]:
    """Let a database in a temporary file be written to; raises Upstream where that fails."""
    try:
        yield
    except sqlite3.Error as error:
        raise Upstream(
            f"The {what} cannot be written to a temporary file ({error}); "
            "make room for it and import again."
        ) from error
