"""The program under test: run in this process, or served by a real one on a port of its own."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any

from typer.testing import CliRunner, Result

from orderglot.cli.app import app

PROGRAM = (sys.executable, "-m", "orderglot.cli")
ADDRESS = re.compile(r"https?://\S+:(\d+)")
"""The last line that a server prints at its beginning."""

NEW_BOOK = re.compile(r"^\S+ is a new order book\.\n", re.MULTILINE)

SIZE = (24, 80)
"""Lines and columns of a terminal."""


def run(*words: str) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(app, words, prog_name="orderglot", catch_exceptions=False)


def done(*words: str) -> str:
    """Run a command that must end well, and give what it printed."""
    result = run(*words)
    assert (0, "") == (result.exit_code, result.stderr if result.exit_code else "")
    return result.stdout


def ended(*words: str, code: int) -> str:
    """Run a command that must end with an exit code, and give what it printed."""
    result = run(*words)
    assert (code, "") == (result.exit_code, remarks(result))
    return result.stdout


def done_json(*words: str) -> Any:
    """Run a command that must end well and print JSON."""
    return json.loads(done(*words, "--json"))


def refused(*words: str, code: int = 1) -> str:
    """Run a command that must be refused in one sentence, and give the sentence."""
    result = run(*words)
    assert code == result.exit_code
    remark = remarks(result)
    assert remark.startswith("orderglot: ")
    assert remark.count("\n") == 1
    return remark.removeprefix("orderglot: ").strip()


def remarks(result: Result) -> str:
    """Give what a command printed beside its output, but for that there was no book before."""
    return NEW_BOOK.sub("", result.stderr)


def clean_environment(folder: Path) -> dict[str, str]:
    """Give an environment in which nothing is set for the program, and whose home is a folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ORDERGLOT_")}
    kept.pop("XDG_DATA_HOME", None)
    return {**kept, "HOME": str(folder)}


class Serving:
    """A real process that serves, and what it printed at its beginning."""

    def __init__(self, process: subprocess.Popen[str], printed: list[str], folder: Path) -> None:
        self.process = process
        self.printed = printed
        self.folder = folder
        found = ADDRESS.fullmatch(printed[-1])
        assert found is not None
        self.base, self.port = found[0], int(found[1])

    @property
    def curls(self) -> list[str]:
        """Give the shell lines that ``orderglot demo`` prints meanwhile."""
        printed = subprocess.run(
            (*PROGRAM, "demo"),
            cwd=self.folder,
            env=clean_environment(self.folder),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
        return [line for line in printed.splitlines() if line.startswith("curl ")]

    def get(self, path: str) -> tuple[int, bytes, Mapping[str, str]]:
        """Ask for a path."""
        with urllib.request.urlopen(self.base + path, timeout=30) as answer:
            return answer.status, answer.read(), answer.headers

    def end(self, by: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Ask it to end, and give its exit code and what it logged."""
        self.process.send_signal(by)
        _, logged = self.process.communicate(timeout=30)
        return self.process.returncode, logged


def started(folder: Path, *words: str, new_session: bool = False) -> subprocess.Popen[str]:
    """Start the program in a folder, its output in pipes."""
    return subprocess.Popen(
        (*PROGRAM, *words),
        cwd=folder,
        env=clean_environment(folder),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=new_session,
        preexec_fn=heed_ctrl_c,
    )


@contextmanager
def serving(folder: Path, *words: str) -> Iterator[Serving]:
    """Serve on a free port in a folder; from then on every request is answered."""
    process = started(folder, "serve", "--port", "0", *words)
    try:
        assert process.stdout is not None
        printed = list(_until(process.stdout))
        assert printed, process.communicate(timeout=30)
        yield Serving(process, printed, folder)
    finally:
        process.kill()
        process.communicate()


def heed_ctrl_c() -> None:
    """Take SIGINT as at a terminal: a shell has what it begins in the background ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _until(lines: IO[str]) -> Iterator[str]:
    for line in lines:
        yield line.rstrip("\n")
        if ADDRESS.fullmatch(line.rstrip("\n")):
            return


def on_terminal(words: Sequence[str], folder: Path, **environment: str) -> str:
    """Run a program that must end well on a terminal of 24 lines of 80 columns, and give what it shows."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
    found = {**clean_environment(folder), "TERM": "xterm", **environment}
    with subprocess.Popen(words, cwd=folder, stdout=theirs, stderr=theirs, env=found) as process:
        os.close(theirs)
        shown = b"".join(iter(partial(_read, ours), b""))
    os.close(ours)
    assert 0 == process.returncode, shown
    return shown.decode()


def _read(terminal: int) -> bytes:
    """Read what is there; a terminal whose other end is closed refuses to be read once it is empty."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""
