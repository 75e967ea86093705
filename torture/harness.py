"""What a trial is given: a folder, random numbers from a seed, and the rows of the table."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from torture.stores import Sqlite, StoreKind

MOST_SEEN = 20
"""So many losses of a row are reported in full."""

LONGEST_SEEN = 600
EVERY = 5.0
"""So many seconds pass at least between two lines of progress."""

Figure = str | int | float


class Row:
    """One row of the table: what was tried how often, and what was lost."""

    def __init__(self, trial: str, what: str) -> None:
        self.trial = trial
        self.what = what
        self.tried = 0
        self.lost = 0
        self.seen: list[str] = []
        self.figures: dict[str, Figure] = {}
        self.untried = ""
        """Why this could not be tried here, "" where it was."""
        self.seconds = 0.0

    @property
    def survived(self) -> int:
        """How much of what was tried was not lost."""
        return self.tried - self.lost

    def survive(self, count: int = 1) -> None:
        """Count what was tried and not lost."""
        self.tried += count

    def lose(self, why: str) -> None:
        """Count a loss."""
        self.tried += 1
        self.lost += 1
        if len(self.seen) < MOST_SEEN:
            self.seen.append(why[:LONGEST_SEEN])

    def expect(self, expected: object, found: object, why: str) -> None:
        """Count a loss where something is not as expected."""
        if expected == found:
            self.survive()
        else:
            self.lose(f"{why}: {found!r} instead of {expected!r}")

    def check_books(self, store: StoreKind, *urls: str) -> None:
        """Lose for whatever a store finds wrong with books."""
        for url in urls:
            for problem in store.problems(url):
                self.lose(problem)

    def note(self, name: str, figure: Figure) -> None:
        """Add a figure."""
        self.figures[name] = figure

    def increment(self, name: str) -> None:
        """Count one more in a figure."""
        self.figures[name] = float(self.figures.get(name, 0)) + 1

    def maximum(self, name: str, figure: float) -> None:
        """Keep the largest of some figures."""
        self.figures[name] = max(figure, float(self.figures.get(name, figure)))


class Harness:
    """What runs trials: folders, random numbers, how much to try, and the figures."""

    def __init__(
        self, folder: Path, stores: tuple[StoreKind, ...], *, seed: int, scale: float
    ) -> None:
        self.folder = folder
        self.stores = stores
        self.seed = seed
        self.scale = scale
        self.rows: list[Row] = []
        self.began = time.monotonic()
        self.trial = ""
        self._logged = 0.0
        self._folders = 0

    @property
    def store(self) -> StoreKind:
        """The store of a trial that takes any one."""
        return self.stores[0]

    @property
    def no_file(self) -> str:
        """Why a trial of files cannot be tried, "" where it can."""
        return "" if any(isinstance(one, Sqlite) for one in self.stores) else "it is about a file"

    def scaled(self, number: int, least: int = 1) -> int:
        """Give how many of something to try where a full run tries so many."""
        return max(least, round(number * self.scale))

    def random(self, *what: object) -> random.Random:
        """Give random numbers that are the same in every run with the same seed."""
        return random.Random(f"{self.seed} {self.trial} {what}")

    def new_folder(self) -> Path:
        """Make a new folder."""
        self._folders += 1
        folder = self.folder / str(self._folders)
        folder.mkdir()
        return folder

    @contextmanager
    def row(self, what: str) -> Iterator[Row]:
        """Open a row of the table; a trial that crashes is a loss itself."""
        row = Row(self.trial, what)
        self.rows.append(row)
        began = time.monotonic()
        self.log(what)
        try:
            yield row
        except Exception as error:  # noqa: BLE001 (whatever it was, it goes into the table)
            row.lose(f"The trial itself crashed: {type(error).__name__}: {error}")
            self.log(f"{what}: crashed ({type(error).__name__}: {error})")
        row.seconds = round(time.monotonic() - began, 1)
        self.log(summary(row))

    def log(self, text: str) -> None:
        """Print a line of progress."""
        self._logged = time.monotonic()
        print(f"{self._logged - self.began:5.0f} s  {self.trial}: {text}", flush=True)

    def log_progress(self, text: Callable[[], str]) -> None:
        """Print a line of progress if the last one is some seconds old."""
        if time.monotonic() - self._logged > EVERY:
            self.log(text())


def summary(row: Row) -> str:
    """Sum up a row in one line."""
    if row.untried:
        return f"{row.what}: not tried: {row.untried}"
    return f"{row.what}: {row.tried:,} tried, {row.survived:,} survived, {row.lost:,} lost"


def stop(sentence: str) -> None:
    """End the program with one sentence."""
    print(f"torture: {sentence}", file=sys.stderr)
    raise SystemExit(2)
