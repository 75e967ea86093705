"""What every page of the console keeps to: whose it is, who may, and that bytes stay text."""

from __future__ import annotations

import gzip
import re
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any

import pytest
from starlette.routing import Route

from orderglot.console import rendering
from orderglot.console.app import routes
from orderglot.console.rendering import SCRIPTS, asset, asset_names
from orderglot.core.order import Address, Line, Reference
from tests.console.conftest import Desk

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}\u202e</pre></title>"


PLACES = {
    "id:int": "1000000001",
    "id": "0" * 24,
    "dialect": "kole",
    "format": "csv",
    "step": "ship",
    "part": "answer",
    "name:path": "there",
    "hook": "wh-1",
    "delivery": "1",
    "key": "kole:X1",
}
"""What stands in the paths of pages, by its name there."""


def in_a_book(desk: Desk, method: str = "") -> list[tuple[str, str]]:
    """Give every method and path of a seller's pages, filled in but for mode and seller."""
    found = []
    for route in routes(desk.store):
        assert isinstance(route, Route)
        if "{seller}" in route.path:
            path = route.path
            for name, value in PLACES.items():
                path = path.replace(f"{{{name}}}", value)
            found += [(one, path) for one in sorted(route.methods or ()) if one in ("GET", "POST")]
    return [one for one in found if method in ("", one[0])]


def test_every_page_of_another_seller_is_not_there(desk: Desk) -> None:
    desk.order("north")
    browser = desk.signed_in("admin", desk.acme.id)
    token = browser.token

    assert len(in_a_book(desk)) > 4
    for method, path in in_a_book(desk):
        for mode in ("live", "test"):
            there = path.format(mode=mode, seller="north")
            form = {"csrf": token, "step": "ship", "order": "1000000001"}
            answer = browser.get(there) if method == "GET" else browser.post(there, form)
            assert 404 == answer.status_code, there
            assert "489435" not in answer.text


def test_another_sellers_order_is_not_there_under_ones_own(desk: Desk) -> None:
    desk.order("north")
    browser = desk.signed_in("admin", desk.acme.id)

    assert 404 == browser.get("/orderglot/live/acme/orders/1000000001").status_code
    assert 404 == browser.get("/orderglot/live/acme/orders/1000000001/steps/ship").status_code


def test_without_a_session_every_page_leads_to_the_form(desk: Desk) -> None:
    for method, path in in_a_book(desk):
        there = path.format(mode="live", seller="acme")
        browser = desk.browser()
        answer = browser.get(there) if method == "GET" else browser.post(there, {})
        assert (303, True) == (answer.status_code, "/sign-in" in answer.headers["location"])


def test_no_form_is_taken_that_no_page_of_this_session_has_sent(desk: Desk) -> None:
    order = desk.order()
    browser, other = desk.signed_in("admin"), desk.signed_in("operator")
    paths = [path.format(mode="live", seller="acme") for _, path in in_a_book(desk, "POST")]
    paths += ["/orderglot/sign-out", "/orderglot/you", "/orderglot/sign-in", "/orderglot/link"]

    for path in paths:
        for shown in ("", "x", "\u00e9", other.token):
            form = {"csrf": shown, "sure": "yes", "line-1": "1", "step": "ship"}
            assert 403 == browser.post(path, form | {"order": str(order.id)}).status_code, path
        strange = browser.post(path, {"csrf": browser.token}, sec_fetch_site="cross-site")
        assert 403 == strange.status_code
    assert 1 == len(desk.events(order))


def test_a_viewer_sees_and_takes_no_step(desk: Desk) -> None:
    order = desk.order()
    browser = desk.signed_in("viewer")

    assert "/steps/" not in browser.get(f"/orderglot/live/acme/orders/{order.id}").text
    assert "With the chosen" not in browser.get("/orderglot/live/acme/orders").text
    form = {"csrf": browser.token, "sure": "yes", "line-1": "1", "step": "ship"}
    for path in (f"orders/{order.id}/steps/ship", "orders/steps"):
        answer = browser.post(f"/orderglot/live/acme/{path}", form | {"order": str(order.id)})
        assert 403 == answer.status_code
        assert "takes the role operator" in answer.text
    assert 1 == len(desk.events(order))


