"""The line in: over a real socket, and called as ASGI has it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
import uvicorn

from orderglot.faces.asgi import Asgi
from orderglot.faces.pages import Receive, Scope, Tell
from orderglot.faces.server import Server
from orderglot.wire import json
from orderglot.wire.dialect import OPEN, Dialect, Endpoint
from orderglot.wire.message import Request, Response
from tests.faces.sites import Site, site
from tests.faces.tiny import DIALECT, FAULTS, HELLO, answer, rewritten

MOST = DIALECT.max_body


class Line:
    """A listening address, and raw flows with it."""

    def __init__(self, at: Site, address: tuple[str, int]) -> None:
        self.at = at
        self.address = address

    async def opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(*self.address)

    async def ask(self, method: str, path: str, *headers: str, body: bytes = b"") -> Heard:
        """Send one request and read until the other side hangs up."""
        reader, writer = await self.opened()
        writer.write(self.head(method, path, *headers) + body)
        heard = read_response(await reader.read())
        writer.close()
        return heard

    def head(self, method: str, path: str, *headers: str) -> bytes:
        proof = [f"X-{name.title()}: {value}" for name, value in self.at.proof.items()]
        lines = [f"{method} {path} HTTP/1.1", "Host: orders.example:8400", "Connection: close"]
        return "\r\n".join([*lines, *proof, *headers, "", ""]).encode("latin-1")


class Heard:
    """What came back over the line."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body


def read_response(heard: bytes) -> Heard:
    head, _, body = heard.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return Heard(int(first.split()[1]), headers, body)


@asynccontextmanager
async def served(dialect: Dialect = DIALECT) -> AsyncIterator[Line]:
    at = await site(dialect)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(Asgi([at.server]), log_config=None, lifespan="on")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield Line(at, listening.getsockname())
        finally:
            server.should_exit = True
            await serving


Conversation = Callable[[Line], Awaitable[Any]]


def over_the_line(flow: Conversation, dialect: Dialect = DIALECT) -> Any:
    async def run() -> Any:
        async with served(dialect) as line:
            return await flow(line)

    return asyncio.run(run())


def asked(method: str, path: str, *headers: str, body: bytes = b"", **dialect: Any) -> Heard:
    heard = over_the_line(
        lambda line: line.ask(method, path, *headers, body=body), replace(DIALECT, **dialect)
    )
    assert isinstance(heard, Heard)
    return heard


def test_a_request_is_answered_over_a_socket() -> None:
    heard = asked("POST", "/tiny/orders", "Content-Length: 14", body=b'{"po": "PO-7"}')

    assert 201 == heard.status
    assert "application/json" == heard.headers["content-type"]
    assert str(len(heard.body)) == heard.headers["content-length"]
    assert "PO-7" == json.read(heard.body)["po"]


@pytest.mark.parametrize("name", ["X-Correlation-Id", "x-correlation-id", "X-CORRELATION-ID"])
def test_a_header_is_heard_in_every_spelling(name: str) -> None:
    async def twice(line: Line) -> list[bytes]:
        sent = (f"{name}: demo-1", "Content-Length: 14")
        return [
            (await line.ask("POST", "/tiny/orders", *sent, body=b'{"po": "PO-7"}')).body
            for _ in range(2)
        ]

    first, second = over_the_line(twice)
    assert first == second


def test_head_is_get_without_the_body() -> None:
    got, headed = (asked(method, "/tiny/hello") for method in ("GET", "HEAD"))

    assert 200 == headed.status
    assert b"" == headed.body
    assert got.headers["content-length"] == headed.headers["content-length"]


@pytest.mark.parametrize(
    ("path", "status"),
    [("/tiny/hello", 200), ("/tiny/hello/", 404), ("/tiny/orders/7", 404), ("/tiny//orders", 404)],
)
def test_a_slash_at_the_end_counts_unless_the_dialect_says_otherwise(
    path: str, status: int
) -> None:
    assert status == asked("GET", path).status


def test_a_path_that_leads_nowhere_is_refused_as_the_nearest_dialect_does() -> None:
    heard = asked("GET", "/tiny/lost?x=1")

    assert 404 == heard.status
    assert "NotFound" == json.read(heard.body)["error"]


