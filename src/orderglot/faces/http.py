"""The HTTP transport: sends a client face's requests, with time-outs and retries."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from time import perf_counter
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx2
from msgspec.structs import replace

from orderglot.core.errors import HubError, Invalid, Rule, Upstream, invalid
from orderglot.faces.pacing import Exhausted, Pace, Patience, Turn, retry_after
from orderglot.faces.recording import Observe, as_sent
from orderglot.faces.request_body import ACCEPTED, Inflater, UnknownCoding, decoder_of
from orderglot.faces.trace_context import traced
from orderglot.wire.message import Request, Response

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
RETRY_STATUSES = frozenset({429, 500, 502, 503, 504})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
REFUSED = 429
LONGEST_TARGET = 8_000
"""So many characters may a path with its query have (RFC 9112 3 asks for that much at least)."""

LONGEST_HOST, LONGEST_LABEL = 253, 63
MOST_PORTS = 65_535
CUT_OFF = "It was cut off here before an answer came."
QUIET = 2.0
"""A pause of more seconds is notified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long to wait and how often to try; all times in seconds.

    ``whole`` is how long a call waits for its vendor, all attempts together, pauses apart.
    ``attempts`` counts the first. A pause starts at ``pause``, doubles, and is shortened at
    random by up to a half, so that many clients do not come back together; Retry-After overrides
    it up to ``longest_pause``. ``per_second`` is the vendor's rate limit, None for none.
    ``largest`` is how many bytes an answer may have, coded and decoded.
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


class Redirected(Upstream):
    """The vendor sends elsewhere, where nothing is sent: his word alone leads to no other address."""


def read_address(text: str) -> str:
    """Read the address of a vendor, without a slash at its end; raises Invalid where it is none."""
    if not text.isprintable() or " " in text:
        raise _bad_url(text, "has a blank or a control character in it")
    try:
        parts, _ = urlsplit(text), httpx2.URL(text)
        host, port = parts.hostname or "", parts.port
    except (ValueError, httpx2.InvalidURL) as error:
        raise _bad_url(text, f"is not an http(s) URL ({error})") from None
    if parts.scheme not in ("http", "https") or not host:
        raise _bad_url(text, "is not an http(s) URL")
    if parts.query or parts.fragment or text[-1] in "?#":
        raise _bad_url(text, "has a query or a fragment, which an address to add paths to has not")
    labels = host.removesuffix(".").split(".")
    if len(host) > LONGEST_HOST or not all(0 < len(one) <= LONGEST_LABEL for one in labels):
        raise _bad_url(text, "names no host")
    if port == 0:
        raise _bad_url(text, f"has a port that is not between 1 and {MOST_PORTS}")
    return text.rstrip("/")


def _bad_url(text: str, why: str) -> Invalid:
    return invalid("url", Rule.MALFORMED, f"{text[:60]!r} {why}.")


