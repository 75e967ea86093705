"""The keeper of the jobs process: begins it beside a server, again where it died, and ends it with the server."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from typing import IO, TYPE_CHECKING, Self

import msgspec
from msgspec.structs import replace

if TYPE_CHECKING:
    from types import TracebackType

    from orderglot.config import Config

COMMAND = (sys.executable, "-m", "orderglot.cli.jobs_process")

GRACE = 20.0
"""So many seconds the jobs may take to end well."""

CLIENTS_FIRST = 3.0
"""So many seconds a server serves before what runs beside it begins, which takes a processor for a moment."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""How many seconds lie between the end of a process that died and the next one's beginning."""

LASTED = 60.0
"""A process that lived for so many seconds did not die of what it began with."""

SIZE = 4

log = logging.getLogger("orderglot.jobs")


def read_config(stream: IO[bytes]) -> Config:
    """Read the configuration that a process was given by its standard input."""
    from orderglot.config import Config

    size = int.from_bytes(stream.read(SIZE))
    return msgspec.msgpack.decode(stream.read(size), type=Config)


class JobsKeeper:
    """Keeps one jobs process running from ``begin`` on, until the block ends.

    The ``demo`` has no channels, whatever the configuration says of those of another book.
    """

    def __init__(self, config: Config, *, demo: bool = False) -> None:
        self._settings = msgspec.msgpack.encode(replace(config, channels={}) if demo else config)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(GRACE + 1)

    def begin(self) -> None:
        """Begin the process, in a thread that goes on at once."""
        self._thread.start()

    def _keep(self) -> None:
        pause = FIRST_PAUSE
        self._ending.wait(CLIENTS_FIRST)
        while not self._ending.is_set():
            began = time.monotonic()
            code = self._one()
            if self._ending.is_set():
                return
            pause = FIRST_PAUSE if time.monotonic() - began > LASTED else pause
            log.error("the jobs process ended", extra={"code": code, "begun again in": pause})
            self._ending.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _one(self) -> int:
        """Run one process until it ends, or is to end; gives its exit code."""
        # In a group of its own, so that Ctrl-C on a terminal is told to it by its keeper alone.
        process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, process_group=0)  # noqa: S603 - this program
        assert process.stdin is not None
        try:
            try:
                process.stdin.write(len(self._settings).to_bytes(SIZE) + self._settings)
                process.stdin.flush()
            except BrokenPipeError:
                return process.wait()
            while process.poll() is None and not self._ending.wait(0.2):
                pass
        finally:
            process.stdin.close()
        try:
            return process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()
