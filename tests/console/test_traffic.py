"""The traffic: what came and left is found, shown to the byte, explained, compared and sent again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from msgspec.structs import replace

from orderglot.console.rendering import SCRIPTS
from orderglot.core.caller import Caller
from orderglot.core.journal import Bytes, Kept, Row, first_id
from orderglot.core.listed_journal import ListedJournal
from orderglot.core.product import Product, Tier
from orderglot.dialects import dialect
from orderglot.wire.json import write
from tests.console.conftest import Desk
from tests.console.test_pages import HOSTILE, Tags

LIVE = "/orderglot/live/acme/traffic"
JSON = "application/json"


class Exchanges:
    """What a journal keeps of exchanges, the later the further down."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.kept: list[tuple[Caller, Kept]] = []

    def add(self, seller: str = "acme", body: bytes = b"", answer: bytes = b"", **row: Any) -> str:
        """Keep an exchange, and give its id."""
        at = self.desk.clock() + timedelta(seconds=len(self.kept) - 100)
        id = f"{first_id(at)}{len(self.kept):011x}"
        given: dict[str, Any] = {
            "id": id,
            "at": at,
            "direction": "in",
            "dialect": "orderglot",
            "key": "",
            "operation": "orders.create",
            "peer": "192.0.2.7",
            "method": "POST",
            "path": "/orderglot/v1/orders",
            "status": 201,
            "ms": 3.1,
            "orders": (),
            "reason": "",
        }
        headers = {"authorization": "Bearer ***", "content-type": JSON}
        sent = Bytes(
            base="http://orders.example",
            query="",
            headers=headers,
            body=body,
            answer_headers={"content-type": JSON},
            answer=answer,
        )
        whose = self.desk.acme if seller == "acme" else self.desk.north
        self.kept.append((Caller(seller=whose.id), Kept(Row(**given | row), sent)))
        self.desk.store.journal = ListedJournal(self.kept)
        return id


@pytest.fixture
def kept(desk: Desk) -> Exchanges:
    return Exchanges(desk)


def key_of(desk: Desk) -> str:
    """Make a key of our own API, and give its public part."""
    found = desk.run(
        desk.store.keyring.issue_key(
            "orderglot",
            Caller(seller=desk.acme.id),
            dialect("orderglot").auth.make_secret,
            dialect("orderglot").auth.make_key_id,
        )
    )
    return f"orderglot:{found.id}"


def test_the_newest_stand_first_with_what_was_wrong(desk: Desk, kept: Exchanges) -> None:
    order = desk.order()
    first = kept.add(orders=(order.id,), key="orderglot:k1")
    second = kept.add(status=400, reason="po_number: it is missing.", key="orderglot:k1")

    text = desk.signed_in("viewer").get(LIVE).text

    assert text.index(second) < text.index(first)
    assert "po_number: it is missing." in text
    assert f"/orderglot/live/acme/orders/{order.id}" in text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", "abcd"),
        ("dialect=kole", "b"),
        ("status=refused", "cd"),
        ("status=4xx", "c"),
        ("status=2xx", "ab"),
        ("key=kole:X1", "b"),
        ("way=out", "d"),
        ("order=1000000001", "a"),
        ("order=PO-7731", "a"),
        ("filter=ms%20%3E%20500", "b"),
        ("dialect=orderglot&filter=status%20%3D%20201%20OR%20status%20%3D%20400", "ac"),
        ("since=2001-01-01", "abcd"),
    ],
)
def test_the_address_says_which_are_shown(
    desk: Desk, kept: Exchanges, query: str, shown: str
) -> None:
    order = desk.order()
    ids = {
        "a": kept.add(orders=(order.id,)),
        "b": kept.add(dialect="kole", key="kole:X1", ms=501.0, status=200),
        "c": kept.add(status=400, reason="It is wrong."),
        "d": kept.add(direction="out", status=0, dialect="komet", reason="No answer came."),
    }

    text = desk.signed_in("viewer").get(f"{LIVE}?{query}").text

    assert set(shown) == {name for name, id in ids.items() if f"{LIVE}/{id}" in text}


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("status=teapot", "status: "),
        ("since=yesterday", "since: "),
        ("order=nothing-like-it", "order: "),
        ("filter=colour%20%3D%20red", "colour"),
        ("filter=((", "filter"),
        ("after=last", "after: "),
    ],
)
def test_what_is_not_understood_is_said_and_named(
    desk: Desk, kept: Exchanges, query: str, named: str
) -> None:
    kept.add()
    answer = desk.signed_in("viewer").get(f"{LIVE}?{query}")

    assert 400 == answer.status_code
    assert "This is not understood." in answer.text
    assert named in answer.text


