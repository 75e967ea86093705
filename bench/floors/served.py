"""The application of a floor, made in the process that serves it, by what its environment says."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.floors.connection import application as line
from bench.floors.connection import fixed
from bench.floors.rows import Rows


def application() -> Any:
    """Make the application."""
    floor = os.environ["BENCH_FLOOR"]
    if floor == "fixed":
        return fixed(Path(os.environ["BENCH_ANSWER"]).read_bytes())
    return line(import_module(f"bench.floors.{floor}").answering(_rows()))


def _rows() -> Rows:
    url = os.environ["BENCH_DATABASE"]
    if url.startswith("postgresql://"):
        from bench.floors.postgres import PostgresRows

        return PostgresRows(url)
    from bench.floors.sqlite import SqliteRows

    grouped = os.environ["BENCH_COMMITS"] == "grouped"
    return SqliteRows(url.removeprefix("sqlite:///"), grouped=grouped)
