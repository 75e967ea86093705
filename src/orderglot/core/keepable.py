"""Texts that every store can keep."""

from __future__ import annotations


def keepable(text: str) -> bool:
    """Tell whether a text has neither NUL nor half a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
