"""The reference: a page for each dialect that is served, out of its OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from shlex import quote
from typing import Any, NamedTuple

from markupsafe import Markup, escape
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from orderglot.faces.examples import Example, params_of, title_of
from orderglot.hub.dialects import chosen
from orderglot.hub.html_pages import HtmlPage
from orderglot.hub.openapi import described, examples_of
from orderglot.hub.pages import OPENAPI
from orderglot.hub.version import version

REFERENCE = "/orderglot/reference"
"""Where the page of our own API is; those of the others are behind it, as ``/kole``."""

OWN = "orderglot"
"""The dialect that is shown where none is named, if it is served."""

Json = dict[str, Any]
SCHEMAS = "#/components/schemas/"
_CODE = re.compile("`([^`]+)`")


class Part(NamedTuple):
    """A piece of the text that says of which type something is; ``schema`` is where it is told."""

    text: str
    schema: str = ""


class Sample(NamedTuple):
    """An example as it is shown: what it is called, the command that asks, and the answer."""

    title: str
    command: str
    status: int
    answer: str


def reference(names: Collection[str]) -> Starlette:
    """Make the pages for the dialects that are served, for all of them for none."""
    page = HtmlPage("reference", {"type_of": type_of, "anchor": anchor, "marked": marked})
    served = [one.name for one in chosen(names)]

    # Whoever asks may name any host, so not all that were ever asked for are kept.
    @lru_cache(maxsize=16)
    def written(name: str, base: str) -> str:
        document = described(name, base)
        return page.text(
            document=document,
            groups=groups_of(document),
            samples=samples_of(name, document, base),
            name=name,
            served=served,
            base=base,
            openapi=OPENAPI,
            reference=REFERENCE,
            version=version(),
        )

    async def show(request: Request) -> Response:
        name = request.path_params.get("name") or (OWN if OWN in served else served[0])
        if name not in served:
            there = ", ".join(served)
            reason = f"There is no dialect {name[:40]!r} here; there are {there}.\n"
            return PlainTextResponse(reason, 404)
        answer: HTMLResponse = page.response(written(name, request.state.base))
        return answer

    return Starlette(routes=[Route(REFERENCE, show), Route(REFERENCE + "/{name:path}", show)])


def anchor(name: str) -> str:
    """Give the name by which a place of the page is linked to."""
    return "".join(one if one.isalnum() else "-" for one in name)


def marked(text: str) -> Markup:
    """Show what stands between backticks as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 (it is escaped)


class Call(NamedTuple):
    """An operation at one of its paths."""

    method: str
    path: str
    call: Json


def groups_of(document: Json) -> dict[str, list[Call]]:
    """Give the operations by their tags."""
    groups: dict[str, list[Call]] = {tag["name"]: [] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, call in methods.items():
            groups[call["tags"][0]].append(Call(method.upper(), path, call))
    return groups


def type_of(schema: Json) -> list[Part]:
    """Say of which type something is, in parts of which some are told elsewhere."""
    return list(_parts(schema))


def _parts(schema: Json) -> Iterator[Part]:
    several = schema.get("anyOf") or schema.get("oneOf")
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(SCHEMAS)
        yield Part(name, name)
    elif several:
        for number, one in enumerate(several):
            yield from (Part(" or "),) if number else ()
            yield from _parts(one)
    elif "enum" in schema:
        yield Part(" | ".join(map(str, schema["enum"])))
    elif schema.get("type") == "array":
        yield Part("list of ")
        yield from _parts(schema.get("items", {}))
    else:
        kind = schema.get("type", "anything")
        yield Part(" or ".join(kind) if isinstance(kind, list) else str(kind))
        yield from (Part(f", {bound}") for bound in _bounds(schema))


def _bounds(schema: Json) -> Iterator[str]:
    if "format" in schema:
        yield str(schema["format"])
    for name, word in (("minimum", "from"), ("maximum", "to"), ("exclusiveMinimum", "more than")):
        if name in schema:
            yield f"{word} {schema[name]}"
    if schema.get("maxLength"):
        yield f"{schema['maxLength']} characters at most"


def samples_of(name: str, document: Json, base: str) -> dict[str, list[Sample]]:
    """Give the examples of each operation at each path, by its id."""
    found: dict[str, list[Sample]] = {}
    for path, methods in document["paths"].items():
        for method, call in methods.items():
            found[call["operationId"]] = [
                Sample(title_of(one), command(one, call, document, base), one.status, one.answer)
                for one in examples_of(name)
                if call["operationId"].startswith(one.operation)
                and one.method == method.upper()
                and params_of(path, one.path) is not None
            ]
    return found


def command(one: Example, call: Json, document: Json, base: str) -> str:
    """Write an example as a command of the shell."""
    schemes = document["components"]["securitySchemes"]
    proofs = [schemes[name] for name in next(iter(call["security"]), {})]
    query = "&".join(
        [
            *filter(None, [one.query]),
            *(f"{each['name']}=$KEY" for each in proofs if _in_query(each)),
        ]
    )
    address = f"{base}{one.path}{'?' * bool(query)}{query}"
    words = ["curl" if one.method == "GET" else f"curl -X {one.method}"]
    words += [proof for each in proofs if (proof := _proof(each))]
    # It is the shell that puts a key into the address.
    words.append(f'"{address}"' if "$KEY" in query else quote(address))
    shown = {name: value for name, value in one.headers.items() if value != "application/json"}
    if one.body:
        shown["content-type"] = one.headers.get("content-type", "application/json")
    words += [f"-H {quote(f'{label(each)}: {value}')}" for each, value in shown.items()]
    if one.body:
        words.append(f"-d {quote(one.body)}")
    return " \\\n  ".join(words)


def label(header: str) -> str:
    """Write the name of a header as people do."""
    return "-".join(part.capitalize() for part in header.split("-"))


def _in_query(scheme: Json) -> bool:
    return scheme.get("in") == "query"


def _proof(scheme: Json) -> str:
    """Write what shows a key; it is in the shell's ``KEY``, so that it stands in no history."""
    if scheme["type"] == "http":
        basic = scheme["scheme"] == "basic"
        return '-u "$KEY"' if basic else f'-H "Authorization: {scheme["scheme"].capitalize()} $KEY"'
    if scheme["in"] == "cookie":
        return f'-b "{scheme["name"]}=$KEY"'
    return "" if _in_query(scheme) else f'-H "{scheme["name"]}: $KEY"'
