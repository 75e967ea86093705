"""Replay: a request that comes again gets its first answer again, byte for byte.

The answer is kept in the same transaction as what it speaks of, so that neither is ever there
without the other. A key belongs to the seller, the customer and the mode of its caller.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable

import msgspec

from orderglot.core.caller import Caller
from orderglot.core.errors import Conflict, HubError, Rule, TooMany, Upstream, invalid
from orderglot.core.ports import Answered, Store
from orderglot.wire.dialect import IDEMPOTENCY_KEY, Dialect, Idempotency
from orderglot.wire.message import Request, Response

LONGEST_KEY = 255

PASSING = (Conflict, TooMany, Upstream)
"""Refusals that speak of this moment alone; they are no answer to be given again."""

Remember = Callable[[Response], tuple[Answered, ...]]
Perform = Callable[[Remember | None], Awaitable[Response]]


class Replay:
    """The memory of one dialect's server face for requests that may come again."""

    def __init__(self, dialect: Dialect, store: Store) -> None:
        self.dialect = dialect
        self.store = store
        self.ways = (*((dialect.idempotency,) if dialect.idempotency else ()), IDEMPOTENCY_KEY)
        self.running: dict[tuple[int, int | None, str], asyncio.Future[None]] = {}

    async def once(
        self,
        caller: Caller,
        request: Request,
        perform: Perform,
        refuse: Callable[[HubError], Response],
    ) -> Response:
        """Perform a request unless it was answered before; two at once are answered one by one."""
        way, key = self._key(caller, request)
        if key is None:
            return await perform(None)
        place = (caller.seller, caller.customer, key)
        while (first := self.running.get(place)) is not None:
            await asyncio.shield(first)
        self.running[place] = done = asyncio.get_running_loop().create_future()
        try:
            return await self._once(caller, request, perform, refuse, way, key)
        finally:
            del self.running[place]
            done.set_result(None)

    async def _once(
        self,
        caller: Caller,
        request: Request,
        perform: Perform,
        refuse: Callable[[HubError], Response],
        way: Idempotency,
        key: str,
    ) -> Response:
        asked = fingerprint(request)
        if (answer := await self._again(caller, key, asked, way)) is not None:
            return answer
        single = self._single(caller, request, way)
        await self._demand_unused(caller, single, way)
        remember = self._remember(key, asked, way, single)
        try:
            return await perform(remember)
        except Upstream as error:
            # Where it is not known whether the answer was kept, it may be there.
            if error.in_doubt and (answer := await self._kept(caller, key, asked, way)) is not None:
                return answer
            raise
        except HubError as error:
            # Another process may have been faster with the same key: then its answer is the answer.
            if (answer := await self._again(caller, key, asked, way)) is not None:
                return answer
            await self._demand_unused(caller, single, way)
            if not way.refusals or isinstance(error, PASSING):
                raise
            response = refuse(error)
            async with self.store.of(caller).together() as unit:
                for answered in remember(response):
                    unit.remember(answered)
            return response

    async def _kept(
        self, caller: Caller, key: str, asked: str, way: Idempotency
    ) -> Response | None:
        """Give the answer that was kept, None where there is none or that cannot be known now."""
        try:
            return await self._again(caller, key, asked, way)
        except HubError:
            return None

    async def _again(
        self, caller: Caller, key: str, asked: str, way: Idempotency
    ) -> Response | None:
        first = await self.store.answered(caller, self.dialect.name, key)
        if first is None:
            return None
        if first.asked != asked and way.conflict:
            raise Conflict("This key was used for another request; send a new key with this one.")
        return msgspec.json.decode(first.answer, type=Response)

    def _key(self, caller: Caller, request: Request) -> tuple[Idempotency, str | None]:
        for number, way in enumerate(self.ways):
            key = way.key(request)
            if key is not None:
                own = "vendor" if number < len(self.ways) - 1 else "hub"
                return way, _full(caller, own, key)
        return IDEMPOTENCY_KEY, None

    def _single(self, caller: Caller, request: Request, way: Idempotency) -> str | None:
        id = way.single(request)
        return None if id is None else _full(caller, "single", id)

    async def _demand_unused(self, caller: Caller, single: str | None, way: Idempotency) -> None:
        """Raise Conflict where another request, under another key, already had this id."""
        if single and await self.store.answered(caller, self.dialect.name, single):
            reason = "This id was used for another request; send a new id with this one."
            raise Conflict(reason, code=way.used)

    def _remember(self, key: str, asked: str, way: Idempotency, single: str | None) -> Remember:
        def remember(response: Response) -> tuple[Answered, ...]:
            first = Answered(
                dialect=self.dialect.name,
                key=key,
                asked=asked,
                answer=msgspec.json.encode(response),
                expires=self.store.now() + way.lasts,
            )
            if single is None:
                return (first,)
            return first, msgspec.structs.replace(first, key=single, answer=b"")

        return remember


def _full(caller: Caller, own: str, key: str) -> str:
    """Give a key as it is kept: apart from those of the other mode, and of others who make keys."""
    if len(key) > LONGEST_KEY:
        reason = f"A key may have {LONGEST_KEY} characters, not {len(key)}."
        raise invalid("idempotency-key", Rule.LENGTH, reason)
    return f"{'test' if caller.test else 'live'}:{own}:{key}"


def fingerprint(request: Request) -> str:
    """Give a digest of what makes a request the same request: method, path, query and body."""
    digest = hashlib.sha256()
    for part in (request.method, request.path, request.query):
        digest.update(part.encode() + b"\n")
    digest.update(request.body)
    return digest.hexdigest()
