"""What clients that were written for the vendor send, and what they make of the answers."""

from __future__ import annotations

import html
import json
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest

from orderglot.core.values import Status
from orderglot.dialects.kole.media import LINK, ORDER
from orderglot.wire import xml

XML, JSON = ORDER[:2]

PHP_ORDER = """<?xml version="1.0" encoding="UTF-8"?>
<order>
  <notes>{notes}</notes>
  <ship_options><carrier>UPS</carrier><service>GROUND</service><signature>{signature}</signature></ship_options>
  <ship_to_address><company>{company}</company><address_1>2 Sample Road</address_1><city>Reno</city><state>NV</state><zipcode>89501</zipcode><country>US</country><phone>555-555-0101</phone></ship_to_address>
  <items><item><sku>AA124</sku><quantity>24</quantity></item><item><sku>AA125</sku><quantity>48</quantity></item><item><sku>AA124</sku><quantity>24</quantity></item></items>
</order>"""

BARE: dict[str, Any] = {
    "ship_options": {"carrier": "FEDEX", "service": "GROUND"},
    "ship_to_address": {
        "first_name": "Erin",
        "last_name": "Example",
        "company": "",
        "address_1": "2 Sample Road",
        "address_2": None,
        "city": "Reno",
        "state": "NV",
        "zipcode": 89501,
        "country": "USA",
    },
    "items": [{"sku": "AA124", "quantity": "24"}],
}


def php_order(notes: str = "", signature: str = "1", company: str = "Sample Store") -> str:
    return PHP_ORDER.format(notes=notes, signature=signature, company=company)


def placed(shop: Any, body: bytes, media: str = XML) -> Any:
    response = shop.ask("POST", "/orders", body, content_type=media, accept=media)
    assert 201 == response.status, response.body
    return shop.order(response.headers["location"].rpartition("/")[2])


@pytest.mark.parametrize(
    ("value", "meant"), [("1", True), ("true", True), ("0", False), ("false", False), ("", None)]
)
def test_a_signature_may_be_a_digit_or_a_word(shop: Any, value: str, meant: bool | None) -> None:
    assert meant is placed(shop, php_order(signature=value).encode()).shipping.signature


def test_the_same_sku_twice_stays_two_lines_and_counts_for_one_tier(shop: Any) -> None:
    order = placed(shop, php_order().encode())
    assert [("AA124", 24), ("AA125", 48), ("AA124", 24)] == [
        (line.sku, line.quantity) for line in order.lines
    ]
    assert Decimal("98.4") == order.totals.total


def test_cdata_is_text(shop: Any) -> None:
    order = placed(shop, php_order(notes="<![CDATA[Salt & <Pepper>]]>").encode())
    assert "Salt & <Pepper>" == order.notes


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_part_of_the_order(shop: Any, coding: str) -> None:
    text = php_order(notes="Größe 7").replace(' encoding="UTF-8"', "")
    assert "Größe 7" == placed(shop, text.encode(coding)).notes
    if coding == "utf-8-sig":
        assert 1 == len(placed(shop, json.dumps(BARE).encode(coding), JSON).lines)


def test_the_example_of_the_page_works_as_curl_sends_it(shop: Any) -> None:
    """It names no Content-Type, so that curl names its own."""
    response = shop.ask(
        "POST",
        "/orders",
        php_order().encode(),
        accept=f"{XML}, {XML}",
        content_type="application/x-www-form-urlencoded",
    )
    assert 201 == response.status


@pytest.mark.parametrize(
    "items",
    [
        [{"sku": "AA124", "quantity": 24}],
        {"item": [{"sku": "AA124", "quantity": 24}]},
        {"item": {"sku": "AA124", "quantity": "24"}},
    ],
)
@pytest.mark.parametrize("wrapped", [True, False])
def test_json_may_be_wrapped_or_bare_and_items_come_in_three_shapes(
    shop: Any, wrapped: bool, items: Any
) -> None:
    order = {**BARE, "items": items}
    order = placed(shop, json.dumps({"order": order} if wrapped else order).encode(), JSON)
    assert [("AA124", 24)] == [(line.sku, line.quantity) for line in order.lines]


def test_members_that_the_page_does_not_know_are_passed_over(shop: Any) -> None:
    order = placed(shop, json.dumps({**BARE, "status": "SHIPPED", "colour": "red"}).encode(), JSON)
    assert Status.PROCESSING is order.status


def test_the_php_client_finds_the_new_order_in_the_first_of_several_links(shop: Any) -> None:
    response = shop.ask("POST", "/orders/", php_order().encode(), content_type=XML)
    links = ElementTree.fromstring(response.body).findall("link")
    assert ["getOrder", "createOrder"] == [link.findtext("method") for link in links]
    assert response.headers["location"] == links[0].findtext("url")
    assert response.headers["location"] == response.headers["content-location"]
    assert "https://api.koleimports.com/orders/" == links[1].findtext("url")


def test_the_php_client_asks_without_accept_and_reads_by_content_type(shop: Any) -> None:
    response = shop.ask("GET", "/orders?limit=1&offset=0")
    assert "xml" in response.headers["content-type"]
    assert "48213" == ElementTree.fromstring(response.body).findtext("order/order_id")


def test_the_page_s_walker_in_json_goes_from_link_to_link_to_the_end(shop: Any) -> None:
    """As the clients of the vendor's products do: numbers are orders, ``links`` is searched."""
    seen, target = [], "/orders?limit=2"
    while target:
        listed = json.loads(shop.ask("GET", target, accept=JSON).body)["orders"]
        seen += [order["order_id"] for name, order in listed.items() if name.isnumeric()]
        urls = [link["url"] for link in listed["links"] if link["method"] == "listNextOrders"]
        target = html.unescape(urls[0]).removeprefix("https://api.koleimports.com") if urls else ""
    assert [48213, 48214, 48215] == seen


def test_the_root_s_links_in_json_are_a_list(shop: Any) -> None:
    links = json.loads(shop.ask("GET", "/", accept=LINK[1]).body)["links"]
    assert ["listOrders", "createOrder"] == [link["method"] for link in links]
    assert {JSON} == {link["media_type"] for link in links}


@pytest.mark.parametrize(
    "body",
    [
        php_order(company="Salt & Pepper"),
        php_order().replace("</item></items>", "<item></items>"),
        php_order().replace("</order>", ""),
        "<!DOCTYPE order [<!ENTITY a 'b'>]>" + php_order().partition("?>")[2],
        php_order(notes="&undefined;"),
        php_order().replace("UTF-8", "utf-7"),
        php_order().replace("UTF-8", "bogus"),
        " " + php_order(),
        php_order(notes="\x0b"),
        "<order>" * 100 + "</order>" * 100,
        "<orders></orders>",
        "<order>text</order>",
        "",
    ],
)
def test_what_is_no_order_in_xml_is_a_bad_request_and_says_why(shop: Any, body: str) -> None:
    response = shop.ask("POST", "/orders", body.encode(), content_type=XML)
    name, errors = xml.read(response.body)
    assert (400, "errors") == (response.status, name)
    listed = errors["error"] if isinstance(errors["error"], list) else [errors["error"]]
    assert all(error["message"] for error in listed)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"order"', b'{"order": []}', b"\xff", b"[" * 5000, b'{"a":1e999}'],
)
def test_what_is_no_order_in_json_is_a_bad_request_and_says_why(shop: Any, body: bytes) -> None:
    response = shop.ask("POST", "/orders", body, content_type=JSON, accept=JSON)
    assert 400 == response.status
    assert all(error["message"] for error in json.loads(response.body)["errors"])
