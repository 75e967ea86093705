"""The certificate: what a pull guarantees, for those who rely on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import IntEnum
from hashlib import sha256

from msgspec import Struct

from orderglot.core.counting import counted
from orderglot.core.sum_counts import SumCounts
from orderglot.sync.vendor import Source


class Code(IntEnum):
    """How a pull ended, as the command's exit code says it."""

    WHOLE = 0
    ASIDE = 4
    SIGNS = 5


class Certificate(Struct, frozen=True, kw_only=True):
    """What was asked for and what came of it.

    ``moment`` is by which moment the list was asked, "" where it cannot be; ``since`` and ``until``
    are what it reaches from and to. ``counted`` is how many orders the vendor says there are, None
    where he does not say. ``missed`` orders were surely not seen. ``unseen`` are known here and were
    not seen again, ``there`` of them the vendor still shows when asked. ``gaps`` are numbers that a
    sequence lacks. ``unknown`` counts the orders in which a member stood that his page does not have.
    ``adds_up`` counts those that add up, do not, or cannot be told.
    ``ids`` is a hash over the sorted ids, "" where the pull went on after a stop.
    """

    channel: str
    customer: str = ""
    moment: str = ""
    since: datetime | None = None
    until: datetime
    zone: str = ""
    hides: tuple[str, ...] = ()
    counted: int | None = None
    came: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    conflicts: int = 0
    passed_over: int = 0
    aside: int = 0
    missed: int = 0
    unseen: int = 0
    there: int = 0
    gaps: int = 0
    unknown: dict[str, int] = {}
    adds_up: SumCounts = SumCounts()
    ids: str = ""

    @property
    def code(self) -> Code:
        """How it ended: signs that something is missing outrank what was put aside."""
        if self.missed or self.there:
            return Code.SIGNS
        return Code.ASIDE if self.aside or self.conflicts else Code.WHOLE

    @property
    def sentence(self) -> str:
        """Say in one sentence from when to when this is whole, or but for what."""
        since = f"{self.since:%Y-%m-%d %H:%M}Z" if self.since else "the beginning"
        reach = f"{since} to {self.until:%Y-%m-%d %H:%M}Z"
        but = list(self._but_for())
        known = "; ".join(self._as_declared())
        text = f"Whole from {reach}, but for {', '.join(but)}" if but else f"Whole from {reach}"
        return f"{text} ({known})." if known else f"{text}."

    def _but_for(self) -> Iterator[str]:
        named = (
            (self.missed, "that the vendor counts and did not show"),
            (self.there, "that the list lacks and the vendor still has"),
            (self.aside, "put aside"),
            (self.conflicts, "changed on both sides"),
        )
        for count, what in named:
            if count:
                yield f"{count:,} {what}"

    def _as_declared(self) -> Iterator[str]:
        if self.hides:
            yield "; ".join(self.hides)
        if not self.ids and self.since is None:
            yield "it went on after a stop, so what the list no longer has was not looked for"
        if self.unseen > self.there:
            yield counted(
                self.unseen - self.there,
                "that is known here is gone there",
                "that are known here are gone there",
            )
        if self.gaps:
            yield f"{counted(self.gaps, 'number is', 'numbers are')} missing in the vendor's sequence"


def declared(source: Source) -> tuple[str, ...]:
    """Describe what this vendor's list can never show."""
    lists = source.dialect.lists
    facts = (
        (
            source.dialect.flows.page is None,
            "this vendor has no list, so orders made there stay unseen",
        ),
        (not lists.counts, "the vendor does not count its orders"),
        (not lists.lines, "the vendor's list shows no lines"),
    )
    return tuple(text for holds, text in facts if holds)


def fingerprint(ids: Iterable[str]) -> str:
    """Give a hash over ids, whatever their order."""
    digest = sha256()
    for id in sorted(set(ids)):
        digest.update(id.encode() + b"\0")
    return digest.hexdigest()


def gaps(ids: Iterable[str]) -> int:
    """Count the numbers that lack between the first and the last of a sequence."""
    numbers = {int(id) for id in ids if id.isdecimal()}
    return max(numbers) - min(numbers) + 1 - len(numbers) if numbers else 0
