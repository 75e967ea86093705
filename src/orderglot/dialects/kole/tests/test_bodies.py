"""Kole's orders as a file holds them."""

from __future__ import annotations

import pytest

from orderglot.core.errors import Invalid
from orderglot.core.order import Order, Reference
from orderglot.dialects.kole.bodies import BODIES
from orderglot.wire import json

NUMBER = (Reference("kole", "7"),)

REQUEST = b"""<?xml version="1.0"?>
<order><po_number>PO-7</po_number>
<ship_options><carrier>UPS</carrier><service>GROUND</service></ship_options>
<ship_to_address><company>Sample</company><address_1>2 Sample Road</address_1><city>Reno</city>
<state>NV</state><zipcode>89501</zipcode><ext_zipcode>5555</ext_zipcode><country>USA</country>
</ship_to_address>
<items><item><sku>aa124</sku><quantity>24</quantity></item></items></order>"""


@pytest.mark.parametrize(
    "body",
    [
        b"<order><order_id>7</order_id></order>",
        b"\xef\xbb\xbf <order><order_id>7</order_id></order>",
        b"<orders><order><order_id>7</order_id></order></orders>",
        b'{"order": {"order_id": 7}}',
        b'{"order_id": 7}',
        b'{"orders": {"0": {"order_id": 7}, "links": []}}',
        b'[{"order_id": "7"}]',
    ],
)
def test_an_order_is_read_however_it_is_wrapped(body: bytes) -> None:
    assert (Order(references=NUMBER),) == BODIES.read(body).orders


def test_a_request_for_a_new_order_is_read_as_the_server_does() -> None:
    held = BODIES.read(REQUEST)

    (order,) = held.orders
    assert held.asked
    assert order.ship_to is not None
    assert ("89501-5555", "US") == (order.ship_to.postal_code, order.ship_to.country)
    assert [("AA124", 24)] == [(line.sku, line.quantity) for line in order.lines]


def test_a_request_that_the_server_refuses_is_refused_with_all_that_is_wrong() -> None:
    with pytest.raises(Invalid) as caught:
        BODIES.read(REQUEST.replace(b"UPS", b"DHL").replace(b">24<", b">0<"))

    assert ["ship_options.carrier", "items.item[1].quantity"] == [
        problem.field for problem in caught.value.problems
    ]


@pytest.mark.parametrize("body", [b"<orders/>", b"<links><link/></links>", b'{"orders": []}'])
def test_what_holds_no_order_gives_none(body: bytes) -> None:
    assert () == BODIES.read(body).orders


def test_an_order_without_an_id_leads_nowhere() -> None:
    written = json.read(BODIES.write["json"]((Order(),)))["order"]

    assert (None, []) == (written["order_id"], written["links"])