def test_a_method_that_is_not_offered_is_refused() -> None:
    assert 405 == asked("PATCH", "/tiny/hello").status


def test_a_body_that_is_too_large_is_refused_before_it_is_sent() -> None:
    heard = asked("POST", "/tiny/orders", f"Content-Length: {MOST + 1}")

    assert 400 == heard.status
    assert f"{MOST} bytes" in json.read(heard.body)["message"]


def test_a_body_without_a_length_is_refused_as_soon_as_it_is_too_large() -> None:
    async def flood(line: Line) -> Heard:
        reader, writer = await line.opened()
        writer.write(line.head("POST", "/tiny/orders", "Transfer-Encoding: chunked"))
        chunk = b"x" * MOST
        writer.write(b"%x\r\n%s\r\n" % (MOST, chunk) * 2)
        heard = read_response(await reader.readuntil(b"}"))
        writer.close()
        return heard

    heard = over_the_line(flood)
    assert 400 == heard.status


def test_a_body_without_a_length_that_comes_at_once_is_refused_as_well() -> None:
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (MOST + 1, b"x" * (MOST + 1))

    heard = asked("POST", "/tiny/orders", "Transfer-Encoding: chunked", body=chunked)

    assert 400 == heard.status
    assert f"{MOST} bytes" in json.read(heard.body)["message"]


def test_a_body_in_pieces_is_put_together() -> None:
    pieces = b'3\r\n{"p\r\nb\r\no": "PO-7"}\r\n0\r\n\r\n'

    heard = asked("POST", "/tiny/orders", "Transfer-Encoding: chunked", body=pieces)

    assert 201 == heard.status
    assert "PO-7" == json.read(heard.body)["po"]


def test_a_body_may_be_just_so_large() -> None:
    body = b'{"po": "PO-7"}'.ljust(MOST)

    assert 201 == asked("POST", "/tiny/orders", f"Content-Length: {MOST}", body=body).status


def test_what_nobody_foresaw_is_told_without_its_trace_and_logged_with_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    heard = asked("GET", "/tiny/burst")

    assert 503 == heard.status
    assert b"ZeroDivisionError" not in heard.body
    assert b"foresaw" not in heard.body
    assert b"Traceback" not in heard.body
    assert "Upstream" == json.read(heard.body)["error"]
    (entry,) = caplog.records
    said = vars(entry)
    assert ("ERROR", "tiny", "burst") == (said["levelname"], said["dialect"], said["operation"])
    assert entry.exc_info


def test_nothing_is_kept_when_the_client_hangs_up_halfway(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def hang_up(line: Line) -> tuple[int, list[Any]]:
        _, writer = await line.opened()
        writer.write(line.head("POST", "/tiny/orders", "Content-Length: 14") + b'{"po": ')
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        heard = await line.ask("GET", "/tiny/orders")
        return heard.status, await line.at.orders()

    assert (200, []) == over_the_line(hang_up)
    assert [] == caplog.records


def echoing(ask: Callable[[Request], str], **dialect: Any) -> Dialect:
    """Give tiny with a hello that says something of the request."""
    hello = rewritten(
        HELLO,
        read=lambda request, caller: ask(request),
        write=lambda said, request: answer(ask(request)),
    )
    return replace(DIALECT, operations=(hello,), **dialect)


BASE = echoing(lambda request: request.base)


def test_links_begin_with_the_host_that_was_asked() -> None:
    heard = over_the_line(lambda line: line.ask("GET", "/tiny/hello"), BASE)

    assert b'"http://orders.example:8400"' == heard.body


# What a socket cannot show.


def scope(**changes: Any) -> Scope:
    plain: Scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": "/tiny/hello",
        "raw_path": b"/tiny/hello",
        "query_string": b"",
        "headers": [(b"host", b"orders.example")],
        "server": ("127.0.0.1", 8400),
    }
    return {**plain, **changes}


Message = MutableMapping[str, Any]


async def called(asgi: Asgi, scope: Scope, *messages: Message) -> list[Message]:
    coming, told = list(messages) or [{"type": "http.request"}], []

    async def receive() -> Message:
        return coming.pop(0)

    async def tell(message: Message) -> None:
        told.append(message)

    await asgi(scope, receive, tell)
    return told


