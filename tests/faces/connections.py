"""A server on a real socket, and raw conversations with it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from orderglot.cli import http_server
from orderglot.core.caller import Caller
from orderglot.core.order import Order
from orderglot.faces.asgi import Asgi, Limits
from orderglot.wire.dialect import Dialect
from tests.faces.sites import Site, site
from tests.faces.tiny import DIALECT

HOST = "127.0.0.1"
ORDER = b'{"po": "PO-7"}'
HELLO_REQUEST = b"GET /tiny/hello HTTP/1.1\r\nHost: orders.example\r\n\r\n"
LAST_HELLO = HELLO_REQUEST[:-2] + b"Connection: close\r\n\r\n"
HEAD_MS = 300
"""So long a head may take in these tests, in thousandths of a second."""

Run = Callable[[Asgi, int], AbstractAsyncContextManager[None]]


@dataclass
class Peer:
    """A server, and connections to it."""

    at: Site
    port: int

    async def opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(HOST, self.port)

    async def exchange(self, *pieces: bytes) -> bytes:
        """Say something, and give all that is answered until the other side hangs up."""
        reader, writer = await self.opened()
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.01)
            return await asyncio.wait_for(reader.read(), 60)
        finally:
            writer.close()

    def create(self, *headers: str, body: bytes = ORDER) -> bytes:
        proof = [f"X-{name.title()}: {value}" for name, value in self.at.proof.items()]
        lines = ["POST /tiny/orders HTTP/1.1", "Host: orders.example", *proof, *headers, "", ""]
        return "\r\n".join(lines).encode() + body

    async def orders(self) -> list[Order]:
        whole = Caller(seller=self.at.caller.seller)
        return [order async for order in self.at.store.of(whole).walk()]


async def until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 (nobody says when it is)
        await asyncio.sleep(0.01)


def free_port() -> int:
    with socket.create_server((HOST, 0)) as probe:
        return int(probe.getsockname()[1])


async def listens(port: int) -> None:
    """Wait until somebody listens there."""
    while True:
        try:
            _, writer = await asyncio.open_connection(HOST, port)
        except OSError:
            await asyncio.sleep(0.01)
        else:
            return writer.close()


@asynccontextmanager
async def granian(app: Asgi, port: int) -> AsyncIterator[None]:
    """Run an application in this process as ``orderglot serve`` does in its workers."""
    server = Server(
        app,
        address=HOST,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        backpressure=1_000,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEAD_MS, max_buffer_size=http_server.MOST_HEAD
        ),
        log_enabled=False,
    )
    serving = asyncio.create_task(server.serve())
    try:
        yield
    finally:
        server.stop()  # type: ignore[no-untyped-call]
        await serving


@asynccontextmanager
async def served(
    dialect: Dialect = DIALECT, *, run: Run = granian, **asgi: Any
) -> AsyncIterator[Peer]:
    at, port = await site(dialect), free_port()
    app = Asgi([at.server], **{"limits": Limits(body=0.3, linger=0.3), **asgi})
    async with run(app, port):
        await listens(port)
        yield Peer(at, port)


def run_flow(
    flow: Callable[[Peer], Awaitable[Any]], dialect: Dialect = DIALECT, **options: Any
) -> Any:
    async def go() -> Any:
        async with served(dialect, **options) as peer:
            return await flow(peer)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(go())


def statuses(received: bytes) -> list[int]:
    """Give the statuses of the answers in what was heard."""
    heads = [
        line for line in received.split(b"\r\n") if b"HTTP/1.1 " in line or b"HTTP/1.0 " in line
    ]
    return [int(line.rpartition(b"HTTP/1.")[2].split()[1]) for line in heads]
