"""The collection of orders: its two shapes, its pages and links, and every shape it is read from."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderglot.core.errors import Invalid, Upstream
from orderglot.core.order import Address, Line, Order, Reference
from orderglot.core.query import Page, Window
from orderglot.dialects.kole import DIALECT
from orderglot.dialects.kole.flows import page
from orderglot.dialects.kole.media import ORDER
from orderglot.dialects.kole.orders import GET_ORDER, LIST_ORDERS
from orderglot.wire import xml
from orderglot.wire.loss import carried
from orderglot.wire.message import Request, Response

XML, JSON = ORDER[:2]


def read(content: Any, media: str = JSON) -> Page:
    """Read a page as the client does, out of a body in JSON or a piece of XML."""
    body = json.dumps(content).encode() if media == JSON else content.encode()
    response = Response(status=200, headers={"content-type": media}, body=body)
    return LIST_ORDERS.response.read(response, Window())


def ids(found: Page) -> list[str]:
    return [order.references[0].id for order in found.orders]


ONE, TWO = {"order_id": 1, "items": []}, {"order_id": "2", "items": []}


@pytest.mark.parametrize(
    "orders",
    [
        [ONE, TWO],
        {"0": ONE, "1": TWO, "links": []},
        {"1": TWO, "links": [], "0": ONE},
        {"order": [ONE, TWO]},
    ],
)
def test_json_lists_orders_in_any_of_several_shapes(orders: Any) -> None:
    assert ["1", "2"] == ids(read({"orders": orders})) == ids(read(orders))


def test_numbers_go_by_their_value() -> None:
    listed = {str(number): {"order_id": number + 1, "items": []} for number in (10, 9, 0, 1)}
    assert ["1", "2", "10", "11"] == ids(read({"orders": listed}))


@pytest.mark.parametrize("empty", [{"orders": []}, [], {"orders": {"order": []}}])
def test_an_empty_list_of_orders_is_an_empty_page(empty: Any) -> None:
    assert ((), None) == (read(empty).orders, read(empty).next)


@pytest.mark.parametrize(
    "body",
    [
        *({}, None, {"orders": {}}, {"orders": None}, {"orders": {"links": []}}, {"links": []}),
        *({"error": "Access token expired"}, {"orders": {"order": {}}}, {"orders": [{}]}),
        {"orders": [{**ONE, "items": {}}]},
        {"orders": [{**ONE, "items": None}]},
        {"orders": [{**ONE, "items": {"things": []}}]},
    ],
)
def test_a_list_without_its_list_is_no_list(body: Any) -> None:
    with pytest.raises(Invalid, match="orders"):
        read(body)


@pytest.mark.parametrize(
    "body",
    [
        "<orders><error>Access token expired</error></orders>",
        "<orders><order><order_id>1</order_id></order></orders>",
        "<orders><order><order_id>1</order_id><items><sku/></items></order></orders>",
    ],
)
def test_xml_without_its_list_is_no_list(body: str) -> None:
    with pytest.raises(Invalid, match="orders"):
        read(body, XML)


def test_xml_lists_one_order_or_many() -> None:
    order = "<order><order_id>{}</order_id><items></items></order>"
    one, two = order.format(1), order.format(2)
    assert ["1"] == ids(read(f"<orders>{one}<links></links></orders>", XML))
    assert ["1", "2"] == ids(read(f"<orders>{one}{two}</orders>", XML))
    assert [] == ids(read("<orders>\n</orders>", XML))


def test_no_content_is_an_empty_page() -> None:
    assert Page(window=Window()) == LIST_ORDERS.response.read(Response(status=204), Window())


def test_numbers_may_be_texts_and_nothing_may_be_null_or_empty() -> None:
    order = {
        "order_id": "12345",
        "po_number": None,
        "notes": "",
        "tax_exempt": "1",
        "status": "",
        "received": "0000-00-00T00:00:00",
        "ship_options": {"signature": False, "notifications": None},
        "items": [{"sku": "AA124", "quantity": "24", "unit_price": "1.20", "weight": "6"}],
        "invoice": {"due": {"total": ""}},
    }
    (found,) = read({"orders": [order]}).orders
    assert Reference("kole", "12345") == found.references[0]
    assert (True, False, None) == (found.tax_exempt, found.shipping.signature, found.received)
    assert (24, Decimal("1.2")) == (found.lines[0].quantity, found.lines[0].unit_price)
    assert (None, "") == (found.invoice, found.notes)


@pytest.mark.parametrize(
    "order",
    [
        {"status": "LOST"},
        {"created": "yesterday"},
        {"items": [{"quantity": "some"}]},
        {"invoice": {"due": {"total": "a lot"}}},
        {"bill_to_address": "1 Example Street"},
        {"links": "nowhere"},
    ],
)
def test_an_order_that_makes_no_sense_is_the_vendor_s_fault(order: dict[str, Any]) -> None:
    flow = page(Window())
    next(flow)
    body = json.dumps({"orders": {"0": order, "links": order.get("links", [])}}).encode()
    with pytest.raises(Upstream, match="listOrders"):
        flow.send(Response(status=200, headers={"content-type": JSON}, body=body))


@pytest.mark.parametrize("content_type", ["text/html", "", "application/octet-stream"])
def test_a_page_of_another_media_type_is_the_vendor_s_fault(content_type: str) -> None:
    flow = page(Window())
    next(flow)
    with pytest.raises(Upstream, match="Content-Type"):
        flow.send(Response(status=200, headers={"content-type": content_type}, body=b"<p>Hi</p>"))


def following(url: str) -> tuple[str, str]:
    """Give path and query of the request for the page that a link leads to."""
    link = {"method": "listNextOrders", "media_type": JSON, "url": url}
    window = read({"orders": {"0": ONE, "links": [link]}}).next
    assert window is not None
    request = next(page(window))
    return request.path, request.query


@pytest.mark.parametrize("sign", ["&", "&amp;"])
def test_the_next_page_is_where_the_vendor_s_link_says(sign: str) -> None:
    url = f"https://api.koleimports.com/orders?limit=2{sign}offset=2"
    assert ("/orders", "limit=2&offset=2") == following(url)


@pytest.mark.parametrize("place", ["/", "https://elsewhere.example/", "//elsewhere.example/", ""])
def test_the_next_page_is_never_on_another_host(place: str) -> None:
    assert ("/orders", "offset=2") == following(f"{place}orders?offset=2")
    assert ("/@elsewhere.example/orders", "") == following("@elsewhere.example/orders")


def test_the_next_link_is_found_wherever_it_stands() -> None:
    links = [
        {"method": "listPreviousOrders", "url": "/orders?offset=0"},
        {"method": "listNextOrders", "url": "/orders?offset=4"},
    ]
    following = read({"orders": {"0": ONE, "links": links}}).next
    assert following is not None
    assert "/orders?offset=4" == following.after
    assert None is read({"orders": {"0": ONE, "links": links[:1]}}).next


def test_json_numbers_the_orders_beside_the_list_of_links(shop: Any) -> None:
    listed = json.loads(shop.ask("GET", "/orders?limit=2", accept=JSON).body)["orders"]
    assert ["0", "1", "links"] == list(listed)
    assert isinstance(listed["links"], list)
    assert isinstance(listed["0"]["items"], list)


@pytest.mark.parametrize(
    ("query", "links"),
    [
        ("limit=1", [("listNextOrders", "limit=1&offset=1")]),
        (
            "limit=1&offset=1",
            [
                ("listNextOrders", "limit=1&offset=2"),
                ("listPreviousOrders", "limit=1&offset=0"),
            ],
        ),
        ("limit=2&offset=1", [("listPreviousOrders", "limit=2&offset=0")]),
        ("offset=2", [("listPreviousOrders", "limit=25&offset=0")]),
        ("", []),
    ],
)
def test_a_page_links_those_beside_it_that_there_are(
    shop: Any, query: str, links: list[tuple[str, str]]
) -> None:
    listed = json.loads(shop.ask("GET", f"/orders?{query}", accept=JSON).body)["orders"]["links"]
    assert links == [(link["method"], link["url"].partition("?")[2]) for link in listed]


def test_ampersands_of_links_are_escaped_in_xml_alone(shop: Any) -> None:
    assert b"?limit=1&amp;offset=1<" in shop.ask("GET", "/orders?limit=1").body
    assert b'?limit=1&offset=1"' in shop.ask("GET", "/orders?limit=1", accept=JSON).body


@pytest.mark.parametrize("query", ["limit=0", "offset=3", "limit=25&offset=9007199254740992"])
def test_a_page_without_orders_is_no_content(shop: Any, query: str) -> None:
    response = shop.ask("GET", f"/orders?{query}")
    assert (204, b"") == (response.status, response.body)
    assert "limit=" in response.headers["content-location"]


@pytest.mark.parametrize("query", ["limit=26", "limit=-1", "limit=x", "offset=-1", "offset=1.5"])
def test_a_limit_or_offset_out_of_bounds_is_a_bad_request_that_names_it(
    shop: Any, query: str
) -> None:
    response = shop.ask("GET", f"/orders?{query}")
    assert 400 == response.status
    assert query.partition("=")[0] == xml.read(response.body)[1]["error"]["field"]


@pytest.mark.parametrize("target", ["/orders", "/orders/", "/orders?", "/orders?limit=&offset="])
def test_defaults_are_filled_in_where_the_list_says_what_it_is(shop: Any, target: str) -> None:
    location = shop.ask("GET", target).headers["content-location"]
    assert "https://api.koleimports.com/orders?limit=25&offset=0" == location


def test_nothing_is_an_empty_element_or_null(shop: Any) -> None:
    assert b"<po_number></po_number>" in shop.ask("GET", "/orders/48214/").body
    assert b'"po_number":null' in shop.ask("GET", "/orders/48214/", accept=JSON).body


@given(notes=st.text(), zip_code=st.sampled_from(["90745-5555", "90745", "EC1A 1BB", " 907455555"]))
@pytest.mark.parametrize("media", [XML, JSON])
def test_json_carries_no_more_than_xml_can_say(media: str, notes: str, zip_code: str) -> None:
    order = Order(
        references=(Reference("kole", "48216"),),
        notes=notes,
        ship_to=Address(city=notes, postal_code=zip_code),
        lines=(Line(title=notes, weight=Decimal("0.1"), quantity=-1),),
    )
    request = Request(method="GET", path="/orders/48216", headers={"accept": media})
    response = GET_ORDER.response.write(order, request)
    assert carried(order, "kole", DIALECT.can) == GET_ORDER.response.read(response, "48216")
