"""Parts of an order as columns: which of their members have one, and what is left beside these."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum, StrEnum
from operator import attrgetter
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct


class Kind(Enum):
    """What stands in a column."""

    TEXT = "text"
    WORD = "word"
    WHOLE = "whole number"
    NUMBER = "number"
    QUANTITY = "quantity"
    TIME = "time"
    FLAG = "flag"


class Column(Struct, frozen=True):
    """A column: the name that filters know it by, what stands in it, where that is in its part."""

    name: str
    kind: Kind
    path: tuple[str, ...]
    words: frozenset[str] = frozenset()
    """The closed list of a WORD."""


Fits = Callable[[Kind, Any], bool]
"""Tells whether a value can stand in a cell as it is."""


class Part:
    """A part of an order: some members have columns, some are parts themselves, the rest is left.

    Members that are ``apart`` are in neither. Columns come in the order in which they are named,
    those of the parts ``inside`` behind.
    """

    def __init__(
        self,
        of: type[Struct],
        columns: Sequence[str],
        inside: Mapping[str, Part] | None = None,
        apart: Sequence[str] = (),
    ) -> None:
        self._inside = inside or {}
        self._names = tuple(columns)
        hints = get_type_hints(of)
        self.columns = [_column(name, hints[name]) for name in columns]
        for name, part in self._inside.items():
            self.columns += [
                Column(f"{name}.{one.name}", one.kind, (name, *one.path), one.words)
                for one in part.columns
            ]
        members = msgspec.structs.fields(of)
        defaults = {one.name: one.default for one in members}
        self._parts = [
            (name, part, defaults[name], part.cells(defaults[name]))
            for name, part in self._inside.items()
        ]
        taken = {*columns, *self._inside, *apart}
        self._others = [one.name for one in members if one.name not in taken]
        self._own = _getter(self._names)
        self._rest = _getter(self._others)
        self._nothing = self._rest(of())

    def cells(self, thing: Any) -> list[Any]:
        """Give the values of its columns; None for each where there is no such part."""
        if thing is None:
            return [None] * len(self.columns)
        values = list(self._own(thing))
        for name, part, default, nothing in self._parts:
            inner = getattr(thing, name)
            # Most parts say nothing, and are then the very same.
            values += nothing if inner is default else part.cells(inner)
        return values

    def rest(self, thing: Any, fits: Fits | None = None) -> dict[str, Any]:
        """Give what no column has: the other members that say something, and what does not fit.

        A part that is there and says nothing is an empty object.
        """
        found = dict[str, Any]()
        others = self._rest(thing)
        if others != self._nothing:
            pairs = zip(self._others, others, self._nothing, strict=True)
            found = {name: value for name, value, blank in pairs if value != blank}
        if fits is not None:
            found |= dict(self._unfit(thing, fits))
        for name, part, default, _ in self._parts:
            inner = getattr(thing, name)
            if inner is default:
                continue
            left = part.rest(inner, fits)
            if left or (default is None and part.is_empty(inner)):
                found[name] = left
        return found

    def is_empty(self, thing: Any) -> bool:
        """Tell whether none of its columns says anything."""
        # Mostly one of the first does.
        return all(map(_is_blank, self._own(thing))) and all(map(_is_blank, self.cells(thing)))

    def _unfit(self, thing: Any, fits: Fits) -> Iterator[tuple[str, Any]]:
        for column, value in zip(self.columns, self._own(thing), strict=False):
            if not (_is_blank(value) or fits(column.kind, value)):
                yield column.name, value


def _is_blank(value: Any) -> bool:
    return value is None or value == ""


def _getter(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Give what reads some attributes as a tuple, however many they are."""
    if len(names) > 1:
        return attrgetter(*names)
    if not names:
        return lambda _: ()
    only = attrgetter(*names)
    return lambda thing: (only(thing),)


def _column(name: str, hint: Any) -> Column:
    kinds = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    if Decimal in kinds:
        return Column(name, Kind.QUANTITY if int in kinds else Kind.NUMBER, (name,))
    first = next(one for one in kinds if one is not type(None))
    if issubclass(first, StrEnum):
        return Column(name, Kind.WORD, (name,), frozenset(first))
    return Column(name, _KINDS[first], (name,))


_KINDS = {
    str: Kind.TEXT,
    int: Kind.WHOLE,
    datetime: Kind.TIME,
    bool: Kind.FLAG,
}
