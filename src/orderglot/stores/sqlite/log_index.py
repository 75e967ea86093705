"""The index of a file's log: what it says of how far the log has been brought into the file.

In this mode SQLite writes to the file itself only from the log, and says so in the index. So a file that was
written to without that has been overwritten by something else.
"""

from __future__ import annotations

import os
from pathlib import Path
from threading import Lock
from typing import NamedTuple

SIZE = 136
_SALTS, _DONE, _BEGUN = slice(32, 40), slice(96, 100), slice(128, 132)
"""Where the index has which log it is of, how much of that is in the file, and how much may be; as SQLite's
page on the format of the log states."""

_lock = Lock()
_open: dict[tuple[int, int], list[int]] = {}
"""The descriptor of each index that is open in this process, and how often.

One that is closed takes the locks of the whole process with it, SQLite's own ones: so there is one of each,
until nothing of this process has the file open any more.
"""


class State(NamedTuple):
    """How far a log has been brought into its file; nobody knows while somebody is about it."""

    salts: bytes
    done: bytes
    is_settled: bool


class LogIndex:
    """The index of a file that is open, as long as it is."""

    def __init__(self, path: Path) -> None:
        self._key: tuple[int, int] | None = None
        index = path.with_name(f"{path.name}-shm")
        with _lock:
            try:
                found = index.stat()
                key = found.st_dev, found.st_ino
                if key not in _open:
                    _open[key] = [os.open(index, os.O_RDONLY), 0]
            except OSError:
                # There is no log: nobody writes to the file.
                return
            _open[key][1] += 1
            self._key = key

    def state(self) -> State | None:
        """Give how far the log is in the file, None where there is none."""
        if self._key is None:
            return None
        head = os.pread(_open[self._key][0], SIZE, 0)
        return State(head[_SALTS], head[_DONE], head[_DONE] == head[_BEGUN])

    def close(self) -> None:
        """Let go of it; everything of this object's owner that has the file open is closed by now."""
        with _lock:
            if self._key is None:
                return
            entry = _open[self._key]
            entry[1] -= 1
            if not entry[1]:
                os.close(entry[0])
                del _open[self._key]
            self._key = None
