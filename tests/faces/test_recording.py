"""What a face gives to whoever records exchanges: all of them, with what came to light of each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx2
import msgspec
import pytest

from orderglot.core.caller import Caller
from orderglot.core.errors import Conflict, Upstream
from orderglot.core.order import HUB, Order, Reference
from orderglot.faces.asgi import Asgi
from orderglot.faces.client import Client
from orderglot.faces.exchange_ids import ExchangeIds
from orderglot.faces.http import HttpTransport, Timeouts
from orderglot.faces.pages import Receive, Scope, Send
from orderglot.faces.recording import Observed
from orderglot.wire.dialect import Dialect
from orderglot.wire.exchange import Exchange
from orderglot.wire.message import Request
from orderglot.wire.operation import Context
from tests.faces.sites import NEW, Site, site
from tests.faces.test_asgi import called, scope
from tests.faces.tiny import CREATE_ORDER, DIALECT

CREATE = {
    "method": "POST",
    "path": "/tiny/orders",
    "raw_path": b"/tiny/orders",
}


def recorded(*asks: dict[str, Any], dialect: Dialect = DIALECT, **more: Any) -> list[Exchange]:
    """Give what is recorded of requests with a key, each a scope and perhaps a body."""
    found: list[Exchange] = []

    async def ask() -> None:
        at = await site(dialect)
        asgi = Asgi([at.server], record=found.append, **more)
        for one in asks:
            await called(asgi, proven(at, one), {"type": "http.request", "body": one["body"]})

    asyncio.run(ask())
    return found


def proven(at: Site, ask: dict[str, Any]) -> Scope:
    headers = [(b"host", b"orders.example")]
    if ask.get("key", True):
        headers += [(f"x-{name}".encode(), value.encode()) for name, value in at.proof.items()]
    if ask["body"]:
        headers.append((b"content-length", b"%d" % len(ask["body"])))
    changes = {name: value for name, value in ask.items() if name not in ("body", "key")}
    return scope(headers=headers, client=("192.0.2.7", 4711), **changes)


def test_an_exchange_is_recorded_with_whose_it_is_and_what_it_touched() -> None:
    made, refused = recorded({**CREATE, "body": NEW.body}, {**CREATE, "body": b"{"})

    assert made.response is not None
    assert ("in", 201, NEW.body, "192.0.2.7") == (
        made.direction,
        made.response.status,
        made.request.body,
        made.request.peer,
    )
    trace = made.trace
    assert ("tiny", "createOrder") == (trace.dialect, trace.operation)
    assert trace.caller is not None
    assert trace.caller.name.startswith("tiny:")
    assert [msgspec.json.decode(made.response.body)["id"]] == [str(id) for id in trace.orders]
    assert 0 < made.took < 60
    assert refused.response is not None
    assert (400, True, ()) == (
        refused.response.status,
        bool(refused.trace.reason),
        refused.trace.orders,
    )


def test_what_nobody_knows_is_recorded_as_nobodys() -> None:
    stranger, lost = recorded(
        {**CREATE, "body": NEW.body, "key": False},
        {"path": "/nothing/at/all", "raw_path": b"/nothing/at/all", "body": b""},
    )

    assert (None, "createOrder") == (stranger.trace.caller, stranger.trace.operation)
    assert (None, "", True) == (lost.trace.caller, lost.trace.operation, bool(lost.trace.reason))


def test_what_is_refused_before_it_is_whole_is_recorded() -> None:
    (large,) = recorded({**CREATE, "body": b"x" * (DIALECT.max_body + 1)})

    assert large.response is not None
    assert (400, b"", True) == (
        large.response.status,
        large.request.body,
        bool(large.trace.reason),
    )


def test_a_refused_change_names_the_order_that_it_was_about() -> None:
    ids: list[int] = []

    async def late(context: Context, order: Order) -> Order:
        placed = await context.book.place(order)
        ids.append((await context.book.get(Reference(HUB, str(placed.id)))).id)
        raise Conflict("Too late.")

    create = replace(CREATE_ORDER, perform=late)
    (refused,) = recorded(
        {**CREATE, "body": NEW.body}, dialect=replace(DIALECT, operations=(create,))
    )

    assert (tuple(ids), "Too late.") == (refused.trace.orders, refused.trace.reason)


def test_the_hubs_own_pages_are_not_recorded() -> None:
    async def page(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"well"})

    asked = {"path": "/healthz", "raw_path": b"/healthz", "body": b""}

    assert [] == recorded(asked, pages={"/healthz": page})


def test_ids_of_exchanges_are_one_after_the_other_and_never_alike() -> None:
    one, other = ExchangeIds(), ExchangeIds()
    given = [one() for _ in range(10_000)]

    assert given == sorted(given)
    assert 20_000 == len({*given, *(other() for _ in range(10_000))})


def streamed(status: int, body: bytes) -> httpx2.Response:
    """Give an answer of which the body comes behind the headers."""

    async def pieces() -> AsyncIterator[bytes]:
        yield body

    return httpx2.Response(status, content=pieces())


def observing(*answered: int) -> list[Exchange]:
    """Give what is recorded of one get to a vendor who answers so, attempt by attempt; 0 breaks off."""
    found: list[Exchange] = []
    statuses = list(answered)

    def answer(_request: httpx2.Request) -> httpx2.Response:
        status = statuses.pop(0)
        if not status:
            raise httpx2.ReadError("gone")
        body = {"id": "7", "po": "", "notes": ""}
        refusal = {"error": "Upstream", "message": "Busy.", "problems": []}
        return streamed(status, msgspec.json.encode(body if status < 400 else refusal))

    async def ask() -> None:
        observed = Observed(DIALECT, "tiny@there", Caller(seller=1), found.append)
        line = HttpTransport("http://there.example", Timeouts(pause=0.001), observe=observed)
        line.client = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
        async with line:
            client = Client(DIALECT, line, {"id": "a", "key": "secret"})
            response = await client.ask(Request(method="GET", path="/tiny/orders/7"))
            assert found[-1].request.id == response.exchange == observed.exchange()

    asyncio.run(ask())
    return found


def test_each_attempt_at_a_vendor_is_an_exchange() -> None:
    busy, broken, good = observing(503, 0, 200)

    assert [503, None, 200] == [
        one.response and one.response.status for one in (busy, broken, good)
    ]
    assert ["Busy.", "", True] == [
        busy.trace.reason,
        good.trace.reason,
        "gone" in broken.trace.reason,
    ]
    assert {("out", "tiny", "getOrder", "tiny@there")} == {
        (one.direction, one.trace.dialect, one.trace.operation, one.trace.key)
        for one in (busy, broken, good)
    }
    assert {"http://there.example"} == {one.request.base for one in (busy, broken, good)}
    assert 3 == len({one.request.id for one in (busy, broken, good)})


def test_what_was_cut_off_is_recorded_as_that() -> None:
    found: list[Exchange] = []

    async def never(_request: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(60)
        raise AssertionError

    async def ask() -> None:
        observed = Observed(DIALECT, "tiny@there", Caller(seller=1), found.append)
        line = HttpTransport("http://there.example", observe=observed)
        line.client = httpx2.AsyncClient(transport=httpx2.MockTransport(never))
        async with line:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await line(Request(method="GET", path="/tiny/orders/7"))

    asyncio.run(ask())
    (cut,) = found
    assert (None, "It was cut off here before an answer came.") == (cut.response, cut.trace.reason)


def test_an_answer_that_nobody_can_read_is_recorded_all_the_same() -> None:
    found: list[Exchange] = []

    async def ask() -> None:
        observed = Observed(DIALECT, "tiny@there", Caller(seller=1), found.append)
        line = HttpTransport("http://there.example", Timeouts(attempts=1), observe=observed)
        vendor = httpx2.MockTransport(lambda _: streamed(500, b"<html>"))
        line.client = httpx2.AsyncClient(transport=vendor)
        async with line:
            try:
                await line(Request(method="GET", path="/no/such/path"))
            except Upstream:
                pytest.fail("the transport itself reads nothing")

    asyncio.run(ask())
    (odd,) = found
    assert odd.response is not None
    assert (500, b"<html>", "", "") == (
        odd.response.status,
        odd.response.body,
        odd.trace.operation,
        odd.trace.reason,
    )
