"""Several processes that answer at one port, each on a line of its own."""

from __future__ import annotations

import signal
import socket
import sys

from uvicorn import Config
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from orderglot.cli.worker import put_nobody_through


def beside(line: socket.socket, several: int, queue: int) -> list[socket.socket]:
    """Listen so many times more at the port of a line, so that each process has one of its own.

    Then the system deals callers out evenly. Of processes that share a line, the one that was awake
    last takes the next caller, and so in the end nearly all. Only Linux deals out; elsewhere there
    are no more.
    """
    if sys.platform != "linux":
        return []
    # The line is bound by now, so that a port where somebody listens was refused as ever.
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    others = [socket.socket(line.family, line.type, line.proto) for _ in range(several)]
    for other in others:
        # The calls of whoever served here before may still be dying away.
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(line.getsockname())
        other.listen(queue)
    return others


class Workers(Multiprocess):
    """Processes that share one port; Ctrl-C ends them as it ends one process."""

    code = 0

    def __init__(self, running: Config, lines: list[socket.socket]) -> None:
        self.lines = lines
        super().__init__(running, lines)
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, self._hear)

    @property
    def sockets(self) -> list[socket.socket]:
        """What the next process hears: the line that nobody has, or all where each has somebody."""
        for number, line in enumerate(self.lines):
            # Others may have died by now as well; the one that is replaced is hung up on already.
            if number >= len(self.processes) or self.processes[number].parent_conn.closed:
                return [line]
        return self.lines

    @sockets.setter
    def sockets(self, _lines: list[socket.socket]) -> None:
        """Do nothing: they are known."""

    @property
    def failed(self) -> bool:
        """Tell whether one of them could not begin."""
        return any(process.exitcode == STARTUP_FAILURE for process in self.processes)

    def _hear(self, sign: int, _frame: object) -> None:
        # The processes still hear everybody who was put through by then.
        for line in self.lines:
            if line.fileno() >= 0:
                put_nobody_through(line)
                line.close()
        self.signal_queue.append(sign)

    def handle_ttou(self) -> None:
        """Give up a line with its process: nobody is dealt out to where no one hears."""
        kept = max(self.processes_num - 1, 1)
        for line in self.lines[kept:]:
            line.close()
        del self.lines[kept:]
        super().handle_ttou()

    def handle_int(self) -> None:
        """End as whoever is ended by Ctrl-C."""
        self.code = 128 + signal.SIGINT
        super().handle_int()
