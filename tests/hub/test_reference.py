"""The reference: one page for each dialect, which says all that its document does and asks nobody for anything."""

from __future__ import annotations

import re
import shlex
from base64 import b64encode
from hashlib import sha256

import pytest
from lxml import html

from orderglot import dialects
from orderglot.faces.examples import Example, Json
from orderglot.hub.openapi import described
from orderglot.hub.reference import REFERENCE, anchor, command, marked, type_of
from tests.hub.test_openapi import asked

FETCHED = "//@src | //@srcset | //@poster | //@data | //@background | //link | //script | //iframe"
"""What would have a browser ask for more, or do something."""


def page(name: str) -> html.HtmlElement:
    answer = asked(f"{REFERENCE}/{name}")
    assert (200, "text/html; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
    return html.fromstring(answer.text)


@pytest.mark.parametrize("name", dialects.names())
def test_each_operation_and_schema_has_a_place_that_is_linked_to(name: str) -> None:
    shown, document = page(name), described(name, "http://orders.example")
    there, links = set(shown.xpath("//@id")), shown.xpath("//a/@href")
    calls = [call for methods in document["paths"].values() for call in methods.values()]
    places = {anchor(call["operationId"]) for call in calls}
    places |= {f"schema-{anchor(one)}" for one in document["components"]["schemas"]}

    assert places == there
    assert places <= {link[1:] for link in links if link.startswith("#")}
    assert {link[1:] for link in links if link.startswith("#")} <= there
    text = " ".join(shown.text_content().split())
    for call in calls:
        assert call["summary"] in text
        for parameter in call["parameters"]:
            assert parameter["name"] in text
            assert " ".join(parameter.get("description", "").replace("`", "").split()) in text


@pytest.mark.parametrize("name", dialects.names())
def test_no_request_leaves_for_another_origin_or_for_this_one(name: str) -> None:
    answer = asked(f"{REFERENCE}/{name}")
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)

    assert [] == html.fromstring(answer.text).xpath(FETCHED)
    assert not re.search(r"url\(|@import|image-set|src:", style)
    assert not re.search(r"<[^>]*\s(on\w+|style)=", answer.text)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert {
        "default-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        f"style-src 'sha256-{digest}'",
    } == set(answer.headers["content-security-policy"].split("; "))


def test_our_own_is_shown_unless_another_is_named() -> None:
    assert "<h1>Orderglot API</h1>" in asked(REFERENCE).text
    assert "<h1>Komet" in asked(f"{REFERENCE}/komet").text
    assert "<h1>Kole" in asked(REFERENCE, "kole").text


@pytest.mark.parametrize("name", ["klingon", "adobe", "%3Cscript%3E", "kole/more"])
def test_a_dialect_that_is_not_served_has_no_page(name: str) -> None:
    answer = asked(f"{REFERENCE}/{name}", "kole", "komet")

    assert (404, "text/plain; charset=utf-8") == (
        answer.status_code,
        answer.headers["content-type"],
    )
    assert "there are kole, komet" in answer.text


def test_the_page_names_the_address_that_clients_know() -> None:
    answer = asked(REFERENCE, public="https://hub.example/shop")

    assert 'href="https://hub.example/shop/openapi/orderglot.json"' in answer.text
    assert "https://hub.example/shop/orderglot/v1/orders" in answer.text


def test_the_page_is_only_read() -> None:
    assert 405 == asked(REFERENCE, method="POST").status_code


BEARER = {"bearer": {"type": "http", "scheme": "bearer"}}
QUERY = {"key": {"type": "apiKey", "in": "query", "name": "apiKey"}}


@pytest.mark.parametrize("schemes", [BEARER, QUERY, {}])
def test_a_command_is_one_that_the_shell_reads_as_it_is_meant(schemes: dict[str, object]) -> None:
    one = Example(
        operation="x",
        name="x",
        method="POST",
        path="/orders",
        query="filter=a%20%3D%20%27b%27",
        body='{"note": "it\'s $5"}',
        status=200,
    )
    document = {"components": {"securitySchemes": schemes}}
    call: Json = {"security": [{key: [] for key in schemes}] if schemes else []}

    words = shlex.split(command(one, call, document, "http://orders.example"))

    assert ["curl", "-X", "POST"] == words[:3]
    assert '{"note": "it\'s $5"}' == words[words.index("-d") + 1]
    assert "Content-Type: application/json" in words
    (address,) = (word for word in words if word.startswith("http"))
    asks_in_query = "&apiKey=$KEY" if schemes == QUERY else ""
    assert f"http://orders.example/orders?filter=a%20%3D%20%27b%27{asks_in_query}" == address
    assert ("Authorization: Bearer $KEY" in words) is (schemes == BEARER)


def test_types_are_said_in_words_that_lead_to_where_they_are_told() -> None:
    lines = {"type": "array", "items": {"$ref": "#/components/schemas/Line"}}
    either = {"anyOf": [lines, {"type": "null"}]}

    assert "list of Line or null" == "".join(part.text for part in type_of(either))
    assert ["Line"] == [part.schema for part in type_of(either) if part.schema]
    assert "json | xml" == "".join(part.text for part in type_of({"enum": ["json", "xml"]}))
    assert "anything" == "".join(part.text for part in type_of({}))


def test_what_a_document_says_is_shown_and_never_taken_for_the_page() -> None:
    assert "&lt;b&gt; <code>a &lt; b</code>" == marked("<b> `a < b`")
