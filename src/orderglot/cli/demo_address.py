"""The address of the demo: ``orderglot serve --demo`` writes it beside the demo book, for ``orderglot demo``."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

BASE = "http://127.0.0.1:8400"
"""Where the demo is when nobody says otherwise."""


@contextmanager
def left(folder: Path, address: str) -> Iterator[None]:
    """Leave an address in a folder for as long as it is served there.

    The file stays locked for as long: after a server that was killed it may still be there, but
    nobody holds its lock any more.
    """
    file = folder / f"demo-{os.getpid()}.url"
    with file.open("w", encoding="utf-8") as lines:
        fcntl.flock(lines, fcntl.LOCK_EX)
        lines.write(address)
        lines.flush()
        try:
            yield
        finally:
            file.unlink(missing_ok=True)


def served(folder: Path) -> str:
    """Give where the demo is being served, the one that began last where there are several; else ""."""
    found: dict[float, str] = {}
    for file in folder.glob("demo-*.url"):
        # Its server may end at any moment.
        with suppress(FileNotFoundError), file.open(encoding="utf-8") as lines:
            if _is_locked(lines):
                found[file.stat().st_mtime] = lines.read()
            else:
                file.unlink()
    return found[max(found)] if found else ""


def _is_locked(lines: IO[str]) -> bool:
    try:
        fcntl.flock(lines, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False
