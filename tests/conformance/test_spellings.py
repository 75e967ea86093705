"""Texts end, numbers are numbers, and no member says two things: whatever is written, wherever."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import asdict, replace

from orderglot import dialects
from orderglot.core.errors import Upstream
from orderglot.wire.message import Request, essence, pairs, query_of
from tests.conformance.callers import site
from tests.conformance.members import (
    Json,
    Member,
    Path,
    at,
    body_of,
    is_refused_by_name,
    resolved_of,
    trials,
    with_value,
    writes,
    written,
    written_text,
)
from tests.conformance.specimens import Specimen, welcome

pytestmark = pytest.mark.long

HUGE = 100_000
IN_A_QUERY = 60_000
PROOF = "x" * 5_000
"""So much of a text that is too long is longer than any that a vendor takes."""

Key = tuple[str, str, Path]


def id_of(key: Key) -> str:
    name, operation, path = key
    return f"{name}-{operation}-{'.'.join(map(str, path))}"


def spelled(name: str, schema: Json, kind: str) -> list[Json]:
    """Give the schemas of a kind that a member may have, those of a list's elements too."""
    schema = resolved_of(name, schema)
    forms = [resolved_of(name, one) for one in (schema, *schema.get("anyOf", ()))]
    inner = [one for form in forms if "items" in form for one in spelled(name, form["items"], kind)]
    return [form for form in forms if form.get("type") == kind] + inner


HEEDED: Mapping[Key, list[tuple[Specimen, Member]]] = {
    key: tried for key, tried in trials().items() if not tried[0][1].passed_over
}
TEXTS = [key for key, tried in HEEDED.items() if spelled(key[0], tried[0][1].schema, "string")]
NUMBERS = [
    key
    for key, tried in HEEDED.items()
    if any(spelled(key[0], tried[0][1].schema, kind) for kind in ("integer", "number"))
    and all("pattern" in form for form in spelled(key[0], tried[0][1].schema, "string"))
]
"""What is a number also where it stands in a text; an id may be any text."""


@pytest.mark.parametrize("key", TEXTS, ids=id_of)
def test_a_text_that_is_written_says_how_long_it_may_be(key: Key) -> None:
    schema = resolved_of(key[0], HEEDED[key][0][1].schema)
    for form in spelled(key[0], schema, "string"):
        assert {"maxLength", "enum", "pattern", "format"} & (form.keys() | schema.keys() & {"enum"})


@pytest.mark.parametrize("key", TEXTS, ids=id_of)
def test_a_text_that_is_too_long_is_refused_by_its_name(key: Key) -> None:
    forms = spelled(key[0], HEEDED[key][0][1].schema, "string")
    longest = max(form.get("maxLength", 1_000) for form in forms)
    outcomes = [
        written(specimen, with_value(body_of(specimen), member.path, "x" * (longest + 1)))
        for specimen, member in HEEDED[key]
    ]

    assert any(is_refused_by_name(outcome, HEEDED[key][0][1]) for outcome in outcomes)
    assert not any("x" * (longest + 1) in text for one in outcomes for text in texts(one.orders))


# Whatever may be said anywhere


def texts(value: Any) -> Iterator[str]:
    """Give every text in whatever holds any."""
    if isinstance(value, str | bytes):
        yield value if isinstance(value, str) else value.decode("latin-1")
    elif isinstance(value, Mapping):
        for pair in value.items():
            yield from texts(pair)
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from texts(one)
    elif isinstance(value, Struct):
        yield from texts(asdict(value))
    elif hasattr(value, "__dict__") or hasattr(value, "__slots__"):
        names = [*getattr(value, "__dict__", ()), *getattr(type(value), "__slots__", ())]
        yield from texts([getattr(value, name, None) for name in names])


ASKED = [
    specimen
    for name in dialects.names()
    for specimen in welcome(name)
    if specimen.operation is not None and specimen.request.method != "GET"
]


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """Give the places of a body where something can be said."""
    if isinstance(value, dict):
        yield (*path, "strange")
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value[:1]):
            yield from leaves(inner, (*path, number))
    else:
        yield path


def huge(specimen: Specimen) -> Iterator[Request]:
    """Give the request of a specimen with a text of a hundred thousand characters here or there."""
    request, text = specimen.request, "x" * HUGE
    yield from in_body(specimen, text)
    for name in ("idempotency-key", "x-correlation-id", "x-request-id", "content-type"):
        yield replace(request, headers={**request.headers, name: text})
    for part in request.path.split("/")[1:]:
        yield replace(request, path=request.path.replace(part, text))
    for name, value in pairs(request.query):
        sent = {**dict(pairs(request.query)), name: value + "x" * IN_A_QUERY}
        yield replace(request, query=query_of(sent.items()))


