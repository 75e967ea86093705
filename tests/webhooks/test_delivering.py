"""Deliveries: at least once, in order per order, whatever the receiver does and whoever is killed."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import Conflict, Upstream
from orderglot.core.order import Order
from orderglot.core.ports import Event
from orderglot.core.webhooks import RETRIES, Endpoint
from orderglot.stores.book import Book
from orderglot.webhooks import keeping, lane
from orderglot.webhooks.delivering import Deliverer
from orderglot.webhooks.sending import Line
from tests.webhooks.conftest import LOOPBACK, QUICK, Stage, Street
from tests.webhooks.receiver import OK, answer

SECOND = timedelta(seconds=1)
ORDERS = ("order.created", "order.changed")
"""What is sent where nobody is to be told how the webhook itself fares."""


async def happenings_of(street: Street) -> list[Event]:
    """Give what the feed says of the webhook itself."""
    feed = await street.book.feed(0, 1_000)
    return [one for one in feed.events if one.what.startswith("webhook.")]


def test_each_event_comes_once_and_an_orders_in_their_order(stage: Stage) -> None:
    async def play(street: Street) -> None:
        orders = await street.place(3)
        for order in orders:
            await street.touch(order, 3)
        await street.deliver()
        got = street.receiver.got
        assert 12 == len(got)
        for order in orders:
            versions = [one.event["data"]["version"] for one in got if one.order == order.id]
            assert [1, 2, 3, 4] == versions
        assert ["delivered"] * 12 == await street.states()
        await street.deliver()
        await street.begin_anew()
        await street.deliver()
        assert 12 == len(street.receiver.got)

    stage(play)


def test_a_new_endpoint_is_sent_what_happens_from_then_on(stage: Stage) -> None:
    async def play(street: Street) -> None:
        await street.place(5)
        street.made = await street.hook()
        await street.deliver()
        assert [] == await street.states()
        await street.place()
        await street.deliver()
        assert ["delivered"] == await street.states()

    stage(play)


def test_types_and_filter_choose(stage: Stage) -> None:
    async def play(street: Street) -> None:
        one, other = await street.place(2)
        await street.touch(other)
        await street.touch(one)
        await street.deliver()
        ((got),) = street.receiver.got
        assert (other.id, "order.changed") == (got.order, got.event["type"])
        assert got.event["data"].keys() == {"order", "version"}

    order = 1_000_000_002
    stage(play, types=("order.changed",), filter=f"id = {order}", body="thin")


def test_test_orders_are_nobodys_news(stage: Stage) -> None:
    async def play(street: Street) -> None:
        await street.store.of(Caller(seller=street.seller, test=True)).place(Order(currency="USD"))
        await street.deliver()
        assert [] == street.receiver.got

    stage(play)


@pytest.mark.parametrize(
    ("response", "why"),
    [
        (answer(500), "answered 500"),
        (answer(404, body=b"who?"), "answered 404"),
        (answer(302, {"location": "/elsewhere"}), "answered 302; redirects are not followed"),
        (answer(308, {"location": "https://other.example/"}), "answered 308; redirects"),
        (None, "no whole answer in 0.5 s"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nslow", "no whole answer in 0.5 s"),
        (b"nonsense\r\n\r\n", "broke off"),
    ],
)
def test_one_that_fails_is_tried_again_and_put_aside_in_the_end(
    stage: Stage, response: bytes | None, why: str
) -> None:
    async def play(street: Street) -> None:
        street.receiver.says = lambda _: response
        began = street.clock()
        await street.place()
        await street.deliver()
        for tried, pause in enumerate(RETRIES, 1):
            (waiting,) = await street.deliveries()
            assert ("waiting", tried) == (waiting.state, waiting.failed)
            assert waiting.due == street.clock() + pause
            assert why in waiting.attempts[-1].reason
            watched = await street.watched()
            assert (began, False) == (watched.progress.failing, watched.progress.marked)
            street.clock.forward(pause - SECOND)
            await street.deliver()
            assert tried == len(street.receiver.got)
            street.clock.forward(SECOND)
            await street.deliver()
            assert tried + 1 == len(street.receiver.got)
        assert ["aside"] == await street.states()
        watched = await street.watched()
        assert (began, True) == (watched.progress.failing, watched.progress.marked)
        assert "" == watched.endpoint.disabled
        ((happening,),) = [await happenings_of(street)]
        assert ("webhook.failing", street.id) == (happening.what, happening.details["webhook"])
        assert why in happening.details["reason"]
        street.clock.forward(timedelta(days=1))
        await street.deliver()
        assert 1 + len(RETRIES) == len(street.receiver.got)
        assert 1 == len({one.headers["webhook-id"] for one in street.receiver.got})
        assert {"/hooks"} == {one.path for one in street.receiver.got}
        street.receiver.says = lambda _: OK
        await street.place()
        await street.deliver()
        assert ["aside", "delivered"] == await street.states()
        watched = await street.watched()
        assert (None, False) == (watched.progress.failing, watched.progress.marked)

    stage(play, types=ORDERS)


def test_one_that_is_down_gets_all_of_it_when_it_is_back(stage: Stage) -> None:
    async def play(street: Street) -> None:
        there = street.made.watched.endpoint
        nowhere = replace(there, url="http://127.0.0.1:1/")
        nowhere = (await street.store.webhooks.change(street.seller, there, nowhere)).endpoint
        (order,) = await street.place()
        await street.touch(order, 2)
        await street.deliver()
        assert ["waiting"] * 3 == await street.states()
        first, *later = await street.deliveries()
        assert "cannot be reached" in first.attempts[-1].reason
        assert [None, None] == [one.due for one in later]
        back = replace(nowhere, url=street.receiver.url)
        await street.store.webhooks.change(street.seller, nowhere, back)
        street.clock.forward(5 * SECOND)
        await street.deliver()
        assert [1, 2, 3] == [one.event["data"]["version"] for one in street.receiver.got]

    stage(play)


def test_an_orders_later_events_wait_and_other_orders_go_on(stage: Stage) -> None:
    async def play(street: Street) -> None:
        stuck, well = await street.place(2)
        street.receiver.says = lambda one: answer(503) if one.order == stuck.id else OK
        await street.touch(stuck)
        well = await street.touch(well)
        await street.deliver()
        await street.touch(well)
        await street.deliver()
        versions = [
            one.event["data"]["version"] for one in street.receiver.got if one.order == well.id
        ]
        assert [1, 2, 3] == versions
        assert 1 == sum(one.order == stuck.id for one in street.receiver.got)
        street.receiver.says = lambda _: OK
        street.clock.forward(5 * SECOND)
        await street.deliver()
        versions = [
            one.event["data"]["version"] for one in street.receiver.got if one.order == stuck.id
        ]
        assert [1, 1, 2] == versions

    stage(play)


def test_what_is_put_aside_holds_nothing_up(stage: Stage) -> None:
    async def play(street: Street) -> None:
        (order,) = await street.place()
        await street.touch(order)
        street.receiver.says = lambda one: answer(500) if one.event["data"]["version"] == 1 else OK
        for pause in (timedelta(), *RETRIES):
            street.clock.forward(pause)
            await street.deliver()
        assert ["aside", "delivered"] == await street.states()

    stage(play, types=ORDERS)


def test_one_that_hangs_holds_up_no_other_order(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane, "SOFT", 0.05)

    async def play(street: Street) -> None:
        street.deliverer = Deliverer(street.store, LOOPBACK, dataclasses.replace(QUICK, whole=30.0))
        hung, well = await street.place(2)
        street.receiver.says = lambda one: None if one.order == hung.id else OK
        async with asyncio.timeout(10):
            while not any(one.order == well.id for one in street.receiver.got):
                await street.deliverer.run_due()
            await street.touch(hung)
            await street.touch(well)
            while sum(one.order == well.id for one in street.receiver.got) < 2:
                await street.deliverer.run_due()
        assert 1 == sum(one.order == hung.id for one in street.receiver.got)
        street.receiver.says = lambda _: OK
        await street.begin_anew()
        await street.deliver()
        assert ["delivered"] * 4 == await street.states()

    stage(play)


def test_others_are_told_how_a_webhook_fares(stage: Stage) -> None:
    async def play(street: Street) -> None:
        watching = await street.hook(
            url=street.receiver.url + "/watch", types=("webhook.failing", "webhook.disabled")
        )
        street.receiver.says = lambda one: OK if one.path == "/hooks/watch" else answer(410)
        await street.place()
        await street.deliver()
        await street.deliver()
        (got,) = [one for one in street.receiver.got if one.path == "/hooks/watch"]
        assert "webhook.disabled" == got.event["type"]
        assert f"/orderglot/v1/webhooks/{street.id}" == got.event["subject"]
        assert street.id != watching.watched.endpoint.id

    stage(play)


def test_410_ends_the_endpoint(stage: Stage) -> None:
    async def play(street: Street) -> None:
        street.receiver.says = lambda _: answer(410)
        (order,) = await street.place()
        await street.touch(order, 2)
        await street.deliver()
        endpoint = (await street.watched()).endpoint
        assert "the receiver answered 410 Gone" == endpoint.disabled
        (happening,) = await happenings_of(street)
        assert ("webhook.disabled", endpoint.url) == (happening.what, happening.details["url"])
        street.clock.forward(timedelta(days=2))
        await street.place()
        await street.deliver()
        assert 1 == len(street.receiver.got)
        with pytest.raises(Conflict, match="enable it first"):
            await street.store.webhooks.trigger(street.seller, street.id, "order.created")
        street.receiver.says = lambda _: OK
        await street.store.webhooks.change(street.seller, endpoint, replace(endpoint, disabled=""))
        await street.deliver()
        assert ["aside", "delivered", "delivered", "delivered"] == await street.states()

    stage(play, types=ORDERS)


@pytest.mark.parametrize(
    ("status", "form"), [(429, "seconds"), (503, "seconds"), (429, "date"), (429, "old date")]
)
def test_retry_after_is_honoured(stage: Stage, status: int, form: str) -> None:
    async def play(street: Street) -> None:
        later = format_datetime(street.clock() + 90 * SECOND, usegmt=True)
        wanted = {"seconds": "90", "date": later, "old date": later.replace("GMT", "-0000")}[form]
        await street.place()
        street.receiver.answers(answer(status, {"Retry-After": wanted}))
        await street.deliver()
        assert street.clock() + 90 * SECOND == (await street.watched()).progress.paused
        await street.place(3)
        street.clock.forward(89 * SECOND)
        await street.deliver()
        assert 1 == len(street.receiver.got)
        street.clock.forward(SECOND)
        await street.deliver()
        assert ["delivered"] * 4 == await street.states()

    stage(play)


@pytest.mark.parametrize("wanted", ["0", "soon", "-5", "9" * 400, "Wed, 99 Foo 2024", "٣"])
def test_a_strange_retry_after_is_no_harm(stage: Stage, wanted: str) -> None:
    async def play(street: Street) -> None:
        await street.place()
        response = answer(429, {"Retry-After": "x"}).replace(b": x", b": " + wanted.encode())
        street.receiver.answers(response)
        await street.deliver()
        (one,) = await street.deliveries()
        assert one.due is not None
        longest = timedelta(hours=24) if wanted.startswith("9") else 5 * SECOND
        assert street.clock() + longest == one.due

    stage(play)


def test_killed_between_sending_and_writing_it_down_it_is_sent_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play(street: Street) -> None:
        (order,) = await street.place()
        await street.touch(order)

        async def killed(*_: object) -> None:
            raise Upstream("The power is off.")

        with monkeypatch.context() as patched:
            patched.setattr(Book, "transact", killed)
            await street.deliverer.run_due()
        assert [1, 2] == [one.event["data"]["version"] for one in street.receiver.got]
        assert [] == await street.states()
        await street.begin_anew()
        await street.deliver()
        assert [1, 2, 1, 2] == [one.event["data"]["version"] for one in street.receiver.got]
        ids = [one.headers["webhook-id"] for one in street.receiver.got]
        assert ids[:2] == ids[2:]
        assert ["delivered"] * 2 == await street.states()

    stage(play)


def test_where_writing_it_down_fails_for_a_while_nothing_is_sent_twice(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play(street: Street) -> None:
        await street.place(3)

        async def off(*_: object) -> None:
            raise Upstream("The database does not answer.")

        with monkeypatch.context() as patched:
            patched.setattr(Book, "transact", off)
            await street.deliverer.run_due()
            await street.deliverer.run_due()
        await street.deliver()
        assert 3 == len(street.receiver.got)
        assert ["delivered"] * 3 == await street.states()

    stage(play)


def test_two_at_once_deliver_at_worst_twice_and_first_in_order(stage: Stage) -> None:
    async def play(street: Street) -> None:
        orders = await street.place(20)
        for order in orders:
            await street.touch(order, 2)
        other = Deliverer(street.store, LOOPBACK, QUICK)
        try:
            await asyncio.gather(street.deliver(), other.settle())
        finally:
            await other.close()
        for order in orders:
            came = [
                one.event["data"]["version"] for one in street.receiver.got if one.order == order.id
            ]
            assert {1, 2, 3} == set(came)
            assert len(came) <= 6
            assert [1, 2, 3] == list(dict.fromkeys(came))
        assert ["delivered"] * 60 == await street.states()
        assert 60 == (await street.watched()).progress.kept

    stage(play)


def test_a_long_backlog_waits_in_the_feed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane, "MOST_WAITING", 10)
    monkeypatch.setattr(lane, "CHUNK", 5)

    async def play(street: Street) -> None:
        street.receiver.says = lambda _: answer(500)
        await street.place(30)
        await street.deliver()
        assert ["waiting"] * 10 == await street.states()
        street.receiver.says = lambda _: OK
        street.clock.forward(5 * SECOND)
        await street.deliver()
        assert ["delivered"] * 30 == await street.states()

    stage(play)


def test_deliveries_are_kept_for_a_bounded_time_and_number(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "KEPT", 20)
    monkeypatch.setattr(keeping, "STRIDE", 5)

    async def play(street: Street) -> None:
        for _ in range(8):
            await street.place(5)
            await street.deliver()
        kept = [one.event for one in await street.deliveries()]
        assert 20 <= len(kept) <= 25
        assert list(range(41 - len(kept), 41)) == kept
        assert len(kept) == (await street.watched()).progress.kept
        street.clock.forward(keeping.KEPT_FOR + SECOND)
        for _ in range(8):
            await street.place(5)
            await street.deliver()
        assert all(40 < one.event for one in await street.deliveries())

    stage(play)


def test_what_was_put_aside_is_sent_again(stage: Stage) -> None:
    async def play(street: Street) -> None:
        street.receiver.says = lambda _: answer(500)
        (order,) = await street.place()
        for pause in (timedelta(), *RETRIES):
            street.clock.forward(pause)
            await street.deliver()
        street.receiver.says = lambda _: OK
        await street.touch(order)
        await street.deliver()
        assert ["aside", "delivered"] == await street.states()
        webhooks = street.store.webhooks
        since = datetime(2024, 5, 1, tzinfo=UTC)
        arguments = (street.seller, street.id, since)
        assert 1 == await webhooks.resend_since(*arguments, everything=False)
        await street.deliver()
        assert ["delivered"] * 2 == await street.states()
        assert 2 == await webhooks.resend_since(*arguments, everything=True)
        assert 0 == await webhooks.resend_since(*arguments, everything=True)
        await street.deliver()
        (first, _) = await street.deliveries()
        await webhooks.resend(street.seller, street.id, first.id)
        await street.deliver()
        again = [one.number for one in street.receiver.got]
        assert first.event == again[-1]
        assert ["delivered"] * 2 == await street.states()
        assert 2 == (await street.watched()).progress.kept

    stage(play, types=ORDERS)


def test_one_that_is_sent_again_and_fails_holds_nothing_up(stage: Stage) -> None:
    async def play(street: Street) -> None:
        (order,) = await street.place()
        await street.deliver()
        (first,) = await street.deliveries()
        await street.store.webhooks.resend(street.seller, street.id, first.id)
        street.receiver.says = lambda one: answer(500) if one.number == first.event else OK
        await street.deliver()
        await street.touch(order)
        await street.deliver()
        assert ["waiting", "delivered"] == await street.states()

    stage(play)


@pytest.mark.parametrize("rest", ["", "?a=b", "/", "/a%20b/?c=d%26e", "/x?y"])
def test_the_url_is_asked_as_it_stands(stage: Stage, rest: str) -> None:
    async def play(street: Street) -> None:
        street.made = await street.hook(url=street.receiver.url.removesuffix("/hooks") + rest)
        await street.place()
        await street.deliver()
        paths = {one.path for one in street.receiver.got}
        assert {"/hooks", rest if rest.startswith("/") else f"/{rest}"} == paths

    stage(play)


def test_a_fault_of_our_own_is_a_failure_as_any_other(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    async def play(street: Street) -> None:
        await street.place()
        with monkeypatch.context() as patched:
            patched.setattr(Line, "post", broken)
            await street.deliver()
        (one,) = await street.deliveries()
        assert "ZeroDivisionError" in one.attempts[-1].reason
        street.clock.forward(5 * SECOND)
        await street.deliver()
        assert ["delivered"] == await street.states()

    stage(play)


def test_what_waits_keeps_its_place_when_it_is_sent_again(stage: Stage) -> None:
    async def play(street: Street) -> None:
        street.receiver.says = lambda _: answer(500)
        (order,) = await street.place()
        await street.touch(order, 2)
        await street.deliver()
        street.receiver.says = lambda _: OK
        for one in (await street.deliveries())[::-1]:
            await street.store.webhooks.resend(street.seller, street.id, one.id)
        await street.deliver()
        versions = [one.event["data"]["version"] for one in street.receiver.got]
        assert [1, 1, 2, 3] == versions

    stage(play)


def test_a_removed_endpoint_leaves_nothing(stage: Stage) -> None:
    async def play(street: Street) -> None:
        await street.place(3)
        street.receiver.answers(answer(500))
        await street.deliver()
        await street.store.webhooks.remove(street.seller, (await street.watched()).endpoint)
        await street.place()
        street.clock.forward(timedelta(days=1))
        await street.deliver()
        assert 3 == len(street.receiver.got)
        for kind in (
            "",
            "-signing",
            "-progress",
            f"-waiting/{street.id}",
            f"-delivery/{street.id}",
        ):
            assert () == await street.book.notes(f"webhook{kind}")

    stage(play)


def test_endpoints_of_several_sellers_do_not_mix(stage: Stage) -> None:
    async def play(street: Street) -> None:
        other = await street.store.add_seller("other")
        made = await street.store.webhooks.add(other.id, Endpoint(url=street.receiver.url + "/b"))
        await street.place()
        await street.deliver()
        assert ["/hooks"] == [one.path for one in street.receiver.got]
        found = await street.store.webhooks.deliveries(other.id, made.watched.endpoint.id, "", 9)
        assert () == found

    stage(play)


def test_what_was_sent_and_answered_is_kept_in_bounds(stage: Stage) -> None:
    async def play(street: Street) -> None:
        response = answer(200, {"set-cookie": "a=b", "x-long": "y" * 900}, b"z" * 9_000)
        street.receiver.answers(response)
        await street.place()
        await street.deliver()
        ((attempt,),) = [one.attempts for one in await street.deliveries()]
        assert "z" * 2_048 == attempt.answer
        assert "***" == attempt.answer_headers["set-cookie"]
        assert 200 == len(attempt.answer_headers["x-long"])
        assert "***" == attempt.headers["webhook-signature"]
        assert 200 == attempt.status

    stage(play)


def test_an_answer_without_an_end_is_not_read_to_its_end(stage: Stage) -> None:
    async def play(street: Street) -> None:
        endless = b"HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n" + b"z" * 200_000
        street.receiver.answers(endless)
        await street.place()
        await street.deliver()
        assert ["delivered"] == await street.states()

    stage(play)
