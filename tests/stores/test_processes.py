"""SQLite among processes: killed in the middle, and several on one file at once."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orderglot.core.caller import Caller
from orderglot.core.order import Order
from orderglot.stores.migrations import migrations
from orderglot.stores.sqlite import SqliteStore
from tests.stores.store_process import BATCH, LINES

ROOT = Path(__file__).parents[2]


@contextmanager
def children(book: Path | str, *jobs: str) -> Iterator[list[subprocess.Popen[str]]]:
    """Start processes that wait for a line to begin, on a file or at a URL."""
    url = f"sqlite:///{book}" if isinstance(book, Path) else book
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.stores.store_process", url, job],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for job in jobs
    ]
    try:
        yield running
    finally:
        for child in running:
            child.kill()
            child.communicate()


def begin(running: list[subprocess.Popen[str]]) -> None:
    for child in running:
        assert child.stdin is not None
        child.stdin.write("begin\n")
        child.stdin.flush()


def finished(running: list[subprocess.Popen[str]]) -> list[str]:
    """Let processes work to their end and give all they said."""
    begin(running)
    printed = [child.communicate(timeout=60)[0] for child in running]
    assert [0] * len(running) == [child.returncode for child in running]
    return "".join(printed).splitlines()


def made(path: Path) -> Path:
    """Make a book with the seller of these tests."""

    async def make() -> None:
        store = SqliteStore(path)
        await store.add_seller("example")
        await store.close()

    asyncio.run(make())
    return path


def orders_in(path: Path) -> list[Order]:
    async def walk() -> list[Order]:
        store = SqliteStore(path)
        book = store.of(Caller(seller=(await store.seller("example")).id))
        found = [order async for order in book.walk()]
        await store.close()
        return found

    return asyncio.run(walk())


def checked(path: Path) -> None:
    """Look that the file is sound, and each order has its event, numbered without gaps."""
    connection = sqlite3.connect(path)
    try:
        assert [("ok",)] == connection.execute("PRAGMA integrity_check").fetchall()
        assert [] == connection.execute("PRAGMA foreign_key_check").fetchall()
        without_event = (
            "SELECT count(*) FROM orders AS o LEFT JOIN order_events AS e"
            " ON e.seller = o.seller AND e.order_id = o.id AND e.version = o.version"
            " WHERE e.version IS NULL"
        )
        assert (0,) == connection.execute(without_event).fetchone()
        misnumbered = (
            "SELECT e.seller FROM order_events AS e JOIN sequences AS s"
            " ON s.seller = e.seller AND s.thing = 'event' GROUP BY e.seller, s.next"
            " HAVING count(e.sequence) <> s.next - 1 OR max(e.sequence) <> s.next - 1"
        )
        assert [] == connection.execute(misnumbered).fetchall()
    finally:
        connection.close()


@pytest.mark.parametrize("acknowledged", [1, 20, 90])
def test_what_was_acknowledged_survives_a_kill_and_nothing_is_half_written(
    tmp_path: Path, acknowledged: int
) -> None:
    path = made(tmp_path / "book.db")
    with children(path, "burst") as (child,):
        begin([child])
        assert child.stdout is not None
        printed = [child.stdout.readline().split() for _ in range(acknowledged)]
        child.kill()
        # What was said but not yet read was acknowledged, too; the last line may be cut off.
        rest = child.stdout.read().splitlines(keepends=True)
        printed += [line.split() for line in rest if line.endswith("\n")]

    orders = orders_in(path)
    batches = Counter(
        order.references[0].id.rpartition("-")[0] for order in orders if order.references
    )
    assert {int(name) for what, name in printed if what == "placed"} <= {
        order.id for order in orders
    }
    assert {name for what, name in printed if what == "kept"} <= set(batches)
    assert {BATCH} >= set(batches.values())
    assert {LINES} == {order.lines for order in orders}
    checked(path)


def test_processes_that_open_a_new_book_at_once_make_it_once(tmp_path: Path) -> None:
    path = tmp_path / "book.db"
    with children(path, *["add"] * 4) as running:
        finished(running)

    connection = sqlite3.connect(path)
    (steps,) = connection.execute("SELECT count(*) FROM migrations").fetchone()
    (sellers,) = connection.execute("SELECT count(*) FROM sellers").fetchone()
    connection.close()
    assert len(migrations("sqlite")) == steps
    assert 4 == sellers
    checked(path)


def test_processes_that_write_at_once_never_give_an_id_twice(tmp_path: Path) -> None:
    path = made(tmp_path / "book.db")
    with children(path, "write", "write") as running:
        placed = [line.split()[1] for line in finished(running)]

    orders = orders_in(path)
    assert 100 == len(placed) == len(set(placed))
    assert 150 == len(orders) == len({order.id for order in orders})
    assert 50 == len({order.references for order in orders if order.references})
    checked(path)
