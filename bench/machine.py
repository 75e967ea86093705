"""The machine and the versions that figures were measured with, without anything that identifies it."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import time
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

CREATE = "CREATE TABLE commits (number INTEGER)"

PACKAGES = (
    *("orderglot", "granian", "uvloop", "msgspec", "lxml", "asyncpg"),
    *("django", "django-oscar", "django-oscar-api", "gunicorn", "psycopg"),
)


class Machine(Struct, frozen=True, kw_only=True):
    """Where and when."""

    date: str
    processor: str
    cores: int
    memory_gb: int
    system: str
    python: str
    sqlite: str
    commits: int
    """So many durable transactions of one row SQLite commits a second, one after another."""
    packages: dict[str, str]


def this_machine() -> Machine:
    """Describe the machine that this runs on."""
    processor = re.search(r"^model name\s*: (.+)$", _read("/proc/cpuinfo"), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s+(\d+) kB$", _read("/proc/meminfo"), re.MULTILINE)
    release = ".".join(platform.release().split(".")[:2])
    return Machine(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        processor=processor[1].strip() if processor else platform.machine(),
        cores=os.cpu_count() or 1,
        memory_gb=round(int(memory[1]) / 2**20) if memory else 0,
        system=f"{platform.system()} {release}",
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        commits=_commits(),
        packages={name: found for name in PACKAGES if (found := _version(name))},
    )


def _commits() -> int:
    with TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "commits.db", isolation_level=None)
        for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", CREATE):
            connection.execute(statement)
        began, count = time.monotonic(), 0
        while time.monotonic() < began + 1:
            connection.execute("INSERT INTO commits VALUES (?)", (count,))
            count += 1
        connection.close()
        return count


def _read(path: str) -> str:
    return Path(path).read_text(errors="replace")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
