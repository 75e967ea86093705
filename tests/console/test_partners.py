"""Partners: what is missing before the first order, keys whose secrets are shown once, and the sheet."""

from __future__ import annotations

import re
from html import unescape
from string import Formatter

import httpx2
import pytest

from orderglot import demo, dialects
from orderglot.console.rendering import SCRIPTS
from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.order import Identity, Reference
from orderglot.core.product import Product
from orderglot.core.users import Role
from tests.console.conftest import Browser, Desk
from tests.console.test_pages import HOSTILE, Tags

HOME = "/orderglot/live/acme/partners"

CORNER = {
    "number": "C-17",
    "name": "Corner Shop",
    "line_1": "1 High Street",
    "city": "Leeds",
    "postal_code": "LS1 1AA",
    "country": "GB",
    "payment": "credit card",
    "carrier": "UPS",
    "account": "12345",
}


def made(desk: Desk, browser: Browser, **other: str) -> tuple[int, str, str]:
    """Make a partner: give the customer's id, the key's name and its secret."""
    answer = browser.send(f"{HOME}/new", **CORNER | {"dialect": "kole"} | other)
    assert 200 == answer.status_code, answer.text
    texts = [unescape(one) for one in re.findall(r"<pre[^>]*>(.*?)</pre>", answer.text, re.DOTALL)]
    found = re.search(r"partners/(\d+)/sheet/([^\"]+)", answer.text)
    assert found
    return int(found[1]), found[2].replace("%3A", ":"), texts[0]


def checks(text: str) -> dict[str, bool]:
    """Read the checklist."""
    found = re.findall(r'<li><span class="s (\w*)">([^<]*)</span>', text)
    return {unescape(what): there == "done" for there, what in found}


def ask(desk: Desk, key: str, secret: str) -> httpx2.Response:
    """Send the first request of a partner who speaks Kole."""
    auth = (key.partition(":")[2], secret)
    return desk.run(desk.browser().client.get("/orders?limit=1", auth=auth))


def test_a_partner_is_made_with_one_form_and_seen_until_the_first_order(desk: Desk) -> None:
    browser = desk.signed_in()
    assert "There are no partners yet" in browser.get(HOME).text

    id, key, secret = made(desk, browser)

    page = browser.get(f"{HOME}/{id}").text
    assert checks(page) == {
        "An address on record": True,
        "A payment method, for kole": True,
        "A FedEx or UPS shipping account, for kole": True,
        "Products in the book": False,
        "A key": True,
        "The first request": False,
        "The first order": False,
    }
    assert "waiting for the first request" in page
    assert "waiting for the first request" in browser.get(HOME).text
    assert 'hx-trigger="every 5s"' in page
    assert "http-equiv" not in page

    desk.store.keyring.note_uses()
    assert 204 == ask(desk, key, secret).status_code
    desk.run(desk.store.keyring.settle())
    page = browser.get(f"{HOME}/{id}").text
    assert checks(page)["The first request"]
    assert "waiting for the first request" not in page
    assert not checks(page)["The first order"]

    desk.order(customer=Identity(id=id))
    assert checks(browser.get(f"{HOME}/{id}").text)["The first order"]
    assert not checks(browser.get(f"/orderglot/test/acme/partners/{id}").text)[
        "The first test order"
    ]


def test_a_secret_is_shown_once_rolled_and_ended(desk: Desk) -> None:
    browser = desk.signed_in()
    id, key, secret = made(desk, browser)
    for page in (HOME, f"{HOME}/{id}", f"{HOME}/{id}/sheet/{key}", f"{HOME}/keys/{key}/roll"):
        answer = browser.get(page)
        assert 200 == answer.status_code
        assert secret not in answer.text

    rolled = browser.send(f"{HOME}/keys/{key}/roll", grace="91d")
    assert 409 == rolled.status_code
    assert "90" in rolled.text
    rolled = browser.send(f"{HOME}/keys/{key}/roll", grace="1h")
    found = re.search(r"<pre[^>]*>(.*?)</pre>", rolled.text)
    assert found
    assert secret != found[1]
    assert 204 == ask(desk, key, found[1]).status_code
    assert 204 == ask(desk, key, secret).status_code

    assert 303 == browser.send(f"{HOME}/keys/{key}/live").status_code
    assert 303 == browser.send(f"{HOME}/keys/{key}/end").status_code
    assert 401 == ask(desk, key, found[1]).status_code
    assert "ended" in browser.get(f"{HOME}/{id}").text
    assert not checks(browser.get(f"{HOME}/{id}").text)["A key"]


@pytest.mark.parametrize("name", demo.names())
def test_the_first_line_of_a_dialect_needs_nothing_but_the_key(desk: Desk, name: str) -> None:
    dialect = dialects.dialect(name)
    part = demo.part(name)
    asked = {field for _, field, _, _ in Formatter().parse(part.first or part.curl) if field}
    assert asked <= {"base", "site_id", "customer_id", "token_url", *dialect.auth.fields}

    browser = desk.signed_in()
    id, key, secret = made(desk, browser, dialect=name)
    sheet = browser.get(f"{HOME}/{id}/sheet/{key}")
    assert 200 == sheet.status_code
    assert f'"${dialect.auth.fields[1].upper()}"' in unescape(sheet.text)
    assert "http://orders.example" in sheet.text
    assert secret not in sheet.text


