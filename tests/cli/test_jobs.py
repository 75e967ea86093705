"""``orderglot jobs``, and the process beside ``orderglot serve`` that runs what is due."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from orderglot.cli.jobs_keeper import CLIENTS_FIRST
from orderglot.jobs import pulling
from orderglot.sync.pages import RetryPolicy
from tests.cli.program import (
    PROGRAM,
    clean_environment,
    done,
    done_json,
    refused,
    run,
    serving,
)

CHANNEL = """
[channels.there]
dialect = "kole"
url = "http://127.0.0.1:9"
id = "X1"
api_key = "s3cret"
seller = "acme"
pull = "1h"
"""
CHILD = "orderglot.cli.jobs_process"
LONG = 40.0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a book with a seller, and stand in its folder."""
    monkeypatch.chdir(tmp_path)
    done("seller", "add", "acme")
    return tmp_path


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def children(of: int) -> list[int]:
    """Give the jobs processes that a process has begun."""
    found = list[int]()
    for folder in Path("/proc").iterdir():
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_text()
        except (OSError, IndexError, ValueError):
            continue
        if parent == of and CHILD in command:
            found.append(int(folder.name))
    return found


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_book_without_channels_has_no_jobs_but_its_own(folder: Path) -> None:
    assert "There are no jobs" in done("jobs")
    assert [] == done_json("jobs")
    assert "done" in done("jobs", "run", "tidy")
    (tidy,) = done_json("jobs", "--operator")

    assert ("tidy", 3600, False, "", 0) == tuple(
        tidy[name] for name in ("name", "every", "paused", "running", "failing")
    )
    (first,) = done_json("jobs", "runs", "tidy", "--operator")
    assert ("done", 0, "") == (first["how"], first["code"], first["reason"])
    assert "no job 'there.pull'" in refused("jobs", "run", "there.pull")
    assert "no job 'there.pull'" in refused("jobs", "pause", "there.pull")


def test_a_job_that_fails_ends_so_and_is_listed_with_its_reason(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "PERSIST", RetryPolicy(longest=0.1))
    (folder / "orderglot.toml").write_text(CHANNEL)

    result = run("jobs", "run", "there.pull", "--json")

    assert 1 == result.exit_code
    (job,) = done_json("jobs")
    assert ("there.pull", "kole@there", 1) == (job["name"], job["channel"], job["failing"])
    assert "http://127.0.0.1:9 cannot be reached" in job["last"]["reason"]
    assert "s3cret" not in done("jobs") + done("jobs", "runs", "there.pull")
    done("jobs", "pause", "there.pull")
    assert "paused" in done("jobs")
    assert done_json("jobs")[0]["next"] is None
    done("jobs", "resume", "there.pull")
    assert done_json("jobs")[0]["next"] is not None
    assert "is forgotten" in done("jobs", "forget", "there.pull")
    assert [] == done_json("jobs")
    acts = [one["what"] for one in done_json("log", "acts")]
    assert ["job.forgotten", "job.resumed", "job.paused"] == acts[:3]


def test_a_channel_that_is_wrong_is_refused_before_anything_is_served(folder: Path) -> None:
    (folder / "orderglot.toml").write_text(CHANNEL.replace('"1h"', '"soon"'))

    for words in (("serve", "--port", "0"), ("jobs", "work"), ("jobs", "run", "there.pull")):
        sentence = refused(*words, code=2)
        assert sentence.startswith("channels.there.pull: 'soon' is no span from 10s to 7d"), words


def test_serve_keeps_one_process_for_the_jobs_which_ends_with_it(folder: Path) -> None:
    (folder / "orderglot.toml").write_text(CHANNEL)
    with serving(folder) as server:
        until(lambda: children(server.process.pid))
        (first,) = children(server.process.pid)
        os.kill(first, signal.SIGKILL)
        until(lambda: children(server.process.pid) not in ([], [first]))
        (second,) = children(server.process.pid)
        until(lambda: done_json("jobs") and done_json("jobs")[0]["last"])
        code, logged = server.end()

    assert (0, False) == (code, is_there(second))
    assert "the jobs process ended" in logged
    assert "Traceback" not in logged


def test_the_jobs_process_ends_when_its_server_is_killed(folder: Path) -> None:
    with serving(folder) as server:
        until(lambda: children(server.process.pid))
        (child,) = children(server.process.pid)
        server.process.kill()
        server.process.wait()

        until(lambda: not is_there(child))


def test_who_serves_without_jobs_runs_them_apart(folder: Path) -> None:
    with serving(folder, "--no-jobs") as server:
        time.sleep(CLIENTS_FIRST + 2)
        assert [] == children(server.process.pid)
    apart = subprocess.Popen(
        (*PROGRAM, "jobs", "work"),
        cwd=folder,
        env=clean_environment(folder),
        stdout=subprocess.PIPE,
        text=True,
    )
    until(lambda: [one for one in done_json("jobs", "--operator") if one["last"]])
    apart.send_signal(signal.SIGTERM)

    assert "Running what is due of tidy, erase, webhooks." in apart.communicate(timeout=LONG)[0]
    assert 0 == apart.returncode
