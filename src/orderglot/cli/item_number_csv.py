"""A customer's own item numbers read from a CSV file."""

from __future__ import annotations

import csv
from pathlib import Path

from orderglot.core.errors import Rule, invalid
from orderglot.files.cells import is_rounded, unwrapped
from orderglot.files.lines import rounded

COLUMNS = ("theirs", "ours")


def read_item_numbers(file: Path) -> dict[str, str]:
    """Read the SKU of each number; raises Invalid with the first line that says none."""
    found: dict[str, str] = {}
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.reader(lines)
            if tuple(next(rows, ())) != COLUMNS:
                reason = "the first line must be the header theirs,ours."
                raise invalid(str(file), Rule.MALFORMED, reason)
            for row in filter(None, rows):
                number, sku = _pair(file, rows.line_num, row)
                if found.setdefault(number, sku) != sku:
                    raise _refused(file, rows.line_num, f"{number!r} stands for two SKUs")
    except (UnicodeDecodeError, csv.Error) as error:
        raise invalid(str(file), Rule.MALFORMED, f"this is no CSV in UTF-8: {error}.") from None
    return found


def _pair(file: Path, line: int, row: list[str]) -> tuple[str, str]:
    texts = [unwrapped(text).strip() for text in row]
    if len(texts) != len(COLUMNS) or not all(texts):
        raise _refused(file, line, "it is not one number and one SKU")
    for name, text in zip(COLUMNS, texts, strict=True):
        if is_rounded(text):
            raise _refused(file, line, rounded(name, text))
    return texts[0], texts[1]


def _refused(file: Path, line: int, reason: str) -> Exception:
    return invalid(f"{file}, line {line}", Rule.MALFORMED, f"{reason}.")
