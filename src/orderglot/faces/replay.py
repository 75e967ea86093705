"""Replay: a request that comes again gets its first answer again, byte for byte.

The answer is kept in the same transaction as what it speaks of, so that neither is ever there
without the other. A key belongs to the seller, the customer and the mode of its caller, and to one
operation on one thing: the same key elsewhere is another key. Where a request has a key in the
vendor's way and one in the hub's, either of them brings back the first answer.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

import msgspec

from orderglot.core.caller import Caller
from orderglot.core.errors import Conflict, HubError, Rule, TooMany, Upstream, invalid
from orderglot.core.ports import Answered, Store, UnitOfWork
from orderglot.faces.fingerprint import fingerprint
from orderglot.faces.links import NOWHERE
from orderglot.faces.repeats import Repeat, Repeats
from orderglot.wire.dialect import Dialect
from orderglot.wire.idempotency import IDEMPOTENCY_KEY
from orderglot.wire.message import Request, Response
from orderglot.wire.operation import Operation

LONGEST_KEY = 255

PASSING = (Conflict, TooMany, Upstream)
"""Refusals that speak of this moment alone; they are no answer to be given again."""

Remember = Callable[[Response, UnitOfWork], None]
"""Keeps an answer in the unit whose writes it speaks of."""

Perform = Callable[[Remember | None], Awaitable[Response]]
Place = tuple[int, int | None, str]


ACCEPTED = 202
"""An answer that is none yet."""


class Key(NamedTuple):
    """A key as it is kept, how long, and what the way says in which it was given."""

    name: str
    lasts: timedelta
    conflict: bool
    refusals: bool


class Asked(NamedTuple):
    """A request that may come again: who asks, under which keys, and what makes it the same.

    ``exchange`` is what the server calls this very request.
    """

    caller: Caller
    exchange: str
    keys: tuple[Key, ...]
    fingerprint: str
    single: str | None = None
    used: str = ""
    repeat: Repeat | None = None
    respell: Callable[[Response], Response] = lambda first: first


class GivenAway(Exception):
    """The first answer speaks of an order, by its hub id, that is not this client's any more."""

    def __init__(self, order: int) -> None:
        super().__init__(order)
        self.order = order


