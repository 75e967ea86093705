"""The first page: what is wrong, what came beside what usually comes, and who is silent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from orderglot.console.rendering import SCRIPTS
from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.order import Identity
from orderglot.sync.rejects import put_aside
from tests.conformance.specimens import book_of
from tests.console.conftest import Desk
from tests.console.test_pages import HOSTILE, Tags

PAGE = "/orderglot/live/acme/today"


def partner(desk: Desk, name: str) -> Identity:
    book = desk.store.of(Caller(seller=desk.acme.id))
    kept = desk.run(book.keep_customer(Customer(number=name, name=name)))
    return Identity(id=kept.id)


def came(desk: Desk, who: Identity, *moments: datetime, **members: Any) -> None:
    for number, moment in enumerate(moments):
        desk.order(
            number=f"{who.id}-{moment:%d%H%M}-{number}", customer=who, created=moment, **members
        )


@pytest.fixture
def noon(desk: Desk) -> datetime:
    """Give the time that it is, which is noon."""
    return desk.clock()


def test_an_empty_book_says_what_to_do_first(desk: Desk) -> None:
    text = desk.signed_in("viewer").get(PAGE).text

    assert "No order has come yet." in text
    assert "/orderglot/live/acme/partners/new" in text


def test_it_is_the_first_page(desk: Desk) -> None:
    answer = desk.signed_in("viewer").get("/orderglot/")

    assert PAGE == answer.headers["location"]


def test_what_came_stands_beside_what_usually_comes(desk: Desk, noon: datetime) -> None:
    who = partner(desk, "Corner Shop")
    came(
        desk, who, noon - timedelta(hours=3), noon - timedelta(hours=3), noon - timedelta(minutes=1)
    )
    for week in (1, 2, 3, 4):
        came(desk, who, *[noon - timedelta(weeks=week, hours=3)] * week)
    text = desk.signed_in("viewer").get(PAGE).text

    # Of 1, 2, 3 and 4 the median is 2.5; what is to come has no number.
    assert "08:00: 2, usually 2.5. 10:00: 1, usually 0. 12:00: 0, usually 0. 14:00: to come" in text
    assert "<b>3</b> new orders" in text
    assert "usually 2 by this hour" in text


def test_who_usually_orders_and_does_not_is_silent(desk: Desk, noon: datetime) -> None:
    busy, quiet, rare = (partner(desk, name) for name in ("Busy", "Quiet", "Rare"))
    days = [noon - timedelta(days=day, hours=1) for day in range(1, 21)]
    came(desk, busy, noon - timedelta(hours=1), *days)
    came(desk, quiet, *[day for day in days if noon - day > timedelta(days=7)])
    came(desk, rare, noon - timedelta(days=9))
    text = desk.signed_in("viewer").get(PAGE).text

    rows = [row for row in text.split("<tr>") if "/partners/" in row]
    assert [("Quiet", True), ("Busy", False), ("Rare", False)] == [
        (next(name for name in ("Busy", "Quiet", "Rare") if f">{name}<" in row), "silent" in row)
        for row in rows
    ]


def test_each_number_leads_to_its_list(desk: Desk, noon: datetime) -> None:
    who = partner(desk, "Corner Shop")
    came(desk, who, noon - timedelta(hours=1), noon - timedelta(hours=2))
    desk.run(
        desk.store.of(Caller(seller=desk.acme.id)).transact(
            lambda unit: put_aside(unit, book_of("orderglot").rejects)
        )
    )
    browser = desk.signed_in("operator")
    found = Tags(browser.get(PAGE).text)

    leads = [value for name, value in found.members if name == "href" and "?" in value]
    assert len(leads) > 8
    for lead in leads:
        assert 200 == browser.get(lead).status_code
    assert "2 in all" in browser.get(next(one for one in leads if "created" in one)).text


def test_test_orders_and_other_sellers_are_kept_apart(desk: Desk, noon: datetime) -> None:
    who = partner(desk, "Corner Shop")
    came(desk, who, noon - timedelta(hours=1), test=True)
    browser = desk.signed_in("viewer", desk.acme.id)

    assert "<b>0</b> new orders" in browser.get(PAGE).text
    assert "<b>1</b> new order" in browser.get("/orderglot/test/acme/today").text
    assert 404 == browser.get("/orderglot/live/north/today").status_code


def test_what_somebody_wrote_is_text(desk: Desk, noon: datetime) -> None:
    came(desk, partner(desk, HOSTILE[:200]), noon - timedelta(hours=1))
    found = Tags(desk.signed_in("viewer").get(PAGE).text)

    assert (len(SCRIPTS), 0) == (found.tags.count("script"), found.tags.count("img"))
