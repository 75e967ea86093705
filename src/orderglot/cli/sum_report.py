"""The report of sums: how many orders of an import or a pull add up, and where the first do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderglot.cli.output import write_line

if TYPE_CHECKING:
    from orderglot.core.sum_counts import SumCounts


def report_sums(counts: SumCounts) -> None:
    """Describe how many orders add up, do not, or cannot be told; nothing where there were none."""
    named = (
        (counts.add_up, "adds up", "add up"),
        (counts.differ, "does not", "do not"),
        (counts.untold, "cannot be told", "cannot be told"),
    )
    parts = [f"{count:,} {one if count == 1 else many}" for count, one, many in named if count]
    if not parts:
        return
    write_line(f"Sums: {', '.join(parts)}.")
    for unequal in counts.first:
        write_line(f"  order {unequal.order} {unequal.difference}")
    if counts.differ > len(counts.first):
        write_line("  …")
