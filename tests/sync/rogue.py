"""A vendor on a socket that answers well, or misbehaves as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field

from orderglot.wire.message import Request, Response, Send

Say = Callable[[Request, Send], Awaitable[bytes]]
"""What is said to a request, to the letter; nothing at all hangs up."""


@dataclass
class Rogue:
    """Says to the nth request (from 1) what ``script`` has for it, and to all others what is right."""

    send: Send
    script: dict[int, Say] = field(default_factory=dict)
    always: Say | None = None
    asked: list[Request] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's one request."""
        with suppress(asyncio.IncompleteReadError, ConnectionError), closing(writer):
            request = await _received(reader)
            self.asked.append(request)
            say = self.script.get(len(self.asked), self.always or well)
            writer.write(await say(request, self.send))
            await writer.drain()


async def _received(reader: asyncio.StreamReader) -> Request:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    pairs = (line.partition(":") for line in lines if line)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    path, _, query = target.partition("?")
    base = f"http://{headers['host']}"
    return Request(method=method, path=path, query=query, headers=headers, body=body, base=base)


def encoded(response: Response, length: int | None = None) -> bytes:
    """Write a response; ``length`` is what it pretends to have."""
    headers = {
        **response.headers,
        "content-length": str(len(response.body) if length is None else length),
        "connection": "close",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {response.status} Said\r\n{head}\r\n".encode() + response.body


async def well(request: Request, send: Send) -> bytes:
    """Describe what is right."""
    return encoded(await send(request))


async def cut(request: Request, send: Send) -> bytes:
    """Say half of what is right, and hang up."""
    response = await send(request)
    return encoded(
        Response(
            status=200, headers=response.headers, body=response.body[: len(response.body) // 2]
        ),
        len(response.body),
    )


async def cut_unnoticed(request: Request, send: Send) -> bytes:
    """Say half of what is right, as if that were all."""
    response = await send(request)
    half = response.body[: len(response.body) // 2]
    return encoded(Response(status=200, headers=response.headers, body=half))


async def hang_up(request: Request, send: Send) -> bytes:
    """Say nothing."""
    return b""


async def hang(request: Request, send: Send) -> bytes:
    """Say nothing for so long that nobody waits for it."""
    await asyncio.Event().wait()
    return b""


def no(status: int, **headers: str) -> Say:
    """Say no."""

    async def say(request: Request, send: Send) -> bytes:
        return encoded(
            Response(status=status, headers={n.replace("_", "-"): v for n, v in headers.items()})
        )

    return say


async def page_of_html(request: Request, send: Send) -> bytes:
    """Say something else altogether."""
    headers = {"content-type": "text/html"}
    return encoded(
        Response(status=200, headers=headers, body=b"<h1>We are moving implementation</h1>")
    )


@asynccontextmanager
async def listening(rogue: Rogue) -> AsyncIterator[str]:
    """Let a rogue listen, and give its URL."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        with suppress(asyncio.CancelledError):
            await rogue.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in [*tasks]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
