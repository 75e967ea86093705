"""OpenAPI: a dialect's server face as a document of version 3.1, out of its own declarations."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Collection, Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

import msgspec

from orderglot.core.caller import OPEN
from orderglot.faces.examples import Example, params_of, put_examples
from orderglot.faces.replay import LONGEST_KEY
from orderglot.wire.dialect import Dialect
from orderglot.wire.operation import Operation
from orderglot.wire.shape import ResponseShape, SecurityScheme, Shape, alternatives

Json = dict[str, Any]
AnyOperation = Operation[Any, Any]

REFERENCE = "#/components/schemas/{name}"
REPEATABLE = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": LONGEST_KEY},
    "description": "A request that comes again under the same key gets its first answer again.",
}
WHICH = "Which of the {what}."
EITHER = "In the query or in the body."
NEEDED = "Required, in the query or in the body."
TAGS = {
    OPEN: "What needs no credentials.",
    "read": "What is read.",
    "create": "What creates orders.",
    "change": "What changes orders.",
    "admin": "What changes keys and settings.",
}
ABOUT = "The {title} as Orderglot answers it, for the clients that the vendor's API has."


def document(dialect: Dialect, base: str, version: str, examples: Iterable[Example] = ()) -> Json:
    """Describe a dialect's server face at ``base``; ``version`` is that of the program."""
    writer = _Writer(dialect, tuple(examples))
    tags = dict.fromkeys(one.endpoint.right for one in dialect.operations)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": dialect.title,
            "version": version,
            "description": dialect.about or ABOUT.format(title=dialect.title),
        },
        "externalDocs": {"url": dialect.reference, "description": "Where its rules come from."},
        "servers": [{"url": base}],
        "tags": [{"name": _tag(one), "description": TAGS.get(one, "")} for one in tags],
        "paths": writer.paths(),
        "components": writer.components(),
    }


class _Writer:
    """Writes one document; the schemas are those of all shapes together."""

    def __init__(self, dialect: Dialect, examples: tuple[Example, ...]) -> None:
        self.dialect = dialect
        self.examples = examples
        operations = dialect.operations
        self.refusals = {one.name: dialect.faults.responses(one) for one in operations}
        shapes = list(self._shapes())
        schemas, self.schemas = msgspec.json.schema_components(shapes, ref_template=REFERENCE)
        # The shapes are the declarations' own objects, and stay what they are.
        self.written = dict(zip(map(id, shapes), schemas, strict=True))
        name_elements([*schemas, *self.schemas.values()], self.schemas)
        self.responses: Json = {}
        self.schemes: Json = {}

    def _shapes(self) -> Iterator[Shape]:
        for one in self.dialect.operations:
            query = one.request.query
            for shapes in one.request.body.values():
                yield from (shape for shape in alternatives(shapes) if shape is not query)
            for response in (*one.response.shapes, *self.refusals[one.name]):
                for shapes in response.body.values():
                    yield from alternatives(shapes)

    def schema(self, shapes: Shape) -> Json:
        """Give the schema of a body."""
        return _any_of([self.written[id(shape)] for shape in alternatives(shapes)])

    def paths(self) -> Json:
        paths: Json = {}
        for one in self.dialect.operations:
            method = one.endpoint.method.lower()
            for number, path in enumerate(one.endpoint.paths, 1):
                named = {"operationId": one.name if number == 1 else f"{one.name}-{number}"}
                paths.setdefault(path, {})[method] = {**named, **self.call(one, path)}
        return paths

    def components(self) -> Json:
        """Give what the paths refer to; asked last, when all of them are written."""
        return {
            "schemas": self.schemas,
            "responses": self.responses,
            "securitySchemes": self.schemes,
        }

    def call(self, one: AnyOperation, path: str) -> Json:
        """Describe an operation at one of its paths."""
        summary, _, more = (inspect.getdoc(one.perform) or "").partition("\n\n")
        call: Json = {
            "summary": " ".join(summary.split()).rstrip("."),
            **({"description": " ".join(more.split())} if more else {}),
            "tags": [_tag(one.endpoint.right)],
            "externalDocs": {"url": self.dialect.reference},
            "parameters": list(parameters(one, path)),
        }
        if one.request.body:
            call["requestBody"] = self.body(one)
        examples = [
            example
            for example in self.examples
            if example.operation == one.name and params_of(path, example.path) is not None
        ]
        shown = {example.status for example in examples}
        call |= {"responses": self.responses_of(one, shown), "security": self.security(one)}
        if examples:
            # What stands in several places is one thing until it has an example of its own.
            call = copy.deepcopy(call)
            put_examples(call, path, examples)
        return call

    def body(self, one: AnyOperation) -> Json:
        """Describe what a request's body holds; it is required unless it may say nothing."""
        schemas = {
            media: _either(shape) if shape is one.request.query else self.schema(shape)
            for media, shape in one.request.body.items()
        }
        return {
            "required": any(_demands(schema, self.schemas) for schema in schemas.values()),
            "content": {media: {"schema": schema} for media, schema in schemas.items()},
        }

    def responses_of(self, one: AnyOperation, shown: Collection[int] = ()) -> Json:
        """Describe all that may be answered, by status.

        What has one form is described once, unless there is an example of it that is ``shown``.
        """
        answers: Json = {}
        good, bad = one.response.shapes, self.refusals[one.name]
        for status in sorted({shape.status for shape in (*good, *bad)}):
            yes = [shape for shape in good if shape.status == status]
            no = [shape for shape in bad if shape.status == status]
            answer = self.answer(status, (*yes, *no))
            alone = yes or status in shown
            answers[str(status)] = answer if alone else self.shared(status, answer)
        return answers

    def answer(self, status: int, shapes: Iterable[ResponseShape]) -> Json:
        """Describe an answer that may have several forms."""
        schemas: dict[str, list[Json]] = {}
        headers: Json = {}
        for one in shapes:
            headers |= {name: _header(schema) for name, schema, _ in members(one.headers)}
            for media, shape in one.body.items():
                schemas.setdefault(media, []).append(self.schema(shape))
        content = {media: {"schema": _any_of(several)} for media, several in schemas.items()}
        return {
            "description": HTTPStatus(status).phrase,
            **({"headers": headers} if headers else {}),
            **({"content": content} if content else {}),
        }

    def shared(self, status: int, answer: Json) -> Json:
        """Refer to an answer that many operations share."""
        names = (f"Refused{status}{letter}" for letter in ("", *"BCDEFGH"))
        name = next(one for one in names if self.responses.setdefault(one, answer) == answer)
        return {"$ref": f"#/components/responses/{name}"}

    def security(self, one: AnyOperation) -> list[Json]:
        """Name the ways to prove who is calling, none for an operation that is open."""
        if one.endpoint.right == OPEN:
            return []
        ways = self.dialect.auth.security(one)
        for scheme in (scheme for way in ways for scheme in way):
            self.schemes[_scheme_name(scheme)] = _scheme(scheme)
        return [{_scheme_name(scheme): [] for scheme in way} for way in ways]


