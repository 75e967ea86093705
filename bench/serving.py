"""Serving: a server in processes of its own, on cores of its own, and the memory that it takes."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from msgspec.structs import replace

from bench.load import Sample, Wrong, once, press

ROOT = Path(__file__).parent.parent
SERVING = re.compile(r"at http://127\.0\.0\.1:(\d+)")
READY = "Stop with Ctrl-C."
GRACE = 10
THREADS = 8
NOTHING = b"GET /no-such-path HTTP/1.1\r\nhost: localhost\r\n\r\n"

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]


class Serving:
    """A server that answers on a port of this machine."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port

    def wait(self) -> None:
        """Wait until a first answer comes, whatever it says; raises Wrong where none does."""
        end = time.monotonic() + GRACE
        while time.monotonic() < end:
            try:
                once(self.port, iter([NOTHING]))
            except (OSError, Wrong):
                time.sleep(0.05)
            else:
                return
        self.process.kill()
        raise Wrong(f"The server does not answer: {self.process.communicate()[1][-2000:]}")

    def worker(self) -> int:
        """Give the process id of its largest worker, which is the largest of its processes."""
        return max(_family(self.process.pid), key=_resident)

    def memory(self) -> float:
        """Give the memory of its largest worker in MB, as Linux counts what is resident."""
        return _resident(self.worker()) * 1024 / 10**6

    def on_core(self) -> float:
        """Give the time that all its processes were on a core, in microseconds."""
        return sum(map(_on_core, _family(self.process.pid))) / 1000

    def press(self, requests: Iterator[bytes], *, connections: int, seconds: float) -> Sample:
        """Ask as ``load.press`` does, and tell what it cost the server."""
        before = self.on_core()
        sample = press(self.port, requests, connections=connections, seconds=seconds)
        if sample.refused:
            raise Wrong(f"{sample.refused} of {sample.answers} requests were refused")
        return replace(sample, cost=(self.on_core() - before) / sample.answers)


def take_load_core() -> None:
    """Pin this process, which asks, to a core that no single worker answers on."""
    os.sched_setaffinity(0, {LOAD_CORE})


def orderglot(database: str, workers: int = 1) -> tuple[str, ...]:
    """Give the command that serves a book with Orderglot."""
    words = ("serve", "--port", "0", "--database", database, "--workers", str(workers))
    return (sys.executable, "-m", "orderglot.cli", *words)


def floor(
    dialect: str, database: str, workers: int = 1, *, commits: str = "grouped"
) -> tuple[str, ...]:
    """Give the command that serves one dialect of a book with what was written by hand."""
    words = ("--database", database, "--workers", str(workers), "--commits", commits)
    return (sys.executable, "-m", "bench.floors", dialect, *words)


def ceiling(response: Path, workers: int = 1) -> tuple[str, ...]:
    """Give the command that answers every request with the response in a file."""
    words = ("--response", str(response), "--workers", str(workers))
    return (sys.executable, "-m", "bench.floors", "fixed", *words)


def gunicorn(application: str, port: int, workers: int) -> tuple[str, ...]:
    """Give the command that serves a WSGI application, with threads so that connections stay open."""
    words = ("--bind", f"127.0.0.1:{port}", "--workers", str(workers), "--log-level", "critical")
    threads = ("--worker-class", "gthread", "--threads", str(THREADS), "--keep-alive", "60")
    return (sys.executable, "-m", "gunicorn", application, *words, *threads)


def free_port() -> int:
    """Give a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as line:
        return int(line.getsockname()[1])


@contextmanager
def serving(
    command: Sequence[str],
    workers: int = 1,
    also: Mapping[str, str] | None = None,
    port: int = 0,
) -> Iterator[Serving]:
    """Serve while the block runs; a single worker has a core to itself, two have two.

    ``also`` is put into its environment. Where no port is given, it says at which it serves.

    Raises Wrong with what it said where it does not begin to serve.
    """
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment() | dict(also or {}),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE} if workers == 1 else set(CORES)),
    )
    try:
        server = Serving(process, port or _said_port(process))
        server.wait()
        yield server
    finally:
        _end(process)


def environment() -> dict[str, str]:
    """Give the environment of a program of this tree, in which nothing is set for it.

    An installed program finds its bytecode there, and so does this one.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ORDERGLOT_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**kept, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}


def _said_port(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    found = SERVING.search("\n".join(_until_ready(process.stdout)))
    if found is None:
        process.kill()
        raise Wrong(f"The server does not serve: {process.communicate()[1][-2000:]}")
    return int(found[1])


def _until_ready(lines: IO[str]) -> Iterator[str]:
    for line in lines:
        yield line
        if line.rstrip().endswith(READY):
            return


def _end(process: subprocess.Popen[str]) -> None:
    family = _family(process.pid)
    process.send_signal(signal.SIGTERM)
    try:
        process.communicate(timeout=GRACE)
    except subprocess.TimeoutExpired:
        for pid in reversed(family):
            _kill(pid)
        process.communicate()


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _family(pid: int) -> list[int]:
    """Give a process and all that come of it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [pid, *(one for child in children for one in _family(int(child)))]


def _on_core(pid: int) -> int:
    """Give the time that a process's threads were on a core in nanoseconds, 0 where it is gone."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        return sum(int((one / "schedstat").read_text().split()[0]) for one in threads)
    except FileNotFoundError:
        return 0


def _resident(pid: int) -> int:
    """Give the resident memory of a process in KiB, 0 where it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return 0
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) if found else 0
