"""Output: each chapter's figures as JSON, and lines of progress."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

BEGAN = time.monotonic()


class Output:
    """Where a run writes its figures."""

    def __init__(self, results: Path, page: Path) -> None:
        self.results = results
        self.page = page

    @property
    def pictures(self) -> Path:
        """Where the page's pictures are."""
        return self.page.with_suffix("")

    def keep(self, name: str, found: Any) -> None:
        """Write a chapter's figures to ``results/NAME.json``."""
        self.results.mkdir(parents=True, exist_ok=True)
        text = msgspec.json.format(msgspec.json.encode(found), indent=1)
        (self.results / f"{name}.json").write_bytes(text + b"\n")

    def drop(self, name: str) -> None:
        """Remove what an earlier run wrote, so that it is not taken for this one's."""
        (self.results / f"{name}.json").unlink(missing_ok=True)

    def kept(self, name: str, kind: type[T]) -> T | None:
        """Read a chapter's figures, None where there are none or they are of an older form."""
        path = self.results / f"{name}.json"
        try:
            return msgspec.json.decode(path.read_bytes(), type=kind)
        except (FileNotFoundError, msgspec.ValidationError):
            return None


def log(text: str) -> None:
    """Print a line of progress, with the minutes and seconds since the beginning."""
    minutes, seconds = divmod(int(time.monotonic() - BEGAN), 60)
    print(f"{minutes:3}:{seconds:02}  {text}", file=sys.stderr, flush=True)
