"""Processes that create or migrate one book at the same moment, and some that are killed meanwhile."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from torture.harness import Harness, Row
from torture.server_process import PROGRAM, environment
from torture.stores import StoreKind

ROUNDS = 4
KILLS = 20
TOGETHER = 6
TIMEOUT = 60
SELLER = (*PROGRAM, "seller", "add")
OPEN = (
    "import sys; from orderglot.hub.books import open_store;"
    "from orderglot.stores import postgres, sqlite; print(flush=True); sys.stdin.readline();"
    "open_store(sys.argv[1], create=True); print('done', flush=True); sys.stdin.readline()"
)
"""Opens a book when it is told to, with everything imported before."""

LONGEST = 0.03
"""So many seconds a process has at most to create the book before it is killed."""


def run(harness: Harness) -> None:
    """Start several at once, again and again, then kill some meanwhile."""
    for store in harness.stores:
        with harness.row(f"processes that create one book at once, {store.name}") as row:
            for _ in range(harness.scaled(ROUNDS)):
                _together(harness, row, store)
        with harness.row(f"processes killed while they create a book, {store.name}") as row:
            for number in range(harness.scaled(KILLS)):
                _killed(harness, row, store, number)


def _begin(folder: Path, url: str, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        (*SELLER, name, "--database", url),
        cwd=folder,
        env=environment(folder),
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _together(harness: Harness, row: Row, store: StoreKind) -> None:
    folder = harness.new_folder()
    url = store.new(folder)
    running = [_begin(folder, url, f"seller-{number}") for number in range(TOGETHER)]
    for process in running:
        _, problem = process.communicate(timeout=TIMEOUT)
        row.expect((0, ""), (process.returncode, problem), "a process that opened a new book")
    row.expect(TOGETHER, len(_sellers(folder, url)), "sellers in the book")
    row.check_books(store, url)


def _killed(harness: Harness, row: Row, store: StoreKind, number: int) -> None:
    """Kill processes at random moments; the next process must find the book whole."""
    folder = harness.new_folder()
    url = store.new(folder)
    rng = harness.random(store.name, number)
    with subprocess.Popen(
        (sys.executable, "-c", OPEN, url),
        cwd=folder,
        env=environment(folder),
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        process.stdin.write("begin\n")
        process.stdin.flush()
        time.sleep(rng.uniform(0, LONGEST))
        os.kill(process.pid, signal.SIGKILL)
        if not process.stdout.read():
            row.increment("killed before they were done")
    process = _begin(folder, url, "whole")
    _, problem = process.communicate(timeout=TIMEOUT)
    row.expect((0, ""), (process.returncode, problem), "the process behind those killed")
    row.expect(True, "whole" in _sellers(folder, url), "its seller is in the book")
    row.check_books(store, url)


def _sellers(folder: Path, url: str) -> list[str]:
    listed = subprocess.run(
        (*PROGRAM, "seller", "list", "--json", "--database", url),
        cwd=folder,
        env=environment(folder),
        check=True,
        capture_output=True,
        text=True,
    )
    return [seller["name"] for seller in json.loads(listed.stdout)]
