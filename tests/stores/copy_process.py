"""A program that copies a book in small steps: ``python -m tests.stores.copy_process FROM TO``.

It says after each step how far it has come, so that it can be killed there.
"""

from __future__ import annotations

import asyncio
import sys

from orderglot.hub.copying import copy
from orderglot.stores import copying


def write_line(done: copying.Progress) -> None:
    print(done.table, "checked" if done.checking else "copied", done.row, flush=True)


if __name__ == "__main__":
    copying.SIZE = 3
    asyncio.run(copy(sys.argv[1], sys.argv[2], write_line))
