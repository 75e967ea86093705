"""Processes that share the jobs of a book, and are killed in the middle of a run."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orderglot.hub.books import open_store
from tests import postgres
from tests.jobs.job_process import PATIENCE, TOOK

SLACK = 20.0
"""So many seconds a busy machine may take for what takes it none."""

Written = list[tuple[float, str, int]]


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Make a book with a seller."""
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/book.db" if sqlite else postgres.new_database()

    async def made() -> None:
        store = open_store(url, create=True)
        await store.add_seller("acme")
        await store.close()

    asyncio.run(made())
    return url


@contextmanager
def three(url: str, log: Path) -> Iterator[dict[int, subprocess.Popen[bytes]]]:
    """Run three processes, by their ids."""
    log.touch()
    command = (sys.executable, "-m", "tests.jobs.job_process", url, str(log))
    found = [subprocess.Popen(command) for _ in range(3)]
    try:
        yield {one.pid: one for one in found}
    finally:
        for one in found:
            one.kill()
            one.wait()


def written(log: Path) -> Written:
    lines = [line.split() for line in log.read_text().splitlines()]
    return [(float(at), word, int(pid)) for at, word, pid in lines]


def until(log: Path, word: str, count: int) -> Written:
    """Wait until so many runs began or ended."""
    end = time.monotonic() + 2 * SLACK + count * (TOOK + PATIENCE)
    while [one for _, one, _ in written(log)].count(word) < count:
        assert time.monotonic() < end, written(log)
        time.sleep(0.05)
    return written(log)


def test_three_processes_run_a_job_one_at_a_time_and_go_on_where_one_is_killed(
    url: str, tmp_path: Path
) -> None:
    log, killed = tmp_path / "runs.log", dict[int, float]()
    with three(url, log) as processes:
        for count in (2, 4):
            at, word, pid = until(log, "began", count + len(killed))[-1]
            assert "began" == word
            processes[pid].kill()
            killed[pid] = time.monotonic()
        last = until(log, "ended", len([1 for _, one, _ in written(log) if one == "ended"]) + 2)

    at_it: int | None = None
    for at, word, pid in last:
        if word == "ended":
            assert at_it == pid
            at_it = None
            continue
        if at_it is not None:
            # Nobody else began before the one who was at it was dead, and not at once after that.
            assert killed[at_it] < at
            assert at - killed[at_it] < PATIENCE + TOOK + SLACK
            assert at_it in killed
        at_it = pid
    assert 2 == len(killed)
    assert {pid for at, _, pid in last if at > max(killed.values())} == (
        processes.keys() - killed.keys()
    )
