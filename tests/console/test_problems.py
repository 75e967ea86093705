"""The page of problems: what needs somebody is shown by reason, mended by who may, and each seller's own."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

import pytest

from orderglot.console.rendering import SCRIPTS
from orderglot.core.caller import Caller
from orderglot.core.journal import Criteria, Row
from orderglot.sync.rejects import put_aside
from tests.conformance.specimens import book_of
from tests.console.conftest import Desk
from tests.console.test_pages import HOSTILE, Tags

PAGE = "/orderglot/live/acme/problems"
BODY = (
    '{"items": [{"id": 7002, "number": "E-7002", "status": "%s", "totals": {"total": 1.20}}],\r\n'
    ' "next": null}'
)


def aside(desk: Desk) -> str:
    """Put aside what the specimens have; gives the name of the one whose quantity is a word."""

    async def fill() -> str:
        book = desk.store.of(Caller(seller=desk.acme.id))
        await book.transact(lambda unit: put_aside(unit, book_of("orderglot").rejects))
        return next(one.name for one in await book.notes("reject") if b"eleven" in one.document)

    return desk.run(fill())


def test_where_nothing_is_wrong_the_page_says_so(desk: Desk) -> None:
    text = desk.signed_in("viewer").get(PAGE).text

    assert "Nothing needs you" in text
    assert "0 open" in text


def test_what_is_aside_is_grouped_by_its_reason(desk: Desk) -> None:
    name = aside(desk)
    text = desk.signed_in("operator").get(PAGE).text

    assert f"{PAGE}/rejects/{quote(name)}" in text
    assert "eleven" in text
    assert "Put aside 2" in text
    assert "1 order · orderglot@east" in text
    assert (
        "Put aside"
        not in desk.signed_in("admin").get(f"{PAGE}?kind=jobs").text.partition("<section")[2]
    )


def test_a_reject_is_read_corrected_and_taken_in(desk: Desk) -> None:
    name, browser = aside(desk), desk.signed_in("operator")
    page = f"{PAGE}/rejects/{name}"
    assert "It cannot be taken in yet" in browser.get(page).text

    form = {"csrf": browser.token, "body": BODY % "received", "do": "read"}
    read = browser.post(page, form).text
    assert "ready to be taken in" in read
    assert "E-7002" in read
    assert "As console:operator-0 corrected it" in read
    withdrawn = browser.post(page, {"csrf": browser.token, "do": "withdraw"}).text
    assert "It cannot be taken in yet" in withdrawn

    taken = browser.post(page, form | {"do": "take"})
    assert 303 == taken.status_code
    assert "It is an order of the book now." in browser.get(taken.headers["location"]).text
    assert "E-7002" in browser.get("/orderglot/live/acme/orders?q=E-7002").text


def test_what_still_is_wrong_stays_in_the_field(desk: Desk) -> None:
    name, browser = aside(desk), desk.signed_in("operator")
    form = {"csrf": browser.token, "body": '{"items": [', "do": "take"}
    answer = browser.post(f"{PAGE}/rejects/{name}", form)

    assert 409 == answer.status_code
    assert escape(form["body"], quote=True).replace("&quot;", "&#34;") in answer.text


def test_a_word_is_mapped_and_the_rest_taken(desk: Desk) -> None:
    name, browser = aside(desk), desk.signed_in("operator")
    page, token = f"{PAGE}/rejects/{name}", browser.token
    read = browser.post(page, {"csrf": token, "body": BODY % "teleported", "do": "read"}).text
    assert "Or say once what it means" in read

    mapping = {"csrf": token, "do": "map", "field": "status", "value": "teleported"}
    assert 409 == browser.post(page, mapping | {"to": "beamed"}).status_code
    mapped = browser.post(page, mapping | {"to": "shipped"})
    assert 303 == mapped.status_code
    assert "teleported means shipped" in browser.get(mapped.headers["location"]).text


@pytest.mark.parametrize("group", [False, True])
def test_nothing_is_dropped_that_nobody_is_sure_of(desk: Desk, group: bool) -> None:
    name, browser = aside(desk), desk.signed_in("operator")
    where = f"{PAGE}/rejects" + ("" if group else f"/{name}")
    form = {"csrf": browser.token, "do": "drop"} | ({"name": name} if group else {})

    assert browser.post(where, form).status_code in (400, 409)
    assert 200 == browser.get(f"{PAGE}/rejects/{name}").status_code
    sure = form | {"sure": "yes", "why": "sold elsewhere"}
    assert browser.post(where, sure | {"why": "x" * 501}).status_code in (400, 409)
    assert 303 == browser.post(where, sure).status_code
    (act,) = [one for one in desk.run(desk.store.acts(desk.acme.id)) if "dropped" in one.what]
    assert (name, {"why": "sold elsewhere"}) == (act.about, act.after)
    assert 404 == browser.get(f"{PAGE}/rejects/{name}").status_code


def test_a_group_is_tried_again(desk: Desk) -> None:
    name, browser = aside(desk), desk.signed_in("operator")
    page = f"{PAGE}/rejects/{name}"
    browser.post(page, {"csrf": browser.token, "body": BODY % "received", "do": "read"})
    form = {"csrf": browser.token, "do": "retry", "name": [name, "gone"]}
    tried = browser.post(f"{PAGE}/rejects", form)

    assert "1 of 2 orders taken in." in browser.get(tried.headers["location"]).text


def test_a_viewer_sees_and_mends_nothing(desk: Desk) -> None:
    name, browser = aside(desk), desk.signed_in("viewer")
    page = f"{PAGE}/rejects/{name}"

    assert "eleven" in browser.get(page).text
    assert "readonly" in browser.get(page).text
    for where in (page, f"{PAGE}/rejects", f"{PAGE}/placements"):
        form = {"csrf": browser.token, "do": "drop", "sure": "yes", "name": name}
        answer = browser.post(where, form)
        assert 403 == answer.status_code
        assert "takes the role operator" in answer.text
    assert 200 == browser.get(page).status_code


def test_another_sellers_reject_is_not_there(desk: Desk) -> None:
    name = aside(desk)
    page = f"/orderglot/live/north/problems/rejects/{name}"
    browser = desk.signed_in("admin")

    assert 404 == browser.get(page).status_code
    assert 404 == browser.post(page, {"csrf": browser.token, "do": "read"}).status_code
    assert "0 open" in browser.get("/orderglot/live/north/problems").text


def test_what_is_written_into_a_body_is_shown_as_text(desk: Desk) -> None:
    name, browser = aside(desk), desk.signed_in("operator")
    body = BODY.replace("E-7002", "</textarea>" + HOSTILE.replace('"', "")) % "received"
    answer = browser.post(
        f"{PAGE}/rejects/{name}", {"csrf": browser.token, "body": body, "do": "read"}
    )

    tags = Tags(answer.text).tags
    assert len(SCRIPTS) == tags.count("script")
    assert "img" not in tags
    done = browser.get(f"{PAGE}?done=%3Cimg src=x%3E").text
    assert "img" not in Tags(done).tags


class Kept:
    """A journal of three requests that were refused."""

    def __init__(self, desk: Desk) -> None:
        one = {"direction": "in", "dialect": "kole", "operation": "orders.create", "peer": ""}
        self.rows = tuple(
            Row(
                id=f"{number:024x}",
                at=desk.clock(),
                key="key-1" if number < 3 else "key-2",
                method="POST",
                path="/createOrder",
                status=400,
                ms=2.0,
                orders=(),
                reason=HOSTILE,
                **one,
            )
            for number in (1, 2, 3)
        )

    async def page(self, caller: Caller, criteria: Criteria, limit: int) -> tuple[Row, ...]:
        return self.rows if caller.seller == 1 else ()


def test_refused_requests_are_grouped_by_key_and_reason(desk: Desk) -> None:
    desk.store.journal = Kept(desk)  # type: ignore[assignment]
    text = desk.signed_in("viewer").get(f"{PAGE}?kind=refused").text

    assert "Refused requests 3" in text
    assert "2 requests · kole, key-1" in text
    assert "1 request · kole, key-2" in text
    assert "img" not in Tags(text).tags


def test_what_nobody_knows_of_is_settled(desk: Desk) -> None:
    order, browser = desk.order(), desk.signed_in("operator")
    form = {"csrf": browser.token, "order": str(order.id), "channel": "none", "found": "absent"}

    answer = browser.post(f"{PAGE}/placements", form)
    assert answer.status_code in (400, 404, 409)
    assert 400 == browser.post(f"{PAGE}/placements", form | {"order": "x"}).status_code


def test_it_is_said_to_be_a_new_order_or_one_that_is_there(desk: Desk) -> None:
    name, browser, order = aside(desk), desk.signed_in("operator"), desk.order()
    page, token = f"{PAGE}/rejects/{name}", browser.token

    assert 409 == browser.post(page, {"csrf": token, "do": "same", "order": ""}).status_code
    assert 409 == browser.post(page, {"csrf": token, "do": "new"}).status_code
    browser.post(page, {"csrf": token, "do": "read", "body": BODY % "received"})
    there = browser.post(page, {"csrf": token, "do": "same", "order": str(order.id)})
    assert 303 == there.status_code, there.text
    assert f"It is the order {order.id}" in browser.get(there.headers["location"]).text
