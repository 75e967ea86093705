"""The application is an ordinary one: it answers alike under each of three ASGI servers."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import hypercorn.asyncio
import pytest
import uvicorn
from hypercorn.config import Config as HypercornConfig

from orderglot.faces.asgi import Asgi
from orderglot.wire import json
from tests.faces.connections import (
    HOST,
    LAST_HELLO,
    ORDER,
    Peer,
    Run,
    granian,
    run_flow,
    statuses,
    until,
)
from tests.faces.tiny import DIALECT

CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(ORDER), ORDER)
MOST = DIALECT.max_body


@asynccontextmanager
async def under_uvicorn(app: Asgi, port: int) -> AsyncIterator[None]:
    server = uvicorn.Server(
        uvicorn.Config(app, host=HOST, port=port, log_config=None, lifespan="on", http="h11")
    )
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    try:
        yield
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def under_hypercorn(app: Asgi, port: int) -> AsyncIterator[None]:
    config = HypercornConfig()
    config.bind = [f"{HOST}:{port}"]
    config.errorlog = None
    ended = asyncio.Event()
    any_app: Any = app
    serving = asyncio.create_task(
        hypercorn.asyncio.serve(any_app, config, shutdown_trigger=ended.wait)
    )
    try:
        yield
    finally:
        ended.set()
        await serving


SERVERS: dict[str, Run] = {
    "granian": granian,
    "uvicorn": under_uvicorn,
    "hypercorn": under_hypercorn,
}


@pytest.fixture(params=SERVERS)
def run(request: pytest.FixtureRequest) -> Run:
    return SERVERS[request.param]


def test_an_order_is_taken(run: Run) -> None:
    async def create(peer: Peer) -> tuple[bytes, int]:
        received = await peer.exchange(peer.create("Content-Length: 14", "Connection: close"))
        return received, len(await peer.orders())

    received, count = run_flow(create, run=run)
    head, _, body = received.partition(b"\r\n\r\n")
    assert ([201], 1) == (statuses(received), count)
    assert b"content-length: %d" % len(body) in head.lower()
    assert "PO-7" == json.read(body)["po"]


def test_a_body_in_chunks_is_taken(run: Run) -> None:
    received = run_flow(
        lambda peer: peer.exchange(
            peer.create("Transfer-Encoding: chunked", "Connection: close", body=CHUNKED)
        ),
        run=run,
    )
    assert [201] == statuses(received)


def test_a_coded_body_is_decoded(run: Run) -> None:
    coded = zlib.compress(ORDER)
    headers = ("Content-Encoding: deflate", f"Content-Length: {len(coded)}", "Connection: close")

    received = run_flow(lambda peer: peer.exchange(peer.create(*headers, body=coded)), run=run)

    assert [201] == statuses(received)


@pytest.mark.parametrize("length", [f"Content-Length: {MOST + 1}", "Transfer-Encoding: chunked"])
def test_a_body_that_is_too_large_is_refused(run: Run, length: str) -> None:
    async def flood(peer: Peer) -> tuple[bytes, int]:
        body = b"%x\r\n%s\r\n" % (MOST + 1, b"x" * (MOST + 1)) if "chunked" in length else b""
        return await peer.exchange(peer.create(length, body=body)), len(await peer.orders())

    received, count = run_flow(flood, run=run)
    assert ([400], 0) == (statuses(received), count)
    assert f"{MOST} bytes".encode() in received


def test_a_body_that_dawdles_is_refused(run: Run) -> None:
    received = run_flow(lambda peer: peer.exchange(peer.create("Content-Length: 15")), run=run)

    assert [408] == statuses(received)


def test_a_request_without_a_host_is_refused(run: Run) -> None:
    headless = LAST_HELLO.replace(b"Host: orders.example\r\n", b"")

    assert [400] == statuses(run_flow(lambda peer: peer.exchange(headless), run=run))


def test_a_client_of_http_1_0_need_not_name_a_host(run: Run) -> None:
    old = b"GET /tiny/hello HTTP/1.0\r\n\r\n"

    assert [200] == statuses(run_flow(lambda peer: peer.exchange(old), run=run))


def test_a_path_that_leads_nowhere_is_refused_in_the_vendors_form(run: Run) -> None:
    received = run_flow(
        lambda peer: peer.exchange(LAST_HELLO.replace(b"hello", b"lost?x=1")), run=run
    )

    assert [404] == statuses(received)
    assert b'"error":"NotFound"' in received


def test_what_is_to_be_done_at_the_beginning_and_the_end_is_done(run: Run) -> None:
    done: list[str] = []

    async def begin() -> None:
        done.append("begun")

    async def end() -> None:
        done.append("ended")

    received = run_flow(
        lambda peer: peer.exchange(LAST_HELLO), run=run, beginning=begin, ending=end
    )

    assert ([200], ["begun", "ended"]) == (statuses(received), done)
