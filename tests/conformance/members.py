"""Trying members: every member that a dialect's document declares of a body, and values for it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any, NamedTuple

from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import OPEN, READ, Caller
from orderglot.core.errors import HubError, NotFound
from orderglot.core.order import Order
from tests.conformance.callers import site
from tests.conformance.openapi_checks import documented, resolved, validator
from tests.conformance.specimens import Specimen, on_orders, welcome

Json = dict[str, Any]
Path = tuple[str | int, ...]

GONE = object()
"""What a member is set to that is taken out."""

TEXTS = (
    *("Probe", "Probe-2", "7", "12345", "1234", "CA", "FEDEX", "3", "812", "USD", "EUR"),
    *("2031-05-06", "2031-05-06T07:08:09", "true", "0.5"),
)
NUMBERS = (7, 3, 2, 1, 812, 0.5)


class Outcome(NamedTuple):
    """What came of a write: how it was refused, what was answered, and the orders of the book then.

    ``whys`` are the reasons that the events of the orders give.
    """

    refused: HubError | None
    text: str
    orders: tuple[Order, ...]
    whys: tuple[str, ...]


def written(specimen: Specimen, body: Any) -> Outcome:
    """Write to the book of a dialect's specimens, begun anew."""
    return written_text(specimen, json.dumps(body))


def written_text(specimen: Specimen, body: str) -> Outcome:
    """Write what need not be the JSON of any value."""
    return _written(specimen.dialect.name, specimen.name, body)


@cache
def _written(name: str, specimen: str, body: str) -> Outcome:
    request = next(one for one in welcome(name) if one.name == specimen).request

    async def write() -> Outcome:
        opened = await site(dialects.dialect(name))
        response = await opened.server(replace(request, body=body.encode()))
        text = f"{dict(response.headers)} {response.body.decode()}"
        refused = opened.dialect.faults.read(response)
        book = opened.store.of(Caller(seller=opened.owner.seller, test=True, deleted=True))
        whys = tuple([event.why for event in (await book.feed(limit=1_000)).events])
        return Outcome(refused, text, await opened.orders(), whys)

    return asyncio.run(write())


def writes(name: str) -> list[Specimen]:
    """Give the specimens that write something into the book, by a body in JSON."""
    found = [
        one
        for one in welcome(name)
        if one.operation is not None
        and one.operation.endpoint.right not in (READ, OPEN)
        and on_orders(name, one.operation.name)
        and one.request.body.startswith(b"{")
    ]
    untouched = asyncio.run(orders_of(name))
    return [one for one in found if untouched != written(one, body_of(one)).orders]


async def orders_of(name: str) -> tuple[Order, ...]:
    return await (await site(dialects.dialect(name))).orders()


def body_of(specimen: Specimen) -> Any:
    return json.loads(specimen.request.body)


@cache
def trials() -> Mapping[tuple[str, str, Path], list[tuple[Specimen, Member]]]:
    """Give, by dialect, operation and place, the specimens in which a member can be tried."""
    found: dict[tuple[str, str, Path], list[tuple[Specimen, Member]]] = {}
    for name in dialects.names():
        for specimen in writes(name):
            assert specimen.operation is not None
            for member in members_of(specimen, body_of(specimen)):
                key = name, specimen.operation.name, member.path
                found.setdefault(key, []).append((specimen, member))
    return found


def is_refused_by_name(after: Outcome, member: Member) -> bool:
    """Tell whether a refusal names a member, or says that what it names is not there."""
    if after.refused is None:
        return False
    return member.name in after.text or isinstance(after.refused, NotFound)


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
            over = resolved_of(name, inner).get("readOnly", False)
            yield Member(there, inner, over)
            if member in value and not over:
                yield from _members(name, inner, value[member], there)
    elif isinstance(value, list) and value and "items" in schema:
        yield from _members(name, schema["items"], value[0], (*path, 0))


def _form_of(name: str, schema: Json, value: Any) -> Json:
    """Choose, of several forms that a body may have, the one that it has."""
    schema = resolved_of(name, schema)
    for one in schema.get("anyOf", ()):
        form = resolved_of(name, one)
        required = form.get("required", ())
        if isinstance(value, dict) and form.get("properties") and value.keys() >= set(required):
            return form
        if isinstance(value, list) and form.get("type") == "array":
            return form
    return schema


def resolved_of(name: str, schema: Json) -> Json:
    return resolved(schema, documented(name)["components"]["schemas"])


def values_for(name: str, member: Member, current: Any) -> list[Any]:
    """Give values that the document allows for a member, other than the one that it has."""
    schema = resolved_of(name, member.schema)
    enums = [one for form in (schema, *schema.get("anyOf", ())) for one in form.get("enum", ())]
    tried = [*enums, True, False, *NUMBERS, *TEXTS, None, ["Probe"], {"probe": "Probe"}]
    tried += [
        [_of_texts(name, form["items"])]
        for form in (schema, *schema.get("anyOf", ()))
        if "items" in form
    ]
    fits = validator(name, json.dumps(member.schema)).is_valid
    fitting = [one for one in tried if one != current and fits(one)]
    return [*fitting, *([] if current is GONE else [GONE])]


def _of_texts(name: str, schema: Any) -> dict[str, str]:
    """Give an object of which every text says something."""
    members = resolved_of(name, schema).get("properties", {})
    return {one: "Probe" for one, found in members.items() if found.get("type") == "string"}


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
