"""Migrations: the numbered steps by which a database got its tables, kept as SQL files."""

from __future__ import annotations

import logging
from collections.abc import Collection
from functools import cache
from pathlib import Path

from msgspec import Struct

from orderglot.core.errors import Conflict, Invalid
from orderglot.stores.backend import Unready
from orderglot.stores.database_url import shown
from orderglot.stores.marks import MARKS, Rows, check_marks, marks_of, steps_of

APPLIED = "SELECT number, name FROM migrations"

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


class Planned(Struct, frozen=True):
    """A statement that is to be done: of which step, of what kind, and its words."""

    step: str
    kind: str
    statement: str


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
    unknown = set(applied) - {step.number for step in steps} - MARKS
    if unknown:
        raise Invalid(
            message=f"{where} was written by a newer Orderglot (step {max(unknown)} of its tables "
            "is not known here); upgrade Orderglot to open it."
        )
    return tuple(step for step in steps if step.number not in applied)


def report_upgrade(where: str) -> None:
    """State that a book of an earlier version was brought to this one."""
    log.warning(UPGRADED, where)


def outdated(url: str) -> Conflict:
    """State that a book is of an earlier version, and that whoever only reads does not change that."""
    return Conflict(
        f"The book in {shown(url)} is of an earlier version; bring it to this one with "
        f"'orderglot database migrate --database {shown(url)}'."
    )


def check_applied(database: str, applied: Rows) -> None:
    """Raise Unready unless exactly the steps that are known here were done, and the book is whole."""
    check_marks(marks_of(applied))
    if {step.number for step in migrations(database)} != steps_of(applied).keys():
        raise Unready(ANOTHER_VERSION)
