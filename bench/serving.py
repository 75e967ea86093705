"""Servers in processes of their own, on cores of their own, with their memory and processor time."""

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

from msgspec.structs import replace

from bench.load import Sample, Wrong, once, send_load

ROOT = Path(__file__).parent.parent
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)\s*")
"""The last line that a server prints when it has started."""

GRACE = 10
THREADS = 8
NOTHING = b"GET /no-such-path HTTP/1.1\r\nhost: localhost\r\n\r\n"

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]


class Serving:
    """A server on a port of this machine."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port

    def wait(self) -> None:
        """Wait until a first answer comes, of any status; raises Wrong where none does."""
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
        return max(_with_descendants(self.process.pid), key=_resident)

    def memory(self) -> float:
        """Give the memory of its largest worker in MB, as Linux counts what is resident."""
        return _resident(self.worker()) * 1024 / 10**6

    def processor_time(self) -> float:
        """Give the processor time of all its processes, in microseconds."""
        return sum(map(_processor_time, _with_descendants(self.process.pid))) / 1000

    def send_load(self, requests: Iterator[bytes], *, connections: int, seconds: float) -> Sample:
        """Send load as ``load.send_load`` does, and measure the server's processor time as well."""
        before = self.processor_time()
        sample = send_load(self.port, requests, connections=connections, seconds=seconds)
        if sample.refused:
            raise Wrong(f"{sample.refused} of {sample.answers} requests were refused")
        return replace(sample, cost=(self.processor_time() - before) / sample.answers)


def take_load_core() -> None:
    """Pin this process, which generates the load, to a core that no single worker is pinned to."""
    os.sched_setaffinity(0, {LOAD_CORE})


def orderglot(database: str, workers: int = 1, *, journal: str = "off") -> tuple[str, ...]:
    """Give the command that serves a book with Orderglot."""
    words = ("serve", "--port", "0", "--database", database, "--workers", str(workers))
    return (sys.executable, "-m", "orderglot.cli", *words, "--journal", journal)


def floor(
    dialect: str, database: str, workers: int = 1, *, commits: str = "grouped"
) -> tuple[str, ...]:
    """Give the command that serves one dialect of a book with the floor."""
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
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def serving(
    command: Sequence[str],
    workers: int = 1,
    extra: Mapping[str, str] | None = None,
    port: int = 0,
) -> Iterator[Serving]:
    """Serve while the block runs; a single worker has a core to itself, two have two.

    ``extra`` is added to its environment. Where no port is given, the server prints it.

    Raises Wrong with the server's output where it does not start.
    """
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment() | dict(extra or {}),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE} if workers == 1 else set(CORES)),
    )
    try:
        server = Serving(process, port or _printed_port(process))
        server.wait()
        yield server
    finally:
        _end(process)


def environment() -> dict[str, str]:
    """Give the environment of a program of this tree, without settings for it.

    Bytecode may be written, as it is for an installed program.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ORDERGLOT_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**kept, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}


def _printed_port(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    for line in process.stdout:
        if found := ADDRESS.fullmatch(line):
            return int(found[1])
    process.kill()
    raise Wrong(f"The server does not serve: {process.communicate()[1][-2000:]}")


def _end(process: subprocess.Popen[str]) -> None:
    processes = _with_descendants(process.pid)
    process.send_signal(signal.SIGTERM)
    try:
        process.communicate(timeout=GRACE)
    except subprocess.TimeoutExpired:
        for pid in reversed(processes):
            _kill(pid)
        process.communicate()


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _with_descendants(pid: int) -> list[int]:
    """Give a process and all its descendants."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [pid, *(one for child in children for one in _with_descendants(int(child)))]


def _processor_time(pid: int) -> int:
    """Give the processor time of a process's threads in nanoseconds, 0 where it is gone."""
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
