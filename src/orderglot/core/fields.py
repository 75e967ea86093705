"""The fields of an order that can be asked about, read off the order's own type."""

from __future__ import annotations

import types
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from orderglot.core.errors import Rule, invalid
from orderglot.core.order import Order

EXTRAS = "extras."


class FieldKind(StrEnum):
    """What a field holds, and so what it can be compared with."""

    NUMBER = "number"
    TEXT = "text"
    AMOUNT = "amount"
    INSTANT = "instant"
    DATE = "date"
    FLAG = "flag"
    EXTRA = "extra"


class Field(msgspec.Struct, frozen=True):
    """One field by its dotted name; ``lists`` are the steps of its path that are lists."""

    name: str
    path: tuple[str, ...]
    kind: FieldKind
    default: Any = None
    lists: tuple[int, ...] = ()

    @property
    def many(self) -> bool:
        """Tell whether an order has any number of values for it, or just one."""
        return bool(self.lists)


KINDS: dict[type, FieldKind] = {
    bool: FieldKind.FLAG,
    int: FieldKind.NUMBER,
    str: FieldKind.TEXT,
    Decimal: FieldKind.AMOUNT,
    datetime: FieldKind.INSTANT,
    date: FieldKind.DATE,
}


def field(name: str) -> Field:
    """Find a field by its dotted name, such as ``totals.total``, ``lines.sku``, ``extras.kole.x``.

    Raises Invalid where an order has no such field.
    """
    if name.startswith(EXTRAS) and len(name) > len(EXTRAS):
        return Field(name, ("extras", name.removeprefix(EXTRAS)), FieldKind.EXTRA)
    found = every_field().get(name)
    if found is None:
        raise invalid(name, Rule.UNKNOWN, "An order has no such field.")
    return found


@cache
def every_field() -> dict[str, Field]:
    """Give every field of an order by name, in the order's own order."""
    return {found.name: found for found in _fields_of(Order, (), ())}


def values_of(order: Order, wanted: Field) -> tuple[Any, ...]:
    """Give what an order has in a field: one value, or any number of them; None is "nothing"."""
    values: tuple[Any, ...] = (order,)
    if wanted.kind is FieldKind.EXTRA:
        values = (order.extras.get(wanted.path[1]),)
    else:
        for number, step in enumerate(wanted.path):
            repeated = number in wanted.lists
            values = tuple(inner for value in values for inner in _step(value, step, repeated))
    return tuple(None if value == "" else value for value in values)


def _step(value: Any, name: str, repeated: bool) -> tuple[Any, ...]:
    if repeated:
        return () if value is None else tuple(getattr(value, name))
    return (None if value is None else getattr(value, name),)


def _fields_of(struct: type, path: tuple[str, ...], lists: tuple[int, ...]) -> Iterator[Field]:
    hints = get_type_hints(struct)
    for member in msgspec.structs.fields(struct):
        inner, repeated = _plain(hints[member.name])
        here = (*path, member.name)
        repeats = (*lists, len(path)) if repeated else lists
        if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            yield from _fields_of(inner, here, repeats)
        elif kind := _kind(inner):
            default = None if member.default in ("", msgspec.NODEFAULT) else member.default
            yield Field(".".join(here), here, kind, default, repeats)


def _plain(hint: Any) -> tuple[Any, bool]:
    """Take ``X | None`` and ``tuple[X, ...]`` apart: the inner type, and whether there are many."""
    if get_origin(hint) in (Union, types.UnionType):
        return _plain(next(part for part in get_args(hint) if part is not type(None)))
    if get_origin(hint) is tuple:
        return get_args(hint)[0], True
    return hint, False


def _kind(hint: Any) -> FieldKind | None:
    if not isinstance(hint, type):
        return None
    return FieldKind.TEXT if issubclass(hint, StrEnum) else KINDS.get(hint)
