"""Marks: what a database says of the book in it, as steps whose numbers are not above 0.

A program that does not know a mark takes it for a step of a newer version, and leaves the book alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from orderglot.core.errors import Conflict
from orderglot.stores.backend import Unready

UNFINISHED = 0
"""The database is an unfinished copy of the book that names the step."""

MOVED = -1
"""The book has moved to the place that names the step: nothing is written to it any more."""

COPY = -2
"""The book is a copy of the one that names the step, to which nothing was written yet: whatever that one has
handed out since, it will not hand out."""

MARKS = frozenset({UNFINISHED, MOVED, COPY})

SKIPPED = 1_000_000
"""So many numbers of each kind a copy skips, which may have been handed out elsewhere meanwhile."""

BEGINS = "numbers begin"
"""The kind of the hub's notes on where the numbers of a new seller begin, one of each kind of number."""

NOT_COPIED = "SELECT name FROM migrations WHERE number = 0"
"""The mark with which nobody may use a book."""

CLOSED = "SELECT name FROM migrations WHERE number IN (0, -1)"
"""The marks with which nobody may serve or change a book."""

NOT_WHOLE = (
    "The order book is a copy that is not finished, or it has moved; finish that, or begin again."
)

Rows = Collection[Any]
"""The number and the name of each step that was done, perhaps with more behind them."""


def behind(first: int, reached: int) -> int:
    """Give where the numbers of a new seller begin, behind those that whoever has ``reached`` a number has skipped."""
    return first + max(reached - first, 0) // SKIPPED * SKIPPED


def marks_of(done: Rows) -> dict[int, str]:
    """Give the marks among the steps that were done."""
    return {number: name for number, name, *_ in done if number in MARKS}


def steps_of(done: Rows) -> dict[int, str]:
    """Give the steps that were done without the marks."""
    return {number: name for number, name, *_ in done if number not in MARKS}


def demand_whole(marks: Mapping[int, str], where: str) -> None:
    """Raise Conflict where a database is a copy that was begun and not finished."""
    if UNFINISHED in marks:
        raise unfinished(where)


def unfinished(where: str) -> Conflict:
    """State that a database is a copy that was begun and not finished."""
    return Conflict(
        f"{where} holds a copy that is not finished; run the same 'orderglot database copy' again."
    )


def demand_here(marks: Mapping[int, str], where: str) -> None:
    """Raise Conflict where a book has moved elsewhere."""
    if MOVED in marks:
        raise Conflict(
            f"The order book {where} has moved to {marks[MOVED]}; use that. To go on with this one "
            "all the same, copy it to a new place with 'orderglot database copy'."
        )


def demand_moving(there: str, target: str, where: str) -> None:
    """Raise Conflict where a book that is to move is on its way to another place already, or has moved there."""
    if there != target:
        raise Conflict(
            f"The order book {where} moves to {there} already, or has moved there; use that, or copy it "
            "to another place without '--move'."
        )


def demand_free(marks: Mapping[int, str], where: str) -> None:
    """Raise Conflict where an older book stands in the place of a copy."""
    if UNFINISHED not in marks:
        raise Conflict(f"{where} is a book already, of an earlier version; name an empty database.")


def check_marks(marks: Mapping[int, str]) -> None:
    """Raise Unready where a book is not whole, or not here any more."""
    if marks.keys() & {UNFINISHED, MOVED}:
        raise Unready(NOT_WHOLE)
