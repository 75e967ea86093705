"""What stands behind the book: whether it answers, and what people did, to those who may see it."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import pytest

from orderglot.console.rendering import SCRIPTS
from orderglot.core.acts import Person
from orderglot.core.caller import Caller
from orderglot.core.errors import Upstream
from orderglot.core.journal import Gap, Journal
from tests.clock import NOON
from tests.console.conftest import Desk
from tests.console.test_pages import HOSTILE, Tags

PAGE = "/orderglot/live/acme/system"


def acted(desk: Desk, seller: int, about: str, who: str = "ada") -> None:
    store = desk.store.acting(Person(who, "192.0.2.7"))
    desk.run(store.act(seller, "key.ended", about, {"ended": True}, {"ended": False}))


def test_it_says_that_the_book_answers(desk: Desk) -> None:
    text = desk.signed_in("viewer").get(PAGE).text

    assert "The book answers and can be written to." in text
    assert "shown to an admin" in text


def test_it_says_why_the_book_does_not(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = desk.signed_in("viewer")

    async def failing() -> None:
        raise Upstream("The disk is full.")

    monkeypatch.setattr(desk.store, "check_ready", failing)
    assert "The disk is full." in browser.get(PAGE).text


def test_an_admin_sees_who_did_what(desk: Desk) -> None:
    acted(desk, desk.acme.id, "kole:X1")
    text = desk.signed_in("admin", desk.acme.id).get(PAGE).text

    assert "key.ended" in text
    assert "kole:X1" in text
    assert "ada <small>192.0.2.7</small>" in text
    assert "ended: False" in text
    assert "ended: True" in text


def test_acts_are_each_sellers_own_and_an_admins(desk: Desk) -> None:
    acted(desk, desk.north.id, "kole:NORTH")
    acted(desk, 0, "operator:KEY")
    acted(desk, desk.acme.id, "kole:ACME")

    def seen(role: str, seller: int) -> list[bool]:
        text = desk.signed_in(role, seller).get(PAGE).text
        return [about in text for about in ("kole:NORTH", "operator:KEY", "kole:ACME")]

    assert [False, False, True] == seen("admin", desk.acme.id)
    assert [False, True, True] == seen("admin", 0)
    assert [False, False, False] == seen("operator", 0)


def test_many_acts_have_pages(desk: Desk) -> None:
    for number in range(60):
        acted(desk, desk.acme.id, f"kole:X{number:03}")
    browser = desk.signed_in("admin", desk.acme.id)
    first, second = browser.get(PAGE).text, browser.get(f"{PAGE}?page=1").text

    assert 60 == sum(
        first.count(f"kole:X{n:03}<") + second.count(f"kole:X{n:03}<") for n in range(60)
    )
    assert 'rel="next"' in first
    assert 'rel="next"' not in second


def test_what_somebody_wrote_is_text(desk: Desk) -> None:
    acted(desk, desk.acme.id, HOSTILE, who=HOSTILE)
    found = Tags(desk.signed_in("admin", desk.acme.id).get(PAGE).text)

    assert (len(SCRIPTS), 0) == (found.tags.count("script"), found.tags.count("img"))


class Dropping:
    """A journal that could take in nothing of anybody."""

    async def gaps(self, caller: Caller, since: datetime | None = None) -> tuple[Gap, ...]:
        return (Gap(NOON, 2 if caller.seller else 3),)


def test_what_the_journal_lacks_of_nobody_known_is_counted_too(desk: Desk) -> None:
    browser = desk.signed_in("viewer")
    desk.store.journal = cast(Journal, Dropping())

    assert "5 exchanges of the last 30 days are missing" in browser.get(PAGE).text
