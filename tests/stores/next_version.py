"""The next version of Orderglot: the same, but for steps of the tables that this one does not know.

``python -m tests.stores.next_version FOLDER MODULE …`` runs a module of it.
"""

from __future__ import annotations

import runpy
import shutil
import sys
from pathlib import Path

from orderglot import stores
from orderglot.stores.migrations import latest


def next_steps(folder: Path, *scripts: str, database: str = "postgres") -> Path:
    """Make a folder with the steps of the next version: these and some more."""
    steps = folder / "next"
    shutil.copytree(stores.migrations.FOLDER, steps)
    for number, script in enumerate(scripts, latest(database) + 1):
        (steps / database / f"{number:04}_more.sql").write_text(script)
    return steps


if __name__ == "__main__":
    stores.migrations.FOLDER = Path(sys.argv.pop(1))
    from orderglot.cli import progress
    from orderglot.stores.postgres import batches

    # So much in so many small parts is cut off in the middle of them.
    progress.PAUSE, batches.SIZE = 0.0, 10
    runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
