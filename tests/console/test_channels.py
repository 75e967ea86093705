"""The pages of channels and jobs, and of an order that is placed with a vendor."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from orderglot.console.app import console
from orderglot.console.channels import every_in_words
from orderglot.core.caller import Caller
from orderglot.core.jobs import JOB, RUNS, STATE, How, Run, Setting, State, put
from orderglot.core.ports import Note, UnitOfWork
from orderglot.hub.faces import faces
from orderglot.hub.placing import Channels, Placements
from tests.cli.program import serving
from tests.console.conftest import Desk
from tests.console.test_pages import HOSTILE, Tags
from tests.hub.test_placing import OWN, account

PAGE = "/orderglot/live/acme/channels"
NAME = "pull wholesaler"


def planned(desk: Desk, reason: str = "The vendor answered with 502.") -> None:
    """Plan a pull that failed twice, and is overdue."""
    now = desk.clock()
    failed = Run(
        began=now,
        ended=now + timedelta(seconds=75),
        how=How.FAILED,
        reason=reason,
        counts={"new": 3, "changed": 1, "aside": 2},
    )
    good = Run(began=now - timedelta(hours=1), ended=now, how=How.DONE, sentence="All 31 are here.")

    async def write(unit: UnitOfWork) -> None:
        setting = Setting(what="pull", since=now, channel="wholesaler", every=300)
        put(unit, JOB, NAME, setting, None)
        state = State(last=failed, good=good.began, failing=2, overdue=True)
        put(unit, STATE, NAME, state, None)
        document = msgspec.json.encode((failed, good))
        unit.note(Note(kind=RUNS, name=NAME, version=0, document=document))

    desk.run(desk.store.of(Caller(seller=desk.acme.id)).transact(write))


def test_where_there_is_no_channel_the_page_says_how_to_have_one(desk: Desk) -> None:
    assert "[channels.wholesaler]" in desk.signed_in("viewer").get(PAGE).text


def test_a_channel_shows_how_its_last_run_went(desk: Desk) -> None:
    planned(desk)
    text = desk.signed_in("operator").get(PAGE).text

    for words in ("1 failing, 1 overdue", "The vendor answered with 502.", "took 75.0 s"):
        assert words in text
    for words in ("3 new", "1 changed", "every 5 min", "Run now", "2 times in a row"):
        assert words in text


def test_a_job_shows_its_runs_and_their_certificates(desk: Desk) -> None:
    planned(desk)
    text = desk.signed_in("viewer").get(f"{PAGE}/{NAME}").text

    assert "All 31 are here." in text
    assert "60 min" not in text
    assert "1 h 0 min" in text
    assert "Run now" not in text


def test_a_job_is_paused_resumed_and_asked_for(desk: Desk) -> None:
    planned(desk)
    browser = desk.signed_in("operator")
    page = f"{PAGE}/{NAME}"
    for do, words in (
        ("pause", "It is paused"),
        ("resume", "when it is due"),
        ("run", "asked for"),
    ):
        answer = browser.post(page, {"csrf": browser.token, "do": do})
        assert 303 == answer.status_code
        assert words in browser.get(answer.headers["location"]).text
    assert 400 == browser.post(page, {"csrf": browser.token, "do": "x"}).status_code
    assert 404 == browser.get(f"{PAGE}/none").status_code


def test_a_viewer_changes_no_job_and_places_nothing(desk: Desk) -> None:
    planned(desk)
    order, browser = desk.order(), desk.signed_in("viewer")
    for where in (f"{PAGE}/{NAME}", f"/orderglot/live/acme/orders/{order.id}/place"):
        answer = browser.post(where, {"csrf": browser.token, "do": "run", "sure": "yes"})
        assert 403 == answer.status_code
    assert 404 == browser.get(f"/orderglot/live/north/channels/{NAME}").status_code


def test_a_failing_job_is_a_problem(desk: Desk) -> None:
    planned(desk, HOSTILE)
    text = desk.signed_in("viewer").get("/orderglot/live/acme/problems").text

    assert "2 runs in a row failed" in text
    assert f"{PAGE}/pull%20wholesaler" in text
    assert "img" not in Tags(text).tags


def test_an_order_without_a_channel_is_told_where_one_comes_from(desk: Desk) -> None:
    order, browser = desk.order(), desk.signed_in("operator")
    page = f"/orderglot/live/acme/orders/{order.id}/place"

    assert "There is no account with a vendor yet." in browser.get(page).text
    answer = browser.post(page, {"csrf": browser.token, "channel": "none", "sure": "yes"})
    assert 409 == answer.status_code
    assert "There is no channel" in answer.text


@pytest.mark.parametrize(
    ("span", "words"),
    [(300, "every 5 min"), (86_400, "every 1 d"), (90, "every 90 s"), (0, "by itself")],
)
def test_a_span_is_said_in_words(span: float, words: str) -> None:
    assert words == every_in_words(span)


def test_an_order_is_looked_at_and_placed_with_a_vendor(desk: Desk, tmp_path: Path) -> None:
    with serving(tmp_path, "--demo", "--database", "sqlite:///there.db") as vendor:
        placements = Placements(
            desk.store, Channels({"wholesaler": account(vendor.base)}, seller="acme")
        )
        desk.app = faces(desk.store, pages=console(desk.store, placements), placements=placements)
        book = desk.store.of(Caller(seller=desk.acme.id))
        order, browser = desk.run(book.place(OWN)), desk.signed_in("operator")
        page = f"/orderglot/live/acme/orders/{order.id}/place"
        form = {"csrf": browser.token, "channel": "wholesaler"}

        assert "wholesaler can be sent this order." in browser.post(page, form).text
        assert "At vendors" not in browser.get(page).text
        placed = browser.post(page, form | {"sure": "yes"})
        assert 303 == placed.status_code, placed.text
        assert "At vendors" in browser.get(page).text
        assert "wholesaler" in browser.get(PAGE).text
        desk.run(placements.close())
