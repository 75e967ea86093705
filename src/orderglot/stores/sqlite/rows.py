"""All rows of a SQLite file as they stand in it, for copying them."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from orderglot.core.errors import Upstream
from orderglot.stores.beside import Beside
from orderglot.stores.marks import COPY, MOVED, UNFINISHED, demand_moving
from orderglot.stores.rows import Row, Table, demand_marked, misfit, sorted_names, table
from orderglot.stores.sql.grammar import fragment
from orderglot.stores.sql.terms import TABLE
from orderglot.stores.sqlite.alone import alone
from orderglot.stores.sqlite.connection import connect, in_words, translating_errors
from orderglot.stores.sqlite.opening import SET_MARK, pending_steps, prepare
from orderglot.stores.sqlite.page_copies import copy_pages
from orderglot.stores.sqlite.reader import MALFORMED

BATCH = 500
"""So many rows are fetched at a time."""

MIGRATIONS = "migrations"
COUNTS = "order_counts"
DERIVED = {COUNTS: "recounted_orders", TABLE: "terms_of_orders"}
"""What this database works out of the orders for itself, and the view that does so."""


class SqliteRows:
    """The rows of a file: of one that is only read, or of one that they are copied into.

    What is only read stays as it is to the last byte: one of an earlier version is brought to this one in a
    passing copy. What is copied into is made where it is not there.
    """

    def __init__(self, path: Path, *, copy_of: str = "") -> None:
        self._path = path
        self._copy_of = copy_of
        self._passing: TemporaryDirectory[str] | None = None
        if copy_of:
            prepare(path, unfinished=True, copy_of=copy_of)
        elif pending_steps(path):
            self._passing = TemporaryDirectory(prefix="orderglot-")
        self._file = path if self._passing is None else Path(self._passing.name) / path.name
        if self._passing is not None:
            with translating_errors(path):
                copy_pages(path, self._file)
                prepare(self._file, unfinished=True)
        self._open()

    def _open(self) -> None:
        # What is read must not see what is being written meanwhile.
        self._reader = connect(self._file, reads=True, untouched=not self._copy_of)
        # Bytes that are no text are found out when it is seen what they are a part of.
        self._reader.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        self._writer = connect(self._file, reads=False) if self._copy_of else None

    def _close(self) -> None:
        self._reader.close()
        if self._writer is not None:
            self._writer.close()

    async def place(self) -> str:
        """Give where the rows are, by whatever URL that was named."""
        found = self._path.stat()
        return f"{found.st_dev}:{found.st_ino}"

    async def tables(self) -> tuple[Table, ...]:
        """Give every table that belongs to a book, each behind those that it points at."""
        names = [
            name
            for (name,) in self._fetch(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%'"
                " ESCAPE '!' AND name NOT IN (?, ?, ?)",
                (MIGRATIONS, *DERIVED),
            )
        ]
        points = {
            name: {target for (target,) in self._fetch(_POINTS_AT, (name,))} for name in names
        }
        return tuple(self._table(name) for name in sorted_names(points))

    def _table(self, name: str) -> Table:
        columns = self._fetch("SELECT name, pk FROM pragma_table_info(?) ORDER BY pk", (name,))
        return table(name, [one for one, pk in columns if pk], [one for one, _ in columns])

    async def stand_still(self) -> None:
        """See everything from now on as it is at this moment."""
        with translating_errors(self._path):
            self._reader.execute("BEGIN")
            self._reader.execute("SELECT 1 FROM sqlite_schema").fetchone()

    async def count(self, table: Table) -> int:
        """Count the rows of a table."""
        ((count,),) = self._fetch(fragment("SELECT count(*) FROM", table.name), ())
        return int(count)

    async def rows(self, table: Table) -> AsyncIterator[Row]:
        """Give the rows of a table by rising key."""
        key = ", ".join(table.columns[: table.key])
        text = fragment("SELECT", ", ".join(table.columns), "FROM", table.name, "ORDER BY", key)
        with translating_errors(self._path):
            cursor = self._reader.execute(text)
        while True:
            with translating_errors(self._path):
                found = cursor.fetchmany(BATCH)
            if not found:
                return
            for row in found:
                yield row

    async def beside(self, beside: Beside, seller: int, first: int, last: int) -> list[Row]:
        """Give what stands beside the documents of a seller from one id to another."""
        return self._fetch(beside.select("?{}"), (seller, first, last))

    async def source(self) -> str | None:
        """Name what an unfinished copy is made of, or None where this is no unfinished copy."""
        found = self._fetch("SELECT name FROM migrations WHERE number = ?", (UNFINISHED,))
        return str(found[0][0]) if found else None

    async def begin(self, source: str) -> None:
        """Mark the file as an unfinished copy, which nobody else opens from now on.

        Raises Conflict where somebody has it open.
        """
        self._mark(UNFINISHED, source)

    async def move_to(self, target: str) -> None:
        """Mark the book as moved, to which nothing is written from now on; raises as ``begin``."""
        self._mark(MOVED, target)

    def _mark(self, mark: int, name: str) -> None:
        self._close()
        try:
            with translating_errors(self._path), alone(self._path) as connection:
                if mark == MOVED:
                    for (there,) in connection.execute(_MARKED, (mark,)).fetchall():
                        demand_moving(there, name, str(self._path))
                connection.execute(SET_MARK, (mark, name))
        finally:
            self._open()

    async def put(
        self, table: Table, rows: Collection[Row], gone: Collection[Row], source: str
    ) -> None:
        """Write rows, in the place of those with their keys, and take out those of some keys."""
        key, others = table.columns[: table.key], table.columns[table.key :]
        with self._writing() as writer:
            there = "SELECT 1 FROM migrations WHERE number = ? AND name = ?"
            demand_marked(writer.execute(there, (UNFINISHED, source)).fetchone())
            where = " AND ".join(f"{name} = ?" for name in key)
            writer.executemany(fragment("DELETE FROM", table.name, "WHERE", where), gone)
            changes = ", ".join(f"{name} = excluded.{name}" for name in others)
            writer.executemany(
                fragment(
                    f"INSERT INTO {table.name} ({', '.join(table.columns)})",
                    f"VALUES ({', '.join('?' * len(table.columns))})",
                    f"ON CONFLICT ({', '.join(key)}) DO",
                    f"UPDATE SET {changes}" if others else "NOTHING",
                ),
                rows,
            )

    async def finish(self) -> None:
        """Count what was written, and state instead of the mark that this is a whole copy."""
        with self._writing() as writer:
            for table, view in DERIVED.items():
                writer.execute(fragment("DELETE FROM", table))
                writer.execute(fragment("INSERT INTO", table, "SELECT * FROM", view))
            writer.execute("UPDATE migrations SET number = ? WHERE number = ?", (COPY, UNFINISHED))

    async def examine(self) -> tuple[str, ...]:
        """Give what is amiss with what stands beside the rows: indexes, pointers, counts."""
        broken = list[str]()
        for what, look in (
            ("the file", self._checked),
            ("what points at other rows", self._lost),
            ("the counts of orders", self._miscounted),
            ("what orders are found by", self._astray),
        ):
            try:
                broken += look()
            except Upstream as error:
                broken.append(f"{what} cannot be checked to the end: {error.message}")
        return tuple(broken)

    def _lost(self) -> list[str]:
        lost = self._fetch("PRAGMA foreign_key_check", ())
        return [f"a row of {table} points at none of {parent}" for table, _, parent, _ in lost]

    def _miscounted(self) -> list[str]:
        odd = self._fetch(_MISCOUNTED, ())
        return ["the counts of orders are not those of the orders"] if odd else []

    def _astray(self) -> list[str]:
        odd = self._fetch(_ASTRAY, ())
        return ["what orders are found by is not what they say"] if odd else []

    def _checked(self) -> list[str]:
        try:
            found = self._reader.execute("PRAGMA integrity_check").fetchall()
        except sqlite3.Error as error:
            if str(error) not in MALFORMED:
                raise in_words(error, self._path) from error
            # A document that is damaged, which is found by itself, stops the check of what is indexed of it.
            found = self._fetch("PRAGMA quick_check", ())
        return [str(one) for (one,) in found if one != "ok"]

    async def close(self) -> None:
        """Let go of what is held open."""
        self._close()
        if self._passing is not None:
            self._passing.cleanup()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Write in a transaction; raises Conflict where a row does not fit on the others."""
        assert self._writer is not None, "nothing is written to what is only read"
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            yield self._writer
            self._writer.execute("COMMIT")
        except sqlite3.IntegrityError as error:
            raise misfit(str(self._path)) from error
        except sqlite3.Error as error:
            raise in_words(error, self._path) from error
        finally:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")

    def _fetch(self, text: str, params: Row) -> list[Row]:
        with translating_errors(self._path):
            return self._reader.execute(text, params).fetchall()


_MARKED = "SELECT name FROM migrations WHERE number = ?"
_MISCOUNTED = """
WITH kept AS (SELECT * FROM order_counts WHERE orders <> 0)
SELECT 1 FROM (SELECT * FROM kept EXCEPT SELECT * FROM recounted_orders)
UNION ALL SELECT 1 FROM (SELECT * FROM recounted_orders EXCEPT SELECT * FROM kept) LIMIT 1
"""
_ASTRAY = """
SELECT 1 FROM (SELECT * FROM order_terms EXCEPT SELECT * FROM terms_of_orders)
UNION ALL SELECT 1 FROM (SELECT * FROM terms_of_orders EXCEPT SELECT * FROM order_terms) LIMIT 1
"""
_POINTS_AT = 'SELECT "table" FROM pragma_foreign_key_list(?)'
