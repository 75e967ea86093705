"""A memo: values that texts were read as before, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")

MOST = 16_384
"""So much at most is remembered of one sort."""


class Memo(dict[K, V]):
    """What was read so far: equal texts give one object, which is made once and stays checked.

    Most texts of a column come again and again; they are looked up without a call of a function.
    """

    def __init__(self, read: Callable[[K], V]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, key: K) -> V:
        meant = self._read(key)
        if len(self) >= MOST:
            self.clear()
        self[key] = meant
        return meant

    def all(self, key: Iterable[K]) -> list[V]:
        """Give what each of some texts means; raises what reading the first bad one raises."""
        return list(map(self.__getitem__, key))
