"""The document of our own API: for people who have never seen it, so everything is said there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orderglot.dialects.orderglot import DIALECT
from orderglot.hub.openapi import described

DOCUMENT = described(DIALECT.name, "https://orders.example")


def calls() -> Iterator[Any]:
    for methods in DOCUMENT["paths"].values():
        yield from methods.values()


def test_every_parameter_says_what_it_is_for() -> None:
    descriptions = {
        (call["operationId"], one["name"]): one.get("description", "")
        for call in calls()
        for one in call["parameters"]
    }

    assert descriptions
    assert not [where for where, text in descriptions.items() if not text.endswith(".")]


def test_every_operation_shows_a_request_and_its_answer() -> None:
    for call in calls():
        answers = call["responses"].values()
        contents = [one for answer in answers for one in answer.get("content", {}).values()]
        shown = [content for content in contents if content.get("examples")]
        asked = [one for one in call["parameters"] if one.get("examples")]

        assert shown or asked, call["operationId"]
        if "requestBody" in call:
            bodies = call["requestBody"]["content"].values()
            assert [one for one in bodies if one.get("examples")], call["operationId"]


def test_what_is_refused_is_a_problem_whatever_the_reason() -> None:
    shared = DOCUMENT["components"]["responses"]
    for call in calls():
        for status, answer in call["responses"].items():
            if status >= "400":
                content = {**answer, **shared.get(answer.get("$ref", "").rpartition("/")[2], {})}
                assert ["application/problem+json"] == list(content["content"])


def test_whoever_reads_it_learns_first_how_to_ask() -> None:
    about = DOCUMENT["info"]["description"]

    for word in ("Bearer KEY", "If-Match", "Idempotency-Key", "problem+json", "RateLimit"):
        assert word in about
