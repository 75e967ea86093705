"""Cells: what the text of one cell says, apart from what spreadsheets put round and into it."""

from __future__ import annotations

import re
from collections.abc import Sequence

INVISIBLE = "\u200b\u2060\ufeff"
"""Blanks that take no room; the others are those that Python knows."""

_FORMULA = re.compile(r'\s*="((?:[^"]|"")*)"\s*')
_APOSTROPHE = re.compile(r"\s*'([0-9+@=-][0-9 .,/()+-]*)\s*")
"""A leading apostrophe keeps a number a text; before words it may be a part of them."""

_ROUNDED = re.compile(r"[+-]?[0-9](?:[.,][0-9]+E[+-]?[0-9]+|E[+-][0-9]+)", re.IGNORECASE)

_TOTALS = (
    r"(?:grand|sub|sum|order|overall)?[ -]?totals?|(?:zwischen|gesamt|end)?summen?|gesamt"
    r"(?:betrag|ergebnis)?|ergebnis|insgesamt|sum|total[ae]+l?|total[ei]s|(?:sous-)?total"
    r"(?: g[eé]n[eé]ral)?|somme|suma|razem|totalt|итого|всего|合計|总计|總計"
)
_TOTAL = re.compile(rf"(?:{_TOTALS})(?:\s*:|\s.*)?|.*\s(?:{_TOTALS})\s*:?", re.IGNORECASE)


def unwrapped(text: str) -> str:
    """Give a text without what a spreadsheet puts round it: ``="00123"``, ``'00123``."""
    if text[:1].isalnum():
        return text  # as most begin
    if found := _FORMULA.fullmatch(text):
        return found[1].replace('""', '"')
    if found := _APOSTROPHE.fullmatch(text):
        return found[1]
    return text


def bare(text: str) -> str:
    """Give what names something, without blanks around it and without a spreadsheet's signs."""
    if text.isalnum():
        return text
    name = unwrapped(text).strip().strip(INVISIBLE).strip()
    return name[1:].strip() if len(name) > 1 and name[0] == "'" else name


def is_plain(name: str) -> bool:
    """Tell at once whether a name is one of letters and digits that ends with a digit, as most."""
    return name.isalnum() and name[-1].isdigit()


def is_rounded(name: str) -> bool:
    """Tell whether a number is written as ``3.82386E+12``: what others may be written as, too."""
    return _ROUNDED.fullmatch(name) is not None


def is_total(name: str) -> bool:
    """Tell whether a name is one that rows of totals have: ``Grand Total``, ``1001 Total``."""
    return len(name) < 100 and _TOTAL.fullmatch(name.strip()) is not None


def in_one_piece(name: str) -> bool:
    """Tell whether there is a text, and no blank in it, as in most order numbers and in no note."""
    return bool(name) and not any(sign.isspace() for sign in name)


def joined(cells: Sequence[str]) -> str:
    """Give what a row says as one text, for a person to find it by."""
    return " ".join(" ".join(cell.split()) for cell in cells if cell.strip())
