"""``orderglot serve`` as a process: start it, kill it, limit it, and measure its memory and time."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from torture.harness import Row

PROGRAM = (sys.executable, "-m", "orderglot.cli")
ADDRESS = re.compile(r"http://\S+:(\d+)")
"""The last line that a server prints at its beginning."""
TIMEOUT = 60
"""So many seconds a process may take to begin or to end."""


class Served:
    """A serving process in a process group of its own."""

    def __init__(self, process: subprocess.Popen[str], printed: list[str], log: Path) -> None:
        self.process = process
        self.log = log
        found = ADDRESS.fullmatch(printed[-1])
        assert found is not None, printed
        self.port = int(found[1])

    def await_workers(self, count: int) -> None:
        """Wait until so many workers have logged that they serve."""
        last = time.monotonic() + TIMEOUT
        while self.log.read_text(errors="replace").count('"serving"') < count:
            if time.monotonic() > last or not self.alive():
                raise RuntimeError(f"it did not begin: {self.log.read_text()[:300]}")
            time.sleep(0.02)

    def kill(self) -> None:
        """Kill all its processes at once, as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(TIMEOUT)

    def end(self, *, whole: bool = False) -> tuple[int, float]:
        """Ask it to end; gives its exit code and how many seconds that took.

        With ``whole`` the signal goes to all its processes, as a service manager's does.
        """
        began = time.monotonic()
        if whole:
            os.killpg(self.process.pid, signal.SIGTERM)
        else:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(TIMEOUT)
        return code, time.monotonic() - began

    def alive(self) -> bool:
        """Tell whether it still runs."""
        return self.process.poll() is None

    def memory(self) -> int:
        """Give the resident memory of all its processes, in bytes."""
        return sum(resident(process) for process in self.processes())

    def worker_memory(self) -> int:
        """Give the resident memory of its largest worker, in bytes."""
        return max(resident(process) for process in self.processes()[1:])

    def spent(self) -> float:
        """Give its processor time so far in seconds, 0 where that cannot be told."""
        ticks = 0
        for process in self.processes():
            with suppress(OSError):
                fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def processes(self) -> list[int]:
        """Give the process and its children."""
        found = [self.process.pid]
        for tasks in Path(f"/proc/{self.process.pid}/task").glob("*/children"):
            found += map(int, tasks.read_text().split())
        return found

    def tracebacks(self) -> list[str]:
        """Give the lines of the log that tell of an unexpected exception."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if "Traceback" in line or '"unforeseen"' in line]


def resident(process: int) -> int:
    """Give the resident memory of a process in bytes, 0 where that cannot be told."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def serving(
    row: Row,
    folder: Path,
    url: str,
    *words: str,
    through: Sequence[str] = (),
    before: Callable[[], None] | None = None,
    expected: Callable[[str], bool] = lambda _line: False,
) -> Iterator[Served]:
    """Serve a book on a free port.

    ``through`` is a command that runs it, ``before`` runs in the new process. A traceback in its log
    is a loss, unless it is expected.
    """
    log = folder / f"serve-{time.monotonic_ns()}.log"
    with log.open("w") as lines:
        process = subprocess.Popen(
            (*through, *PROGRAM, "serve", "--port", "0", "--database", url, *words),
            cwd=folder,
            env=environment(folder),
            text=True,
            stdout=subprocess.PIPE,
            stderr=lines,
            start_new_session=True,
            preexec_fn=before,
        )
    try:
        assert process.stdout is not None
        printed = list(_until_ready(process.stdout))
        if not printed:
            raise RuntimeError(f"it did not begin: {log.read_text(errors='replace')[:300]}")
        served = Served(process, printed, log)
        served.await_workers(
            int(words[words.index("--workers") + 1]) if "--workers" in words else 1
        )
        yield served
        for found in served.tracebacks():
            if not expected(found):
                row.lose(f"A traceback in the log: {brief(found)}")
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _until_ready(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line.rstrip("\n")
        if ADDRESS.fullmatch(line.rstrip("\n")):
            return


@contextmanager
def program(
    words: Sequence[str], folder: Path, environment: dict[str, str]
) -> Iterator[subprocess.Popen[str]]:
    """Run a command of the program, with its messages in a pipe."""
    with subprocess.Popen(
        (*PROGRAM, *words),
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        yield process


def environment(folder: Path) -> dict[str, str]:
    """Give an environment without settings for the program, and with a folder as its home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ORDERGLOT_")}
    kept.pop("XDG_DATA_HOME", None)
    return {**kept, "HOME": str(folder), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def brief(line: str) -> str:
    """Shorten a line of the log to its event and the end of its traceback."""
    try:
        entry = json.loads(line)
    except ValueError:
        return line[-300:]
    return f"{entry.get('event')} {str(entry.get('exception', ''))[-400:]}"


def free_port() -> int:
    """Give a port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port