def test_a_page_leads_to_the_older_ones(desk: Desk, kept: Exchanges) -> None:
    ids = [kept.add() for _ in range(51)]
    browser = desk.signed_in("viewer")

    first = browser.get(LIVE).text
    older = browser.get(f"{LIVE}?after={ids[1]}").text

    assert f"after={ids[1]}" in first
    assert ids[0] not in first
    assert ids[0] in older
    assert "hx-get" not in older


def test_it_is_live_until_it_is_paused(desk: Desk, kept: Exchanges) -> None:
    kept.add()
    browser = desk.signed_in("viewer")

    assert 'hx-trigger="every 2s"' in browser.get(LIVE).text
    paused = browser.get(f"{LIVE}?paused=yes").text
    assert "hx-" not in paused.replace("hx-csp", "")
    assert "Go on" in paused


def test_the_empty_page_says_what_to_do_first(desk: Desk) -> None:
    text = desk.signed_in("viewer").get(LIVE).text
    assert "orderglot key add" in text
    assert "No exchange is like that." in desk.signed_in("admin").get(f"{LIVE}?status=4xx").text


def test_an_exchange_is_shown_with_what_was_struck_out_and_what_to_do(
    desk: Desk, kept: Exchanges
) -> None:
    order = desk.order()
    good = kept.add(key="orderglot:k1", body=b'{"po_number":"A"}', orders=(order.id,))
    bad = kept.add(
        key="orderglot:k1", body=b'{"po_number":7}', status=400, reason="po_number: no text."
    )
    browser = desk.signed_in("viewer")

    text = browser.get(f"{LIVE}/{bad}").text

    assert "po_number: no text. The sender has to correct what is named here" in text
    assert "authorization: Bearer <mark" in text
    assert f"{LIVE}/{good}" in text
    assert "<del>-  &#34;po_number&#34;: &#34;A&#34;</del>" in text
    assert "<ins>+  &#34;po_number&#34;: 7</ins>" in text
    assert "curl -X POST -H" in text
    assert "Send it again" not in text  # A viewer may not.
    assert f"/orders/{order.id}" in browser.get(f"{LIVE}/{good}").text


def test_bytes_stay_bytes(desk: Desk, kept: Exchanges) -> None:
    body = bytes(range(256))
    id = kept.add(body=body, answer=b'{"a":1}')
    browser = desk.signed_in("viewer")

    assert "(256 bytes that are no text)" in browser.get(f"{LIVE}/{id}").text
    assert "{&#34;a&#34;:1}" in browser.get(f"{LIVE}/{id}?raw=yes").text
    given = browser.get(f"{LIVE}/{id}/request")
    assert body == given.content
    assert given.headers["content-disposition"].startswith("attachment")
    assert "default-src 'none'" in given.headers["content-security-policy"]
    assert b'{"a":1}' == browser.get(f"{LIVE}/{id}/answer").content
    assert 404 == browser.get(f"{LIVE}/{id}/else").status_code


def test_another_sellers_exchanges_are_not_there(desk: Desk, kept: Exchanges) -> None:
    theirs = kept.add("north", body=b"{}")
    browser = desk.signed_in("operator")

    assert theirs not in browser.get(LIVE).text
    token = browser.token
    assert 404 == browser.get(f"{LIVE}/{theirs}").status_code
    assert 404 == browser.get(f"{LIVE}/{theirs}/request").status_code
    assert 404 == browser.post(f"{LIVE}/{theirs}", {"csrf": token}).status_code
    mine = kept.add()
    assert "no exchange" in browser.get(f"{LIVE}/{mine}?to={theirs}").text


