"""Known members: what a vendor's shapes have, and which members of a body they do not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from msgspec import Struct, inspect

from orderglot.core.order import Unknown
from orderglot.core.unknown_members import bounded, is_shown
from orderglot.wire.shape import CONSTANT, Shape

Path = tuple[str | int, ...]

_LISTS = (list, tuple)


class Known(Struct, frozen=True):
    """The members that a part of a body has by its shape, and who sends it.

    ``inside`` has those of the members that have some themselves. Of a list ``each`` has those of
    its elements, and ``item`` is what XML calls one; ``names`` may stand beside them. With ``folded``
    the case of a name does not matter, and all names here are in small letters. ``client`` says that
    a client of the dialect sends it, and not the vendor. ``constant`` are the members that our side
    writes with one value and never reads: what is said there otherwise is as unknown as its name were.
    """

    dialect: str
    names: frozenset[str] = frozenset()
    inside: Mapping[str, Known] = {}
    each: Known | None = None
    item: str = ""
    folded: bool = False
    client: bool = False
    constant: frozenset[str] = frozenset()

    @property
    def flat(self) -> bool:
        """Whether the names alone tell what is unknown, and their case matters."""
        return not (self.inside or self.folded or self.constant)

    def of(self, name: str) -> Known | None:
        """Give the members of a member, None where nothing of them is known."""
        return self.inside.get(name.lower() if self.folded else name)


def known_members(shape: Shape, dialect: str, *, client: bool = False) -> Known:
    """Read off a shape which members it has, at any depth."""
    found = _Reading(dialect, client).members(inspect.type_info(shape))
    assert found is not None, shape
    return found


class _Reading(Struct, frozen=True):
    """The reading of one shape."""

    dialect: str
    client: bool

    def members(self, kind: inspect.Type) -> Known | None:
        """Give the members of a type, None where it has none or may have any."""
        match kind:
            case inspect.Metadata():
                return self.members(kind.type)
            case inspect.UnionType():
                found = [one for each in kind.types if (one := self.members(each))]
                return found[0] if len(found) == 1 else None
            case inspect.TypedDictType() | inspect.StructType():
                types = {field.encode_name: field.type for field in kind.fields}
                inside = {name: one for name, each in types.items() if (one := self.members(each))}
                constant = frozenset(name for name, each in types.items() if _is_constant(each))
                return Known(
                    self.dialect, frozenset(types), inside, client=self.client, constant=constant
                )
            case inspect.ListType():
                each, item = self.members(kind.item_type), _name_in_xml(kind.item_type)
                return each and Known(self.dialect, each=each, item=item, client=self.client)
            case _:
                return None


def _is_constant(kind: inspect.Type) -> bool:
    """Tell whether a type is declared as one that our side writes one value of."""
    return isinstance(kind, inspect.Metadata) and CONSTANT in (kind.extra_json_schema or {})


def _name_in_xml(kind: inspect.Type) -> str:
    if not isinstance(kind, inspect.Metadata):
        return ""
    schema = kind.extra_json_schema or {}
    return schema.get("xml", {}).get("name", "") or _name_in_xml(kind.type)


def unknown_in(value: Mapping[str, Any], known: Known, *apart: str) -> tuple[Unknown, ...]:
    """Give the members of a part of a body that its shape does not have, within bounds.

    What stands in the members ``apart`` is a part of its own, and not looked at, but for what a list
    comes in.
    """
    found = _unknown(value, known, apart, ())
    return bounded(Unknown(known.dialect, path, inner, known.client) for path, inner in found)


def _unknown(
    value: Any, known: Known, apart: Collection[str], path: Path
) -> Iterator[tuple[Path, Any]]:
    if known.each is not None:
        yield from _in_list(value, known, path)
    elif isinstance(value, Mapping):
        # Of most parts all members are known, and few of these have members.
        known_all = not (known.folded or known.constant) and known.names.issuperset(value)
        for name in filter(known.inside.__contains__, value) if known_all else value:
            folded, inner = name.lower() if known.folded else name, value[name]
            if folded not in known.names or (inner and folded in known.constant):
                yield (*path, name), inner
            elif inner and (inside := known.inside.get(folded)):
                if folded not in apart:
                    yield from _unknown(inner, inside, (), (*path, name))
                elif inside.each:
                    yield from _beside(inner, inside, (*path, name))


def _in_list(value: Any, known: Known, path: Path) -> Iterator[tuple[Path, Any]]:
    yield from _beside(value, known, path)
    if isinstance(value, Mapping):
        value = value.get(known.item)
        value = [value] if isinstance(value, Mapping) else value
    if known.each is not None and isinstance(value, _LISTS):
        for place, one in enumerate(value):
            yield from _unknown(one, known.each, (), (*path, place))


def _beside(value: Any, known: Known, path: Path) -> Iterator[tuple[Path, Any]]:
    """Give what stands beside the elements of a list in what it comes in, as XML decodes."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name != known.item and name not in known.names:
                yield (*path, name), inner


def with_unknown(
    members: dict[str, Any], unknown: tuple[Unknown, ...], dialect: str
) -> dict[str, Any]:
    """Put what a dialect's vendor sent beyond the shapes back where it stood, if that is there.

    What clients sent is not shown again: some importers fail at members that they do not know. Nor is
    what says something by now, as a member that was unknown then may.
    """
    for one in unknown:
        if is_shown(one, dialect):
            *steps, name = one.path
            place = _at(members, steps)
            if isinstance(place, dict) and not place.get(name):
                place[name] = one.value
    return members


def _at(value: Any, steps: list[str | int]) -> Any:
    """Give what is at a path, None where that leads nowhere."""
    for step in steps:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value
