"""Which media type is spoken, in which direction, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orderglot.dialects.kole.media import ORDER, answer
from orderglot.wire import xml

XML, JSON = ORDER[:2]
NEW = {
    "ship_options": {"carrier": "UPS", "service": "GROUND"},
    "ship_to_address": {
        "company": "Sample Store",
        "address_1": "2 Sample Road",
        "city": "Reno",
        "state": "NV",
        "zipcode": "89501",
        "country": "US",
    },
    "items": [{"sku": "AA124", "quantity": 24}],
}
NEW_JSON = json.dumps(NEW).encode()
NEW_XML = answer(200, XML, "order", NEW).body


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", XML),
        ("*/*", XML),
        ("application/*", XML),
        (XML, XML),
        (JSON, JSON),
        (JSON.upper(), JSON),
        (f"{JSON}; charset=utf-8", JSON),
        (f"{XML};q=0.5, {JSON}", JSON),
        (f"{XML}, {XML}", XML),
        (f"{XML};q=0, */*", JSON),
        ("application/json", "application/json"),
        ("application/xml", "application/xml"),
        ("text/xml", "text/xml"),
        ("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", "application/xml"),
    ],
)
def test_the_answer_is_in_the_media_type_that_was_asked_for(
    shop: Any, accept: str, media: str
) -> None:
    response = shop.ask("GET", "/orders/48213", accept=accept)
    assert (200, media) == (response.status, response.headers["content-type"])
    assert (b"{" if "json" in media else b"<") == response.body[:1]


def test_without_an_accept_header_the_answer_is_xml(shop: Any) -> None:
    assert XML == shop.ask("GET", "/orders").headers["content-type"]


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "image/*",
        "application/vnd.koleimports.ds.link+xml",
        "application/vnd.koleimports.ds.product+json",
        f"{XML};q=0",
    ],
)
@pytest.mark.parametrize("target", ["/orders", "/orders/48213"])
def test_a_media_type_that_is_not_offered_is_a_bad_request(
    shop: Any, target: str, accept: str
) -> None:
    assert 400 == shop.ask("GET", target, accept=accept).status


def test_the_root_speaks_of_links_and_not_of_orders(shop: Any) -> None:
    assert 200 == shop.ask("GET", "/", accept="application/vnd.koleimports.ds.link+json").status
    assert 400 == shop.ask("GET", "/", accept=JSON).status


def test_nothing_is_kept_where_the_answer_could_not_be_given(shop: Any) -> None:
    refused = shop.ask("POST", "/orders", NEW_XML, content_type=XML, accept="text/html")
    assert 400 == refused.status
    assert 3 == len(xml.read(shop.ask("GET", "/orders").body)[1]["order"])


@pytest.mark.parametrize(
    "sent_as",
    [
        XML,
        XML.upper(),
        f"{XML}; charset=UTF-8",
        "application/xml",
        "text/xml; charset=utf-8",
        "",
        "application/x-www-form-urlencoded",
    ],
)
def test_an_order_may_be_sent_as_xml_under_several_names(shop: Any, sent_as: str) -> None:
    assert 201 == shop.ask("POST", "/orders", NEW_XML, content_type=sent_as).status


@pytest.mark.parametrize(
    "sent_as", [JSON, "application/json", "", "application/x-www-form-urlencoded"]
)
def test_an_order_may_be_sent_as_json_under_several_names(shop: Any, sent_as: str) -> None:
    assert 201 == shop.ask("POST", "/orders", NEW_JSON, content_type=sent_as).status


@pytest.mark.parametrize(
    "sent_as", ["text/csv", "multipart/form-data", "application/vnd.koleimports.ds.link+xml"]
)
def test_a_body_of_another_media_type_is_refused_by_the_header_s_name(
    shop: Any, sent_as: str
) -> None:
    response = shop.ask("POST", "/orders", NEW_XML, content_type=sent_as, accept=JSON)
    assert 400 == response.status
    assert "Content-Type" == json.loads(response.body)["errors"][0]["field"]


def test_a_body_goes_by_its_media_type_and_the_answer_by_accept(shop: Any) -> None:
    response = shop.ask("POST", "/orders", NEW_JSON, content_type=JSON, accept=XML)
    assert (201, XML) == (response.status, response.headers["content-type"])


def test_json_sent_as_xml_is_refused_as_xml(shop: Any) -> None:
    assert 400 == shop.ask("POST", "/orders", NEW_JSON, content_type=XML).status


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_another_method_is_told_which_there_are(shop: Any, method: str) -> None:
    response = shop.ask(method, "/orders/")
    assert (405, "GET, POST") == (response.status, response.headers["allow"])
