"""Processes that make or bring up one book at the same moment, and one that is killed at it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from torture.harness import Ground, Row
from torture.server_process import PROGRAM, environment
from torture.stores import Kind

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
"""Opens a book when it is told to, everything it needs being there already."""

LONGEST = 0.03
"""So many seconds a process has at most to make the book before it is killed."""


def run(ground: Ground) -> None:
    """Begin several at once, again and again, then kill some in the middle."""
    for store in ground.stores:
        with ground.row(f"processes that make one book at once, {store.name}") as row:
            for _ in range(ground.many(ROUNDS)):
                _together(ground, row, store)
        with ground.row(f"processes killed while they make a book, {store.name}") as row:
            for number in range(ground.many(KILLS)):
                _killed(ground, row, store, number)


def _begin(folder: Path, url: str, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        (*SELLER, name, "--database", url),
        cwd=folder,
        env=environment(folder),
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _together(ground: Ground, row: Row, store: Kind) -> None:
    folder = ground.place()
    url = store.new(folder)
    running = [_begin(folder, url, f"seller-{number}") for number in range(TOGETHER)]
    for process in running:
        _, complaint = process.communicate(timeout=TIMEOUT)
        row.hold((0, ""), (process.returncode, complaint), "a process that opened a new book")
    row.hold(TOGETHER, len(_sellers(folder, url)), "sellers in the book")
    for complaint in store.complaints(url):
        row.lose(complaint)


def _killed(ground: Ground, row: Row, store: Kind, number: int) -> None:
    """Kill processes a little later each time; the book must be whole for whoever comes next."""
    folder = ground.place()
    url = store.new(folder)
    dice = ground.chance(store.name, number)
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
        time.sleep(dice.uniform(0, LONGEST))
        os.kill(process.pid, signal.SIGKILL)
        if not process.stdout.read():
            row.add("killed before they were done")
    process = _begin(folder, url, "whole")
    _, complaint = process.communicate(timeout=TIMEOUT)
    row.hold((0, ""), (process.returncode, complaint), "the process behind those killed")
    row.hold(True, "whole" in _sellers(folder, url), "its seller is in the book")
    for complaint in store.complaints(url):
        row.lose(complaint)


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
