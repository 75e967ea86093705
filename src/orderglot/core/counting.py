"""Counting in words: ``1 order``, ``2 orders``."""

from __future__ import annotations

from collections.abc import Sequence


def listed(things: Sequence[str]) -> str:
    """Say several things: ``1 order, 2 customers and 1 key``."""
    *most, last = things
    return f"{', '.join(most)} and {last}" if most else last


def counted(number: int, one: str, several: str = "") -> str:
    """Say a number of things; ``several`` is the plural where it is more than an s."""
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"
