"""Law 8, too: each example of a document, sent as the document alone says it, is answered as it says."""

from __future__ import annotations

import json as plain
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import pytest
from msgspec.structs import replace
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from orderglot import dialects
from orderglot.hub.openapi import described, examples_of
from orderglot.wire import json
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Request, Response, fill, pairs, query_of
from orderglot.wire.shape import FORM
from tests.conformance.implementations import Shop
from tests.conformance.openapi_checks import Json, demand
from tests.conformance.specimens import Specimen, specimens_of
from tests.conformance.structure import structure
from tests.conformance.test_specimens import server_of

BASE = "https://orders.example"


class Shown(NamedTuple):
    """An example as it stands in a document: whose it is, at which call, under which name."""

    specimen: Specimen
    path: str
    call: Json
    name: str


def shown() -> Iterator[Shown]:
    for dialect in dialects.names():
        specimens = {one.name: one for one in specimens_of(dialect)}
        for path, methods in described(dialect, BASE)["paths"].items():
            for call in methods.values():
                # At its second path an operation has a number behind its name.
                operation = re.sub("-[0-9]$", "", call["operationId"])
                for name in dict.fromkeys(names_in(call)):
                    yield Shown(specimens[f"{operation}-{name}"], path, call, name)


def contents(call: Json) -> Iterator[tuple[str, str, Json]]:
    """Give what an answer may hold: the status, the media type, and what is said of it."""
    for status, answer in call["responses"].items():
        for media, content in answer.get("content", {}).items():
            yield status, media, content


def names_in(call: Json) -> Iterator[str]:
    for parameter in call["parameters"]:
        yield from parameter.get("examples", {})
    for content in call.get("requestBody", {}).get("content", {}).values():
        yield from content.get("examples", {})
    for _, _, content in contents(call):
        yield from content.get("examples", {})


EVERY = list(shown())


def id_of(one: Shown) -> str:
    return f"{one.specimen.dialect.name}-{one.specimen.name}-{one.path}"


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else json.write(value).decode()


def request_of(one: Shown) -> Request:
    """Write the request that a document shows, with what proves who is calling."""
    proofs = one.specimen.dialect.auth.proofs
    places: dict[str, list[tuple[str, str]]] = {"path": [], "query": [], "header": []}
    for parameter in one.call["parameters"]:
        value = parameter.get("examples", {}).get(one.name, {}).get("value")
        if value is not None:
            values = value if isinstance(value, list) else [value]
            places[parameter["in"]] += [(parameter["name"], text_of(each)) for each in values]
    secret = [pair for pair in pairs(one.specimen.request.query) if pair[0] in proofs.arguments]
    body, media = body_of(one)
    # What is no parameter proves who is calling, or says which form of an answer is wanted.
    declared = {one["name"].lower() for one in one.call["parameters"] if one["in"] == "header"}
    own = one.specimen.request.headers.items()
    headers = {name: value for name, value in own if name not in {"content-type", *declared}}
    headers |= {name.lower(): value for name, value in places["header"]}
    if body:
        headers["content-type"] = media
    return replace(
        one.specimen.request,
        path=fill(one.path, **dict(places["path"])),
        query=query_of([*places["query"], *secret]),
        headers=headers,
        body=body,
    )


def body_of(one: Shown) -> tuple[bytes, str]:
    for media, content in one.call.get("requestBody", {}).get("content", {}).items():
        if one.name in content.get("examples", {}):
            value = content["examples"][one.name]["value"]
            if media == FORM:
                return query_of(value.items()).encode(), media
            return (json.write(value) if "json" in media else value.encode()), media
    return b"", ""


def answer_of(one: Shown) -> Response:
    """Give the answer that a document shows; where that has no body, what it says is the status."""
    for status, media, content in contents(one.call):
        if one.name in content.get("examples", {}):
            value = content["examples"][one.name]["value"]
            body = json.write(value) if "json" in media else value.encode()
            return Response(status=int(status), headers={"content-type": media}, body=body)
    (status,) = (
        status
        for status, answer in one.call["responses"].items()
        if status < "300" and "content" not in answer
    )
    return Response(status=int(status))


@pytest.mark.parametrize("one", EVERY, ids=id_of)
def test_an_example_is_answered_as_it_says(one: Shown, tmp_path: Path) -> None:
    # How each store answers the specimens, of which the examples are made, is another law's.
    shop = Shop("memory", tmp_path)

    async def ask() -> Response:
        server, _ = await server_of(one.specimen, shop)
        return await server(request_of(one))

    expected, answer = answer_of(one), shop.run(ask())

    assert expected.status == answer.status, answer.body
    if answer.body:
        headers = {"content-type": answer.headers["content-type"]}
        assert structure(replace(expected, headers=headers)) == structure(answer)
        assert expected.headers["content-type"] == headers["content-type"].partition(";")[0]


@pytest.mark.parametrize("one", EVERY, ids=id_of)
def test_an_example_is_of_its_schema(one: Shown) -> None:
    for _, media, content in contents(one.call):
        if one.name in content.get("examples", {}) and "json" in media:
            value = json.write(content["examples"][one.name]["value"])
            demand(one.specimen.dialect, content["schema"], plain.loads(value))


def test_a_document_with_its_examples_is_valid(dialect: Dialect) -> None:
    made = plain.loads(json.write(described(dialect.name, BASE)))

    assert [] == [str(error) for error in OPENAPI_31_VALIDATOR.iter_errors(made)]
    for schema in made["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)


def test_most_operations_show_a_request_that_is_welcome(dialect: Dialect) -> None:
    paths = described(dialect.name, BASE)["paths"].values()
    calls = [call for methods in paths for call in methods.values()]

    assert len([call for call in calls if list(names_in(call))]) > len(calls) / 2


def test_an_example_does_not_show_what_proves_who_is_calling(dialect: Dialect) -> None:
    proofs = dialect.auth.proofs
    for one in examples_of(dialect.name):
        assert proofs.headers.isdisjoint(one.headers), one.name
        assert proofs.arguments.isdisjoint(name for name, _ in pairs(one.query)), one.name
