"""Sending: one signed request to a receiver, and what it answered, with bounds for all of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from ssl import PROTOCOL_TLS_CLIENT, SSLContext

import httpcore2
import httpx2
from msgspec import Struct
from standardwebhooks import Webhook

from orderglot.core.webhook_addresses import Addresses, split
from orderglot.webhooks.dialling import Dialling

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"

MEDIA = "application/json"
AGENT = "Orderglot-Webhooks"

SHOWN = 2_048
"""So many bytes of an answer's body are kept."""

LONGEST = 65_536
"""An answer of more bytes is not read to its end, and its connection closed."""

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
        secured = parts.scheme == "https"
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=_trusted() if secured else SSLContext(PROTOCOL_TLS_CLIENT),
            max_connections=limits.at_once,
            keepalive_expiry=30.0,
            network_backend=Dialling(addresses),
        )
        self._timeouts = {
            "connect": limits.connect,
            "read": limits.whole,
            "write": limits.whole,
            "pool": limits.whole,
        }

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
        except httpcore2.ConnectError as error:
            raise Failed(f"cannot be reached: {_why(error)}") from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError, OSError, ValueError) as error:
            raise Failed(f"broke off: {_why(error)}") from error

    async def _post(self, headers: Sequence[tuple[str, str]], body: bytes) -> Answer:
        asked = {"timeout": self._timeouts}
        async with self._pool.stream(
            "POST", self.url, headers=headers, content=body, extensions=asked
        ) as answer:
            shown, length = bytearray(), 0
            async for piece in answer.aiter_stream():
                shown += piece[: SHOWN - len(shown)]
                length += len(piece)
                if length > LONGEST:
                    break
            text = shown.decode("utf-8", "replace")
            return Answer(answer.status, _headers(answer.headers), text)

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


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
