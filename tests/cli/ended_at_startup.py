"""The program, whose worker is asked to end between its startup and its first request."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

from granian.server import mp

from orderglot.cli import main

Worker: Any = vars(mp)["ASGIWorker"]


def _ended(*settings: Any) -> Any:
    worker = Worker(*settings)
    os.kill(os.getppid(), signal.SIGTERM)
    # Python takes a signal between two steps of its own, of which there are some in this time.
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        time.sleep(0.01)
    return worker


vars(mp)["ASGIWorker"] = _ended

if __name__ == "__main__":
    main()