def test_hostile_traffic_is_shown_as_text(desk: Desk, kept: Exchanges) -> None:
    id = kept.add(
        path=f"/{HOSTILE}",
        reason=HOSTILE,
        key=HOSTILE,
        peer=HOSTILE,
        method=HOSTILE,
        operation=HOSTILE,
        status=400,
        body=HOSTILE.encode(),
        answer=HOSTILE.encode(),
    )
    browser = desk.signed_in("operator")
    for path in (LIVE, f"{LIVE}/{id}", f"{LIVE}?key={quote(HOSTILE)}&order={quote(HOSTILE)}"):
        found = Tags(browser.get(path).text)
        assert len(SCRIPTS) == found.tags.count("script")
        assert 0 == found.tags.count("img")
        assert not [name for name, _ in found.members if name.startswith("on")]


def test_a_request_is_sent_again_to_the_test_orders_alone(desk: Desk, kept: Exchanges) -> None:
    key, book = key_of(desk), desk.store.of(Caller(seller=desk.acme.id))
    desk.run(
        book.keep_product(
            Product(sku="84406B", title="Hanger", tiers=(Tier(quantity=1, price=Decimal(3)),)),
            new=True,
        )
    )
    body = write({"po_number": "AGAIN-1", "lines": [{"sku": "84406B", "quantity": 1}]})
    id = kept.add(key=key, body=body, status=400, reason="It was wrong then.")
    browser = desk.signed_in("operator")

    text = browser.send(f"{LIVE}/{id}").text

    assert "Sent again to the test orders" in text
    assert "84406B" in text, text[text.index("Sent again") :][:900]
    assert '<span class="code ok">201</span> now; it was 400' in text
    assert "AGAIN-1" not in browser.get("/orderglot/live/acme/orders").text
    assert "AGAIN-1" in browser.get("/orderglot/test/acme/orders").text
    (act,) = [one for one in desk.run(desk.store.acts(desk.acme.id)) if one.about == id]
    assert ("exchange.replayed", "console:operator-0") == (act.what, act.who)


def test_only_who_may_sends_again(desk: Desk, kept: Exchanges) -> None:
    id = kept.add(key=key_of(desk), body=b"{}")
    viewer = desk.signed_in("viewer")
    assert 403 == viewer.post(f"{LIVE}/{id}", {"csrf": viewer.token}).status_code
    assert 403 == desk.signed_in("operator").post(f"{LIVE}/{id}", {}).status_code


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"direction": "out"}, "We sent this ourselves"),
        ({"operation": "webhooks.create", "path": "/orderglot/v1/webhooks"}, "no test mode"),
        ({"operation": "keys.end", "path": "/orderglot/v1/keys/x"}, "no test mode"),
        ({"operation": "placements.place", "path": "/orderglot/v1/orders/1/place"}, "no test mode"),
        ({"operation": "", "dialect": ""}, "no operation"),
        ({"dialect": "kodaris", "operation": "login"}, "login"),
    ],
)
def test_what_would_be_for_real_is_not_sent_again(
    desk: Desk, kept: Exchanges, row: dict[str, Any], why: str
) -> None:
    id = kept.add(key=key_of(desk), **row)
    browser = desk.signed_in("admin")

    assert why in browser.get(f"{LIVE}/{id}").text
    refused = browser.post(f"{LIVE}/{id}", {"csrf": browser.token})
    assert 409 == refused.status_code
    assert "It was not sent again." in refused.text


def test_a_key_that_is_gone_sends_nothing_again(desk: Desk, kept: Exchanges) -> None:
    id = kept.add(key="orderglot:gone", body=b"{}")
    refused = desk.signed_in("operator").send(f"{LIVE}/{id}")
    assert 409 == refused.status_code
    assert "is not known here any more" in refused.text


def test_an_orders_history_leads_to_its_exchange(desk: Desk, kept: Exchanges) -> None:
    book = desk.store.of(Caller(seller=desk.acme.id, name="k"), exchange="618fb91409a6000000000003")
    placed = desk.run(book.place(replace(desk.order(), id=0, number="2", po_number="2")))
    text = desk.signed_in("viewer").get(f"/orderglot/live/acme/orders/{placed.id}").text
    assert f'href="{LIVE}/618fb91409a6000000000003"' in text
