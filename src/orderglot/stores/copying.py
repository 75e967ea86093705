"""Copying: every row of one database into another, of whatever kind either of them is.

Nothing here knows what a row means. Which tables there are, and what their keys are, each database
says out of its own catalogue: so a table that comes with the next migration is copied, too. Both
sides are read by rising key at the same time, and only what the target lacks or has otherwise is
written. So a copy that was cut off goes on by being started again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field

from msgspec import Struct

from orderglot.core.counting import counted
from orderglot.core.errors import Conflict, Upstream
from orderglot.stores.checksum import Digest, Sum, plain
from orderglot.stores.damage import Names, refused, unreadable
from orderglot.stores.rows import Row, Rows, Table

SIZE = 1_000
"""So many rows at most are written in one transaction."""


class Copied(Struct, frozen=True):
    """A table that is in the target as it is in the source, and how much of it was written."""

    name: str
    rows: int
    checksum: str
    written: int


class Progress(Struct, frozen=True):
    """How far it has come: in which table, at which of its rows, and in all.

    Every row is read twice, once to be copied and once to be checked: so ``total`` counts them.
    """

    table: str
    checking: bool
    row: int
    of: int
    done: int
    total: int


OnProgress = Callable[[Progress], None]


@dataclass
class Copying:
    """One book on its way into another database; ``name`` is what the source is called there.

    And ``place`` is what the target is called. A source that ``moves`` is marked as moved to there,
    before anything is read from it.
    """

    source: Rows
    target: Rows
    name: str
    place: str
    on_progress: OnProgress
    moves: bool = False
    sellers: Names = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    done: int = 0

    async def copy(self) -> tuple[Copied, ...]:
        """Copy everything, then read both sides again and compare them.

        What is there already is not written. Raises Conflict where the target holds something
        else, Upstream where it does not hold the same in the end, Damaged where something in either of
        them cannot be read.
        """
        if await self.source.source() is not None:
            raise Conflict(f"{self.name} is an unfinished copy itself; finish that first.")
        tables = await self._tables()
        finished = await self._finished(tables)
        if self.moves:
            await self.source.move_to(self.place)
        await self.source.stand_still()
        self.counts = {one.name: await self.source.count(one) for one in tables}
        copied = []
        for table in tables:
            there, written = await self._look(table) if finished else await self._fill(table)
            await self._compare(table, there, finished=finished)
            copied.append(Copied(table.name, there.rows, there.checksum, written))
        if not finished:
            await self.target.finish()
        return tuple(copied)

    async def _tables(self) -> tuple[Table, ...]:
        """Give the tables of the source; raises Upstream where the target has others."""
        tables = await self.source.tables()
        theirs = await self.target.tables()
        if set(tables) != set(theirs):
            odd = sorted({one.name for one in set(tables) ^ set(theirs)})
            raise Upstream(
                f"The two databases differ in their tables ({', '.join(odd)}); "
                "open both with the same Orderglot."
            )
        return tables

    async def _finished(self, tables: Collection[Table]) -> bool:
        """Tell whether the target is a book, which may be this one; else mark it as a copy."""
        begun = await self.target.source()
        if begun is None:
            if any([await self.target.count(table) for table in tables]):
                return True
            await self.target.begin(self.name)
        elif begun != self.name:
            raise Conflict(
                f"The target holds an unfinished copy of {begun}; finish that, or name another."
            )
        return False

    async def _look(self, table: Table) -> tuple[Sum, int]:
        digest = Digest(table)
        async for row in self._read(self.source, table, self.name):
            digest.add(row)
            self._report(table, digest.rows, checking=True)
        self.done += digest.rows
        return digest.sum(), 0

    async def _fill(self, table: Table) -> tuple[Sum, int]:
        """Write what the target lacks of a table or has otherwise; gives what it now should be."""
        digest, difference = Digest(table), _Difference(table, self.target.rows(table))
        written, size = 0, 0
        async for row in self._read(self.source, table, self.name):
            digest.add(row)
            await difference.see(row)
            size += 1
            if size >= SIZE:
                written, size = written + await self._write(table, difference), 0
                self._report(table, digest.rows, checking=False)
        await difference.end()
        written += await self._write(table, difference)
        self.done += digest.rows
        return digest.sum(), written

    async def _read(self, rows: Rows, table: Table, where: str) -> AsyncIterator[Row]:
        """Give the rows of a table; raises Damaged at one that cannot be read."""
        async for row in rows.rows(table):
            if table.name == "sellers":
                self.sellers[row[0]] = str(row[table.columns.index("name")])
            if (bad := unreadable(table, row)) is not None:
                raise refused([bad], self.sellers, where)
            yield row

    async def _write(self, table: Table, difference: _Difference) -> int:
        rows, gone = difference.take()
        if rows or gone:
            await self.target.put(table, rows, gone, self.name)
        return len(rows) + len(gone)

    async def _compare(self, table: Table, there: Sum, *, finished: bool) -> None:
        """Read a table of the target; raises an error where it is not as it should be."""
        digest = Digest(table)
        async for row in self._read(self.target, table, self.place):
            digest.add(row)
            self._report(table, digest.rows, checking=True)
        self.done += there.rows
        if digest.sum() == there:
            return
        if finished:
            raise Conflict(
                f"The target is a book already, with other {table.name}; name an empty database."
            )
        raise Upstream(
            f"The copy has other {table.name}: {counted(digest.rows, 'row')} instead of {there.rows:,}, or "
            "not the same ones. It is not in use yet; run the same command again."
        )

    def _report(self, table: Table, rows: int, *, checking: bool) -> None:
        if rows % SIZE == 0:
            of, total = self.counts[table.name], 2 * sum(self.counts.values())
            self.on_progress(Progress(table.name, checking, rows, of, self.done + rows, total))


class _Difference:
    """What a table of the target lacks, has otherwise, or has too much, found by rising key."""

    def __init__(self, table: Table, rows: AsyncIterator[Row]) -> None:
        self.table = table
        self.rows = rows
        self.theirs: Row | None = ()
        self.wrong = list[Row]()
        self.gone = list[Row]()

    async def see(self, row: Row) -> None:
        """Look at what the target has in the place of a row of the source."""
        key = row[: self.table.key]
        while (there := await self._there()) is not None and there[: self.table.key] < key:
            self.gone.append(there[: self.table.key])
            self.theirs = ()
        if there is None or there[: self.table.key] != key:
            self.wrong.append(row)
            return
        self.theirs = ()
        if there != row and not self._is_alike(there, row):
            self.wrong.append(row)

    def _is_alike(self, there: Row, row: Row) -> bool:
        if unreadable(self.table, there) is not None:
            return False
        return plain(self.table, there) == plain(self.table, row)

    async def end(self) -> None:
        """See that the source has no more rows."""
        while (there := await self._there()) is not None:
            self.gone.append(there[: self.table.key])
            self.theirs = ()

    async def _there(self) -> Row | None:
        """Give the target's row that was not looked at yet, None behind the last one."""
        if self.theirs == ():
            self.theirs = await anext(self.rows, None)
        return self.theirs

    def take(self) -> tuple[list[Row], list[Row]]:
        """Give what is to be written and the keys of what is to go, and clear them."""
        wrong, gone = self.wrong, self.gone
        self.wrong, self.gone = [], []
        return wrong, gone