class Tags(HTMLParser):
    """Counts the elements of a page, and keeps the members of each."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.members: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.members += [(name, value or "") for name, value in attrs]


def hostile() -> dict[str, Any]:
    place = Address(
        company=HOSTILE, first_name=HOSTILE, line_1=HOSTILE, city=HOSTILE, email=HOSTILE
    )
    return {
        "number": HOSTILE[:100],
        "po_number": HOSTILE[:100],
        "name": HOSTILE,
        "notes": HOSTILE,
        "source": HOSTILE,
        "currency": "GBP",
        "references": (Reference("kole", HOSTILE),),
        "ship_to": place,
        "bill_to": place,
        "lines": (Line(number=1, sku=HOSTILE, title=HOSTILE, quantity=1, unit=HOSTILE),),
    }


@pytest.mark.parametrize(
    "page",
    [
        "",
        "/{id}",
        "/{id}/as/kole",
        "/{id}/as/orderglot",
        "/{id}/steps/ship",
        "?q={h}",
        "?filter={h}",
    ],
)
def test_hostile_text_is_shown_as_text(desk: Desk, page: str) -> None:
    order = desk.order(**hostile())

    browser = desk.signed_in("admin")
    there = f"/orderglot/live/acme/orders{page}"

    text = browser.get(there.format(id=order.id, h=HOSTILE.replace("&", ""))).text

    found = Tags(text)
    assert len(SCRIPTS) == found.tags.count("script")
    assert 0 == found.tags.count("img")
    assert not [name for name, _ in found.members if name.startswith("on") or name == "style"]
    assert not [value for _, value in found.members if value.startswith("javascript:")]


@pytest.mark.parametrize(
    "path",
    [
        *("orders", "orders/1000000001", "orders/7", "orders?filter=x", "nothing"),
        *("partners", "partners/new", "partners/7", "partners?q=x", "partners?after=x"),
    ],
)
def test_every_page_may_do_only_what_it_is_for_and_asks_nobody_else(desk: Desk, path: str) -> None:
    desk.order()
    answer = desk.signed_in("admin").get(f"/orderglot/live/acme/{path}")

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "no-store" == answer.headers["cache-control"]
    assert "nosniff" == answer.headers["x-content-type-options"]
    for name, value in Tags(answer.text).members:
        if name in ("href", "src", "action"):
            assert value.startswith(("/orderglot/", "#", "?", "data:,")), value


def test_each_page_names_its_scripts_by_a_nonce_of_its_own(desk: Desk) -> None:
    browser, nonces = desk.signed_in("admin"), set[str]()
    for _ in range(2):
        answer = browser.get("/orderglot/live/acme/orders")
        (nonce,) = {value for name, value in Tags(answer.text).members if name == "nonce"}
        assert f"'nonce-{nonce}'" in answer.headers["content-security-policy"]
        nonces.add(nonce)
    assert 2 == len(nonces)


def test_whatever_asks_htmx_for_something_shows_that_it_is_ours() -> None:
    """Without the page's nonce an element's attributes are taken off by hx-csp, for they may be injected."""
    for template in (files("orderglot.console") / "templates").iterdir():
        for tag in re.findall(r"<[a-z][^<]*?\shx-[^<]*", template.read_text("utf-8")):
            assert 'hx-nonce="{{ nonce }}"' in tag, (template.name, tag)
            assert not re.search(r"hx-on|hx-vals=.js:|javascript:", tag)


def test_a_page_works_where_the_build_has_brought_no_scripts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.order()
    browser = desk.signed_in("admin")
    ours = {name: one for name, one in rendering._files().items() if name.startswith("console.")}
    monkeypatch.setattr(rendering, "_files", lambda: ours)
    for kept in (rendering.asset_names, rendering._environment):
        kept.cache_clear()
        monkeypatch.setattr(rendering, kept.__name__, kept.__wrapped__)

    answer = browser.get("/orderglot/live/acme/orders")

    assert 200 == answer.status_code
    assert 1 == Tags(answer.text).tags.count("script")


def test_the_assets_are_small_and_stay(desk: Desk) -> None:
    browser, whole = desk.browser(), 0
    for name in asset_names():
        answer = browser.get(asset(name))
        assert 200 == answer.status_code
        assert "immutable" in answer.headers["cache-control"]
        whole += len(gzip.compress(answer.content))
    assert 0 < whole < 100_000
    assert set(SCRIPTS) <= asset_names()
    assert 404 == browser.get("/orderglot/static/000000000000/console.css").status_code
    assert 404 == browser.get("/orderglot/static/x/..%2fapp.py").status_code


def test_what_is_our_own_apis_stays_so_beside_the_console(desk: Desk) -> None:
    answer = desk.browser().get("/orderglot/v1/nothing")
    assert "application/problem+json" == answer.headers["content-type"]
    refused = desk.run(desk.browser().client.delete("/orderglot/v1/orders"))
    assert 405 == refused.status_code
    assert "application/problem+json" == refused.headers["content-type"]


def test_half_an_order_is_looked_at_and_then_shipped_once(desk: Desk) -> None:
    order = desk.order()
    browser = desk.signed_in("operator")
    page = f"/orderglot/live/acme/orders/{order.id}/steps/ship"
    half = {"line-1": "12", "line-2": "", "carrier": "UPS"}

    seen = browser.send(page, sure="no", **half)
    assert 200 == seen.status_code
    assert "part shipped 12 of 36" in seen.text
    assert 1 == len(desk.events(order))

    form = {"csrf": browser.token, "version": str(order.version), "once": "a" * 24, "sure": "yes"}
    for _ in range(2):
        assert 303 == browser.post(page, form | half).status_code
    shipped = desk.events(order)
    assert 2 == len(shipped)
    assert "console:operator-0" == shipped[1].who
    assert "part shipped 12 of 36" in browser.get("/orderglot/live/acme/orders").text


def test_who_was_overtaken_or_errs_is_told_so_and_nothing_is_kept(desk: Desk) -> None:
    order = desk.order()
    browser = desk.signed_in("operator")
    page = f"/orderglot/live/acme/orders/{order.id}/steps/ship"

    for wrong, words in (
        ({"line-1": "25"}, "24"),
        ({"line-1": "many"}, "is no quantity"),
        ({"line-1": "", "line-2": ""}, "how much of which line"),
        ({"version": "7"}, "version"),
    ):
        answer = browser.send(page, sure="yes", **wrong)
        assert 409 == answer.status_code
        assert words in answer.text
    assert 1 == len(desk.events(order))


def test_several_orders_are_held_together_with_a_reason(desk: Desk) -> None:
    orders = [desk.order(number=str(number)) for number in (7, 8)]
    browser = desk.signed_in("operator")
    form: dict[str, Any] = {"csrf": browser.token, "once": "b" * 24, "step": "hold"}
    form["order"] = [str(one.id) for one in orders]
    path = "/orderglot/live/acme/orders/steps"

    looked = browser.post(path, form)
    assert "Hold 2" in looked.text
    done = browser.post(path, form | {"sure": "yes", "reason": "no address"})

    assert "2 of 2 done" in done.text
    assert "on hold: no address" in browser.get("/orderglot/live/acme/orders").text
    assert {"held"} == {desk.events(one)[-1].what for one in orders}
    nothing = browser.post(path, {"csrf": browser.token, "step": "hold"})
    assert 400 == nothing.status_code


def test_test_orders_are_on_pages_of_their_own(desk: Desk) -> None:
    desk.order(number="LIVE-1")
    browser = desk.signed_in("viewer")

    assert "LIVE-1" in browser.get("/orderglot/live/acme/orders").text
    page = browser.get("/orderglot/test/acme/orders").text
    assert "LIVE-1" not in page
    assert "There are no test orders yet" in page
    assert '<body class="test">' in page


def test_an_order_is_in_the_tab_of_each_dialect_with_what_it_loses(desk: Desk) -> None:
    order = desk.order()
    browser = desk.signed_in("viewer")

    for dialect in ("adobe", "catalyst", "kodaris", "kole", "komet"):
        answer = browser.get(
            f"/orderglot/live/acme/orders/{order.id}/as/{dialect}?beside=canonical"
        )
        assert 200 == answer.status_code
        assert "lost" in answer.text or "loss" in answer.text or "note bad" in answer.text


def test_bytes_are_shown_folded_and_as_they_are_sent(desk: Desk) -> None:
    order = desk.order()
    browser = desk.signed_in("viewer")
    page = f"/orderglot/live/acme/orders/{order.id}/as/kole"

    assert "&gt;\n&lt;" in browser.get(page).text
    assert "&gt;&lt;" in browser.get(f"{page}?raw=yes").text
