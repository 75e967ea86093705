"""A writing statement: its parts, and how one statement is made of them.

A server is asked as seldom as can be: the steps of a commit go there together, as parts of one
statement that is a transaction by itself. Each step says how many rows it has to come to. Where one
comes to another number, a version has moved or a name is taken, and the statement ends with a
division by zero, which undoes the whole of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from orderglot.stores.sql.grammar import Sql, fragment

Row = tuple[Any, ...]

NOTHING = Sql("")


class Kinds(NamedTuple):
    """Columns with their types: their names, and the marks of one row and of many."""

    each: tuple[str, ...]
    names: str
    one: str
    many: str


def kinds(**types: str) -> Kinds:
    """Say columns by name and type; made once for each statement, not each time."""
    return Kinds(
        tuple(types),
        ", ".join(types),
        ", ".join(f"?::{kind}" for kind in types.values()),
        ", ".join(f"?::{kind}[]" for kind in types.values()),
    )


class Step(NamedTuple):
    """A part of a statement, the table that it changes, and the number of rows it has to give.

    One that goes ``apart`` is the first of a statement of its own: so it sees what others committed
    while those before it waited for them.
    """

    table: str
    sql: Sql
    rows: int | None = None
    apart: bool = False


class Table(NamedTuple):
    """A table whose rows have a version: its columns behind the seller's.

    ``versioned`` are the columns with the version that a row is to replace at their end.
    """

    name: str
    key: tuple[str, ...]
    columns: Kinds
    versioned: Kinds
    owner: str = "seller"


def table(called: str, key: tuple[str, ...], owner: str, /, **types: str) -> Table:
    """Say a table whose rows have a version."""
    return Table(called, key, kinds(**types), kinds(**types, kept="bigint"), owner)


def combined(steps: list[Step]) -> Sql:
    """Make a statement of steps, which does all of them or nothing."""
    parts = ", ".join(f"s{number} AS ({step.sql.text})" for number, step in enumerate(steps))
    counted = [number for number, step in enumerate(steps) if step.rows is not None]
    fits = " AND ".join(_comes_to(number) for number in counted) or "TRUE"
    params = [param for step in steps for param in step.sql.params]
    params += [steps[number].rows for number in counted]
    return Sql(fragment("WITH", parts, "SELECT", f"1 / ({fits})::int"), tuple(params))


def _comes_to(number: int) -> str:
    return fragment("(SELECT count(*) FROM", f"s{number}) = ?")


def source(kinds: Kinds, rows: list[Row]) -> Sql:
    """Say some rows as a table ``n``: a single one as it is, for lists cost more on both ends."""
    if len(rows) == 1:
        return Sql(f"(VALUES ({kinds.one})) AS n({kinds.names})", rows[0])
    columns = tuple(list(column) for column in zip(*rows, strict=True))
    return Sql(f"unnest({kinds.many}) AS n({kinds.names})", columns)


def inserted(
    table: str,
    seller: int,
    kinds: Kinds,
    rows: list[Row],
    *,
    owner: str = "seller",
    taken: Sql = NOTHING,
) -> Iterator[Step]:
    """Add rows of a seller's; ``taken`` says what to do where a key is there."""
    if rows:
        new = source(kinds, rows)
        text = fragment(
            "INSERT INTO",
            f"{table} AS t ({owner}, {kinds.names}) SELECT ?::bigint, n.* FROM",
            f"{new.text} {taken.text} RETURNING 1",
        )
        yield Step(table, Sql(text, (seller, *new.params, *taken.params)), len(rows))


def changed(table: Table, seller: int, rows: list[Row]) -> Iterator[Step]:
    """Put rows in the place of those with their keys; each ends with the version that is there."""
    if rows:
        new = source(table.versioned, rows)
        values = ", ".join(
            f"{name} = n.{name}" for name in table.columns.each if name not in table.key
        )
        same = "".join(f" AND t.{name} = n.{name}" for name in table.key)
        text = fragment(
            "UPDATE",
            f"{table.name} AS t SET {values} FROM",
            f"{new.text} WHERE t.{table.owner} = ? AND t.version = n.kept{same} RETURNING 1",
        )
        yield Step(table.name, Sql(text, (*new.params, seller)), len(rows))


def put(table: Table, seller: int, puts: Iterable[tuple[Row, int | None]]) -> Iterator[Step]:
    """Write rows, each in the place of the one in a version, or as a new one where that is None."""
    news, others = list[Row](), list[Row]()
    for values, kept in puts:
        if kept is None:
            news.append(values)
        else:
            others.append((*values, kept))
    yield from inserted(table.name, seller, table.columns, news, owner=table.owner)
    yield from changed(table, seller, others)


def version(kept: Any) -> int | None:
    """Give the version of what a write is to replace, None for nothing."""
    return None if kept is None else kept.version
