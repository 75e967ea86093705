"""Formulas: a text that a spreadsheet would compute is made harmless, and read back as it was."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""What looks like one: signs that begin it, in either width, behind blanks; and breaks."""


def harmless(text: str) -> str:
    """Give a text with an apostrophe before it where it looks like a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def original(text: str) -> str:
    """Give a text as it was before it was made harmless."""
    return text[1:] if text[:1] == "'" and _FORMULA.match(text, 1) else text