class HttpTransport:
    """A ``Send`` to one vendor's base URL. Use it as an async context manager.

    Of every attempt ``observe`` is told, if there is anybody. Beside the vendor's rate limit a ``pace`` says
    when one may be made.
    """

    def __init__(
        self,
        base_url: str,
        timeouts: Timeouts | None = None,
        notify: Callable[[str], None] = lambda _text: None,
        observe: Observe | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.base_url = read_address(base_url)
        self.timeouts = timeouts or Timeouts()
        timeout = httpx2.Timeout(self.timeouts.read, connect=self.timeouts.connect)
        self.client = httpx2.AsyncClient(
            verify=_tls_context(self.base_url),
            timeout=timeout,
            follow_redirects=False,
            headers=ACCEPTED,
        )
        self.turn = Turn(self.timeouts.per_second)
        self.pace = pace or self.turn
        self.notify = notify
        self.observe = observe

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
        only where the vendor cannot have acted on it. Raises Upstream when no answer comes, Unreached
        where no attempt can have arrived, Exhausted where none may be made for a while, and Redirected where it leads elsewhere. What is sent because
        of a request that is part of a trace says so.
        """
        patience, further = Patience(self.timeouts.whole), traced()
        if further:
            request = replace(request, headers={**request.headers, **further})
        try:
            response = await self._tried(request, patience)
        except (Unreached, Exhausted) as error:
            if patience.arrived:
                raise Upstream(error.message) from error
            raise
        return replace(response, repeated=True) if patience.arrived else response

    async def _tried(self, request: Request, patience: Patience) -> Response:
        """Send a request as often as it may be sent, until there is an answer to it."""
        safe = request.repeatable or request.method in SAFE_METHODS
        for attempt in range(1, self.timeouts.attempts):
            asked = 0.0
            try:
                response = await self._once(request, patience)
                if not _again(response, safe):
                    return response
                asked = retry_after(response.headers, self.timeouts.longest_pause)
                why = f"{self.base_url} answers with status {response.status}."
                arrived = response.status != REFUSED
            except Redirected:
                raise
            except Upstream as error:
                arrived = not isinstance(error, Unreached)
                if not patience.left or (arrived and not safe):
                    raise
                why = error.message
            patience.arrived |= arrived
            await self._wait(max(asked, self._pause(attempt)), why)
        return await self._once(request, patience)

    async def _wait(self, pause: float, why: str) -> None:
        if pause > QUIET:
            self.notify(f"{why} Asking again in {pause:.0f} s.")
        await asyncio.sleep(pause)

    def _pause(self, attempt: int) -> float:
        pause: float = min(self.timeouts.pause * 2 ** (attempt - 1), self.timeouts.longest_pause)
        return pause * random.uniform(0.5, 1.0)

    async def _once(self, request: Request, patience: Patience) -> Response:
        if self.pace is not self.turn:
            await self.pace.wait()
        await self.turn.wait()
        response = await self._observed(request, patience)
        await self.pace.note(response)
        return response

    async def _observed(self, request: Request, patience: Patience) -> Response:
        if self.observe is None:
            return await self._attempt(request, patience)
        sent = as_sent(request, self.base_url, {**self.client.headers, **request.headers})
        began, reason = perf_counter(), CUT_OFF
        try:
            response = await self._attempt(request, patience)
        except BaseException as error:
            if isinstance(error, HubError):
                reason = error.message
            self.observe(sent, None, reason, perf_counter() - began)
            raise
        return replace(response, exchange=self.observe(sent, response, "", perf_counter() - began))

    async def _attempt(self, request: Request, patience: Patience) -> Response:
        try:
            async with patience.spent():
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
        except (httpx2.InvalidURL, ValueError) as error:
            raise Upstream(f"{self.base_url} led to what is no path: {_why(error)}.") from error

    async def _exchange(self, request: Request) -> Response:
        target = request.path + (f"?{request.query}" if request.query else "")
        if len(target) > LONGEST_TARGET:
            reason = f"has {len(target):,} characters, and {LONGEST_TARGET:,} are sent at most"
            raise Upstream(f"{self.base_url}: the path that it led to {reason}.")
        async with self.client.stream(
            request.method,
            self.base_url + target,
            headers=dict(request.headers),
            content=request.body,
        ) as answer:
            headers = {name.lower(): value for name, value in answer.headers.items()}
            if answer.status_code in REDIRECTS and "location" in headers:
                raise self._redirected(answer.status_code, headers["location"])
            body = await self._body(answer, headers)
            return Response(status=answer.status_code, headers=headers, body=body)

    def _redirected(self, status: int, location: str) -> Redirected:
        where = _host_of(location) or "another path of the same host"
        return Redirected(
            f"{self.base_url} answered {status} and leads to {where}, where nothing was sent; "
            "give the address with --url if that is the vendor's."
        )

    async def _body(self, answer: httpx2.Response, headers: dict[str, str]) -> bytes:
        """Read an answer to its end, decoded piece by piece so that it never has to fit twice."""
        try:
            decoder = decoder_of(headers)
        except UnknownCoding as error:
            raise self._strange(f"coded as {str(error)!r}, which was not asked for") from None
        body, coded = bytearray(), 0
        async for piece in answer.aiter_raw():
            coded += len(piece)
            if decoder is not None:
                try:
                    piece = decoder.decode(piece, self.timeouts.largest - len(body))
                except Invalid:
                    raise self._strange(f"not coded as {decoder.coding}, as it says") from None
            body += piece
            if max(coded, len(body)) > self.timeouts.largest:
                raise Upstream(f"{self.base_url} answered with over {self.timeouts.largest} bytes.")
        if decoder is not None and coded:
            self._check_end(decoder)
        return bytes(body)

    def _check_end(self, decoder: Inflater) -> None:
        try:
            decoder.check_end()
        except Invalid:
            raise self._strange(f"not coded as {decoder.coding} to its end") from None

    def _strange(self, what: str) -> Upstream:
        return Upstream(f"{self.base_url} broke off: its answer is {what}.")


def _tls_context(url: str) -> SSLContext:
    """Give what certificates are checked by; an address without TLS leads nowhere else and has none."""
    secured = url.lower().startswith("https:")
    return _machine_context() if secured else SSLContext(PROTOCOL_TLS_CLIENT)


@cache
def _machine_context() -> SSLContext:
    """Read whom this machine trusts, once: that takes longer than many a request."""
    return httpx2.create_ssl_context()


def _again(response: Response, safe: bool) -> bool:
    return response.status == REFUSED or (safe and response.status in RETRY_STATUSES)


def _host_of(location: str) -> str:
    try:
        host = urlsplit(location).hostname or ""
    except ValueError:
        host = "?"
    return "".join(letter if letter.isprintable() else " " for letter in host)[:LONGEST_HOST]


def _why(error: Exception) -> str:
    return str(error) or type(error).__name__
