"""Keeping: how long and how much is kept, and what a place has to offer where exchanges are kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct

from orderglot.core.erasing import Theirs
from orderglot.core.journal import Journal
from orderglot.journal.entries import Entry

MEGABYTE = 10**6

LEAVES = 0.9
"""So much of what may be kept is left where there was more, so that it lasts for a while."""


class Keep(Struct, frozen=True):
    """How long exchanges are kept, and how many bytes of them; whichever is less."""

    age: timedelta = timedelta(days=30)
    size: int = 2_000 * MEGABYTE


class Kept(Journal, Protocol):
    """Where exchanges are kept: a journal that is written to."""

    async def write(self, entries: list[Entry], gaps: Sequence[tuple[int, str, int]]) -> None:
        """Write some exchanges, all or none; raises an Exception where that cannot be done now."""
        ...

    async def prune(self, keep: Keep, now: datetime) -> None:
        """Let go of what is older, or more, than may be kept."""
        ...

    async def erase(
        self, seller: int, theirs: Theirs, behind: str, *, dry: bool
    ) -> tuple[str, int]:
        """Erase a person from some exchanges of a seller, behind a block.

        Gives the last block that was looked through, "" at the end, and how many exchanges spoke of them.
        With ``dry`` nothing is written.
        """
        ...

    async def compact(self) -> None:
        """Leave nothing of what was there before, as far as it is in a file; raises Upstream where that is in use."""
        ...

    async def close(self) -> None:
        """Let go of what is held open."""
        ...


def cutoff(blocks: Iterable[tuple[str, int]], used: int, keep: Keep) -> str:
    """Give the id up to which everything goes so that the rest is small enough, "" for nothing.

    ``blocks`` are last ids and sizes, the oldest first; ``used`` is what all of it takes up.
    """
    if used <= keep.size:
        return ""
    blocks = list(blocks)
    goes = sum(size for _, size in blocks) * (1 - LEAVES * keep.size / used)
    for last, size in blocks:
        goes -= size
        if goes <= 0:
            return last
    return blocks[-1][0] if blocks else ""
