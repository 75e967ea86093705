"""Import: a file of order lines into a new book, beside a bare ``executemany`` of the same rows."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from bench import output
from bench.floors.lines import SETTINGS
from bench.realfile import LINES_OF_A_YEAR, real_file
from bench.rounds import Spread, in_turns, ratio, spread
from bench.serving import SERVER_CORE, environment
from orderglot.hub.books import open_store
from orderglot.stores.sql.grammar import fragment

TABLES = (
    "sellers",
    "customers",
    "customer_references",
    "orders",
    "order_references",
    "order_links",
    "order_events",
    "sequences",
)
"""The tables that an import fills, referenced tables first."""


class Imports(Struct, frozen=True, kw_only=True):
    """The figures of an import; rates in orders a second, peak memory in MB.

    ``of_lines`` and ``of_rows`` are the shares of two bare rates that the import reaches: of a program
    that reads the file's own rows and inserts them into one table, and of inserting the very rows
    that the import ends in, which were prepared beforehand.
    """

    file: str
    orders: int
    lines: int
    rate: Spread
    lines_rate: Spread
    rows_rate: Spread
    of_lines: Spread
    of_rows: Spread
    memory: float
    memory_of_half: float
    """The same for half of the lines: what is constant does not grow with the file."""


class Took(Struct, frozen=True):
    """One import: its time, its peak memory, and what it took in."""

    seconds: float
    memory: float
    orders: int
    lines: int


class Effort(Struct, frozen=True, kw_only=True):
    """How much to measure."""

    lines: int = LINES_OF_A_YEAR
    rounds: int = 3


QUICK = Effort(lines=20_000, rounds=1)


def measured(folder: Path, effort: Effort) -> Imports:
    """Import the file several times, each time beside the same rows inserted by hand."""
    file, name = real_file(folder, effort.lines)
    half, _ = real_file(folder, effort.lines // 2)
    output.log(f"import of {name}")
    of_half, whole = imported(folder, half), imported(folder, file)
    kept = (folder / "import.db").rename(folder / "kept.db")
    sides: dict[str, Callable[[], float]] = {
        "import": lambda: imported(folder, file).seconds,
        "lines": partial(_insert_lines, folder / "bare.db", file),
        "rows": partial(_insert_rows, folder / "bare.db", kept),
    }
    found = in_turns(sides, effort.rounds)
    done = Imports(
        file=name,
        orders=whole.orders,
        lines=whole.lines,
        rate=spread([whole.orders / took for took in found["import"]]),
        lines_rate=spread([whole.orders / took for took in found["lines"]]),
        rows_rate=spread([whole.orders / took for took in found["rows"]]),
        of_lines=ratio(found["lines"], found["import"]),
        of_rows=ratio(found["rows"], found["import"]),
        memory=whole.memory,
        memory_of_half=of_half.memory,
    )
    output.log(
        f"import: {done.rate.median:,.0f} orders/s, {done.of_lines.median:.2f} of the file's rows by"
        f" executemany, {done.of_rows.median:.2f} of the rows it ends in;"
        f" {done.memory:.0f} MB, for half of it {of_half.memory:.0f} MB"
    )
    return done


def imported(folder: Path, file: Path) -> Took:
    """Import into a new book by the command."""
    _remove(folder / "import.db")
    words = ("import", str(file), "--seller", "bench", "--currency", "GBP", "--json")
    where = ("--rejects", os.devnull, "--database", f"sqlite:///{folder / 'import.db'}")
    done = ran("orderglot.cli", *words, *where)
    taken = json.loads(done.printed)["taken"]
    return Took(done.seconds, done.memory, taken["orders"], taken["lines"])


def _insert_lines(path: Path, file: Path) -> float:
    """Read the rows of the file and insert them into a table; gives the seconds it took."""
    _remove(path)
    return ran("bench.floors.lines", str(file), str(path)).seconds


LAUNCHER = """
import os, sys
os.sched_setaffinity(0, {int(sys.argv[1])})
process = os.posix_spawn(sys.executable, [sys.executable, "-m", *sys.argv[2:]], os.environ)
_, status, used = os.wait4(process, 0)
sys.stdout.write(f"\\n{used.ru_maxrss} {used.ru_utime + used.ru_stime}")
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""Runs a program from a small process: the memory of one begins with that of whoever begins it."""


class Ran(NamedTuple):
    """A program that ran: its seconds, its peak memory in MB, its output, its seconds of the processor."""

    seconds: float
    memory: float
    printed: bytes
    processor: float


def ran(module: str, *words: str) -> Ran:
    """Run a program on the server's core."""
    began = time.perf_counter()
    process = subprocess.Popen(
        (sys.executable, "-c", LAUNCHER, str(SERVER_CORE), module, *words),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    printed, _ = process.communicate()
    took = time.perf_counter() - began
    assert process.returncode == 0, printed
    printed, _, used = printed.rpartition(b"\n")
    kilobytes, processor = used.split()
    return Ran(took, int(kilobytes) * 1024 / 10**6, printed, float(processor))


def _insert_rows(path: Path, kept: Path) -> float:
    """Insert the rows of a book into a new one; gives the seconds it took."""
    _remove(path)
    asyncio.run(open_store(f"sqlite:///{path}", create=True).close())
    rows = {table: list(_rows(kept, table)) for table in TABLES}
    with on_server_core(), closing(_opened(path)) as connection:
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        for table, several in rows.items():
            if several:
                marks = ", ".join("?" * len(several[0]))
                connection.executemany(
                    fragment("INSERT INTO", table, "VALUES (", marks, ")"), several
                )
        connection.execute("COMMIT")
        return time.perf_counter() - began


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    for setting in SETTINGS:
        connection.execute(f"PRAGMA {setting}")
    return connection


@contextmanager
def on_server_core() -> Iterator[None]:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {SERVER_CORE})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _remove(path: Path) -> None:
    for old in path.parent.glob(f"{path.name}*"):
        old.unlink()


def _rows(path: Path, table: str) -> Iterator[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    yield from connection.execute(fragment("SELECT * FROM", table))
    connection.close()
