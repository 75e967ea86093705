"""Translating a file: the order on standard output, what it cost on standard error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from orderglot import dialects
from orderglot.cli.app import app
from tests.cli.program import refused, run

FOLDERS = Path(dialects.__file__).parent

ASKED = b"""<order>
  <po_number>PO-7</po_number>
  <ship_options><carrier>UPS</carrier><service>GROUND</service></ship_options>
  <ship_to_address><company>Sample</company><address_1>2 Sample Road</address_1><city>Reno</city>
    <state>NV</state><zipcode>89501</zipcode><country>US</country></ship_to_address>
  <items><item><sku>AA124</sku><quantity>24</quantity></item></items>
</order>"""


def body(specimen: str, part: str = "response") -> bytes:
    """Give the body of a specimen's message, by dialect and name."""
    dialect, _, name = specimen.partition("/")
    message = (FOLDERS / dialect / "specimens" / name / f"{part}.http").read_bytes()
    return message.partition(b"\n\n")[2]


@pytest.fixture
def order(folder: Path) -> str:
    """Give the name of a file with one order of Kole's."""
    (folder / "order.xml").write_bytes(body("kole/getOrder-xml"))
    return "order.xml"


def piped(text: bytes, *words: str) -> Result:
    return CliRunner().invoke(app, ("translate", "-", *words), input=text, catch_exceptions=False)


def test_an_order_comes_out_as_the_other_vendors_and_its_losses_apart(order: str) -> None:
    result = run("translate", order, "--from", "kole", "--to", "komet")

    assert 0 == result.exit_code
    (web_order,) = json.loads(result.stdout)["webOrders"]
    assert [24, 6] == [item["quantity"] for item in web_order["items"]]
    lines = result.stderr.splitlines()
    assert "id left out  references: kole:48213" in lines
    assert "left out     po_number: PO-7001" in lines
    assert "changed      status: shipped became received" in lines
    assert "left out     lines.sku" in lines


def test_nothing_is_said_of_an_order_that_is_carried_whole(order: str) -> None:
    result = run("translate", order, "--from", "kole", "--to", "kole", "--format", "json")

    assert (0, "") == (result.exit_code, result.stderr)
    assert 48213 == json.loads(result.stdout)["order"]["order_id"]


def test_strict_writes_nothing_where_something_is_lost(order: str) -> None:
    result = run("translate", order, "--from", "kole", "--to", "komet", "--strict")

    assert (1, "") == (result.exit_code, result.stdout)
    assert result.stderr.endswith(
        "orderglot: Komet Sales API cannot carry all of this, so nothing was written.\n"
    )


def test_strict_writes_what_is_carried_whole_but_for_the_first_vendors_ids() -> None:
    small = json.dumps({"orderID": 7, "orderNumber": 27, "status": "Draft", "total": 14}).encode()

    result = piped(small, "--from", "kodaris", "--to", "komet", "--strict")

    assert (0, "id left out  references: kodaris:7\n") == (result.exit_code, result.stderr)
    (web_order,) = json.loads(result.stdout)["webOrders"]
    assert (27, 14) == (web_order["number"], web_order["total"])


def test_the_list_is_json_for_scripts(order: str) -> None:
    result = run("translate", order, "--from", "kole", "--to", "komet", "--strict", "--json")

    assert (1, "") == (result.exit_code, result.stdout)
    report: Any = json.loads(result.stderr)
    assert (False, False) == (report["whole"], report["asked"])
    (changes,) = report["orders"]
    assert {
        "field": "status",
        "fate": "changed",
        "values": [{"before": "shipped", "after": "received"}],
    } in changes


def test_standard_input_is_read() -> None:
    result = piped(body("komet/web-order-details.list-page"), "--from", "komet", "--to", "kole")

    assert 0 == result.exit_code
    document = ElementTree.fromstring(result.stdout)
    assert ("order", "HOLD") == (document.tag, document.findtext("status"))


def test_a_request_for_a_new_order_is_read_and_called_one() -> None:
    result = piped(ASKED, "--from", "kole", "--to", "adobe")

    assert 0 == result.exit_code
    assert result.stderr.startswith("This asks for a new order: what the vendor adds to one, ")
    (item,) = json.loads(result.stdout)["lineItems"]
    assert ("AA124", 24) == (item["offerId"], item["quantity"])


def test_a_request_that_the_vendor_would_refuse_is_refused() -> None:
    wrong = ASKED.replace(b"AA124", b"AA1")

    result = piped(wrong, "--from", "kole", "--to", "adobe")

    assert (1, "") == (result.exit_code, result.stdout)
    assert "items.item[1].sku: A SKU has 5 characters, not 3." in result.stderr


def test_two_orders_in_a_file_are_told_apart() -> None:
    result = piped(body("kodaris/linkedOrders-page"), "--from", "kodaris", "--to", "catalyst")

    assert 0 == result.exit_code
    listed = json.loads(result.stdout)
    assert (2, 2) == (listed["totalItemsCount"], len(listed["items"]))
    assert "order 1: id left out  references: kodaris:3025" in result.stderr
    assert "order 2: id left out  references: kodaris:3026" in result.stderr


def test_what_one_vendor_alone_says_is_named() -> None:
    result = piped(body("kodaris/linkedOrders-page"), "--from", "kodaris", "--to", "kole")

    assert "order 1: left out     extras.kodaris.extra5: 2315-02\n" in result.stderr


def test_what_cannot_be_translated_is_refused_in_a_sentence(order: str, folder: Path) -> None:
    (folder / "empty").touch()
    (folder / "whole.http").write_bytes(b"HTTP/1.1 200 OK\n\n<order/>")
    (folder / "other.json").write_bytes(body("adobe/getOrder-page"))

    def report(file: str, source: str, target: str = "adobe", *more: str) -> str:
        return refused("translate", file, "--from", source, "--to", target, *more)

    assert "empty: this is empty; give a body with an order in it." == report("empty", "kole")
    assert "whole.http: this begins with headers; give the body alone." == report(
        "whole.http", "kole"
    )
    assert "missing: No such file or directory." == report("missing", "kole")
    assert report(order, "komet").startswith(
        "order.xml: this cannot be read as an order of Komet Sales API: "
    )
    assert (
        "other.json: there is no order of Kole Imports dropship API in this; check whose order it is."
        == report("other.json", "kole")
    )
    assert report(order, "klingon").startswith("There is no dialect 'klingon'; there are adobe, ")
    assert report(order, "kole", "klingon").startswith("There is no dialect 'klingon'; ")
    assert "Komet Sales API has no XML; leave the format out." == report(
        order, "kole", "komet", "--format", "xml"
    )


def test_where_it_comes_from_and_goes_to_has_to_be_said(order: str) -> None:
    assert "--to" in refused("translate", order, "--from", "kole", code=2)
