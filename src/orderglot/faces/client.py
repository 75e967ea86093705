"""The client face: runs a dialect's flows against a vendor, and is whatever has orders."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Generator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from orderglot.core.customer import Customer
from orderglot.core.errors import HubError, Unsupported, Upstream
from orderglot.core.order import Order, Reference
from orderglot.core.query import EVERYTHING, Page, Query, Window, matches
from orderglot.faces.routes import Routes
from orderglot.wire.dialect import Credentials, Dialect, Session
from orderglot.wire.flow import Flow
from orderglot.wire.idempotency import IDEMPOTENCY_KEY
from orderglot.wire.meanings import NONE, Meanings, meant
from orderglot.wire.message import Request, Response, Send

T = TypeVar("T")

UNAUTHENTICATED = 401
MOST_REFUSALS = 3
MOST_REQUESTS = 10_000
"""So many requests at most may one question take: whoever wants more leads on for ever."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Transcript:
    """What a vendor answered in a flow, without logins; ``waiting`` for one more or not.

    ``sent`` counts the requests that went out, each time that one did: a login comes before.
    """

    responses: list[Response] = field(default_factory=list)
    waiting: bool = False
    sent: int = 0


class Client:
    """A vendor's orders over a connection: ``core.ports.Orders`` for whatever ``send`` leads to.

    The vendor's answers are read with the ``meanings`` that somebody has given to words of his.
    """

    def __init__(
        self,
        dialect: Dialect,
        send: Send,
        credentials: Credentials,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self.dialect = dialect
        self.send = send
        self.session = Session(credentials, now)
        self.routes = Routes([(dialect, dialect)])
        self.lock = asyncio.Lock()
        self.logins = 0
        self.meanings: Meanings = NONE

    async def place(
        self, order: Order, key: str = "", transcript: Transcript | None = None
    ) -> Order:
        """Place a new order with the vendor.

        With a ``key`` every request that must not be performed twice carries one made of it, in
        the vendor's own way and as Idempotency-Key; the same order under the same key has the same.
        What these requests were answered is put into ``transcript``.
        """
        flow = self._supported(self.dialect.flows.place, "place an order")(order)
        return await self._run(
            flow, self._with_keys(key, transcript or Transcript()) if key else self._send
        )

    async def find(self, order: Order) -> Order | None:
        """Give what an earlier attempt to place an order has made of it, if the vendor shows it."""
        return await self._call(
            self._supported(self.dialect.flows.find, "find a begun order")(order)
        )

    async def get(self, ref: Reference) -> Order:
        """Give the order that the vendor knows under an id."""
        return await self._call(self._supported(self.dialect.flows.get, "give one order")(ref))

    async def linked(self, ref: Reference) -> tuple[Order, ...]:
        """Give the orders that the vendor links to one."""
        return await self._call(
            self._supported(self.dialect.flows.linked, "list linked orders")(ref)
        )

    async def customers(self) -> tuple[Customer, ...]:
        """Give the customers that the vendor names."""
        return await self._call(self._supported(self.dialect.flows.customers, "list customers")())

    def concern(self, customer: str) -> None:
        """Have what is asked from now on be about a customer, where the dialect's paths name one."""
        session = self.session
        session.credentials = {**session.credentials, self.dialect.customer: customer}

    def can_tell(self, theirs: Order, ours: Order) -> bool:
        """Tell whether the vendor can be told anything of what became of an order here."""
        tell = self.dialect.flows.tell
        return tell is not None and tell(theirs, ours) is not None

    async def tell(self, theirs: Order, ours: Order) -> None:
        """Tell the vendor what became of an order, which he has as ``theirs``; both have his ids."""
        flow = self._supported(self.dialect.flows.tell, "be told what became of an order")(
            theirs, ours
        )
        if flow is not None:
            await self._call(flow)

    async def page(
        self,
        window: Window,
        transcript: Transcript | None = None,
        first: Sequence[Response] = (),
    ) -> Page:
        """Give one page of the vendor's list, no longer than the vendor allows.

        What the vendor answered on the way is put into ``transcript``. What he answers ``first`` is
        known, and is not asked for.
        """
        limit = min(window.limit, self.dialect.can.max_size)
        window = msgspec.structs.replace(window, limit=limit)
        flow = self._supported(self.dialect.flows.page, "list orders")(window)
        send = self._send if transcript is None else self._recording(transcript)
        return await self._run(flow, _knowing(first, send))

    async def walk(self, where: Query = EVERYTHING) -> AsyncIterator[Order]:
        """Give every match once, page by page.

        Orders that come twice, because the list moved underneath, are given once. Raises Upstream
        where the vendor names the same page as its next one a second time.
        """
        window: Window | None = Window(where=where, limit=self.dialect.can.max_size)
        seen_pages: set[tuple[str, int]] = set()
        seen: set[str] = set()
        while window is not None:
            if (window.after, window.offset) in seen_pages:
                raise Upstream("The vendor's list leads back to a page that was already read.")
            seen_pages.add((window.after, window.offset))
            page = await self.page(window)
            for order in page.orders:
                if _first_time(order, seen) and matches(order, where):
                    yield order
            window = page.next

    async def ask(self, request: Request) -> Response:
        """Send a request as it is, with the credentials, and give what it is answered, refusals too."""
        return await self._send(request)

    def _supported(self, need: Callable[..., T] | None, what: str) -> Callable[..., T]:
        if need is None:
            raise Unsupported(f"{self.dialect.title} cannot {what}.")
        return need

    async def _call(self, flow: Flow[T]) -> T:
        return await self._run(flow, self._send)

    async def _run(self, flow: Flow[T], send: Send) -> T:
        step, asked = _advance(flow, None), 0
        while isinstance(step, Request):
            asked += 1
            if asked > MOST_REQUESTS:
                reason = f"leads on without end: {MOST_REQUESTS:,} requests were no answer"
                raise Upstream(f"{self.dialect.title} {reason}.")
            response = await send(step)
            error = self.dialect.faults.read(response)
            with meant(self.meanings):
                step = _throw(flow, error) if error else _advance(flow, response)
        return step.value

    def _recording(self, transcript: Transcript) -> Send:
        async def send(request: Request) -> Response:
            transcript.waiting = True
            response = await self._send(request, transcript)
            transcript.waiting = False
            transcript.responses.append(response)
            return response

        return send

    def _with_keys(self, key: str, transcript: Transcript) -> Send:
        """Give a way to send that puts keys in: ``key-createOrder-1`` into the first such request.

        A flow that goes on where an earlier one was cut off leaves some out at its beginning,
        so the requests of each operation are counted by themselves.
        """
        own = self.dialect.idempotency
        ways = (IDEMPOTENCY_KEY, own) if own else (IDEMPOTENCY_KEY,)
        record, counts = self._recording(transcript), Counter[str]()

        async def send(request: Request) -> Response:
            operation = self.routes.find(request.method, request.path).operation
            if not operation.endpoint.idempotent:
                return await self._send(request)
            counts[operation.name] += 1
            for way in ways:
                request = way.put(request, f"{key}-{operation.name}-{counts[operation.name]}")
            return await record(request)

        return send

    async def _send(self, request: Request, transcript: Transcript | None = None) -> Response:
        """Send a request with the credentials, and again after a new login where the old one is over."""
        transcript = transcript or Transcript()
        await self._log_in(refusals=0, logins=self.logins)
        refusals, logins = 0, self.logins
        response = await self._sent(request, transcript)
        while response.status == UNAUTHENTICATED and refusals < MOST_REFUSALS:
            refusals += 1
            if not await self._log_in(refusals, logins):
                break
            logins = self.logins
            response = await self._sent(request, transcript)
        return response

    async def _sent(self, request: Request, transcript: Transcript) -> Response:
        proven = self.dialect.auth.authenticate(request, self.session)
        transcript.sent += 1
        return await self.send(proven)

    async def _log_in(self, refusals: int, logins: int) -> bool:
        """Log in unless that needs nothing, or somebody else did since ``logins`` was read."""
        async with self.lock:
            if refusals and self.logins != logins:
                return refusals == 1
            flow = self.dialect.auth.login(self.session, refusals)
            if flow is None:
                return False
            await self._run(flow, self.send)
            self.logins += 1
            return True


def _knowing(first: Sequence[Response], send: Send) -> Send:
    """Give a way to send that knows what the first requests are answered."""
    known = iter(first)

    async def sending(request: Request) -> Response:
        answer = next(known, None)
        return await send(request) if answer is None else answer

    return sending if first else send


class Ended(Struct, Generic[T], frozen=True):
    """The end of a flow, with what came of it."""

    value: T


def _advance(
    flow: Generator[Request, Response, T], response: Response | None
) -> Request | Ended[T]:
    try:
        return next(flow) if response is None else flow.send(response)
    except StopIteration as end:
        return Ended(end.value)


def _throw(flow: Generator[Request, Response, T], error: HubError) -> Request | Ended[T]:
    """Raise the vendor's refusal inside a flow; most do not catch it, and it goes on."""
    try:
        return flow.throw(error)
    except StopIteration as end:
        return Ended(end.value)


def _first_time(order: Order, seen: set[str]) -> bool:
    ids = {reference.id for reference in order.references}
    if ids & seen:
        return False
    seen |= ids
    return True
