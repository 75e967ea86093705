"""What is declared of a wire, in few words."""

from __future__ import annotations

import msgspec

from orderglot.core.errors import KINDS, NotFound, TooMany
from orderglot.wire.shape import JSON, Given, Wait, element, forms, given, noted, one_of, refused


def test_one_answer_is_in_json_unless_it_says_otherwise() -> None:
    assert (Given(200, {JSON: str}),) == given(200, str)
    assert (Given(200, {"text/plain": str}),) == given(200, str, "text/plain")


def test_each_status_of_a_refusal_is_declared_once_and_that_of_a_method_not() -> None:
    statuses = dict.fromkeys(KINDS, 400) | {NotFound: 404, TooMany: 429}

    told = refused(statuses, {JSON: str})

    assert [400, 404, 429] == [one.status for one in told]
    assert [None, None, Wait] == [one.heads for one in told]
    assert all({JSON: str} == one.media for one in told)


def test_a_body_has_one_form_or_several() -> None:
    assert (str,) == forms(str)
    assert (str, int) == forms((str, int))


def test_what_is_noted_of_a_shape_stands_in_its_schema() -> None:
    schema = msgspec.json.schema(noted(str, one_of(("a", "b")), element("letter")))

    assert ("string", ["a", "b"]) == (schema["type"], schema["enum"])
    assert {"name": "letter"} == schema["xml"]
