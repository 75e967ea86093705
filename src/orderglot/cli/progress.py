"""Progress: how far a long command has come, as a bar on a terminal and as a line at times elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from orderglot.cli.output import is_terminal, write_notice

PAUSE = 2.0
"""So many seconds lie between two lines on how far it has come."""

OnStep = Callable[[str, int, int], None]
"""Is given what is being done, and how much of how much is done."""


@contextmanager
def showing_progress(name: str) -> Iterator[OnStep]:
    """Give what tells the person how far it has come; the name stands there until there is more to tell."""
    if not is_terminal():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    parts = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*parts, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None)
        yield lambda what, done, total: bar.update(
            task, total=total, completed=done, description=what
        )


class _Lines:
    """Writes a line after each pause."""

    def __init__(self) -> None:
        self.reported = time.monotonic()

    def __call__(self, what: str, done: int, total: int) -> None:
        if time.monotonic() - self.reported >= PAUSE:
            self.reported = time.monotonic()
            write_notice(f"{100 * done // max(total, 1)} %: {what}")