def parameters(one: AnyOperation, path: str) -> Iterator[Json]:
    """Describe what a request says in its path, its query and its headers."""
    before, declared = "", {name: schema for name, schema, _ in members(one.request.path)}
    for segment in path.split("/"):
        if segment.startswith("{"):
            name = segment[1:-1]
            schema = {"type": "string", "minLength": 1, "description": WHICH.format(what=before)}
            yield _parameter(name, "path", schema | declared.get(name, {}), required=True)
        before = segment
    either = any(shape is one.request.query for shape in one.request.body.values())
    for name, schema, required in members(one.request.query):
        parameter = _parameter(name, "query", schema, required=required and not either)
        yield {**parameter, "description": _where(schema, required)} if either else parameter
    for name, schema, required in members(one.request.headers):
        yield _parameter(name, "header", schema, required=required)
    if one.endpoint.idempotent:
        yield REPEATABLE


def members(shape: Shape) -> Iterator[tuple[str, Json, bool]]:
    """Give the members of a shape: the name, the schema, and whether it must be there."""
    if shape is None:
        return
    (reference,), schemas = msgspec.json.schema_components([shape], ref_template=REFERENCE)
    schema = schemas[reference["$ref"].rpartition("/")[2]]
    for name, member in schema["properties"].items():
        yield name, member, name in schema.get("required", ())


def name_elements(written: Any, schemas: Mapping[str, Json]) -> None:
    """Move the names that schemas go by in XML to where these stand, as few readers look beside."""
    inner = written.values() if isinstance(written, dict) else written
    for one in inner if isinstance(written, dict | list) else ():
        name_elements(one, schemas)
    if isinstance(written, dict) and "$ref" in written and "xml" in written:
        schemas[written["$ref"].rpartition("/")[2]].setdefault("xml", written.pop("xml"))


def _parameter(name: str, place: str, schema: Json, *, required: bool) -> Json:
    described = {"description": schema["description"]} if "description" in schema else {}
    plain = {key: value for key, value in schema.items() if key != "description"}
    return {"name": name, "in": place, "required": required, "schema": plain, **described}


def _where(schema: Json, required: bool) -> str:
    return " ".join(filter(None, (schema.get("description"), NEEDED if required else EITHER)))


def _header(schema: Json) -> Json:
    return {"schema": schema}


def _either(shape: Shape) -> Json:
    """Describe a body whose members may as well stand in the query: it must have none of them."""
    properties = {
        name: {**schema, "description": _where(schema, required)}
        for name, schema, required in members(shape)
    }
    return {"type": "object", "properties": properties}


def _demands(schema: Json, schemas: Mapping[str, Json]) -> bool:
    """Tell whether a body must say something."""
    name = schema.get("$ref", "").rpartition("/")[2]
    found = schemas.get(name, schema)
    return bool(found.get("required")) or found.get("type") != "object"


def _any_of(schemas: list[Json]) -> Json:
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _scheme_name(scheme: SecurityScheme) -> str:
    return "-".join(filter(None, (scheme.name, scheme.place if scheme.place != "header" else "")))


def _scheme(scheme: SecurityScheme) -> Json:
    if scheme.name:
        return {"type": "apiKey", "in": scheme.place, "name": scheme.name}
    return {"type": "http", "scheme": scheme.place}


def _tag(right: str) -> str:
    return right or "open"
