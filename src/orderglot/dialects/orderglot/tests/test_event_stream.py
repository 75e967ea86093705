"""The feed of our own API as server-sent events: what is sent, where it goes on, and what ends it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from orderglot.core.caller import Caller
from orderglot.core.errors import Gone, Upstream
from orderglot.core.order import Order
from orderglot.dialects.orderglot import DIALECT
from orderglot.faces import streams
from orderglot.faces.streams import Streams
from orderglot.wire.message import Request, Response
from tests.credentials import issued

EVENTS = "/orderglot/v1/events"
SELLER = "og_" + "3".zfill(64)
CUSTOMER = "og_" + "1".zfill(64)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "LOOKS", 0.001)


def asked(api: Any, *, key: str = SELLER, query: str = "", **headers: str) -> Awaitable[Response]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"accept": "text/event-stream", "authorization": f"Bearer {key}", **named}
    response: Awaitable[Response] = api.server(
        Request(method="GET", path=EVENTS, query=query, headers=sent)
    )
    return response


def pieces(response: Response) -> AsyncIterator[bytes]:
    assert (200, "text/event-stream") == (response.status, response.headers["content-type"])
    assert response.stream is not None
    return response.stream.pieces


async def until(stream: AsyncIterator[bytes], enough: Callable[[bytes], bool]) -> bytes:
    """Read a stream until something was sent."""
    found = b""
    async with asyncio.timeout(30):
        async for piece in stream:
            found += piece
            if enough(found):
                break
    return found


def events(sent: bytes) -> list[dict[str, str]]:
    """Read what has data, as a browser does."""
    written = [block.splitlines() for block in sent.decode().split("\n\n")]
    blocks = [dict(line.split(": ", 1) for line in lines) for lines in written]
    return [one for one in blocks if "data" in one]


def streaming(api: Any, work: Callable[[], Awaitable[Any]], **limits: int) -> Any:
    async def run() -> Any:
        api.server.streams = Streams(**limits)
        async with asyncio.timeout(60):
            return await work()

    return asyncio.run(run())


def test_a_stream_has_the_events_of_the_feed_and_then_those_that_come(api: Any) -> None:
    before = api.read(EVENTS, limit=100)["items"]
    assert len(before) > 3

    async def work() -> list[dict[str, str]]:
        stream = pieces(await asked(api, query="limit=2"))
        sent = await until(stream, lambda found: len(events(found)) == len(before))
        await api.book.place(Order())
        return events(sent + await until(stream, lambda found: b"data" in found))

    sent = streaming(api, work)
    after = api.read(EVENTS, limit=100)["items"]

    assert after == [json.loads(one["data"]) for one in sent]
    assert [one["id"] for one in after] == [one["id"] for one in sent]
    assert [one["type"] for one in after] == [one["event"] for one in sent]
    assert len(before) + 1 == len(sent)


def test_a_reader_goes_on_behind_the_event_that_it_had_last_whatever_its_address_says(
    api: Any,
) -> None:
    every = [one["id"] for one in api.read(EVENTS, limit=100)["items"]]

    async def work() -> bytes:
        response = await asked(api, query="after=0", last_event_id=every[-2])
        return await until(pieces(response), lambda found: b"data" in found)

    assert [every[-1]] == [one["id"] for one in events(streaming(api, work))]


def test_what_is_not_told_moves_the_reader_on(api: Any) -> None:
    last = api.read(EVENTS, limit=100)["next"]

    async def work() -> bytes:
        response = await asked(api, query="types=order.created")
        stream = pieces(response)
        sent = await until(stream, lambda found: b"data" in found)
        for _ in range(2):
            await api.book.place(Order())
        return sent + await until(stream, lambda found: len(events(found)) == 2)

    sent = streaming(api, work)
    assert {"order.created"} == {one["event"] for one in events(sent)}
    assert str(int(last) + 2) == sent.rsplit(b"id: ", 1)[1].split()[0].decode()


def test_a_customer_is_told_of_the_own_orders_alone(api: Any) -> None:
    own = api.read(EVENTS, key=CUSTOMER, limit=100)["items"]

    async def work() -> bytes:
        stream = pieces(await asked(api, key=CUSTOMER))
        return await until(stream, lambda found: len(events(found)) == len(own))

    assert own == [json.loads(one["data"]) for one in events(streaming(api, work))]


@pytest.mark.parametrize(
    ("query", "headers", "status", "word"),
    [
        ("after=999", {}, 400, "number 999"),
        ("types=order.lost", {}, 400, "order.lost"),
        ("", {"last_event_id": "one"}, 400, "Last-Event-ID"),
        ("", {"last_event_id": "999"}, 400, "number 999"),
        ("", {"authorization": "Bearer og_x"}, 401, "API key"),
    ],
)
def test_what_cannot_be_followed_is_refused_before_anything_is_sent(
    api: Any, query: str, headers: dict[str, str], status: int, word: str
) -> None:
    response = streaming(api, lambda: asked(api, query=query, **headers))

    assert (status, None) == (response.status, response.stream)
    assert word in response.body.decode()


def test_who_takes_anything_gets_a_page(api: Any) -> None:
    for accept in ("*/*", "application/json, text/event-stream", "text/*;q=0.1, application/json"):
        response = streaming(api, partial(asked, api, accept=accept))
        assert (None, "application/json") == (response.stream, response.headers["content-type"])


@pytest.mark.parametrize("limits", [{"most": 1}, {"most_of_a_key": 1}])
def test_there_are_so_many_streams_and_a_place_that_is_given_back_is_taken_again(
    api: Any, limits: dict[str, int]
) -> None:
    async def work() -> list[int]:
        first = await asked(api)
        second = await asked(api)
        assert b"1 streams" in second.body
        assert "5" == second.headers["retry-after"]
        assert first.stream is not None
        first.stream.close()
        first.stream.close()
        third = await asked(api)
        fourth = await asked(api)
        return [one.status for one in (first, second, third, fourth)]

    assert [200, 429, 200, 429] == streaming(api, work, **limits)


def test_another_key_has_places_of_its_own(api: Any) -> None:
    async def work() -> list[int]:
        return [(await asked(api, key=key)).status for key in (SELLER, CUSTOMER, SELLER)]

    assert [200, 200, 429] == streaming(api, work, most_of_a_key=1)


@pytest.mark.parametrize("what", ["end_key", "roll_key"])
def test_a_stream_ends_with_its_key_and_tells_nothing_more(api: Any, what: str) -> None:
    async def work() -> tuple[bytes, list[int]]:
        who = Caller(seller=api.seller)
        key = (await issued(api.store, DIALECT, who))["api_key"]
        stream = pieces(await asked(api, key=key))
        await until(stream, lambda found: b"data" in found)
        id = (await api.store.keyring.admit(DIALECT.name, key)).id
        if what == "end_key":
            await api.store.keyring.end_key(api.seller, DIALECT.name, id)
        else:
            spell = DIALECT.auth.make_secret
            await api.store.keyring.roll_key(api.seller, DIALECT.name, id, spell, timedelta())
        await api.book.place(Order())
        rest = [piece async for piece in stream]
        return b"".join(rest), [(await asked(api, key=key)).status]

    rest, statuses = streaming(api, work)
    assert [] == events(rest)
    assert b"not good" in rest
    assert [401] == statuses


def test_a_book_that_does_not_answer_for_a_while_ends_no_stream(
    api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> bytes:
        stream = pieces(await asked(api))
        await until(stream, lambda found: b"data" in found)
        backend, failed = api.store._backend, list[str]()
        feed = type(backend).feed

        async def failing(self: Any, *words: Any) -> Any:
            if len(failed) < 3:
                failed.append("once")
                raise Upstream("Away.", retry_after=0)
            return await feed(self, *words)

        monkeypatch.setattr(type(backend), "feed", failing)
        await api.book.place(Order())
        sent = await until(stream, lambda found: b"data" in found)
        assert 3 == len(failed)
        return sent

    assert ["order.created"] == [one["event"] for one in events(streaming(api, work))]


def test_a_stream_with_nothing_to_tell_shows_that_it_is_there(
    api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "STILL", 0.0)
    last = api.read(EVENTS, limit=100)["next"]

    async def work() -> bytes:
        stream = pieces(await asked(api, query=f"after={last}"))
        return await until(stream, lambda found: found.count(b"still here") == 2)

    assert f": still here\nid: {last}\n\n".encode() in streaming(api, work)


def test_all_streams_end_when_they_are_to(api: Any) -> None:
    async def work() -> bytes:
        stream = pieces(await asked(api))
        await until(stream, lambda found: b"data" in found)
        api.server.streams.end()
        return b"".join([piece async for piece in stream])

    assert b"" == streaming(api, work)


def test_who_comes_behind_what_is_gone_is_told_where_to_begin(api: Any) -> None:
    floor = api.run(api.store.thin(api.seller, api.store.now() + timedelta(days=1)))
    api.run(api.book.place(Order()))
    rest = api.read(EVENTS)["items"]
    assert ["order.created"] == [one["type"] for one in rest]

    for response in (
        api.ask("GET", f"{EVENTS}?after={floor - 1}"),
        api.ask("GET", f"{EVENTS}?after=0"),
        streaming(api, lambda: asked(api, query="after=0")),
        streaming(api, lambda: asked(api, last_event_id=str(floor - 1))),
    ):
        refusal = json.loads(response.body)
        assert (410, 410) == (response.status, refusal["status"])
        assert "application/problem+json" == response.headers["content-type"]
        assert str(floor) == refusal["next"]
    assert rest == api.read(EVENTS, after=floor)["items"]


def test_a_client_learns_where_to_begin(api: Any) -> None:
    later = api.store.now() + timedelta(days=1)
    gone = api.run(api.store.thin(api.seller, later))
    error = DIALECT.faults.read(api.ask("GET", f"{EVENTS}?after=0"))

    assert isinstance(error, Gone)
    assert str(gone) == error.onward


def test_a_reader_that_is_overtaken_by_thinning_is_told_so(api: Any) -> None:
    async def work() -> bytes:
        stream = pieces(await asked(api, query="limit=1"))
        await until(stream, lambda found: b"data" in found)
        await api.store.thin(api.seller, api.store.now() + timedelta(days=1))
        return b"".join([piece async for piece in stream])

    sent = streaming(api, work)
    assert len(events(sent)) < 2
    assert b": The events up to number" in sent
