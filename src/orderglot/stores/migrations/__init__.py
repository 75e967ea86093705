"""Migrations: the numbered steps by which a database got its tables, kept as SQL files."""

from __future__ import annotations

import logging
from collections.abc import Collection
from functools import cache
from pathlib import Path

from msgspec import Struct

from orderglot.core.errors import Conflict, Invalid
from orderglot.stores.backend import Unready

UNFINISHED = 0
"""A database with a step of this number is an unfinished copy of the book that names the step."""

APPLIED = "SELECT number FROM migrations"

IN_USE = "SELECT EXISTS (SELECT 1 FROM sellers)"
"""Whether a database was a book already: one that is just being made has no seller yet."""

UPGRADED = (
    "%s was brought to this version of Orderglot; "
    "programs of the version before must have been stopped first."
)

log = logging.getLogger("orderglot.stores")


class Migration(Struct, frozen=True):
    """One step: its number, the name of its file, and what it does."""

    number: int
    name: str
    script: str


FOLDER = Path(__file__).parent
"""Where the steps are, those of each kind of database in a folder."""

ANOTHER_VERSION = "The order book is of another version of Orderglot; begin again."


def migrations(database: str) -> tuple[Migration, ...]:
    """Give every step of a kind of database, in order."""
    return _read(FOLDER / database)


def latest(database: str) -> int:
    """Give the number of the last step of a kind of database."""
    return migrations(database)[-1].number


@cache
def _read(folder: Path) -> tuple[Migration, ...]:
    found = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".sql")),
        key=lambda file: file.name,
    )
    return tuple(
        Migration(int(file.name[:4]), file.name, file.read_text(encoding="utf-8")) for file in found
    )


def pending(
    steps: tuple[Migration, ...], applied: Collection[int], where: str
) -> tuple[Migration, ...]:
    """Give the steps that are still to be done; raises Invalid on a database from the future."""
    unknown = set(applied) - {step.number for step in steps} - {UNFINISHED}
    if unknown:
        raise Invalid(
            message=f"{where} was written by a newer Orderglot (step {max(unknown)} of its tables "
            "is not known here); upgrade Orderglot to open it."
        )
    return tuple(step for step in steps if step.number not in applied)


def report_upgrade(where: str) -> None:
    """State that a book of an earlier version was brought to this one."""
    log.warning(UPGRADED, where)


def demand_finished(applied: Collection[int], where: str) -> None:
    """Raise Conflict where a database is a copy that was begun and not finished."""
    if UNFINISHED in applied:
        raise Conflict(
            f"{where} holds a copy that is not finished; "
            "run the same 'orderglot database copy' again."
        )


def check_applied(database: str, applied: Collection[int]) -> None:
    """Raise Unready unless exactly the steps that are known here were done."""
    if {step.number for step in migrations(database)} != {*applied}:
        raise Unready(ANOTHER_VERSION)
