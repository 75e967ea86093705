"""Holding what goes over a wire against the document of its dialect: nothing missing, nothing more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import jsonschema_rs
from lxml import etree

from orderglot import dialects
from orderglot.faces.openapi import document
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Request, Response, essence, pairs
from tests.conformance.callers import proof_of

Json = dict[str, Any]

SCHEMAS = "#/components/schemas/"


@cache
def documented(name: str) -> Json:
    """Give the document of a dialect."""
    return document(dialects.dialect(name), "https://orders.example", "1.0")


def call_of(dialect: Dialect, request: Request) -> Json:
    """Find what the document says of a request's method and path."""
    paths = documented(dialect.name)["paths"]
    found = [template for template in paths if _fits(template, request.path)]
    template = min(found, key=lambda template: template.count("{"))
    call: Json = paths[template][request.method.lower()]
    return call


def _fits(template: str, path: str) -> bool:
    parts, segments = template.split("/"), path.split("/")
    return len(parts) == len(segments) and all(
        part == segment or (part.startswith("{") and bool(segment))
        for part, segment in zip(parts, segments, strict=True)
    )


def hold_request(dialect: Dialect, request: Request, *, strange: bool = False) -> None:
    """Raise AssertionError unless a request is as the document has it.

    With ``strange`` there may be arguments in its query that the document does not know.
    """
    call = call_of(dialect, request)
    hold_query(dialect, call, pairs(request.query), strange=strange)
    for parameter in call["parameters"]:
        if parameter["in"] == "header" and parameter["required"]:
            assert parameter["name"].lower() in request.headers, parameter["name"]
    if request.body:
        hold_body(dialect, call["requestBody"]["content"], request)
    else:
        assert not call.get("requestBody", {}).get("required")


def hold_query(
    dialect: Dialect, call: Json, sent: Iterable[tuple[str, str]], *, strange: bool
) -> None:
    """Hold each argument of a query against its parameter."""
    declared = {one["name"]: one for one in call["parameters"] if one["in"] == "query"}
    values: dict[str, list[str]] = {}
    for name, value in sent:
        values.setdefault(name, []).append(value)
    _, proofs = proof_of(dialect)
    schemes = documented(dialect.name)["components"]["securitySchemes"].values()
    keys = {one["name"] for one in schemes if "name" in one}
    for name, several in values.items():
        if name in proofs | keys or (strange and name not in declared):
            continue
        assert name in declared, f"{name} is not in the document"
        schema = declared[name]["schema"]
        one_or_all: Any = several if schema.get("type") == "array" else several[0]
        demand(dialect, schema, typed(one_or_all, schema, {}))
    for name, parameter in declared.items():
        assert name in values or not parameter["required"], name


def hold_body(dialect: Dialect, content: Json, sent: Request | Response) -> None:
    """Hold a body against the schema of its media type."""
    media = essence(sent.headers.get("content-type", ""))
    if media not in content:
        media = next(iter(content))
        assert isinstance(sent, Request), f"{sent.headers} is not in the document"
    schema = content[media]["schema"]
    demand(dialect, schema, body_of(dialect, media, schema, sent.body))


def body_of(dialect: Dialect, media: str, schema: Json, body: bytes) -> Any:
    schemas = documented(dialect.name)["components"]["schemas"]
    if "json" in media:
        return json.loads(body)
    if "xml" in media:
        return from_xml(etree.fromstring(body), schema, schemas)
    if media == "application/x-www-form-urlencoded":
        return typed(dict(parse_qsl(body.decode())), schema, schemas)
    return body.decode()


def hold_response(dialect: Dialect, request: Request, response: Response) -> None:
    """Raise AssertionError unless an answer is as the document has it."""
    answers = call_of(dialect, request)["responses"]
    assert str(response.status) in answers, f"{response.status} is not in the document"
    answer = answers[str(response.status)]
    if "$ref" in answer:
        shared = documented(dialect.name)["components"]["responses"]
        answer = shared[answer["$ref"].rpartition("/")[2]]
    if response.body or "content" in answer:
        hold_body(dialect, answer["content"], response)


def demand(dialect: Dialect, schema: Json, value: Any) -> None:
    """Raise AssertionError unless a value is just what a schema says, and has nothing besides."""
    errors = [
        f"{'/'.join(map(str, error.instance_path))}: {error.message[:300]}"
        for error in validator(dialect.name, json.dumps(schema)).iter_errors(value)
    ]
    assert not errors, errors


@cache
def validator(name: str, schema: str) -> jsonschema_rs.Draft202012Validator:
    """Make what holds values against a schema of a dialect's document."""
    schemas = documented(name)["components"]["schemas"]
    closed_ones = {one: closed(found, schemas) for one, found in schemas.items()}
    whole = {**closed(json.loads(schema), schemas), "components": {"schemas": closed_ones}}
    return jsonschema_rs.Draft202012Validator(whole)


def closed(schema: Any, schemas: Mapping[str, Json]) -> Any:
    """Allow no member that a schema does not name, unless it says that there may be some."""
    if isinstance(schema, list):
        return [closed(one, schemas) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema and "additionalProperties" in schema:
        schema = {**schemas[schema["$ref"].removeprefix(SCHEMAS)], **schema}
        del schema["$ref"]
    inner = {name: closed(value, schemas) for name, value in schema.items()}
    if "properties" in inner:
        inner.setdefault("additionalProperties", False)
    return inner


def resolved(schema: Json, schemas: Mapping[str, Json]) -> Json:
    """Follow a schema's reference, and choose of several forms the first that says something."""
    while "$ref" in schema:
        schema = {**schemas[schema["$ref"].removeprefix(SCHEMAS)], **without(schema, "$ref")}
    return schema


def without(schema: Json, name: str) -> Json:
    return {key: value for key, value in schema.items() if key != name}


def typed(value: Any, schema: Json, schemas: Mapping[str, Json]) -> Any:
    """Read texts as what a schema says that they are."""
    schema = resolved(schema, schemas)
    if isinstance(value, dict):
        members = schema.get("properties", {})
        return {name: typed(one, members.get(name, {}), schemas) for name, one in value.items()}
    if isinstance(value, list):
        return [typed(one, schema.get("items", {}), schemas) for one in value]
    types = {schema.get("type"), *(one.get("type") for one in schema.get("anyOf", ()))}
    if value == "" and "null" in types:
        return None
    if "string" in types and not types & {"integer", "number"}:
        return value
    try:
        read = json.loads(value) if types & {"integer", "number", "boolean"} else None
    except ValueError:
        return value
    return value if read is None else read


def from_xml(element: Any, schema: Json, schemas: Mapping[str, Json]) -> Any:
    """Read an element as a schema says that XML writes it: lists wrapped or repeated, or a text."""
    schema = resolved(schema, schemas)
    if "xml" in schema and "name" in schema["xml"]:
        assert schema["xml"]["name"] == element.tag
    if schema.get("type") == "array":
        return [from_xml(one, schema["items"], schemas) for one in element]
    if "properties" not in schema:
        return typed(element.text or "", schema, schemas)
    members: Json = {}
    for name, member in schema["properties"].items():
        found = element.findall(name)
        inner = resolved(member, schemas)
        if inner.get("type") == "array" and not inner.get("xml", {}).get("wrapped"):
            members[name] = [from_xml(one, inner["items"], schemas) for one in found]
        elif found:
            assert 1 == len(found), name
            members[name] = from_xml(found[0], inner, schemas)
    strange = {one.tag for one in element} - set(schema["properties"])
    return {**members, **dict.fromkeys(strange, "strange")}
