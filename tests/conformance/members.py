"""Trying members: every member that a dialect's document declares of a body, and values for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple

from tests.conformance.openapi_checks import documented, resolved, validator
from tests.conformance.specimens import Specimen

Json = dict[str, Any]
Path = tuple[str | int, ...]

GONE = object()
"""What a member is set to that is taken out."""

TEXTS = (
    *("Probe", "Probe-2", "7", "12345", "1234", "CA", "FEDEX", "3", "812", "USD", "EUR"),
    *("2031-05-06", "2031-05-06T07:08:09", "true", "0.5"),
)
NUMBERS = (7, 3, 2, 1, 812, 0.5)


class Member(NamedTuple):
    """A member of a body: where it stands, what it may be, and whether it is passed over."""

    path: Path
    schema: Json
    passed_over: bool

    @property
    def name(self) -> str:
        """What it is called, without the place where it stands."""
        return str(next(step for step in reversed(self.path) if isinstance(step, str)))


def members_of(specimen: Specimen, body: Any) -> list[Member]:
    """Give the members that the document declares of a specimen's body, in all depth."""
    operation = specimen.operation
    assert operation is not None
    endpoint = operation.endpoint
    call = documented(specimen.dialect.name)["paths"][endpoint.paths[0]][endpoint.method.lower()]
    content = call["requestBody"]["content"]
    schema = next(one["schema"] for media, one in content.items() if "json" in media)
    return list(_members(specimen.dialect.name, schema, body, ()))


def _members(name: str, schema: Json, value: Any, path: Path) -> Iterator[Member]:
    schema = _form_of(name, schema, value)
    if isinstance(value, dict):
        for member, inner in schema.get("properties", {}).items():
            there = (*path, member)
            over = _resolved(name, inner).get("readOnly", False)
            yield Member(there, inner, over)
            if member in value and not over:
                yield from _members(name, inner, value[member], there)
    elif isinstance(value, list) and value and "items" in schema:
        yield from _members(name, schema["items"], value[0], (*path, 0))


def _form_of(name: str, schema: Json, value: Any) -> Json:
    """Choose, of several forms that a body may have, the one that it has."""
    schema = _resolved(name, schema)
    for one in schema.get("anyOf", ()):
        form = _resolved(name, one)
        required = form.get("required", ())
        if isinstance(value, dict) and form.get("properties") and value.keys() >= set(required):
            return form
        if isinstance(value, list) and form.get("type") == "array":
            return form
    return schema


def _resolved(name: str, schema: Json) -> Json:
    return resolved(schema, documented(name)["components"]["schemas"])


def values_for(name: str, member: Member, current: Any) -> list[Any]:
    """Give values that the document allows for a member, other than the one that it has."""
    schema = _resolved(name, member.schema)
    enums = [one for form in (schema, *schema.get("anyOf", ())) for one in form.get("enum", ())]
    tried = [*enums, True, False, *NUMBERS, *TEXTS, None, ["Probe"], {"probe": "Probe"}]
    fits = validator(name, json.dumps(member.schema)).is_valid
    fitting = [one for one in tried if one != current and fits(one)]
    return [*fitting, *([] if current is GONE else [GONE])]


def at(body: Any, path: Path) -> Any:
    """Give what stands at a path of a body."""
    for step in path:
        if isinstance(body, dict) and step not in body:
            return GONE
        body = body[step]
    return body


def with_value(body: Any, path: Path, value: Any) -> Any:
    """Give a body with another value at a path, or without any."""
    changed = deepcopy(body)
    holder = at(changed, path[:-1])
    if value is GONE:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return changed
