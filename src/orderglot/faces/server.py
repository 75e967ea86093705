"""The server face: answers a vendor's requests as the vendor would."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import cache, partial
from typing import Any

import msgspec

from orderglot.core.caller import OPEN, READ, Caller, demand
from orderglot.core.errors import HubError, Rule, Upstream, invalid
from orderglot.core.keyring import Keyring
from orderglot.core.order import Order
from orderglot.core.ports import Book, Store, UnitOfWork
from orderglot.core.query import LARGE, LargePage, Page
from orderglot.core.seller import Seller
from orderglot.core.time_zones import to_zone, zone_of
from orderglot.core.unknown_members import without_unknown
from orderglot.core.values import Omits
from orderglot.faces.admissions import NotedKeyring
from orderglot.faces.completing import Completing
from orderglot.faces.links import NOWHERE, addressed
from orderglot.faces.replay import Remember, Replay
from orderglot.faces.routes import Route, Routes
from orderglot.faces.sellers import Sellers
from orderglot.faces.throttle import Throttle
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Request, Response
from orderglot.wire.operation import Context, Operation

LONGEST_QUERY = 65_536
"""So many characters of a query, as sent, are read at most."""

UNAVAILABLE = "The order book does not answer; please try again in {seconds} seconds."
NOTHING_KEPT = "Nothing of this request was kept."
IN_DOUBT = (
    "Whether this request was carried out is not known: send it again under its own key, or look "
    "before you send it without one."
)

MOST_TOUCHED = 25
"""An answer of more orders than that is a list; of more that a request changes it names these."""

log = logging.getLogger("orderglot.server")

NOBODY = Caller(seller=0, may=frozenset())
"""Who calls an open operation."""


Beside = Callable[[Request], Awaitable[Response | None]]
"""Answers a request elsewhere; gives None where that cannot be."""


class Server:
    """A dialect over a store: takes requests, gives responses, and never raises a HubError.

    What asks for a large page is answered ``beside``, if there is such a place.
    """

    def __init__(
        self,
        dialect: Dialect,
        store: Store,
        completing: Completing | None = None,
        beside: Beside | None = None,
    ) -> None:
        self.dialect = dialect
        self.store = store
        self.beside = beside
        self.completing = completing or Completing(store, lambda: (dialect,))
        self.replay = Replay(dialect, store)
        self.throttle = Throttle(store.now)
        asks_of_sellers = not dialect.lists.zoned or dialect.can.omits_at is not None
        self.sellers = Sellers(store) if asks_of_sellers else None
        self.routes = Routes([(self, dialect)])

    async def __call__(self, request: Request) -> Response:
        """Answer a request, a refusal in the vendor's own form."""
        try:
            route = self.routes.find(request.method, request.path)
        except HubError as error:
            return self.refuse(error, request)
        return await self.serve(route, request)

    async def serve(self, route: Route[Server], request: Request) -> Response:
        """Answer a request whose operation is known."""
        request = msgspec.structs.replace(request, params=route.params, at=self.store.now())
        if request.trace is not None:
            request.trace.dialect = self.dialect.name
            request.trace.operation = route.operation.name
        try:
            response = await self._answer(route.operation, request)
            idempotent = route.operation.endpoint.idempotent
            return addressed(response, request.base) if idempotent else response
        except Upstream as error:
            why = {"dialect": self.dialect.name, "reason": error.message}
            log.warning("the store fails", extra=why)
            return self.refuse(_unavailable(error, route.operation), request)
        except HubError as error:
            return self.refuse(error, request)

    def refuse(self, error: HubError, request: Request) -> Response:
        """Write an error in the vendor's form."""
        if request.trace is not None:
            request.trace.dialect = self.dialect.name
            request.trace.reason = error.message
        if request.at is None:
            request = msgspec.structs.replace(request, at=self.store.now())
        return self.dialect.faults.write(error, request)

    async def _answer(self, operation: Operation[Any, Any], request: Request) -> Response:
        if len(request.query) > LONGEST_QUERY:
            reason = f"A query may have {LONGEST_QUERY} characters, not {len(request.query)}."
            raise invalid("query", Rule.SIZE, reason)
        if operation.endpoint.right == OPEN:
            return await self._open(operation, request)
        caller = await self.dialect.auth.identify(request, self.store.keyring)
        if request.trace is not None:
            request.trace.caller = caller
        demand(caller, operation.endpoint.right)
        now = request.at or self.store.now()
        await self.completing(caller.seller, now)
        omits = self.dialect.can.omits
        if self.sellers is not None:
            seller = await self.sellers.of(caller.seller, now)
            request, omits = self._at(seller, request)
        if operation.endpoint.right == READ and not operation.endpoint.idempotent:
            return await self._read(operation, request, caller, omits)
        read = list[Any]()

        def ask() -> Any:
            # What comes again is looked at before it is performed, and read once.
            if not read:
                read.append(operation.request.read(request, caller))
            return read[0]

        def perform(remember: Remember | None) -> Awaitable[Response]:
            return self._perform(operation, request, caller, omits, ask, remember)

        if not operation.endpoint.idempotent:
            return await perform(None)
        return await self.replay.once(
            operation, caller, request, ask, perform, lambda error: self.refuse(error, request)
        )

    def _at(self, seller: Seller, request: Request) -> tuple[Request, Omits]:
        """Give a request in a seller's zone, and what is omitted by the words of his own lists."""
        can = self.dialect.can
        omits = can.omits if can.omits_at is None else can.omits | can.omits_at(seller)
        zoned = self.dialect.lists.zoned
        return request if zoned else in_zone(request, seller.timezone), omits

    async def _open(self, operation: Operation[Any, Any], request: Request) -> Response:
        ask = operation.request.read(request, NOBODY)
        keyring: Keyring = self.store.keyring
        if request.trace is not None:
            keyring = NotedKeyring(keyring, request.trace)
        context = Context(keyring, request.at or self.store.now(), books=self.store.of)
        tries, peer = operation.tries, request.peer
        with self.throttle.login(peer, tries(ask)) if tries else nullcontext():
            answer = await operation.perform(context, ask)
        return operation.response.write(answer, request)

    async def _read(
        self, operation: Operation[Any, Any], request: Request, caller: Caller, omits: Omits
    ) -> Response:
        ask = operation.request.read(request, caller)
        if self.beside is not None:
            small = self.store.of(caller, LARGE, omits=omits)
            try:
                return await self._read_here(operation, request, ask, small)
            except LargePage:
                if (response := await self.beside(request)) is not None:
                    return response
        return await self._read_here(operation, request, ask, self.store.of(caller, omits=omits))

    async def _read_here(
        self, operation: Operation[Any, Any], request: Request, ask: Any, book: Book
    ) -> Response:
        context = Context(self.store.keyring, request.at or self.store.now(), book)
        answer = shown_to(book.caller, await operation.perform(context, ask))
        if request.trace is not None:
            request.trace.orders = touched(answer)
        if _size(answer) <= LARGE:
            return write_answer(operation, answer, request)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(_writing(), write_answer, operation, answer, request)

    async def _perform(
        self,
        operation: Operation[Any, Any],
        request: Request,
        caller: Caller,
        omits: Omits,
        ask: Callable[[], Any],
        remember: Remember | None,
    ) -> Response:
        asked = ask()

        async def work(unit: UnitOfWork) -> Response:
            context = Context(self.store.keyring, request.at or self.store.now(), unit)
            try:
                answer = shown_to(caller, await operation.perform(context, asked))
            finally:
                if request.trace is not None:
                    request.trace.orders = unit.touched()[:MOST_TOUCHED]
            # An answer that is kept may be asked for again at another address.
            to = msgspec.structs.replace(request, base=NOWHERE) if remember else request
            response = write_answer(operation, answer, to)
            if remember is not None:
                remember(response, unit)
            return response

        book = self.store.of(caller, exchange=request.id, omits=omits)
        return await book.transact(work)


