"""Forks of one process that has loaded pytest, Hypothesis and the drivers, each of which runs pytest.

Only what is not of this repository is loaded, so that each fork imports the program and the tests for
itself, and can change the program before. As a program it reads runs from its standard input, a line
of JSON with arguments and environment for each, and answers each with exit code and output.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from tests.conformance.subprocesses import ALONE, OPTIONS, ROOT

LOADED = ("pytest", "hypothesis.strategies", "asyncpg", "lxml.etree", "schemathesis")


class Forks:
    """The process whose forks run pytest."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def held_apart(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run pytest in a fork, as ``subprocesses.held_apart`` does in a new process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([arguments, environment]), file=self._process.stdin, flush=True)
        code, output = json.loads(self._process.stdout.readline())
        return subprocess.CompletedProcess(arguments, code, output)


@contextmanager
def forks() -> Iterator[Forks]:
    """Have the process while the block runs."""
    with subprocess.Popen(
        [sys.executable, "-m", __name__],
        cwd=ROOT,
        env={**os.environ, **ALONE},
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        yield Forks(process)


def main() -> None:
    """Load what every run needs, and fork for each line of the standard input."""
    for name in LOADED:
        importlib.import_module(name)
    for line in sys.stdin:
        arguments, environment = json.loads(line)
        print(json.dumps(_forked(arguments, environment)), flush=True)


def _forked(arguments: Sequence[str], environment: dict[str, str]) -> tuple[int, str]:
    with tempfile.TemporaryFile() as output:
        child = os.fork()
        if not child:
            _run(arguments, environment, output.fileno())
        _, status = os.waitpid(child, 0)
        output.seek(0)
        return os.waitstatus_to_exitcode(status), output.read().decode(errors="replace")


def _run(arguments: Sequence[str], environment: dict[str, str], output: int) -> NoReturn:
    """Run pytest, and end this process without returning to the loop that it is a fork of."""
    code = 70
    try:
        with Path(os.devnull).open() as nothing:
            os.dup2(nothing.fileno(), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.environ.update(environment)
        import pytest

        code = int(pytest.main([*OPTIONS, *arguments]))
        atexit._run_exitfuncs()
        sys.stdout.flush()
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
