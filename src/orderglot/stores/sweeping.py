"""Sweeping: rows that are no orders and customers, looked through for a person who is erased."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from orderglot.stores.sql.grammar import fragment

Row = tuple[Any, ...]


class Swept(Struct, frozen=True):
    """A table that is looked through: the columns behind the seller that its rows go by, and its texts.

    All rows are behind ``first``. With ``versions`` a row that was written is of the next one.
    """

    name: str
    key: tuple[str, ...]
    texts: tuple[str, ...]
    first: Row
    versions: bool = False


EVENTS = Swept(
    "order_events",
    ("order_id", "version", "at", "what"),
    ("who", "why", "details"),
    (-1, 0, 0, ""),
)
ANSWERS = Swept("answers", ("customer", "dialect", "key"), ("answer",), (-1, "", ""))
NOTES = Swept("notes", ("kind", "name"), ("document",), ("", ""), versions=True)
SWEPT = (EVENTS, ANSWERS, NOTES)


class Rewritten(Struct, frozen=True):
    """What is written in the place of texts that were read of a row, where they are still the same."""

    key: Row
    before: Row
    after: Row


def reading(table: Swept) -> str:
    """Say how rows are read: of which seller, behind which key, how many."""
    key = ", ".join(table.key)
    return fragment(
        *("SELECT", ", ".join((*table.key, *table.texts)), "FROM", table.name),
        f"WHERE seller = ? AND ({key}) > ({', '.join('?' * len(table.key))})",
        *("ORDER BY", key, "LIMIT ?"),
    )


def writing(table: Swept, same: str) -> str:
    """Say how a row is written: its new texts, its seller, its key, its texts as they were read.

    ``same`` is how a database says that two values are the same, nothing among them.
    """
    put = [f"{one} = ?" for one in table.texts]
    put += ["version = version + 1"] if table.versions else []
    there = [f"{one} = ?" for one in ("seller", *table.key)]
    there += [f"{one} {same} ?" for one in table.texts]
    return fragment("UPDATE", table.name, "SET", ", ".join(put), "WHERE", " AND ".join(there))


def values_of(seller: int, rows: list[Rewritten]) -> Iterator[Row]:
    """Give what stands in the places of a statement that writes, row by row."""
    return ((*row.after, seller, *row.key, *row.before) for row in rows)
