"""The workbench: any two dialects, what is lost between them, and refusals in a dialect's own words."""

from __future__ import annotations

from html import unescape
from itertools import product

import pytest

from orderglot import dialects
from orderglot.console.rendering import SCRIPTS
from orderglot.hub.dialects import chosen_one
from orderglot.wire import translation
from orderglot.wire.changes import LOSSES
from tests.console.conftest import Desk
from tests.console.test_pages import HOSTILE, Tags

PAGE = "/orderglot/test/acme/workbench"

ASKED = """<order>
  <po_number>PO-7</po_number>
  <ship_options><carrier>UPS</carrier><service>GROUND</service></ship_options>
  <ship_to_address><company>Sample</company><address_1>2 Sample Road</address_1><city>Reno</city>
    <state>NV</state><zipcode>89501</zipcode><country>US</country></ship_to_address>
  <items><item><sku>AA124</sku><quantity>24</quantity></item></items>
</order>"""


def written(name: str) -> str:
    """Give a new order of Kole's as a dialect writes it."""
    held = translation.read(ASKED.encode(), chosen_one("kole"))
    return translation.translate(held, chosen_one(name)).text


@pytest.mark.parametrize(("source", "target"), [*product(dialects.names(), dialects.names())])
def test_an_order_is_translated_between_any_two_as_the_command_does(
    desk: Desk, source: str, target: str
) -> None:
    browser, body = desk.signed_in("viewer"), written(source)
    held = translation.read(body.encode(), chosen_one(source))
    expected = translation.translate(held, chosen_one(target))

    answer = browser.send(PAGE, **{"from": source, "to": target, "body": body})

    assert 200 == answer.status_code
    text = unescape(answer.text)
    assert f"As {chosen_one(target).title} would have written it" in text
    came_out = text.rpartition('<pre tabindex="0">')[2].partition("</pre>")[0]
    squeezed = "".join(expected.text.split())
    assert squeezed == "".join(came_out.split())
    for change in expected.fates[0]:
        if change.fate in LOSSES:
            assert f'<b>{change.fate}</b> <span class="id">{change.field}</span>' in text


def test_a_refusal_is_in_the_words_of_the_dialect_whose_body_it_is(desk: Desk) -> None:
    browser = desk.signed_in("viewer")

    given = {"from": "kole", "to": "adobe", "body": "<order><items>"}
    answer = browser.send(PAGE, **given)

    assert 400 == answer.status_code
    assert "Nothing came out." in answer.text
    assert "Kole Imports dropship API would answer <small>400</small>" in answer.text
    assert "&lt;error" in answer.text
    assert "&lt;order&gt;&lt;items&gt;</textarea>" in answer.text


@pytest.mark.parametrize("source", dialects.names())
@pytest.mark.parametrize(
    "body", ["", "{", "[]", "{}", "null", "\x00", "<a>" * 500, HOSTILE, "HTTP/1.1 200"]
)
def test_what_is_no_order_is_refused_and_shown_as_text(desk: Desk, source: str, body: str) -> None:
    browser = desk.signed_in("viewer")

    answer = browser.send(PAGE, **{"from": source, "to": "komet", "body": body})

    assert 400 == answer.status_code
    assert "Nothing came out." in answer.text
    found = Tags(answer.text)
    assert (len(SCRIPTS), 0) == (found.tags.count("script"), found.tags.count("img"))


def test_a_dialect_that_is_not_there_is_refused_by_name(desk: Desk) -> None:
    answer = desk.signed_in("viewer").send(PAGE, **{"from": "edifact", "body": ASKED})

    assert 400 == answer.status_code
    assert "There is no dialect &#39;edifact&#39;; there are adobe" in answer.text


def test_a_body_in_lines_is_given_back_as_it_was(desk: Desk) -> None:
    answer = desk.signed_in("viewer").send(PAGE, body="\n\n  {")

    assert "\n\n\n  {</textarea>" in answer.text
