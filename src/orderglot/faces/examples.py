"""Examples in an OpenAPI document: a request and its answer, each part by the name of the example."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from msgspec import Struct

from orderglot.wire import json
from orderglot.wire.message import essence, pairs
from orderglot.wire.shape import FORM

Json = dict[str, Any]


class Example(Struct, frozen=True, kw_only=True):
    """A request of an operation and what it is answered; bodies are texts.

    ``name`` is unique among those of the operation. Headers that prove who is calling are not there.
    """

    operation: str
    name: str
    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = {}
    body: str = ""
    status: int
    media: str = ""
    answer: str = ""


def title_of(one: Example) -> str:
    """Give the name of an example as people read it."""
    return one.name.replace("-", " ").capitalize()


def params_of(template: str, path: str) -> dict[str, str] | None:
    """Give the values that a path has in the place of a template's names; None where it is of another."""
    parts, segments = template.split("/"), path.split("/")
    if len(parts) != len(segments):
        return None
    found: dict[str, str] = {}
    for part, segment in zip(parts, segments, strict=True):
        if part.startswith("{") and segment:
            found[part[1:-1]] = unquote(segment)
        elif part != segment:
            return None
    return found


def put_examples(call: Json, template: str, examples: Iterable[Example]) -> None:
    """Put into the description of a call, at one of its paths, the examples that are of that path."""
    for one in examples:
        params = params_of(template, one.path)
        if params is not None:
            _put_parameters(call["parameters"], one, params)
            _put_bodies(call, one)


def _put_parameters(parameters: list[Json], one: Example, params: Mapping[str, str]) -> None:
    headers = {name.lower(): value for name, value in one.headers.items()}
    places = {"path": list(params.items()), "query": pairs(one.query)}
    for parameter in parameters:
        name, place = parameter["name"], parameter["in"]
        if place == "header":
            values = [headers[name.lower()]] if name.lower() in headers else []
        else:
            values = [value for found, value in places[place] if found == name]
        if values:
            several = parameter["schema"].get("type") == "array"
            value = values if several else _typed(values[-1], parameter["schema"])
            parameter.setdefault("examples", {})[one.name] = {"value": value}


def _typed(text: str, schema: Json) -> Any:
    """Read an argument as what its schema says it is; what is no such thing stays a text."""
    kinds = {schema.get("type"), *(part.get("type") for part in schema.get("anyOf", ()))}
    if "integer" in kinds and text.isascii() and text.isdecimal():
        return int(text)
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    return text


def _put_bodies(call: Json, one: Example) -> None:
    sent = call.get("requestBody", {}).get("content", {})
    media = essence(one.headers.get("content-type", "")) or next(iter(sent), "")
    if one.body and media in sent:
        _put(sent[media], one, one.body, media)
    answered = call["responses"].get(str(one.status), {}).get("content", {})
    if one.media in answered:
        _put(answered[one.media], one, one.answer, one.media)


def _put(content: Json, one: Example, text: str, media: str) -> None:
    example = {"summary": title_of(one), "value": _value(text, media)}
    content.setdefault("examples", {})[one.name] = example


def _value(text: str, media: str) -> Any:
    """Give a body as OpenAPI has it: JSON and forms by their members, all else as a text."""
    if media == FORM:
        return dict(parse_qsl(text, keep_blank_values=True))
    return json.read(text.encode()) if "json" in media else text