def in_body(specimen: Specimen, text: str) -> Iterator[Request]:
    request = specimen.request
    if request.body[:1] == b"{":
        for body in bodies(specimen, text):
            yield replace(request, body=body)
            yield from elsewhere(specimen, body)
    elif request.body[:1] == b"<":
        for found in re.finditer(rb">([^<>\s][^<>]*)<", request.body):
            begin, end = found.span(1)
            yield replace(request, body=request.body[:begin] + text.encode() + request.body[end:])
    elif "form" in essence(request.headers.get("content-type", "")):
        for name, _ in pairs(request.body.decode()):
            sent = {**dict(pairs(request.body.decode())), name: text}
            yield replace(request, body=query_of(sent.items()).encode())


def bodies(specimen: Specimen, text: str) -> Iterator[bytes]:
    body = body_of(specimen)
    declared = [member.path for _, member in declared_of(specimen)]
    for path in dict.fromkeys([*leaves(body), *declared]):
        yield json.dumps(with_value(body, path, text)).encode()
        marked = json.dumps(with_value(body, path, "a number"))
        number = marked.replace('"a number"', "0." + "7" * HUGE)
        yield number.encode()
    yield json.dumps({**body, text: 1}).encode()


def declared_of(specimen: Specimen) -> list[tuple[Specimen, Member]]:
    return [tried for every in trials().values() for tried in every if tried[0] is specimen]


def elsewhere(specimen: Specimen, body: bytes) -> Iterator[Request]:
    """Give a request that says in its query, or as a form, what another says in JSON."""
    operation, sent = specimen.operation, json.loads(body)
    if (
        operation is None
        or operation.request.query is None
        or not all(map(is_plain, sent.values()))
    ):
        return
    members = [(name, str(value)) for name, value in sent.items()]
    headers = {**specimen.request.headers, "content-type": "application/x-www-form-urlencoded"}
    yield replace(specimen.request, headers=headers, body=query_of(members).encode())
    short = [(name[:IN_A_QUERY], value[:IN_A_QUERY]) for name, value in members]
    query = "&".join(filter(None, (specimen.request.query, query_of(short))))
    yield replace(specimen.request, body=b"", query=query)


def is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float)


@pytest.mark.parametrize("specimen", ASKED, ids=lambda one: f"{one.dialect.name}-{one.name}")
def test_no_text_of_a_hundred_thousand_characters_is_kept(specimen: Specimen) -> None:
    async def ask(request: Request) -> tuple[Any, list[str]]:
        opened = await site(specimen.dialect)
        fault = specimen.dialect.faults.read(await opened.server(request))
        return fault, [text for text in texts(opened.store) if PROOF in text]

    for request in huge(specimen):
        fault, kept = asyncio.run(ask(request))

        assert not isinstance(fault, Upstream)
        assert not kept


# Numbers


NO_NUMBERS = (
    " 3",
    "3 ",
    "\t3",
    "3\n",
    "1_0",
    "\u0663",
    "\uff13",
    "3x",
    "0x3",
    "NaN",
    "Infinity",
    "--3",
    "3,0",
)


@pytest.mark.parametrize("key", NUMBERS, ids=id_of)
def test_what_is_no_number_is_refused_by_its_name(key: Key) -> None:
    for text in NO_NUMBERS:
        outcomes = [
            written(specimen, with_value(body_of(specimen), member.path, text))
            for specimen, member in HEEDED[key]
        ]

        assert any(is_refused_by_name(outcome, HEEDED[key][0][1]) for outcome in outcomes), text


# Members that come twice


def doubled(body: Any, path: Path, value: Any) -> str:
    """Write a body in which a member comes once more, with another value."""
    again = json.dumps(with_value(body, (*path[:-1], "@again"), value))
    return again.replace('"@again"', json.dumps(path[-1]))


SENT = [
    (specimen, path)
    for name in dialects.names()
    for specimen in writes(name)
    for path in leaves(body_of(specimen))
    if path[-1] != "strange" and isinstance(path[-1], str)
]


SENT_IDS = [id_of((one.dialect.name, one.name, path)) for one, path in SENT]


@pytest.mark.parametrize(("specimen", "path"), SENT, ids=SENT_IDS)
def test_a_member_that_says_two_things_is_refused_by_its_name(
    specimen: Specimen, path: Path
) -> None:
    body = body_of(specimen)
    after = written_text(specimen, doubled(body, path, ["another"]))

    assert after.refused is not None
    assert str(path[-1]) in after.text
    assert after.orders == written_text(specimen, "{").orders


@pytest.mark.parametrize(("specimen", "path"), SENT, ids=SENT_IDS)
def test_a_member_may_say_the_same_thing_twice(specimen: Specimen, path: Path) -> None:
    body = body_of(specimen)

    once, twice = (
        written(specimen, body),
        written_text(specimen, doubled(body, path, at(body, path))),
    )

    assert twice.refused is None
    assert once.orders == twice.orders


def test_each_dialect_is_tried_in_each_way() -> None:
    every = set(dialects.names())

    assert every == {key[0] for key in TEXTS} == {key[0] for key in NUMBERS}
    assert every == {one.dialect.name for one in ASKED}
    assert every == {one.dialect.name for one, _ in SENT}
