"""Slow and half-open clients: each is hung up on in time, and meanwhile others are answered.

Clients that take no answer are not hung up on; they are there all the time and hold nobody up.
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
from torture.connections import HOST, Line, ask, spelled
from torture.harness import Ground, Row
from torture.server_process import Served, serving

SECONDS_FOR_BODY = Limits().body

CLIENTS = 100
"""So many clients dawdle in each way, all at the same time."""

FLOODS = 10
"""So few ask for much without taking it, for what they ask for costs the server honest work."""

MARGIN = 8.0
"""So many seconds later than promised is still in time."""

SLOWEST = 2.0
"""An ordinary client waits no longer for an answer, in seconds."""

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: orders.example\r\n\r\n"
ORDER = spelled(creation(dialects.dialect("kole"), "slow"))
HEAD, _, BODY = ORDER.partition(b"\r\n\r\n")
LIST = spelled(one_of("kole", "GET", "/orders"))


async def _drip(writer: asyncio.StreamWriter, text: bytes) -> None:
    """Send a byte a second."""
    for at in range(len(text)):
        writer.write(text[at : at + 1])
        await writer.drain()
        await asyncio.sleep(1)


async def _silent(writer: asyncio.StreamWriter) -> None:
    """Say nothing at all."""


async def _half_head(writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD[:40])


async def _drip_head(writer: asyncio.StreamWriter) -> None:
    await _drip(writer, HEAD)


async def _drip_headers(writer: asyncio.StreamWriter) -> None:
    """Send one header after the other, as slowloris does."""
    writer.write(HEAD)
    for number in range(1_000):
        writer.write(b"\r\nX-%d: a" % number)
        await writer.drain()
        await asyncio.sleep(0.7)


async def _half_body(writer: asyncio.StreamWriter) -> None:
    writer.write(ORDER[:-10])


async def _drip_body(writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"\r\n\r\n")
    await _drip(writer, BODY)


async def _drip_chunks(writer: asyncio.StreamWriter) -> None:
    head = HEAD.replace(b"content-length: %d" % len(BODY), b"transfer-encoding: chunked")
    writer.write(head + b"\r\n\r\n")
    for _ in range(1_000):
        writer.write(b"1\r\n \r\n")
        await writer.drain()
        await asyncio.sleep(0.7)


async def _half_closed(writer: asyncio.StreamWriter) -> None:
    """Say that nothing more will come, in the middle of a body."""
    writer.write(ORDER[:-10])
    writer.write_eof()


async def _idle(writer: asyncio.StreamWriter) -> None:
    """Ask once and keep the line."""
    writer.write(HEALTH)


async def _deaf(writer: asyncio.StreamWriter) -> None:
    """Ask for much and take nothing of it."""
    for _ in range(200):
        writer.write((LIST + b"\r\n\r\n") * 20)
        await writer.drain()


Way = Callable[[asyncio.StreamWriter], Awaitable[None]]

WAYS: dict[str, tuple[Way, float]] = {
    "say nothing": (_silent, SECONDS_FOR_HEAD),
    "stop in a head": (_half_head, SECONDS_FOR_HEAD),
    "send a head byte by byte": (_drip_head, SECONDS_FOR_HEAD),
    "send headers without end": (_drip_headers, SECONDS_FOR_HEAD),
    "keep a line for nothing": (_idle, SECONDS_FOR_HEAD),
    "stop in a body": (_half_body, SECONDS_FOR_BODY),
    "send a body byte by byte": (_drip_body, SECONDS_FOR_BODY),
    "send chunks byte by byte": (_drip_chunks, SECONDS_FOR_BODY),
    "close half in a body": (_half_closed, SECONDS_FOR_BODY),
}


def run(ground: Ground) -> None:
    """Let clients dawdle in every way at once, with an ordinary client among them."""
    folder = ground.place()
    url = f"sqlite:///{folder}/book.db"
    books.made(url)
    with ground.row("clients that dawdle") as row, serving(row, folder, url) as served:
        asyncio.run(_dawdle(ground, row, served))


async def _dawdle(ground: Ground, row: Row, served: Served) -> None:
    before, done = served.memory(), asyncio.Event()
    among = asyncio.create_task(_ask_among(row, served.port, done))
    count = ground.many(CLIENTS)
    slow = [
        asyncio.create_task(_client(row, served.port, name, *way))
        for name, way in WAYS.items()
        for _ in range(count)
    ]
    deaf = [await _opened(served.port) for _ in range(min(count, FLOODS))]
    asking = [asyncio.create_task(_deaf(writer)) for _, writer in deaf]
    await asyncio.sleep(5)
    row.note("memory more than before, MiB", round((served.memory() - before) / 2**20, 1))
    while left := sum(not task.done() for task in slow):
        ground.tell(lambda: f"{left:,} of {len(slow):,} still dawdle")
        await asyncio.sleep(1)
    done.set()
    await among
    for (_, writer), task in zip(deaf, asking, strict=True):
        task.cancel()
        writer.transport.abort()
    await asyncio.gather(*asking, return_exceptions=True)
    for task in slow:
        task.result()


async def _opened(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    line = socket.socket()
    # A client that takes nothing has little room of its own.
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    line.setblocking(False)
    await asyncio.get_running_loop().sock_connect(line, (HOST, port))
    return await asyncio.open_connection(sock=line, limit=2_048)


async def _client(row: Row, port: int, name: str, way: Way, promised: float) -> None:
    reader, writer = await _opened(port)
    began = time.monotonic()
    saying = asyncio.ensure_future(way(writer))
    gone = await Line(reader, writer).ended(promised + MARGIN)
    took = time.monotonic() - began
    saying.cancel()
    await asyncio.gather(saying, return_exceptions=True)
    writer.transport.abort()
    if gone:
        row.survive()
        row.most(f"{name}: hung up on within, s", round(took))
    else:
        row.lose(f"{name}: still connected after {took:.0f} s")


async def _ask_among(row: Row, port: int, done: asyncio.Event) -> None:
    """Ask now and then as an ordinary client."""
    slowest = 0.0
    while not done.is_set():
        began = time.perf_counter()
        heard = await ask(port, LIST, timeouts=30)
        took = time.perf_counter() - began
        slowest = max(slowest, took)
        if heard.status == 200 and took < SLOWEST:
            row.survive()
        else:
            row.lose(f"an ordinary client: {heard.status} after {took:.1f} s")
        await asyncio.sleep(0.1)
    row.note("slowest answer to an ordinary client, ms", round(slowest * 1000))