def told(dialect: Dialect, scope: Scope, *messages: Message, **asgi: Any) -> list[Message]:
    async def call() -> list[Message]:
        return await called(Asgi([(await site(dialect)).server], **asgi), scope, *messages)

    return asyncio.run(call())


@pytest.mark.parametrize(
    ("host", "base"),
    [
        (b"shop.example", b"http://shop.example"),
        (b"[::1]:80", b"http://[::1]:80"),
        (b"", b"http://127.0.0.1:8400"),
        (b'evil.example/"><script>', b"http://127.0.0.1:8400"),
        (b"a b", b"http://127.0.0.1:8400"),
    ],
)
def test_a_host_that_is_none_is_not_repeated(host: bytes, base: bytes) -> None:
    _, body = told(BASE, scope(headers=[(b"host", host)]))

    assert b'"%s"' % base == body["body"]


def test_the_public_address_takes_the_place_of_the_host() -> None:
    _, body = told(BASE, scope(), public_url="https://hub.example/")

    assert b'"https://hub.example"' == body["body"]


def test_repeated_headers_are_joined() -> None:
    accept = echoing(lambda request: request.headers["accept"])

    _, body = told(accept, scope(headers=[(b"accept", b"a"), (b"accept", b"b")]))

    assert b'"a, b"' == body["body"]


def test_an_answer_without_a_body_has_no_length() -> None:
    hello = rewritten(HELLO, write=lambda said, request: Response(status=204))

    start, body = told(replace(DIALECT, operations=(hello,)), scope())

    assert (204, []) == (start["status"], start["headers"])
    assert b"" == body["body"]


def test_a_client_that_has_gone_is_told_nothing() -> None:
    assert [] == told(
        DIALECT,
        scope(method="POST", path="/tiny/orders", raw_path=b"/tiny/orders"),
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    )


def test_without_a_raw_path_the_plain_one_counts() -> None:
    start, _ = told(DIALECT, scope(raw_path=None))

    assert 200 == start["status"]


def test_where_there_is_no_dialect_there_is_nothing() -> None:
    start, body = asyncio.run(called(Asgi([]), scope()))

    assert 404 == start["status"]
    assert b"nothing here" in body["body"]


PAGE_HEADERS = [(b"X-A", b"b"), (b"Content-Length", b"14")]


async def page(scope: Scope, receive: Receive, tell: Tell) -> None:
    heard = await receive()
    text = b"%s %s" % (scope["path"].encode(), heard["body"])
    await tell({"type": "http.response.start", "status": 203, "headers": PAGE_HEADERS})
    await tell({"type": "http.response.body", "body": text[:3], "more_body": True})
    await tell({"type": "http.response.body", "body": text[3:]})


def test_an_ordinary_page_goes_before_the_dialects() -> None:
    start, body = told(DIALECT, scope(), {"body": b"hi", "type": ""}, pages={"/tiny/hello": page})

    assert (203, b"/tiny/hello hi") == (start["status"], body["body"])
    assert [(b"x-a", b"b"), (b"content-length", b"14")] == start["headers"]


def test_a_page_that_fails_shows_no_trace(caplog: pytest.LogCaptureFixture) -> None:
    async def failing(scope: Scope, receive: Receive, tell: Tell) -> None:
        raise RuntimeError("never shown")

    start, body = told(DIALECT, scope(), pages={"/tiny/hello": failing})

    assert (500, ["unforeseen"]) == (start["status"], caplog.messages)
    assert b"never shown" not in body["body"]


def test_a_page_stands_for_all_below_it_where_no_face_has_anything() -> None:
    def asked(path: str) -> Any:
        pages = {"/about/": page, "/tiny/": page}
        return told(DIALECT, scope(path=path, raw_path=path.encode()), pages=pages)[0]["status"]

    assert 203 == asked("/about/us")
    assert 404 == asked("/about")
    assert 200 == asked("/tiny/hello")


def test_the_end_of_the_program_lets_go_of_things() -> None:
    ended = []

    async def ending() -> None:
        ended.append(True)

    messages = [{"type": f"lifespan.{name}"} for name in ("startup", "shutdown")]
    answers = told(DIALECT, {"type": "lifespan"}, *messages, ending=ending)

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

    ids = {told(named, scope())[1]["body"] for _ in range(3)}

    assert 3 == len(ids)
    assert {34} == set(map(len, ids))
