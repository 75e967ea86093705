"""The document of the smallest dialect: what is declared once is said where readers look for it."""

from __future__ import annotations

import dataclasses
from typing import Any

from orderglot.faces.openapi import document
from orderglot.wire.dialect import Dialect
from orderglot.wire.operation import Endpoint
from orderglot.wire.shape import JSON, success
from tests.faces.tiny import DIALECT, LIST_ORDERS, TinyList, TinyWindow


def made(dialect: Dialect = DIALECT) -> Any:
    return document(dialect, "https://tiny.example", "1.2")


def call(path: str, method: str = "get") -> Any:
    return made()["paths"][path][method]


def test_it_says_where_it_is_served_and_what_it_describes() -> None:
    document = made()

    assert "3.1.0" == document["openapi"]
    assert [{"url": "https://tiny.example"}] == document["servers"]
    assert ("Tiny", "1.2") == (document["info"]["title"], document["info"]["version"])
    assert DIALECT.reference == document["externalDocs"]["url"]


def test_every_spelling_of_a_path_is_a_call_of_its_own() -> None:
    names = [call(path)["operationId"] for path in ("/tiny/orders/{id}", "/tiny/orders/{id}/")]

    assert ["getOrder", "getOrder-2"] == names


def test_the_first_sentence_of_what_is_performed_is_the_summary() -> None:
    assert "List some orders" == call("/tiny/orders")["summary"]
    assert "All of them, if there are few." == call("/tiny/orders")["description"]


def test_a_name_in_a_path_is_a_parameter_that_must_be_there() -> None:
    (parameter,) = call("/tiny/orders/{id}")["parameters"]

    assert ("id", "path", True) == (parameter["name"], parameter["in"], parameter["required"])


def test_what_is_asked_for_stands_in_the_query() -> None:
    parameters = call("/tiny/orders")["parameters"]

    assert [("limit", False), ("offset", False)] == [
        (one["name"], one["required"]) for one in parameters if one["in"] == "query"
    ]


def test_a_request_that_is_performed_once_takes_a_key() -> None:
    assert "Idempotency-Key" in [one["name"] for one in call("/tiny/orders", "post")["parameters"]]


def test_a_body_must_be_there_where_it_must_say_something() -> None:
    assert call("/tiny/orders", "post")["requestBody"]["required"]


def test_what_may_stand_in_the_query_or_the_body_must_stand_in_neither() -> None:
    either = dataclasses.replace(
        LIST_ORDERS,
        endpoint=Endpoint("POST", ("/tiny/orders",)),
        request=dataclasses.replace(LIST_ORDERS.request, body={JSON: TinyWindow}),
    )
    document = made(dataclasses.replace(DIALECT, operations=(either,)))["paths"]["/tiny/orders"][
        "post"
    ]

    assert not document["requestBody"]["required"]
    assert {"limit", "offset"} == set(
        document["requestBody"]["content"][JSON]["schema"]["properties"]
    )
    assert ["In the query or in the body."] * 2 == [
        one["description"] for one in document["parameters"]
    ]


def test_every_refusal_but_that_of_a_method_is_told() -> None:
    responses = call("/tiny/orders")["responses"]

    assert {"200", "400", "401", "403", "404", "409", "429", "503"} == set(responses)
    assert {"$ref": "#/components/responses/Refused404"} == responses["404"]


def test_answers_of_one_status_may_have_several_forms() -> None:
    twofold = dataclasses.replace(
        LIST_ORDERS,
        response=dataclasses.replace(LIST_ORDERS.response, shapes=success(400, TinyList)),
    )
    document = made(dataclasses.replace(DIALECT, operations=(twofold,)))["paths"]["/tiny/orders"][
        "get"
    ]

    forms = document["responses"]["400"]["content"][JSON]["schema"]["anyOf"]
    assert ["TinyList", "TinyError"] == [one["$ref"].rpartition("/")[2] for one in forms]


def test_who_is_calling_is_proven_but_where_it_is_open() -> None:
    assert [{"X-id": [], "X-key": []}] == call("/tiny/orders")["security"]
    assert [] == call("/tiny/hello")["security"]
    schemes = made()["components"]["securitySchemes"]
    assert {"type": "apiKey", "in": "header", "name": "X-key"} == schemes["X-key"]
