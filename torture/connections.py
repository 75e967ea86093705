"""Connections to a server: requests as bytes, answers as they come, and how a connection ended."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import quote

from msgspec import Struct

from orderglot.wire.message import Request

HOST = "127.0.0.1"
TIMEOUT = 30.0
"""So many seconds an answer may take before it counts as a hang."""

MOST = 2**24
ALLOWED = "/?:@!$&'()*+,;=%~-._[]{}|\\^`"
"""What a query may have unencoded, by RFC 3986 or because servers put up with it."""


class Answer(Struct, frozen=True):
    """A response as it was read."""

    status: int
    headers: dict[str, str]
    body: bytes


class Refused(Exception):
    """Nobody listens: nothing was sent."""


class Closed(Exception):
    """The connection ended before the answer was whole."""


class TimedOut(Exception):
    """No answer came in time."""


class Connection:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.open = True
        self.count = 0

    async def ask(self, *pieces: bytes, timeouts: float = TIMEOUT) -> Answer:
        """Send a request and give the answer; raises Closed or TimedOut without a whole one."""
        self.count += 1
        try:
            async with asyncio.timeout(timeouts):
                self.writer.write(b"".join(pieces))
                await self.writer.drain()
                return await self.read_answer(has_body=pieces[0][:5] != b"HEAD ")
        except TimeoutError:
            self.close()
            raise TimedOut from None
        except OSError as error:
            self.close()
            raise Closed from error

    async def read_answer(self, *, has_body: bool = True) -> Answer:
        """Read one answer; raises Closed."""
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
            headers = dict(_header(line) for line in lines)
            body = await self._body(headers) if has_body else b""
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError) as error:
            self.close()
            raise Closed from error
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(int(first.split(" ")[1]), headers, body)

    async def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") == "chunked":
            return b"".join([piece async for piece in self._chunks()])
        return await self.reader.readexactly(int(headers.get("content-length", 0)))

    async def _chunks(self) -> AsyncIterator[bytes]:
        while size := int((await self.reader.readline()).split(b";")[0] or b"0", 16):
            yield await self.reader.readexactly(size)
            await self.reader.readline()
        await self.reader.readline()

    async def ended(self, timeouts: float) -> bool:
        """Tell whether the server closes the connection within so many seconds."""
        try:
            async with asyncio.timeout(timeouts):
                while await self.reader.read(65_536):
                    pass
        except TimeoutError:
            return False
        except OSError:
            pass
        return True

    def close(self) -> None:
        """Close the connection."""
        self.open = False
        self.writer.close()


async def opened(port: int, source: str = HOST) -> Connection:
    """Open a connection from an address of this machine; raises Refused where nobody listens."""
    try:
        at = (source, 0) if sys.platform == "linux" else None
        return Connection(*await asyncio.open_connection(HOST, port, limit=MOST, local_addr=at))
    except ConnectionRefusedError:
        raise Refused from None
    except OSError as error:
        raise Closed from error


@asynccontextmanager
async def connection(port: int, source: str = HOST) -> AsyncIterator[Connection]:
    """Open a connection and close it at the end."""
    found = await opened(port, source)
    try:
        yield found
    finally:
        found.close()
        with suppress(OSError):
            await found.writer.wait_closed()


async def ask(
    port: int, request: Request | bytes, timeouts: float = TIMEOUT, source: str = HOST
) -> Answer:
    """Send a request over a connection of its own."""
    async with connection(port, source) as found:
        return await found.ask(
            request if isinstance(request, bytes) else encoded(request), timeouts=timeouts
        )


def encoded(request: Request, *more: str) -> bytes:
    """Encode a request as HTTP/1.1, its query as HTTP libraries do."""
    target = request.path + (f"?{quote(request.query, ALLOWED)}" if request.query else "")
    headers = {"host": "orders.example", **request.headers}
    if request.body or request.method in ("POST", "PUT"):
        headers["content-length"] = str(len(request.body))
    lines = [f"{request.method} {target} HTTP/1.1", *(f"{n}: {v}" for n, v in headers.items())]
    head = "\r\n".join([*lines, *more, "", ""])
    return head.encode("latin-1") + request.body


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.lower(), value.strip()
