"""Changes: what became of an order on its way over a wire, field by field, as it really came out."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct

from orderglot.core.order import Identity, Order, Reference, Unknown
from orderglot.core.unknown_members import holds_unknown, spelled

REFERENCES = "references"
EXTRAS = "extras"

LONGEST = 60
"""So many signs of a value are shown."""


class Fate(StrEnum):
    """What became of a field.

    An ``ID`` is left out because it is another vendor's: nobody could carry it, so it is no loss.
    """

    LEFT_OUT = "left out"
    CHANGED = "changed"
    MADE_UP = "made up"
    ID = "id left out"


LOSSES = frozenset({Fate.LEFT_OUT, Fate.CHANGED})
"""What a wire could not carry; what it made up says more than there was, not less."""


class Change(Struct, frozen=True):
    """A field that came out in another way: its dotted name, and from what to what.

    Where a field is there many times, ``values`` are the different pairs that there are of it.
    """

    field: str
    fate: Fate
    values: tuple[tuple[Any, Any], ...] = ()


def changes(before: Order, after: Order) -> tuple[Change, ...]:
    """Name every field in which two orders differ, in an order's own order."""
    found: dict[tuple[str, Fate], list[tuple[Any, Any]]] = {}
    for field, fate, *pair in _between(before, after, "", None):
        pairs = found.setdefault((field, fate), [])
        if (was := (pair[0], pair[1])) not in pairs:
            pairs.append(was)
    return tuple(Change(field, fate, tuple(pairs)) for (field, fate), pairs in found.items())


def example(change: Change) -> str:
    """Describe from what to what, where that is one value alone; "" where it is not."""
    if len(change.values) != 1:
        return ""
    before, after = map(_text_of, change.values[0])
    shown = {Fate.CHANGED: f"{before} became {after}", Fate.MADE_UP: after}
    text = shown.get(change.fate, before)
    return f": {text}" if before or after else ""


def _text_of(value: Any) -> str:
    if isinstance(value, tuple) and all(isinstance(one, Reference) for one in value):
        return ", ".join(f"{one.dialect}:{one.id}" for one in value)
    text = "" if value is None or isinstance(value, Struct | tuple | dict | list) else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


Difference = tuple[str, Fate, Any, Any]


def _between(one: Any, other: Any, path: str, default: Any) -> Iterator[Difference]:
    if one == other:
        return
    if isinstance(one, Struct) and isinstance(other, Struct):
        yield from _members(one, other, path)
    elif holds_unknown(path):
        yield from _unknown(one, other, path)
    elif path == EXTRAS:
        for name in sorted({*one, *other}):
            yield from _between(one.get(name), other.get(name), f"{path}.{name}", None)
    elif _paired(one, other) and not path.endswith(REFERENCES):
        for left, right in zip(one, other, strict=True):
            yield from _between(left, right, path, None)
    else:
        yield path, _fate(one, other, path, default), one, other


def _members(one: Struct, other: Struct, path: str) -> Iterator[Difference]:
    for member in _fields(type(one)):
        name = f"{path}.{member.name}" if path else member.name
        left, right = _parts(getattr(one, member.name), getattr(other, member.name))
        if left != right and _lost_whole(left, right):
            yield name, Fate.LEFT_OUT, left, right
        else:
            yield from _between(left, right, name, _default(member))


@cache
def _fields(kind: type[Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    """Give the members of a part: to read them off its type takes long."""
    return msgspec.structs.fields(kind)


def _unknown(
    one: tuple[Unknown, ...], other: tuple[Unknown, ...], path: str
) -> Iterator[Difference]:
    """Compare the members that no shape has, each by its name; one that is null is there as well."""
    before, after = ({_named(member): member.value for member in each} for each in (one, other))
    for name in dict.fromkeys((*before, *after)):
        left, right = before.get(name), after.get(name)
        if name not in after:
            yield f"{path}.{name}", Fate.LEFT_OUT, left, right
        elif name not in before:
            yield f"{path}.{name}", Fate.MADE_UP, left, right
        elif left != right:
            yield f"{path}.{name}", Fate.CHANGED, left, right


def _named(one: Unknown) -> str:
    return f"{one.dialect}.{spelled(one.path)}"


def _default(member: msgspec.structs.FieldInfo) -> Any:
    return None if member.default is msgspec.NODEFAULT else member.default


def _parts(one: Any, other: Any) -> tuple[Any, Any]:
    """Give two parts of orders, an empty one for one that is not there."""
    if one is None and isinstance(other, Struct):
        return type(other)(), other
    if other is None and isinstance(one, Struct):
        return one, type(one)()
    return one, other


def _lost_whole(one: Any, other: Any) -> bool:
    """Tell whether a part was lost as a whole; ids are compared apart."""
    return isinstance(one, Struct) and not isinstance(one, Identity) and other == type(one)()


def _paired(one: Any, other: Any) -> bool:
    return isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other)


def _fate(one: Any, other: Any, path: str, default: Any) -> Fate:
    if path.endswith(REFERENCES) and set(other) < set(one):
        return Fate.ID
    if not _is_set(other, default):
        return Fate.LEFT_OUT
    return Fate.CHANGED if _is_set(one, default) else Fate.MADE_UP


def _is_set(value: Any, default: Any) -> bool:
    """Tell whether a value says something: a word of a closed list always does."""
    if isinstance(value, StrEnum):
        return True
    return value not in (None, "", (), default)
