"""Routing: which operation a method and path mean, by the dialects' own path templates."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any, Generic, TypeVar
from urllib.parse import unquote

from msgspec import Struct

from orderglot.core.errors import NotFound, Unsupported
from orderglot.wire.dialect import Dialect
from orderglot.wire.operation import Operation

Owner = TypeVar("Owner")

NO_PARAMS: dict[str, str] = {}


class Route(Struct, Generic[Owner], frozen=True):
    """An operation, whose it is, and the values of its path's names."""

    owner: Owner
    operation: Operation[Any, Any]
    params: dict[str, str]


class _Node(Generic[Owner]):
    """One step of all paths that begin alike."""

    __slots__ = ("literals", "methods", "owners", "param")

    def __init__(self) -> None:
        self.owners: dict[int, list[Owner]] = {}
        """Whose paths go through here, by how many steps they have in all."""
        self.literals: dict[str, _Node[Owner]] = {}
        self.param: _Node[Owner] | None = None
        self.methods: dict[str, tuple[Owner, Operation[Any, Any], tuple[str, ...]]] = {}

    def ends(self) -> list[Owner]:
        """Give whose paths end here."""
        return [owner for owner, _, _ in self.methods.values()]


class Routes(Generic[Owner]):
    """The path templates of some dialects, compiled once into a tree of path segments."""

    def __init__(self, owned: Iterable[tuple[Owner, Dialect]]) -> None:
        self.root: _Node[Owner] = _Node()
        for owner, dialect in owned:
            for operation in dialect.operations:
                for template in operation.endpoint.paths:
                    self._add(owner, operation, template)

    def find(self, method: str, path: str) -> Route[Owner]:
        """Give the operation for a method and a percent-encoded path.

        Raises NotFound where no template fits, Unsupported where only the method does not.
        """
        values: list[str] = []
        node = _walk(self.root, path.split("/"), 1, values)
        if node is None:
            raise NotFound(f"There is nothing at {path[:200]}.")
        entry = node.methods.get("GET" if method == "HEAD" else method)
        if entry is None:
            allow = tuple(sorted(node.methods))
            raise Unsupported(f"{path[:200]} takes {' or '.join(allow)} alone.", allow=allow)
        owner, operation, names = entry
        if "%" in path:
            values = list(map(unquote, values))
        params = dict(zip(names, values, strict=True)) if names else NO_PARAMS
        return Route(owner, operation, params)

    def nearest(self, path: str) -> Owner | None:
        """Give whose path it would be, None where nobody's is nearer than all others'.

        It is the one that shares the longest prefix with the path, a word of it at least, and goes on
        from there with as many steps as the path has; else with more, or not at all.
        """
        node = _walk(self.root, path.split("/"), 1, [])
        if node is not None:
            return _only(node.ends())
        steps = path.rstrip("/").split("/")[1:]
        node, shares = _along(self.root, steps)
        if not shares:
            return None
        alike = node.owners.get(len(steps))
        if alike is None:
            longer = (own for length, own in node.owners.items() if length > len(steps))
            alike = [*chain(*longer), *node.ends()]
        return _only(alike)

    def _add(self, owner: Owner, operation: Operation[Any, Any], template: str) -> None:
        node, names = self.root, []
        steps = template.split("/")[1:]
        for segment in steps:
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.param = node.param or _Node()
                node = node.param
            else:
                node = node.literals.setdefault(segment, _Node())
            owners = node.owners.setdefault(len(steps), [])
            if owner not in owners:
                owners.append(owner)
        if operation.endpoint.method in node.methods:
            raise ValueError(f"two operations claim {operation.endpoint.method} {template}")
        node.methods[operation.endpoint.method] = (owner, operation, tuple(names))


def _along(node: _Node[Owner], steps: Iterable[str]) -> tuple[_Node[Owner], bool]:
    """Follow a path as far as it leads, and tell whether a word of it was shared on the way."""
    shares = False
    for step in steps:
        literal = node.literals.get(step)
        following = literal or node.param
        if following is None:
            break
        node, shares = following, shares or literal is not None
    return node, shares


def _only(owners: Iterable[Owner]) -> Owner | None:
    """Give the one owner there is, None for none or several."""
    different = list(dict.fromkeys(owners))
    return different[0] if len(different) == 1 else None


def _walk(
    node: _Node[Owner], segments: list[str], at: int, values: list[str]
) -> _Node[Owner] | None:
    """Follow a path; a literal goes before a name, and a name never stands for nothing."""
    for number in range(at, len(segments)):
        segment = segments[number]
        literal, param = node.literals.get(segment), node.param
        if literal is not None and param is not None:
            known = len(values)
            if (found := _walk(literal, segments, number + 1, values)) is not None:
                return found
            del values[known:]
        if param is not None and segment:
            values.append(segment)
            node = param
        elif literal is not None:
            node = literal
        else:
            return None
    return node if node.methods else None
