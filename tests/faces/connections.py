"""A server on a real socket, and raw flows with it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
import uvloop

from orderglot.cli.worker import Process
from orderglot.core.caller import Caller
from orderglot.core.order import Order
from orderglot.faces.asgi import Asgi
from orderglot.faces.connection import Connection
from orderglot.wire.dialect import Dialect
from tests.faces.sites import Site, site
from tests.faces.tiny import DIALECT

ORDER = b'{"po": "PO-7"}'
HELLO_REQUEST = b"GET /tiny/hello HTTP/1.1\r\nHost: orders.example\r\n\r\n"


@dataclass
class Line:
    """A server, and connections to it."""

    at: Site
    server: uvicorn.Server
    listening: socket.socket

    @property
    def connections(self) -> list[Connection]:
        every: set[Any] = set(self.server.server_state.connections)
        return [one for one in every if isinstance(one, Connection)]

    async def opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(*self.listening.getsockname())

    async def heard(self, *said: bytes) -> bytes:
        """Say something, and give all that is answered until the other side hangs up."""
        reader, writer = await self.opened()
        for piece in said:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)
        try:
            return await reader.read()
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


@asynccontextmanager
async def served(dialect: Dialect) -> AsyncIterator[Line]:
    at = await site(dialect)
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listening:
        app = Asgi([at.server])
        config = uvicorn.Config(app, http=Connection, log_config=None, server_header=False)
        server = Process(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        await until(lambda: server.started)
        try:
            yield Line(at, server, listening)
        finally:
            server.should_exit = True
            await serving


def said(flow: Callable[[Line], Awaitable[Any]], dialect: Dialect = DIALECT) -> Any:
    async def go() -> Any:
        async with served(dialect) as line:
            return await flow(line)

    # The loop that really serves: others let one write to a line that is gone.
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(go())


def statuses(heard: bytes) -> list[int]:
    """Give the statuses of the answers in what was heard."""
    heads = [line for line in heard.split(b"\r\n") if b"HTTP/1.1 " in line]
    return [int(line.rpartition(b"HTTP/1.1 ")[2].split()[0]) for line in heads]
