"""The report of sums: how many orders of an import or a pull add up, and where the first do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderglot.cli.output import write_line
from orderglot.core.findings import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderglot.core.sum_counts import SumCounts

ANSWERS = {
    "add_up": Answer.YES,
    "differ": Answer.NO,
    "untold": Answer.UNKNOWN,
    "not_looked_at": "",
}
"""The answers of a book's orders, and how ``--json`` names the count of each."""


def report_sums(counts: SumCounts) -> None:
    """Describe how many orders add up, do not, or cannot be told; nothing where there were none."""
    text = sum_counts_text(counts.add_up, counts.differ, counts.untold)
    if not text:
        return
    write_line(f"Sums: {text}.")
    for unequal in counts.first:
        write_line(f"  order {unequal.order} {unequal.difference}")
    if counts.differ > len(counts.first):
        write_line("  …")


def sum_counts(counts: Mapping[str, int]) -> dict[str, int]:
    """Name a book's counts of orders by whether they add up."""
    return {name: counts.get(answer, 0) for name, answer in ANSWERS.items()}


def sum_counts_text(add_up: int, differ: int, untold: int, not_looked_at: int = 0) -> str:
    """Say how many orders add up, do not, cannot be told, or were not looked at; "" of none."""
    named = (
        (add_up, "adds up", "add up"),
        (differ, "does not", "do not"),
        (untold, "cannot be told", "cannot be told"),
        (not_looked_at, "was not looked at yet", "were not looked at yet"),
    )
    return ", ".join(
        f"{count:,} {one if count == 1 else many}" for count, one, many in named if count
    )
