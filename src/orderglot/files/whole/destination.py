"""The file of an export: written beside its place and put there once it is whole."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_IMODE

from orderglot.core.errors import Conflict, Invalid, Rule, invalid
from orderglot.files.whole.writer import Destination

PRIVATE = 0o600
SQLITE = b"SQLite format 3\0"
"""What a file begins with that is an order book, or another database."""


@contextmanager
def put_in_place(path: Path, *, replace: bool) -> Iterator[Destination]:
    """Give a file to write to, which gets its name when it is left well; else there is none.

    Its owner alone may read it, for orders are customers' business; one that it may ``replace`` keeps
    its rights. Raises Conflict where there is a file already, Invalid where none can be written.
    """
    there = path.resolve()
    demand_free(there, replace=replace)
    beside = there.with_name(f".{there.name[:200]}.{secrets.token_hex(4)}.part")
    with _refusing(path):
        rights = S_IMODE(there.stat().st_mode) if there.exists() else PRIVATE
        number = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    try:
        with os.fdopen(number, "wb") as file, _refusing(path):
            yield file
            file.flush()
            os.fchmod(file.fileno(), rights)
            os.fsync(file.fileno())
        demand_free(there, replace=replace)
        with _refusing(path):
            beside.replace(there)
    finally:
        with suppress(OSError):
            beside.unlink()


def demand_free(path: Path, *, replace: bool) -> None:
    """Raise unless a file may be put in a place."""
    if not path.exists():
        return
    if not path.is_file():
        reason = f"{path} is no file; name one, or write to standard output with -."
        raise invalid("FILE", Rule.MALFORMED, reason)
    if not replace:
        raise Conflict(f"There is a file {path} already; --force replaces it.")
    with _refusing(path), path.open("rb") as file:
        if file.read(len(SQLITE)) == SQLITE:
            raise Conflict(f"{path} is a database, perhaps the order book; name another file.")


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> Invalid:
    """Tell why a file cannot be written."""
    reason = error.strerror or str(error)
    return invalid(
        "FILE", Rule.MALFORMED, f"{path} cannot be written ({reason}); nothing is left of it."
    )
