"""The HTTP transport: sends a client face's requests, with time-outs and retries."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self

import httpx2

from orderglot.core.errors import Rule, Upstream, invalid
from orderglot.wire.message import Request, Response

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
RETRY_STATUSES = frozenset({429, 500, 502, 503, 504})
REFUSED = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long to wait and how often to try; all times in seconds.

    ``whole`` is for one answer from its first byte asked to its last. ``attempts`` counts the first. A pause starts at ``pause``, doubles, and is shortened at
    random by up to a half, so that many clients do not come back together; Retry-After overrides
    it up to ``longest_pause``. ``per_second`` is the vendor's rate limit, None for none.
    """

    connect: float = 5.0
    read: float = 30.0
    whole: float = 120.0
    attempts: int = 5
    pause: float = 0.5
    longest_pause: float = 60.0
    per_second: float | None = None
    largest: int = 64 * 2**20


class Unreached(Upstream):
    """The vendor was not reached at all, so it cannot have acted on the request."""


class HttpTransport:
    """A ``Send`` to one vendor's base URL. Use it as an async context manager."""

    def __init__(self, base_url: str, timeouts: Timeouts | None = None) -> None:
        url = httpx2.URL(base_url)
        if url.scheme not in ("http", "https") or not url.host:
            raise invalid("url", Rule.MALFORMED, f"{base_url!r} is not an http(s) URL.")
        self.base_url = base_url.rstrip("/")
        self.timeouts = timeouts or Timeouts()
        timeout = httpx2.Timeout(self.timeouts.read, connect=self.timeouts.connect)
        self.client = httpx2.AsyncClient(timeout=timeout, follow_redirects=False)
        self.turn = Turn(self.timeouts.per_second)

    async def __aenter__(self) -> Self:
        """Begin."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every connection."""
        await self.client.aclose()

    async def __call__(self, request: Request) -> Response:
        """Send a request and bring back what was answered last.

        What is safe to repeat is sent again after a lost connection, a 5xx or a 429; any other request
        only where the vendor cannot have acted on it. Raises Upstream when no answer comes.
        """
        safe = request.repeatable or request.method in SAFE_METHODS
        for attempt in range(1, self.timeouts.attempts):
            asked = 0.0
            try:
                response = await self._once(request)
                if not _again(response, safe):
                    return response
                asked = _retry_after(response.headers, self.timeouts.longest_pause)
            except Unreached:
                pass
            except Upstream:
                if not safe:
                    raise
            await asyncio.sleep(max(asked, self._pause(attempt)))
        return await self._once(request)

    def _pause(self, attempt: int) -> float:
        pause: float = min(self.timeouts.pause * 2 ** (attempt - 1), self.timeouts.longest_pause)
        return pause * random.uniform(0.5, 1.0)

    async def _once(self, request: Request) -> Response:
        await self.turn.wait()
        try:
            async with asyncio.timeout(self.timeouts.whole):
                return await self._exchange(request)
        except TimeoutError as error:
            reason = (
                f"{self.base_url} broke off: no whole answer in {self.timeouts.whole:g} seconds."
            )
            raise Upstream(reason) from error
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise Unreached(f"{self.base_url} cannot be reached: {_why(error)}.") from error
        except httpx2.HTTPError as error:
            raise Upstream(f"{self.base_url} broke off: {_why(error)}.") from error

    async def _exchange(self, request: Request) -> Response:
        url = self.base_url + request.path + (f"?{request.query}" if request.query else "")
        async with self.client.stream(
            request.method, url, headers=dict(request.headers), content=request.body
        ) as answer:
            body = await self._body(answer)
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Response(status=answer.status_code, headers=headers, body=body)

    async def _body(self, answer: httpx2.Response) -> bytes:
        pieces: list[bytes] = []
        size = 0
        async for piece in answer.aiter_bytes():
            size += len(piece)
            if size > self.timeouts.largest:
                raise Upstream(f"{self.base_url} answered with over {self.timeouts.largest} bytes.")
            pieces.append(piece)
        return b"".join(pieces)


def _again(response: Response, safe: bool) -> bool:
    return response.status == REFUSED or (safe and response.status in RETRY_STATUSES)


class Turn:
    """Lets callers through one by one, no more than so many a second."""

    def __init__(self, per_second: float | None) -> None:
        self.gap = 1 / per_second if per_second else 0.0
        self.next = 0.0

    async def wait(self) -> None:
        """Wait for the next free moment."""
        if self.gap:
            now = asyncio.get_running_loop().time()
            mine = max(now, self.next)
            self.next = mine + self.gap
            await asyncio.sleep(mine - now)


def _retry_after(headers: Mapping[str, str], most: float) -> float:
    """Read Retry-After, seconds or a date, as seconds from now; 0 where there is none."""
    text = headers.get("retry-after", "").strip()
    if text.isdecimal():
        return min(float(text), most)
    try:
        wait = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return min(max(wait, 0.0), most)


def _why(error: httpx2.HTTPError) -> str:
    return str(error) or type(error).__name__
