"""A receiver of webhooks that answers what it is told to, and keeps what came."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Received:
    """One request: its headers by lower-case names, and its body."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def event(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    @property
    def number(self) -> int:
        return int(self.event["id"])

    @property
    def order(self) -> int:
        return int(self.event["data"]["order"])


Answer = bytes | None
"""What is answered, None for never."""


def answer(status: int, headers: Mapping[str, str] | None = None, body: bytes = b"") -> bytes:
    lines = [f"HTTP/1.1 {status} Said", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


OK = answer(204)


@dataclass
class Receiver:
    """A server on loopback; ``says`` gives what each request is answered."""

    says: Callable[[Received], Answer] = lambda _: OK
    got: list[Received] = field(default_factory=list)
    port: int = 0
    connections: int = 0
    _came: asyncio.Event = field(default_factory=asyncio.Event)
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"

    @property
    def numbers(self) -> list[int]:
        """The numbers of the events that came, in the order in which they did."""
        return [one.number for one in self.got]

    def answers(self, *several: Answer) -> None:
        """Answer so, one after the other, and then well."""
        left = list(several)
        self.says = lambda _: left.pop(0) if left else OK

    async def has(self, count: int) -> None:
        """Wait until so many requests have come."""
        while len(self.got) < count:
            self._came.clear()
            await self._came.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode().strip().split("\r\n")
                headers = dict(line.lower().split(": ", 1) for line in lines)
                exact = {
                    name: line.split(": ", 1)[1] for name, line in zip(headers, lines, strict=True)
                }
                body = await reader.readexactly(int(headers["content-length"]))
                one = Received(first.split(" ")[1], exact, body.decode())
                self.got.append(one)
                self._came.set()
                response = self.says(one)
                if response is None:
                    await self._over.wait()
                else:
                    writer.write(response)
                    await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Receiver]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            self._over.set()
            server.close()
