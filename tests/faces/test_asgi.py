"""The application called as ASGI has it: what stands in its answers, and what it makes of a scope."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, MutableMapping
from dataclasses import replace
from typing import Any

import pytest

from orderglot.core.caller import OPEN
from orderglot.faces.asgi import Asgi
from orderglot.faces.pages import Receive, Scope, Send
from orderglot.faces.server import Server
from orderglot.wire import json
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Request, Response
from orderglot.wire.operation import Endpoint
from tests.faces.sites import site
from tests.faces.tiny import DIALECT, FAULTS, HELLO, answer, rewritten

HOST = (b"host", b"orders.example")


def echoing(ask: Callable[[Request], str], **dialect: Any) -> Dialect:
    """Give tiny with a hello that says something of the request."""
    hello = rewritten(
        HELLO,
        read=lambda request, caller: ask(request),
        write=lambda fields, request: answer(ask(request)),
    )
    return replace(DIALECT, operations=(hello,), **dialect)


def scope(**changes: Any) -> Scope:
    plain: Scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/tiny/hello",
        "raw_path": b"/tiny/hello",
        "query_string": b"",
        "headers": [HOST],
        "server": ("127.0.0.1", 8400),
    }
    return {**plain, **changes}


Message = MutableMapping[str, Any]


async def called(asgi: Asgi, scope: Scope, *messages: Message) -> list[Message]:
    coming, messages_of = list(messages) or [{"type": "http.request"}], []

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        messages_of.append(message)

    await asgi(scope, receive, send)
    return messages_of


def messages_of(dialect: Dialect, scope: Scope, *messages: Message, **asgi: Any) -> list[Message]:
    async def call() -> list[Message]:
        return await called(Asgi([(await site(dialect)).server], **asgi), scope, *messages)

    return asyncio.run(call())


@pytest.mark.parametrize(
    ("path", "status"),
    [("/tiny/hello", 200), ("/tiny/hello/", 404), ("/tiny/orders/7", 401), ("/tiny//orders", 404)],
)
def test_a_slash_at_the_end_counts_unless_the_dialect_says_otherwise(
    path: str, status: int
) -> None:
    start, _ = messages_of(DIALECT, scope(path=path, raw_path=path.encode()))

    assert status == start["status"]


def test_a_path_that_leads_nowhere_is_refused_as_the_nearest_dialect_does() -> None:
    start, body = messages_of(DIALECT, scope(raw_path=b"/tiny/lost", query_string=b"x=1"))

    assert (404, "NotFound") == (start["status"], json.read(body["body"])["error"])


def test_a_method_that_is_not_offered_is_refused() -> None:
    assert 405 == messages_of(DIALECT, scope(method="PATCH"))[0]["status"]


def test_what_nobody_foresaw_is_told_without_its_trace_and_logged_with_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    burst = next(one for one in DIALECT.operations if one.name == "burst")
    opened = replace(burst, endpoint=replace(burst.endpoint, right=OPEN))
    fragile = replace(DIALECT, operations=(opened,))

    start, body_of = messages_of(fragile, scope(path="/tiny/burst", raw_path=b"/tiny/burst"))

    body = body_of["body"]
    assert (503, "Upstream") == (start["status"], json.read(body)["error"])
    assert not [word for word in (b"ZeroDivisionError", b"foresaw", b"Traceback") if word in body]
    (entry,) = caplog.records
    fields = vars(entry)
    assert ("ERROR", "tiny", "burst") == (
        fields["levelname"],
        fields["dialect"],
        fields["operation"],
    )
    assert entry.exc_info


def test_a_refusal_closes_the_connection_and_the_rest_is_let_by() -> None:
    sent = [{"type": "http.request", "body": b"x", "more_body": True}] * 3
    large = scope(method="POST", headers=[HOST, (b"content-length", b"5000")])

    start, _ = messages_of(DIALECT, large, *sent, {"type": "http.disconnect"})

    assert (b"connection", b"close") in start["headers"]


def test_no_word_of_the_connection_is_said_where_requests_share_one() -> None:
    large = scope(method="POST", http_version="2", headers=[HOST, (b"content-length", b"5000")])

    start, _ = messages_of(DIALECT, large, {"type": "http.disconnect"})

    assert (400, False) == (start["status"], b"connection" in dict(start["headers"]))


def test_in_http_2_a_body_needs_no_length() -> None:
    echo = echoing(lambda request: request.body.decode())
    message = {"type": "http.request", "body": b"hi"}

    _, body = messages_of(echo, scope(http_version="2"), message)

    assert b'"hi"' == body["body"]


def test_repeated_headers_are_joined() -> None:
    accept = echoing(lambda request: request.headers["accept"])

    _, body = messages_of(accept, scope(headers=[HOST, (b"accept", b"a"), (b"accept", b"b")]))

    assert b'"a, b"' == body["body"]


def test_an_answer_without_a_body_has_no_length() -> None:
    hello = rewritten(HELLO, write=lambda fields, request: Response(status=204))

    start, body = messages_of(replace(DIALECT, operations=(hello,)), scope())

    assert (204, []) == (start["status"], start["headers"])
    assert b"" == body["body"]


def test_a_client_that_has_gone_is_told_that_its_request_is_not_whole() -> None:
    length = {"headers": [HOST, (b"content-length", b"14")]}
    start, _ = messages_of(
        DIALECT,
        scope(method="POST", path="/tiny/orders", raw_path=b"/tiny/orders", **length),
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
        {"type": "http.disconnect"},
    )

    assert 400 == start["status"]


def test_without_a_raw_path_the_plain_one_counts() -> None:
    start, _ = messages_of(DIALECT, scope(raw_path=None))

    assert 200 == start["status"]


def test_where_there_is_no_dialect_there_is_nothing() -> None:
    start, body = asyncio.run(called(Asgi([]), scope()))

    assert 404 == start["status"]
    assert b"nothing here" in body["body"]


PAGE_HEADERS = [(b"X-A", b"b"), (b"Content-Length", b"14")]


async def page(scope: Scope, receive: Receive, send: Send) -> None:
    message = await receive()
    text = b"%s %s" % (scope["path"].encode(), message["body"])
    await send({"type": "http.response.start", "status": 203, "headers": PAGE_HEADERS})
    await send({"type": "http.response.body", "body": text[:3], "more_body": True})
    await send({"type": "http.response.body", "body": text[3:]})


def test_an_ordinary_page_goes_before_the_dialects() -> None:
    start, body = messages_of(
        DIALECT,
        scope(headers=[HOST, (b"content-length", b"2")]),
        {"body": b"hi", "type": ""},
        pages={"/tiny/hello": page},
    )

    assert (203, b"/tiny/hello hi") == (start["status"], body["body"])
    assert [(b"x-a", b"b"), (b"content-length", b"14")] == start["headers"]


def test_a_page_that_fails_shows_no_trace(caplog: pytest.LogCaptureFixture) -> None:
    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("never shown")

    start, body = messages_of(DIALECT, scope(), pages={"/tiny/hello": failing})

    assert (500, ["unforeseen"]) == (start["status"], caplog.messages)
    assert b"never shown" not in body["body"]


def test_a_page_stands_for_all_below_it_where_no_face_has_anything() -> None:
    def asked(path: str) -> Any:
        pages = {"/about/": page, "/tiny/": page}
        return messages_of(DIALECT, scope(path=path, raw_path=path.encode()), pages=pages)[0][
            "status"
        ]

    assert 203 == asked("/about/us")
    assert 404 == asked("/about")
    assert 200 == asked("/tiny/hello")


def test_the_end_of_the_program_lets_go_of_things() -> None:
    ended = []

    async def ending() -> None:
        ended.append(True)

    messages = [{"type": f"lifespan.{name}"} for name in ("startup", "shutdown")]
    answers = messages_of(DIALECT, {"type": "lifespan"}, *messages, ending=ending)

    assert ["lifespan.startup.complete", "lifespan.shutdown.complete"] == [
        message["type"] for message in answers
    ]
    assert [True] == ended


OTHER_FAULTS = replace(FAULTS, write=lambda error, request: answer(type(error).__name__, 418))
"""The same, but for a status that tells it apart."""


@pytest.mark.parametrize(("path", "status"), [("/tiny/x", 404), ("/other/x", 418)])
def test_each_dialect_says_no_in_its_own_way(path: str, status: int) -> None:
    other = replace(HELLO, name="other", endpoint=Endpoint("GET", ("/other/hello",), OPEN))
    both = (DIALECT, replace(DIALECT, name="other", operations=(other,), faults=OTHER_FAULTS))

    async def call() -> list[Message]:
        store = (await site()).store
        asgi = Asgi(Server(dialect, store) for dialect in both)
        return await called(asgi, scope(path=path, raw_path=path.encode()))

    start, _ = asyncio.run(call())
    assert status == start["status"]


def test_each_request_has_an_id_of_its_own() -> None:
    named = echoing(lambda request: request.id)

    ids = {messages_of(named, scope())[1]["body"] for _ in range(3)}

    assert 3 == len(ids)
    assert {26} == set(map(len, ids))


def test_the_line_of_a_request_has_its_id(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "orderglot.access")
    named = echoing(lambda request: request.id)
    _, body_of = messages_of(named, scope(), logs=True)
    messages_of(named, scope(method="CONNECT"), logs=True)

    hello, refused = (vars(one) for one in caplog.records)
    assert (200, body_of["body"].decode().strip('"')) == (hello["status"], hello["exchange"])
    assert (400, 24) == (refused["status"], len(refused["exchange"]))
