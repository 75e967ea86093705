"""Slow clients: the server closes each connection in time, and answers other clients meanwhile.

Clients that do not read their answers are not disconnected. Some are connected all the time, and do not
delay others.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable

from orderglot import dialects
from orderglot.cli.http_server import SECONDS_FOR_HEAD
from orderglot.faces.asgi import Limits
from torture import books
from torture.books import creation, one_of
from torture.connections import HOST, Connection, encoded
from torture.harness import Harness, Row
from torture.load import time_request
from torture.server_process import Served, serving

SECONDS_FOR_BODY = Limits().body

CLIENTS = 100
"""So many clients are slow in each way, all at the same time."""

FLOODS = 10
"""So few clients send many requests without reading, for these cost the server real work."""

MARGIN = 8.0
"""So many seconds after its timeout a connection may be closed."""

SLOWEST = 2.0
"""So many seconds an answer to an ordinary client may take."""

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: orders.example\r\n\r\n"
ORDER = encoded(creation(dialects.dialect("kole"), "slow"))
HEAD, _, BODY = ORDER.partition(b"\r\n\r\n")
LIST = encoded(one_of("kole", "GET", "/orders"))


async def _send_slowly(writer: asyncio.StreamWriter, text: bytes) -> None:
    """Send a byte a second."""
    for at in range(len(text)):
        writer.write(text[at : at + 1])
        await writer.drain()
        await asyncio.sleep(1)


async def _silent(writer: asyncio.StreamWriter) -> None:
    """Send nothing."""


async def _half_head(writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD[:40])


async def _slow_head(writer: asyncio.StreamWriter) -> None:
    await _send_slowly(writer, HEAD)


async def _endless_headers(writer: asyncio.StreamWriter) -> None:
    """Send one header after the other, as in a Slowloris attack."""
    writer.write(HEAD)
    for number in range(1_000):
        writer.write(b"\r\nX-%d: a" % number)
        await writer.drain()
        await asyncio.sleep(0.7)


async def _half_body(writer: asyncio.StreamWriter) -> None:
    writer.write(ORDER[:-10])


async def _slow_body(writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"\r\n\r\n")
    await _send_slowly(writer, BODY)


async def _slow_chunks(writer: asyncio.StreamWriter) -> None:
    head = HEAD.replace(b"content-length: %d" % len(BODY), b"transfer-encoding: chunked")
    writer.write(head + b"\r\n\r\n")
    for _ in range(1_000):
        writer.write(b"1\r\n \r\n")
        await writer.drain()
        await asyncio.sleep(0.7)


async def _half_closed(writer: asyncio.StreamWriter) -> None:
    """Close one half of the connection in the middle of a body."""
    writer.write(ORDER[:-10])
    writer.write_eof()


async def _idle(writer: asyncio.StreamWriter) -> None:
    """Send one request and keep the connection."""
    writer.write(HEALTH)


async def _never_read(writer: asyncio.StreamWriter) -> None:
    """Send many requests and read no answer."""
    for _ in range(200):
        writer.write((LIST + b"\r\n\r\n") * 20)
        await writer.drain()


Way = Callable[[asyncio.StreamWriter], Awaitable[None]]

WAYS: dict[str, tuple[Way, float]] = {
    "send nothing": (_silent, SECONDS_FOR_HEAD),
    "stop in a head": (_half_head, SECONDS_FOR_HEAD),
    "send a head byte by byte": (_slow_head, SECONDS_FOR_HEAD),
    "send headers without end": (_endless_headers, SECONDS_FOR_HEAD),
    "keep a connection without a request": (_idle, SECONDS_FOR_HEAD),
    "stop in a body": (_half_body, SECONDS_FOR_BODY),
    "send a body byte by byte": (_slow_body, SECONDS_FOR_BODY),
    "send chunks byte by byte": (_slow_chunks, SECONDS_FOR_BODY),
    "close one half in a body": (_half_closed, SECONDS_FOR_BODY),
}


def run(harness: Harness) -> None:
    """Let clients be slow in every way at once, beside an ordinary client."""
    folder = harness.new_folder()
    url = f"sqlite:///{folder}/book.db"
    books.made(url)
    with harness.row("slow clients") as row, serving(row, folder, url) as served:
        asyncio.run(_be_slow(harness, row, served))


async def _be_slow(harness: Harness, row: Row, served: Served) -> None:
    before, done = served.memory(), asyncio.Event()
    ordinary = asyncio.create_task(_send_requests(row, served.port, done))
    count = harness.scaled(CLIENTS)
    slow = [
        asyncio.create_task(_client(row, served.port, name, *way))
        for name, way in WAYS.items()
        for _ in range(count)
    ]
    unread = [await _opened(served.port) for _ in range(min(count, FLOODS))]
    flooding = [asyncio.create_task(_never_read(writer)) for _, writer in unread]
    await asyncio.sleep(5)
    row.note("memory more than before, MiB", round((served.memory() - before) / 2**20, 1))
    while left := sum(not task.done() for task in slow):
        harness.log_progress(lambda: f"{left:,} of {len(slow):,} not closed yet")
        await asyncio.sleep(1)
    done.set()
    await ordinary
    for (_, writer), task in zip(unread, flooding, strict=True):
        task.cancel()
        writer.transport.abort()
    await asyncio.gather(*flooding, return_exceptions=True)
    for task in slow:
        task.result()


async def _opened(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    connection = socket.socket()
    # What a client does not read is to fill its buffers soon.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    connection.setblocking(False)
    await asyncio.get_running_loop().sock_connect(connection, (HOST, port))
    return await asyncio.open_connection(sock=connection, limit=2_048)


async def _client(row: Row, port: int, name: str, way: Way, allowed: float) -> None:
    reader, writer = await _opened(port)
    began = time.monotonic()
    sending = asyncio.ensure_future(way(writer))
    closed = await Connection(reader, writer).ended(allowed + MARGIN)
    took = time.monotonic() - began
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    writer.transport.abort()
    if closed:
        row.survive()
        row.maximum(f"{name}: closed within, s", round(took))
    else:
        row.lose(f"{name}: still open after {took:.0f} s")


async def _send_requests(row: Row, port: int, done: asyncio.Event) -> None:
    """Send a request now and then as an ordinary client."""
    slowest = 0.0
    while not done.is_set():
        slowest = max(slowest, await time_request(row, port, LIST, SLOWEST))
        await asyncio.sleep(0.1)
    row.note("slowest answer to an ordinary client, ms", round(slowest * 1000))
