"""Meanings: what a seller has found out that a vendor's own words mean, read as words that are known.

They hold while an answer of the vendor's is read, and nowhere else: what a client sends to a server
face is never taken for anything but what it says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from typing import Any

from msgspec import Struct


class Meaning(Struct, frozen=True):
    """What a value stands for in a member: another one, which the dialect knows.

    ``field`` is the member's name, perhaps behind names of those that it stands in: ``lines.status``.
    """

    field: str
    value: str
    code: str | int | bool


class Meanings:
    """What each value of each member stands for, the most narrowly named member first."""

    def __init__(self, meanings: Sequence[Meaning]) -> None:
        self._of: dict[tuple[str, str], list[tuple[tuple[str, ...], Any]]] = {}
        for one in sorted(meanings, key=lambda one: -one.field.count(".")):
            path = tuple(one.field.split("."))
            self._of.setdefault((path[-1], one.value), []).append((path, one.code))

    def __bool__(self) -> bool:
        return bool(self._of)

    def read(self, value: Any, path: tuple[str, ...] = ()) -> Any:
        """Give what was decoded with each value for what it stands for; lists have no names."""
        if isinstance(value, Mapping):
            return {name: self.read(inner, (*path, name)) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.read(inner, path) for inner in value]
        if not path or not isinstance(value, str | int | Decimal):
            return value
        for names, code in self._of.get((path[-1], spelled(value)), ()):
            if path[-len(names) :] == names:
                return code
        return value


def spelled(value: Any) -> str:
    """Give a value as a person writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).strip()


NONE = Meanings(())
_meant: ContextVar[Meanings] = ContextVar("meanings", default=NONE)


@contextmanager
def meant(meanings: Meanings) -> Iterator[None]:
    """Have all that is decoded meanwhile read with these meanings."""
    token = _meant.set(meanings)
    try:
        yield
    finally:
        _meant.reset(token)


def understood(value: Any) -> Any:
    """Give what was decoded with the meanings that hold now."""
    meanings = _meant.get()
    return meanings.read(value) if meanings else value
