"""Export: a book into Parquet, beside a bare pyarrow write of the same rows."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import Struct

from bench import output
from bench.imports import Effort, Ran, imported, on_server_core, ran
from bench.realfile import real_file
from bench.rounds import Spread, in_turns, ratio, spread

FORMS = {"an order a row": (), "a line a row": ("--lines",)}


class Exports(Struct, frozen=True, kw_only=True):
    """The figures of an export in one form; seconds, peak memory in MB.

    ``times`` is how many times as long it takes as pyarrow, from a program's own rows to the file;
    ``by_time`` is the same by processor time. The export is the whole program, with its start.
    """

    form: str
    file: str
    rows: int
    seconds: Spread
    bare: Spread
    times: Spread
    by_time: Spread
    memory: float
    memory_of_half: float
    """The same for the first half of the orders: what is constant does not grow with the book."""


def measured(folder: Path, effort: Effort) -> list[Exports]:
    """Export the book of the file several times, each time beside the same rows written by hand."""
    file, name = real_file(folder, effort.lines)
    imported(folder, file)
    book = (folder / "import.db").rename(folder / "book.db")
    return [_measured(book, name, form, effort.rounds) for form in FORMS]


def _measured(book: Path, name: str, form: str, rounds: int) -> Exports:
    output.log(f"export, {form}, of {name}")
    words = FORMS[form]
    whole = _exported(book, *words)
    half = _exported(book, *words, "--filter", f"id < {_middle(book)}")
    table = _exported_table(book, words)
    rows = table.to_pylist()
    sides: dict[str, Callable[[], tuple[float, float]]] = {
        "export": lambda: _took(_exported(book, *words)),
        "bare": partial(_written, rows, table.schema, book.with_name("bare.parquet")),
    }
    both = in_turns(sides, rounds)
    found = {side: [seconds for seconds, _ in some] for side, some in both.items()}
    processor = {side: [seconds for _, seconds in some] for side, some in both.items()}
    return Exports(
        form=form,
        file=name,
        rows=len(rows),
        seconds=spread(found["export"]),
        bare=spread(found["bare"]),
        times=ratio(found["export"], found["bare"]),
        by_time=ratio(processor["export"], processor["bare"]),
        memory=whole.memory,
        memory_of_half=half.memory,
    )


def _exported(book: Path, *words: str) -> Ran:
    """Export by the command."""
    file, where = book.with_name("export.parquet"), f"sqlite:///{book}"
    return ran("orderglot.cli", "export", str(file), "--force", "--database", where, *words)


def _took(done: Ran) -> tuple[float, float]:
    return done.seconds, done.processor


def _exported_table(book: Path, words: tuple[str, ...]) -> Any:
    from pyarrow import parquet

    _exported(book, *words)
    return parquet.read_table(book.with_name("export.parquet"))


def _middle(book: Path) -> int:
    with closing(sqlite3.connect(book)) as connection:
        first, last = connection.execute("SELECT min(id), max(id) FROM orders").fetchone()
    return int(first + last) // 2


def _written(rows: list[dict[str, Any]], schema: Any, path: Path) -> tuple[float, float]:
    """Write rows with pyarrow; gives the seconds it took, and those of the processor."""
    import pyarrow as pa
    from pyarrow import parquet

    with on_server_core():
        began, processor = time.perf_counter(), time.process_time()
        parquet.write_table(pa.Table.from_pylist(rows, schema), path)
        return time.perf_counter() - began, time.process_time() - processor
