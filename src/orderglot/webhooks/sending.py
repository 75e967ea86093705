"""Sending: one signed request to a receiver, and what it answered, with bounds for all of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from ssl import SSLContext

import httpcore2
import httpx2
from msgspec import Struct
from standardwebhooks import Webhook

from orderglot.core.webhook_addresses import Addresses, split
from orderglot.webhooks.dialling import Dialling, NotAllowed

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"

MEDIA = "application/json"
AGENT = "Orderglot-Webhooks"

SHOWN = 2_048
"""So many bytes of an answer's body are kept."""

LONGEST = 65_536
"""An answer of more bytes is not read to its end, and its connection closed."""

IDLE = 30.0
"""A connection that nobody has used for so many seconds is not used again."""

MOST_HEADERS = 20
LONGEST_HEADER = 200
_SECRETIVE = frozenset({"set-cookie", "authorization", "proxy-authorization", "cookie"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a receiver has, in seconds, and how many requests it gets at a time."""

    connect: float = 5.0
    whole: float = 15.0
    at_once: int = 64


class Answer(Struct, frozen=True):
    """What a receiver answered; of its body the beginning."""

    status: int
    headers: dict[str, str]
    body: str


class Failed(Exception):
    """No answer came; the message says why."""


class Line:
    """Connections to one receiver, which are used again."""

    def __init__(self, url: str, addresses: Addresses, limits: Limits) -> None:
        self.url = url
        self.limits = limits
        parts = split(url)
        self._host = parts.netloc
        self._origin = httpcore2.URL(url).origin
        self._tls = _trusted() if parts.scheme == "https" else None
        self._dialling = Dialling(addresses)
        self._idle: list[httpcore2.AsyncHTTPConnection] = []

    async def post(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send a request, and give what is answered; raises Failed where nothing is."""
        sent = [("host", self._host), *headers.items(), ("content-length", str(len(body)))]
        try:
            async with asyncio.timeout(self.limits.whole):
                return await self._post(sent, body)
        except TimeoutError as error:
            raise Failed(f"no whole answer in {self.limits.whole:g} s") from error
        except httpcore2.ConnectTimeout as error:
            raise Failed(f"no connection in {self.limits.connect:g} s") from error
        except httpcore2.TimeoutException as error:
            raise Failed(f"no whole answer in {self.limits.whole:g} s") from error
        except NotAllowed as error:
            raise Failed(str(error)) from error
        except httpcore2.ConnectError as error:
            raise Failed(f"cannot be reached: {_why(error)}") from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError, OSError, ValueError) as error:
            raise Failed(f"broke off: {_why(error)}") from error

    async def _post(self, headers: Sequence[tuple[str, str]], body: bytes) -> Answer:
        request = httpcore2.Request(
            "POST",
            self.url,
            headers=headers,
            content=body,
            extensions={"timeout": {"connect": self.limits.connect}},
        )
        while (connection := self._free()) is not None:
            try:
                return await self._exchange(connection, request)
            except (httpcore2.NetworkError, httpcore2.ProtocolError):
                # It was closed from there just now, which says nothing of the receiver.
                continue
        return await self._exchange(self._new(), request)

    async def _exchange(
        self, connection: httpcore2.AsyncHTTPConnection, request: httpcore2.Request
    ) -> Answer:
        try:
            answer = await connection.handle_async_request(request)
            body = await _read(answer)
            await answer.aclose()
        except BaseException:
            await connection.aclose()
            raise
        if connection.is_idle():
            self._idle.append(connection)
        else:
            await connection.aclose()
        return Answer(answer.status, _headers(answer.headers), body)

    def _free(self) -> httpcore2.AsyncHTTPConnection | None:
        """Give a connection that can be used again, if there is one."""
        while self._idle:
            connection = self._idle.pop()
            if not (connection.is_closed() or connection.has_expired()):
                return connection
        return None

    def _new(self) -> httpcore2.AsyncHTTPConnection:
        return httpcore2.AsyncHTTPConnection(
            self._origin,
            ssl_context=self._tls,
            keepalive_expiry=IDLE,
            network_backend=self._dialling,
        )

    async def close(self) -> None:
        """Close every connection."""
        for connection in self._idle:
            await connection.aclose()
        self._idle.clear()


async def _read(answer: httpcore2.Response) -> str:
    """Read an answer, and give the beginning of its body."""
    shown, length = bytearray(), 0
    async for piece in answer.aiter_stream():
        shown += piece[: SHOWN - len(shown)]
        length += len(piece)
        if length > LONGEST:
            break
    return shown.decode("utf-8", "replace")


def signed(message: str, at: datetime, body: str, secrets: Iterable[str]) -> dict[str, str]:
    """Give the headers of a request by Standard Webhooks; ``at`` is in UTC, each secret signs."""
    signatures = [_signer(secret).sign(message, at, body) for secret in secrets]
    return {
        "content-type": MEDIA,
        "user-agent": AGENT,
        ID: message,
        TIMESTAMP: str(int(at.timestamp())),
        SIGNATURE: " ".join(signatures),
    }


@lru_cache(maxsize=256)
def _signer(secret: str) -> Webhook:
    return Webhook(secret)


@cache
def _trusted() -> SSLContext:
    """Read whom this machine trusts, once: that takes longer than many a request."""
    return httpx2.create_ssl_context()


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Give an answer's headers as they are shown: some of them, each in part, and no cookies."""
    named = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in pairs]
    return {
        name[:LONGEST_HEADER]: "***" if name in _SECRETIVE else value[:LONGEST_HEADER]
        for name, value in named[:MOST_HEADERS]
    }


def _why(error: BaseException) -> str:
    return str(error) or type(error).__name__
