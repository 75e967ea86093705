"""The real file: a year of a wholesaler's order lines, or the sample in the repository, repeated."""

from __future__ import annotations

import csv
import gzip
import os
from pathlib import Path

from bench.serving import ROOT

CUT = ROOT / "tests" / "files" / "online-retail-cut.csv.gz"
NAMED = "ORDERGLOT_WHOLE_FILE"
LINES_OF_A_YEAR = 525_461


def real_file(folder: Path, lines: int = LINES_OF_A_YEAR) -> tuple[Path, str]:
    """Give the file to take and what to call it.

    That is the whole file where ORDERGLOT_WHOLE_FILE names it and all of it is wanted, else the cut
    again and again, under other order numbers, until there are so many lines.
    """
    whole = Path(os.environ.get(NAMED, ""))
    if whole.is_file() and lines >= LINES_OF_A_YEAR:
        return whole, "the whole file of 525,461 lines"
    path = folder / f"repeated-{lines}.csv.gz"
    with gzip.open(CUT, "rt", encoding="utf-8", newline="") as source:
        header, *rows = csv.reader(source)
    order = header.index("Invoice")
    turns = -(-lines // len(rows))
    with gzip.open(path, "wt", encoding="utf-8", newline="", compresslevel=1) as target:
        writer = csv.writer(target)
        writer.writerow(header)
        for turn in range(turns):
            for row in rows:
                writer.writerow((*row[:order], f"{row[order]}{turn:03}", *row[order + 1 :]))
    return path, f"the cut of the file, {turns} times: {turns * len(rows):,} lines"
