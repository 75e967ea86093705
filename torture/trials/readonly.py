"""A book that may only be read: what would write says so in one sentence, what only reads answers."""

from __future__ import annotations

import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

from torture import books
from torture.harness import Harness, Row
from torture.server_process import PROGRAM, environment
from torture.stores import Sqlite

AS_ANYBODY = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Runs a program without the two capabilities by which root may write to read-only files."""

TIMEOUT = 60
COMMANDS = (
    ("serve", "--port", "0"),
    ("serve", "--port", "0", "--workers", "2"),
    ("seller", "add", "another"),
    ("seller", "list"),
    ("key", "add", "--seller", "kole", "--dialect", "kole", "--everybody"),
)
READING = (("book", "--seller", "kole"), ("book", "--json"))


def run(harness: Harness) -> None:
    """Take away the right to write to the file, to its folder, and to both."""
    with harness.row("commands on a book that may only be read, SQLite") as row:
        row.untried = harness.no_file
        if row.untried:
            return
        if os.getuid() == 0 and shutil.which(AS_ANYBODY[0]) is None:
            row.untried = "root may write everything here; run it as an ordinary user"
            return
        for file, folder in ((0o444, 0o755), (0o644, 0o555), (0o444, 0o555)):
            _refused(harness, row, file, folder)


def _refused(harness: Harness, row: Row, file: int, folder: int) -> None:
    place = harness.new_folder()
    url = Sqlite().new(place)
    books.made(url)
    path = place / "book.db"
    before = sha256(path.read_bytes()).hexdigest()
    path.chmod(file)
    place.chmod(folder)
    try:
        for command in COMMANDS:
            what = f"{' '.join(command)} with file {file:o} in folder {folder:o}"
            row.expect("", _fault_of(command, url, harness.folder), what)
        for command in READING:
            done = _run(command, url, harness.folder)
            row.expect((0, ""), (done.returncode, done.stderr[-300:]), " ".join(command))
    finally:
        place.chmod(0o755)
        path.chmod(0o644)
    row.expect(before, sha256(path.read_bytes()).hexdigest(), "the book as it was")


def _fault_of(command: tuple[str, ...], url: str, folder: Path) -> str:
    """Run a command, and tell what is wrong with its refusal, "" if nothing."""
    done = _run(command, url, folder)
    sentence = done.stderr.startswith("orderglot: ") and done.stderr.count("\n") == 1
    return "" if done.returncode == 1 and sentence else f"{done.returncode} {done.stderr[-300:]}"


def _run(command: tuple[str, ...], url: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (*(AS_ANYBODY if os.getuid() == 0 else ()), *PROGRAM, *command, "--database", url),
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
