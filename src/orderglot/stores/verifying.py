"""Verifying: whether everything in a book can be read, and is what its rows and counts say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from msgspec import Struct

from orderglot.core.errors import Upstream
from orderglot.core.order import Order
from orderglot.stores import damage
from orderglot.stores.beside import BESIDE, Run
from orderglot.stores.copying import SIZE, OnProgress, Progress
from orderglot.stores.damage import KINDS, Names
from orderglot.stores.rows import Gone, Row, Rows, Table
from orderglot.stores.sql.rows import STANDING, row


class Finding(Struct, frozen=True):
    """What is amiss: in which table, of whose book, with what, and what it is."""

    table: str
    seller: str
    key: str
    reason: str


class Verified(Struct, frozen=True):
    """How many rows were read of how many tables, and what is amiss."""

    tables: int
    rows: int
    findings: tuple[Finding, ...]


async def verify(rows: Rows, on_progress: OnProgress) -> Verified:
    """Read everything in a book; nothing is changed. Raises Gone where the server goes meanwhile."""
    tables = await rows.tables()
    await rows.stand_still()
    counts = {one.name: await _count(rows, one) for one in tables}
    findings = [Finding("", "", "", reason) for reason in await _examined(rows)]
    names: Names = {}
    done = 0
    for table in tables:
        try:
            read, run = 0, None
            async for found in rows.rows(table):
                read += 1
                if table.name == "sellers":
                    names[found[0]] = str(found[table.columns.index("name")])
                thing, reason = _amiss(table, found)
                if reason:
                    findings.append(_finding(table, found, names, reason))
                if table.name in BESIDE:
                    seller, id = found[: table.key]
                    if run is None or run.is_over(seller):
                        findings += [one async for one in _strays(rows, table, run, names)]
                        run = Run(seller)
                    run.add(id, thing)
                if read % SIZE == 0:
                    of = counts[table.name]
                    at = Progress(table.name, True, read, of, done + read, sum(counts.values()))
                    on_progress(at)
            findings += [one async for one in _strays(rows, table, run, names)]
            done += read
        except Gone:
            raise
        except Upstream as error:
            findings.append(
                Finding(table.name, "", "", f"cannot be read to its end: {error.message}")
            )
    return Verified(len(tables), done, tuple(findings))


async def _examined(rows: Rows) -> tuple[str, ...]:
    try:
        return await rows.examine()
    except Gone:
        raise
    except Upstream as error:
        return (f"what stands beside the rows cannot be checked: {error.message}",)


async def _count(rows: Rows, table: Table) -> int:
    try:
        return await rows.count(table)
    except Gone:
        raise
    except Upstream:
        # Reading it says so.
        return 0


def _amiss(table: Table, found: Row) -> tuple[Any, str]:
    """Give the document in a row, None where none can be read, and what is amiss with it, "" where nothing is."""
    if damage.unreadable(table, found) is not None:
        return None, "is damaged and cannot be read"
    kind = KINDS.get(table.name)
    if kind is None:
        return None, ""
    values = dict(zip(table.columns, found, strict=True))
    thing = kind.read(values["document"])
    expected = dict(zip(STANDING, row(thing), strict=True)) if isinstance(thing, Order) else {}
    if not expected:
        expected = {name: getattr(thing, name) for name in (kind.key, "version") if name in values}
    odd = sorted(name for name, value in expected.items() if values[name] != value)
    return thing, f"is not what its row says: {', '.join(odd)}" if odd else ""


async def _strays(
    rows: Rows, table: Table, run: Run | None, names: Names
) -> AsyncIterator[Finding]:
    """Give the documents by which others are looked up in the tables beside them than they say."""
    if run is None:
        return
    for beside in BESIDE[table.name]:
        for id in run.odd(beside, await rows.beside(beside, run.seller, *run.ends)):
            whose = names.get(run.seller, str(run.seller))
            yield Finding(table.name, whose, str(id), f"is not what {beside.table} says")


def _finding(table: Table, found: Row, names: Names, reason: str) -> Finding:
    seller, key = damage.named(table, found)
    return Finding(table.name, names.get(seller, str(seller)), key, reason)