def test_a_form_that_is_refused_leaves_nothing_and_says_why(desk: Desk) -> None:
    browser = desk.signed_in()
    for wrong, words in (
        ({"number": ""}, "your own number"),
        ({"dialect": "klingon"}, "no dialect"),
        ({"payment": "beads"}, "payment_methods"),
    ):
        answer = browser.send(f"{HOME}/new", **CORNER | {"dialect": "kole"} | wrong)
        assert 400 == answer.status_code
        assert words in answer.text
        assert "1 High Street" in answer.text
    assert "There are no partners yet" in browser.get(HOME).text

    made(desk, browser)
    again = browser.send(f"{HOME}/new", **CORNER | {"dialect": "kole"})
    assert 400 == again.status_code
    assert 1 == len(desk.run(desk.store.keyring.keys(desk.acme.id)))


def test_what_is_missing_is_put_on_record(desk: Desk) -> None:
    book = desk.store.of(Caller(seller=desk.acme.id))
    kept = desk.run(book.keep_customer(Customer(number="C-1", name="Bare")))
    browser = desk.signed_in("operator")
    page = f"{HOME}/{kept.id}"
    assert not checks(browser.get(page).text)["An address on record"]

    assert 303 == browser.send(page, line_1="2 Low Road", city="York").status_code
    assert checks(browser.get(page).text)["An address on record"]
    overtaken = browser.send(page, city="Leeds", version="1")
    assert 400 == overtaken.status_code
    assert 303 == browser.send(page).status_code


def test_who_is_no_admin_sees_no_key_and_makes_none(desk: Desk) -> None:
    id, key, _ = made(desk, desk.signed_in())
    for role in (Role.VIEWER, Role.OPERATOR):
        browser = desk.signed_in(role)
        for page in (HOME, f"{HOME}/{id}"):
            text = browser.get(page).text
            assert key not in text
            assert "/sheet/" not in text
        form = {"csrf": browser.token, "dialect": "kole"} | CORNER
        for path in ("new", f"{id}/keys", f"keys/{key}/end", f"keys/{key}/roll"):
            assert 403 == browser.post(f"{HOME}/{path}", form).status_code
        assert 403 == browser.get(f"{HOME}/{id}/sheet/{key}").status_code
    viewer = desk.signed_in("viewer", desk.acme.id)
    assert 403 == viewer.post(f"{HOME}/{id}", {"csrf": viewer.token}).status_code
    assert 1 == len(desk.run(desk.store.keyring.keys(desk.acme.id)))


def test_another_sellers_partner_and_key_are_not_there(desk: Desk) -> None:
    id, key, _ = made(desk, desk.signed_in())
    browser = desk.signed_in("admin", desk.north.id)
    there = "/orderglot/live/north/partners"
    for path in (f"{id}", f"{id}/sheet/{key}", f"keys/{key}/end", f"keys/{key}/roll"):
        assert 404 == browser.get(f"{there}/{path}").status_code
    form = {"csrf": desk_token(browser)}
    for path in (f"{id}", f"{id}/keys", f"keys/{key}/end", f"keys/{key}/live"):
        answer = browser.post(f"{there}/{path}", form | {"dialect": "kole"})
        assert answer.status_code in (404, 409)
    assert all(not one.key.ended for one in desk.run(desk.store.keyring.keys(desk.acme.id)))


def desk_token(browser: Browser) -> str:
    found = re.search(
        r'name="csrf" value="(\w+)"', browser.get("/orderglot/live/north/orders").text
    )
    assert found
    return found[1]


def test_hostile_names_are_text_and_end_no_quotation(desk: Desk) -> None:
    book = desk.store.of(Caller(seller=desk.acme.id))
    wicked = "x'; rm -rf / #"
    kept = desk.run(
        book.keep_customer(
            Customer(number="W", name=HOSTILE, references=(Reference("catalyst", wicked),))
        )
    )
    browser = desk.signed_in()
    answer = browser.post(
        f"{HOME}/{kept.id}/keys", {"csrf": browser.token, "dialect": "catalyst", "live": "yes"}
    )
    assert 200 == answer.status_code
    assert "x%27%3B%20rm" in answer.text
    for page in (HOME, f"{HOME}/{kept.id}"):
        found = Tags(browser.get(page).text)
        assert len(SCRIPTS) == found.tags.count("script")
        assert 0 == found.tags.count("img")


def test_a_test_key_is_told_where_its_orders_are(desk: Desk) -> None:
    browser = desk.signed_in()
    id, key, secret = made(desk, browser)
    words = "Their keys are in test mode"
    desk.order(customer=Identity(id=id), test=True)
    assert not checks(browser.get(f"{HOME}/{id}").text)["The first order"]
    assert checks(browser.get(f"/orderglot/test/acme/partners/{id}").text)["The first test order"]

    book = desk.store.of(Caller(seller=desk.acme.id))
    desk.run(book.keep_product(Product(sku="AA124", title="Cup", currency="GBP")))
    desk.store.keyring.note_uses()
    assert 200 == ask(desk, key, secret).status_code
    desk.run(desk.store.keyring.settle())
    assert words in browser.get(f"{HOME}/{id}").text
    assert 303 == browser.send(f"{HOME}/keys/{key}/live").status_code
    assert words not in browser.get(f"{HOME}/{id}").text