def shown_to(caller: Caller, answer: Any) -> Any:
    """Give an answer as a caller may see it: a customer's does not see what nobody here knows."""
    return answer if caller.customer is None else _with_orders(answer, without_unknown)


def _with_orders(answer: Any, change: Callable[[Order], Order]) -> Any:
    """Give an answer with its orders changed."""
    if isinstance(answer, Order):
        return change(answer)
    if isinstance(answer, tuple):
        return tuple(_with_orders(one, change) for one in answer)
    if isinstance(answer, Page):
        return msgspec.structs.replace(answer, orders=_with_orders(answer.orders, change))
    order = getattr(answer, "order", None)
    if isinstance(order, Order):
        return msgspec.structs.replace(answer, order=change(order))
    return answer


def touched(answer: Any) -> tuple[int, ...]:
    """Give the hub's ids of the orders that an answer is about; a page of a list is about none."""
    if isinstance(answer, Order):
        return (answer.id,)
    if isinstance(answer, tuple) and len(answer) <= MOST_TOUCHED:
        return tuple(dict.fromkeys(id for one in answer for id in touched(one)))
    order = None if isinstance(answer, Page) else getattr(answer, "order", None)
    return (order.id,) if isinstance(order, Order) else ()


def in_zone(request: Request, zone: str) -> Request:
    """Give a request of which times that name no zone are those of a zone."""
    return request if zone == request.zone else msgspec.structs.replace(request, zone=zone)


def write_answer(operation: Operation[Any, Any], answer: Any, request: Request) -> Response:
    """Write an answer by the clock that the request is read by."""
    if request.zone:
        answer = _with_orders(answer, partial(to_zone, zone=zone_of(request.zone)))
    return operation.response.write(answer, request)


def _unavailable(error: Upstream, operation: Operation[Any, Any]) -> Upstream:
    """State that the book fails, and what is known of a write; never where the book is, or the cause."""
    message = UNAVAILABLE.format(seconds=error.retry_after)
    if operation.endpoint.right not in (OPEN, READ):
        message = f"{message} {IN_DOUBT if error.in_doubt else NOTHING_KEPT}"
    return Upstream(message, retry_after=error.retry_after, in_doubt=error.in_doubt)


def _size(answer: Any) -> int:
    """Give how many things an answer has."""
    things = answer.orders if isinstance(answer, Page) else answer
    return len(things) if isinstance(things, tuple) else 1


@cache
def _writing() -> ThreadPoolExecutor:
    """Give the thread that writes large answers; several would keep requests waiting for each."""
    return ThreadPoolExecutor(1, thread_name_prefix="orderglot-answer")
