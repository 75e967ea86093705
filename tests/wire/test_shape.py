"""What is declared of a wire, in few words."""

from __future__ import annotations

import msgspec

from orderglot.core.errors import KINDS, NotFound, TooMany
from orderglot.wire.shape import (
    JSON,
    ResponseShape,
    RetryAfter,
    alternatives,
    annotated,
    enum,
    refusals,
    success,
    xml_name,
)


def test_one_answer_is_in_json_unless_it_says_otherwise() -> None:
    assert (ResponseShape(200, {JSON: str}),) == success(200, str)
    assert (ResponseShape(200, {"text/plain": str}),) == success(200, str, "text/plain")


def test_each_status_of_a_refusal_is_declared_once_and_that_of_a_method_not() -> None:
    statuses = dict.fromkeys(KINDS, 400) | {NotFound: 404, TooMany: 429}

    declared = refusals(statuses, {JSON: str})

    assert [400, 404, 429] == [one.status for one in declared]
    assert [None, None, RetryAfter] == [one.headers for one in declared]
    assert all({JSON: str} == one.body for one in declared)


def test_a_body_has_one_form_or_several() -> None:
    assert (str,) == alternatives(str)
    assert (str, int) == alternatives((str, int))


def test_what_is_noted_of_a_shape_stands_in_its_schema() -> None:
    schema = msgspec.json.schema(annotated(str, enum(("a", "b")), xml_name("letter")))

    assert ("string", ["a", "b"]) == (schema["type"], schema["enum"])
    assert {"name": "letter"} == schema["xml"]
