"""The server face: answers a vendor's requests as the vendor would."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from orderglot.core.acts import Person
from orderglot.core.administration import Administration
from orderglot.core.caller import ADMIN, ANY, OPEN, READ, Caller, demand
from orderglot.core.errors import Damaged, HubError, Rule, Upstream, invalid
from orderglot.core.keyring import Keyring
from orderglot.core.left_out import noting
from orderglot.core.ports import Book, Store, UnitOfWork
from orderglot.core.query import LARGE, LargePage, Page
from orderglot.core.seller import Seller
from orderglot.core.values import Omits
from orderglot.faces.administering import administered_by
from orderglot.faces.admissions import NotedKeyring
from orderglot.faces.again import Again
from orderglot.faces.answers import MOST_TOUCHED, in_zone, shown_to, touched, write_answer
from orderglot.faces.completing import Completing
from orderglot.faces.links import NOWHERE, addressed
from orderglot.faces.rate_limits import Allowance, RateLimits
from orderglot.faces.rendering import Named, Views, only
from orderglot.faces.replay import Remember, Replay
from orderglot.faces.routes import Route, Routes
from orderglot.faces.sellers import Sellers
from orderglot.faces.streams import Streams, followed, is_wanted
from orderglot.faces.throttle import Throttle
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Request, Response
from orderglot.wire.operation import Context, Operation, Pause, PersonsPlacements, PersonsRetries

LEFT_OUT = "Orderglot-Left-Out"
"""The header that says how many things an answer lacks, since they cannot be read."""

LONGEST_QUERY = 65_536
"""So many characters of a query, as sent, are read at most."""

DAMAGED = "What this asks for cannot be read: its record is damaged, and has to be restored first."
UNAVAILABLE = "The order book does not answer; please try again in {seconds} seconds."
NOTHING_KEPT = "Nothing of this request was kept."
IN_DOUBT = (
    "Whether this request was carried out is not known: send it again under its own key, or look "
    "before you send it without one."
)

log = logging.getLogger("orderglot.server")

NOBODY = Caller(seller=0, may=frozenset())
"""Who calls an open operation."""


Beside = Callable[[Request], Awaitable[Response | None]]
"""Answers a request elsewhere; gives None where that cannot be."""


class Server:
    """A dialect over a store: takes requests, gives responses, and never raises a HubError.

    What asks for a large page is answered ``beside``, if there is such a place. ``named`` gives the
    dialects by their names that an order may be asked for in; there is this one alone if not said.
    Nobody waits for anything without a ``pause``.
    ``counts`` says that the requests of each key are counted, for sellers who set a limit: what is
    itself beside another server leaves that to it. ``retries`` reads again what was put aside, if
    anybody can, and ``placements`` sends orders to vendors. What can be followed is so where there are ``streams``.
    """

    def __init__(
        self,
        dialect: Dialect,
        store: Store,
        completing: Completing | None = None,
        beside: Beside | None = None,
        named: Named | None = None,
        *,
        pause: Pause | None = None,
        retries: PersonsRetries | None = None,
        placements: PersonsPlacements | None = None,
        counts: bool = True,
        streams: Streams | None = None,
    ) -> None:
        self.dialect = dialect
        self.store = store
        self.beside = beside
        self.pause = pause
        self.retries = retries
        self.placements = placements
        self.streams = streams
        self.named = named or only(dialect)
        self.views = Views(store.keyring, self.named)
        self.completing = completing or Completing(store, lambda: (dialect,))
        self.replay = Replay(dialect, store)
        self.throttle = Throttle(store.now)
        self.sellers = Sellers(store)
        self.sellers_differ = not dialect.lists.zoned or dialect.can.omits_at is not None
        self.rates = RateLimits() if counts else None
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
        taken = list[Allowance]()
        response = await self._served(route.operation, request, taken)
        return taken[0].shown(response) if taken else response

    async def _served(
        self, operation: Operation[Any, Any], request: Request, taken: list[Allowance]
    ) -> Response:
        """Answer a request, refused or not; what it takes of an allowance is ``taken``."""
        try:
            with noting() as left:
                response = await self._answer(operation, request, taken)
            if left:
                several = dict.fromkeys(left)
                for sentence in several:
                    log.error("left out: %s", sentence)
                headers = {**response.headers, LEFT_OUT: str(len(several))}
                response = msgspec.structs.replace(response, headers=headers)
            idempotent = operation.endpoint.idempotent
            return addressed(response, request.base) if idempotent else response
        except Upstream as error:
            why = {"dialect": self.dialect.name, "reason": error.message}
            log.warning("the store fails", extra=why)
            return self.refuse(_unavailable(error, operation), request)
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

    async def _answer(
        self, operation: Operation[Any, Any], request: Request, taken: list[Allowance]
    ) -> Response:
        if len(request.query) > LONGEST_QUERY:
            reason = f"A query may have {LONGEST_QUERY} characters, not {len(request.query)}."
            raise invalid("query", Rule.SIZE, reason)
        if operation.endpoint.right == OPEN:
            return await self._open(operation, request)
        caller = await self.dialect.auth.identify(request, self.store.keyring)
        if request.trace is not None:
            request.trace.caller = caller
        now = request.at or self.store.now()
        if self.rates is not None and caller.seller:
            seller = await self.sellers.of(caller.seller, now)
            allowance = self.rates.take(seller, caller, now)
            if allowance is not None:
                taken.append(allowance)
                allowance.demand()
        demand(caller, ANY if operation.endpoint.carries else operation.endpoint.right)
        await self.completing(caller.seller, now)
        return await self._answer_to(caller, operation, request, now)

    async def _answer_to(
        self, caller: Caller, operation: Operation[Any, Any], request: Request, now: datetime
    ) -> Response:
        """Answer a caller who may ask."""
        omits = self.dialect.can.omits
        if self.sellers_differ:
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
        if operation.follow is not None and self.streams is not None and is_wanted(request):
            now, book = request.at or self.store.now(), self.store.of(caller, omits=omits)
            context = Context(self.store.keyring, now, book)
            who = (request, self.dialect.auth)
            return await followed(self.streams, operation.follow, ask, context, *who)
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
        context = Context(
            self.store.keyring,
            request.at or self.store.now(),
            book,
            views=self.views,
            journal=self.store.journal,
            pause=self.pause,
            placements=self.placements,
            again=self._again(request),
        )
        answer = shown_to(book.caller, await operation.perform(context, ask))
        if request.trace is not None:
            request.trace.orders = (*request.trace.orders, *touched(answer))
        if _size(answer) <= LARGE:
            return write_answer(operation, answer, request)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(_writing(), write_answer, operation, answer, request)

    def _again(self, request: Request) -> Again:
        return Again(self, self.refuse, self.dialect.faults.read, request.trace)

    async def _perform(
        self,
        operation: Operation[Any, Any],
        request: Request,
        caller: Caller,
        omits: Omits,
        ask: Callable[[], Any],
        remember: Remember | None,
    ) -> Response:
        asked, person = ask(), Person(caller.name, request.peer)

        async def work(unit: UnitOfWork) -> Response:
            context = Context(
                self.store.keyring,
                request.at or self.store.now(),
                unit,
                retries=self.retries and self.retries.by(person),
                placements=self.placements and self.placements.by(person),
                administration=self._administration(operation, request, caller),
                person=person,
            )
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

    def _administration(
        self, operation: Operation[Any, Any], request: Request, caller: Caller
    ) -> Administration | None:
        if operation.endpoint.right != ADMIN:
            return None
        return administered_by(self.store, self.named, Person(caller.name, request.peer))


def _unavailable(error: Upstream, operation: Operation[Any, Any]) -> Upstream:
    """State that the book fails, and what is known of a write; never where the book is, or the cause."""
    damaged = isinstance(error, Damaged)
    message = DAMAGED if damaged else UNAVAILABLE.format(seconds=error.retry_after)
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