class Replay:
    """The memory of one dialect's server face for requests that may come again."""

    def __init__(self, dialect: Dialect, store: Store) -> None:
        self.dialect = dialect
        self.store = store
        own = (("vendor", dialect.idempotency),) if dialect.idempotency else ()
        self.ways = (*own, ("hub", IDEMPOTENCY_KEY))
        self.repeats = Repeats(dialect, store)
        self.running: dict[Place, asyncio.Future[None]] = {}

    async def once(
        self,
        operation: Operation[Any, Any],
        caller: Caller,
        request: Request,
        ask: Callable[[], Any],
        perform: Perform,
        refuse: Callable[[HubError], Response],
    ) -> Response:
        """Perform a request unless it was answered before; two at once are answered one by one.

        ``ask`` gives what the request asks, for one that has no key.
        """
        asked = self._keyed(operation, caller, request)
        if not asked.keys:
            repeat = await self.repeats.find(operation, caller, ask)
            if repeat is None:
                return await perform(None)
            asked = _known_by(caller, request, repeat, partial(respelled, operation, request, ask))
        while True:
            try:
                return await self._in_turn(asked, perform, refuse)
            except GivenAway as gone:
                asked = _anew(asked, gone.order)

    async def _in_turn(
        self, asked: Asked, perform: Perform, refuse: Callable[[HubError], Response]
    ) -> Response:
        caller = asked.caller
        places = [(caller.seller, caller.customer, key.name) for key in asked.keys]
        while first := [self.running[place] for place in places if place in self.running]:
            await asyncio.shield(first[0])
        done = asyncio.get_running_loop().create_future()
        self.running.update(dict.fromkeys(places, done))
        try:
            return await self._once(asked, perform, refuse)
        finally:
            for place in places:
                del self.running[place]
            done.set_result(None)

    async def _once(
        self, asked: Asked, perform: Perform, refuse: Callable[[HubError], Response]
    ) -> Response:
        if (answer := await self._repeated(asked)) is not None:
            return answer
        await self._demand_unused(asked)
        try:
            return await perform(lambda response, unit: self._remember(asked, response, unit))
        except Upstream as error:
            # Where it is not known whether the answer was kept, it may be there.
            if error.in_doubt and (answer := await self._kept(asked)) is not None:
                return answer
            raise
        except HubError as error:
            # Another process may have been faster with the same key: then its answer is the answer.
            if (answer := await self._repeated(asked)) is not None:
                return answer
            await self._demand_unused(asked)
            keeping = tuple(key for key in asked.keys if key.refusals)
            if not keeping or isinstance(error, PASSING):
                raise
            response = refuse(error)
            await self._keep(asked, self._answers(asked._replace(keys=keeping), response))
            return response

    async def _kept(self, asked: Asked) -> Response | None:
        """Give the answer that was kept, None where there is none or that cannot be known now."""
        try:
            return await self._again(asked)
        except HubError:
            return None

    async def _repeated(self, asked: Asked) -> Response | None:
        """Give the first answer to a request that came again, None where there is none.

        Raises GivenAway where that speaks of an order that is not the client's any more.
        """
        answer = await self._again(asked)
        if answer is not None and asked.repeat is not None:
            gone = await self.repeats.record(asked.caller, asked.repeat, answer, asked.exchange)
            if gone is not None:
                raise GivenAway(gone)
        return None if answer is None else asked.respell(answer)

    async def _again(self, asked: Asked) -> Response | None:
        """Give the first answer under any of the keys, None where there is none.

        Raises Conflict where a key was used for another request, or two keys for two requests.
        """
        found = [(key, await self._answered(asked, key.name)) for key in asked.keys]
        first = [(key, answer) for key, answer in found if answer is not None]
        if not first:
            return None
        # What the vendor says of another request under a used key goes before what the hub says.
        key, answered = first[0]
        same = answered.asked == asked.fingerprint or not key.conflict
        if not same or any(answer.answer != answered.answer for _, answer in first):
            raise Conflict("This key was used for another request; send a new key with this one.")
        response = msgspec.json.decode(answered.answer, type=Response)
        if len(first) < len(asked.keys):
            await self._share(asked, answered, {key.name for key, _ in first}, response)
        return response

    async def _share(
        self, asked: Asked, first: Answered, known: set[str], response: Response
    ) -> None:
        """Keep a first answer under those of the keys that it was not kept under."""
        refused = self.dialect.faults.read(response) is not None
        others = [
            self._answer(key, asked, first.answer)
            for key in asked.keys
            if key.name not in known and (key.refusals or not refused)
        ]
        if others:
            await self._keep(asked, tuple(others))

    async def _keep(self, asked: Asked, answers: tuple[Answered, ...]) -> None:
        async with self.store.of(asked.caller).together() as unit:
            for answered in answers:
                unit.remember(answered)

    def _remember(self, asked: Asked, response: Response, unit: UnitOfWork) -> None:
        if response.status == ACCEPTED:
            # It is not done yet: who asks again is to hear what became of it.
            return
        for answered in self._answers(asked, response):
            unit.remember(answered)
        if asked.repeat is not None:
            asked.repeat.suspect(unit)

    def _keyed(self, operation: Operation[Any, Any], caller: Caller, request: Request) -> Asked:
        keys, single, used = list[Key](), None, ""
        for own, way in self.ways:
            key = way.key(request)
            if key is not None:
                name = _full(caller, own, _bound(operation, request), key)
                keys.append(Key(name, way.lasts, way.conflict, way.refusals))
                if (id := way.single(request)) is not None:
                    single, used = _full(caller, "single", "", id), way.used
        same = fingerprint(request, self._proofs(operation)) if keys else ""
        return Asked(caller, request.id, tuple(keys), same, single, used)

    def _proofs(self, operation: Operation[Any, Any]) -> frozenset[str]:
        """Name the arguments of a query that say who is calling."""
        ways = self.dialect.auth.security(operation)
        return frozenset(one.name for way in ways for one in way if one.place == "query")

    async def _demand_unused(self, asked: Asked) -> None:
        """Raise Conflict where another request, under another key, already had this id."""
        if asked.single and await self._answered(asked, asked.single):
            reason = "This id was used for another request; send a new id with this one."
            raise Conflict(reason, code=asked.used)

    async def _answered(self, asked: Asked, name: str) -> Answered | None:
        return await self.store.answered(asked.caller, self.dialect.name, name)

    def _answers(self, asked: Asked, response: Response) -> tuple[Answered, ...]:
        """Make what is kept of an answer: it under each key, and that the single id was used."""
        answer = msgspec.json.encode(response)
        answers = [self._answer(key, asked, answer) for key in asked.keys]
        if asked.single is not None:
            answers.append(msgspec.structs.replace(answers[0], key=asked.single, answer=b""))
        return tuple(answers)

    def _answer(self, key: Key, asked: Asked, answer: bytes) -> Answered:
        return Answered(
            dialect=self.dialect.name,
            key=key.name,
            asked=asked.fingerprint,
            answer=answer,
            expires=self.store.now() + key.lasts,
        )


def _known_by(
    caller: Caller, request: Request, repeat: Repeat, respell: Callable[[Response], Response]
) -> Asked:
    """Make what a request without a key is known by."""
    key = Key(repeat.name, repeat.lasts, conflict=False, refusals=False)
    return Asked(caller, request.id, (key,), repeat.name, repeat=repeat, respell=respell)


def _anew(asked: Asked, gone: int) -> Asked:
    """Let a request without a key be known by what it says, and by the order that is gone."""
    keys = tuple(key._replace(name=f"{key.name}:{gone}") for key in asked.keys)
    return asked._replace(keys=keys, fingerprint=keys[0].name)


def respelled(
    operation: Operation[Any, Any], request: Request, ask: Callable[[], Any], first: Response
) -> Response:
    """Give a first answer in the form that is asked for now, to the byte where that is the same.

    A request without a key is known by the order in it, in whichever form it comes.
    """
    to = msgspec.structs.replace(request, base=NOWHERE)
    again = operation.response.write(operation.response.read(first, ask()), to)
    same = again.headers.get("content-type") == first.headers.get("content-type")
    return first if same else again


def _bound(operation: Operation[Any, Any], request: Request) -> str:
    """Name the operation and what in its path it is about, which a key belongs to."""
    target = msgspec.json.encode((operation.name, sorted(request.params.items())))
    return hashlib.sha256(target).hexdigest()[:32]


def _full(caller: Caller, own: str, bound: str, key: str) -> str:
    """Give a key as it is kept: apart from those of the other mode, and of others who make keys."""
    if len(key) > LONGEST_KEY:
        reason = f"A key may have {LONGEST_KEY} characters, not {len(key)}."
        raise invalid("idempotency-key", Rule.LENGTH, reason)
    return f"{'test' if caller.test else 'live'}:{own}:{bound}:{key}"
