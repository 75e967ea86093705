"""Left out: what an answer lacks since it cannot be read, noted by who reads it for who answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_noted: ContextVar[list[str] | None] = ContextVar("left out", default=None)


@contextmanager
def noting() -> Iterator[list[str]]:
    """Give a list that gets a sentence for each thing that is left out meanwhile."""
    left = list[str]()
    token = _noted.set(left)
    try:
        yield left
    finally:
        _noted.reset(token)


def note(sentence: str) -> bool:
    """Note that something is left out; tells whether somebody wants to know."""
    left = _noted.get()
    if left is not None:
        left.append(sentence)
    return left is not None
