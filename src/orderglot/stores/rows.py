"""Rows: everything that a database keeps, as it stands in its tables, without what it means."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

from orderglot.core.errors import Conflict, Upstream

if TYPE_CHECKING:
    from orderglot.stores.beside import Beside

Row = tuple[Any, ...]


class Gone(Upstream):
    """The database itself went away while it was read, and no other table can be read either."""


class Table(Struct, frozen=True):
    """A table: its columns, of which the first ``key`` are what its rows are known by."""

    name: str
    columns: tuple[str, ...]
    key: int


def table(name: str, key: Sequence[str], columns: Collection[str]) -> Table:
    """Describe a table by the columns of its key in their order, and all its columns in any."""
    return Table(name, (*key, *sorted(set(columns) - set(key))), len(key))


def sorted_names(points: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """Sort tables behind those that they point at, by name where that leaves it open."""
    order = TopologicalSorter({name: set(points[name]) - {name} for name in sorted(points)})
    return tuple(order.static_order())


class Rows(Protocol):
    """All rows of a database as they stand in it.

    Values are whole numbers, texts, bytes and None, in every kind of database the same ones.
    """

    async def place(self) -> str:
        """Give where the rows are, by whatever URL that was named."""
        ...

    async def tables(self) -> tuple[Table, ...]:
        """Give every table that belongs to a book, each behind those that it points at."""
        ...

    async def stand_still(self) -> None:
        """See everything from now on as it is at this moment."""
        ...

    async def count(self, table: Table) -> int:
        """Count the rows of a table."""
        ...

    def rows(self, table: Table) -> AsyncIterator[Row]:
        """Give the rows of a table by rising key, texts by their characters' numbers."""
        ...

    async def beside(self, beside: Beside, seller: int, first: int, last: int) -> list[Row]:
        """Give what stands beside the documents of a seller from one id to another."""
        ...

    async def source(self) -> str | None:
        """Name what an unfinished copy is made of, or None where this is no unfinished copy."""
        ...

    async def begin(self, source: str) -> None:
        """Mark the database as an unfinished copy, which nobody else opens from now on.

        Raises Conflict where somebody has it open.
        """
        ...

    async def move_to(self, target: str) -> None:
        """Mark the book as moved, to which nothing is written from now on; raises as ``begin``."""
        ...

    async def put(
        self, table: Table, rows: Collection[Row], gone: Collection[Row], source: str
    ) -> None:
        """Write rows, in the place of those with their keys, and take out those of some keys.

        All of it or nothing; raises Conflict where this is not the unfinished copy any more.
        """
        ...

    async def finish(self) -> None:
        """State instead of the mark that this is a whole copy."""
        ...

    async def examine(self) -> tuple[str, ...]:
        """Give what is amiss with what stands beside the rows: indexes, pointers, counts."""
        ...

    async def close(self) -> None:
        """Let go of what is held open."""
        ...


def misfit(where: str) -> Conflict:
    """State that an unfinished copy has rows that what is copied into it cannot stand beside."""
    return Conflict(f"{where} holds a copy of something that has changed since; name another.")


def demand_marked(found: object) -> None:
    """Raise Conflict where the mark of an unfinished copy was not found: it may be in use by now."""
    if found is None:
        raise Conflict("Somebody else has finished this copy meanwhile; see what is in it.")
