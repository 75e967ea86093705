"""Our own API asked in this process: whoever is signed in asks as a key of the same rights would."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NoReturn

from msgspec.structs import replace

from orderglot.core.acts import Person
from orderglot.core.caller import Caller, demand
from orderglot.core.goods_steps import Made
from orderglot.core.keyring import Keyring
from orderglot.core.ports import UnitOfWork
from orderglot.dialects import orderglot
from orderglot.dialects.orderglot.auth import OrderglotAuth
from orderglot.dialects.orderglot.shapes import MERGE_PATCH
from orderglot.faces.administering import administered_by
from orderglot.faces.completing import Completing
from orderglot.faces.server import Server
from orderglot.hub.dialects import chosen, chosen_one
from orderglot.hub.placing import Channels, Placements
from orderglot.hub.retrying import Retries
from orderglot.stores.store import BookStore
from orderglot.wire import json
from orderglot.wire.message import Request, Response, query_of
from orderglot.wire.operation import Context, Operation
from orderglot.wire.shape import JSON

_asking: ContextVar[Caller] = ContextVar("asking")


class _SignedIn(OrderglotAuth):
    """Lets in whom the console has let in; a request of it shows no key."""

    async def identify(self, request: Request, keyring: Keyring) -> Caller:  # noqa: ARG002
        """Give who asks."""
        return _asking.get()


class Rehearsed(Exception):
    """A step was taken to see what comes of it; it is undone."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer


class Api:
    """The operations of our own API over a store; each raises a HubError where it is refused."""

    def __init__(self, store: BookStore, placements: Placements | None = None) -> None:
        self.store = store
        self.placements = placements or Placements(store, Channels())
        self.dialect = dataclasses.replace(orderglot.DIALECT, auth=_SignedIn())
        self._completing = Completing(store, lambda: chosen(()))
        self.server = Server(
            self.dialect,
            store,
            self._completing,
            named=chosen_one,
            pause=asyncio.sleep,
            retries=Retries(store),
            placements=self.placements,
            counts=False,
        )

    async def read(self, caller: Caller, path: str, **query: str) -> Any:
        """Perform the operation that reads what is behind a path, and give what it gives."""
        asked = query_of((name, text) for name, text in query.items() if text)
        operation, ask = self._read(caller, Request(method="GET", path=path, query=asked))
        now = self.store.now()
        await self._completing(caller.seller, now)
        context = Context(
            self.store.keyring,
            now,
            self.store.of(caller),
            views=self.server.views,
            journal=self.store.journal,
            placements=self.placements,
            administration=administered_by(self.store, chosen_one, Person(caller.name, "")),
        )
        return await operation.perform(context, ask)

    async def ask(self, caller: Caller, request: Request) -> Response:
        """Send a request, and give what it is answered."""
        with _as(caller):
            response = await self.server(request)
        error = self.dialect.faults.read(response)
        if error is not None:
            raise error
        return response

    async def rehearse(self, caller: Caller, request: Request) -> Made:
        """Take a step with an order, and undo it: give the order, and those made of it, as they would be.

        Of an order that would be taken out there is None.
        """
        operation, ask = self._read(caller, request)

        async def work(unit: UnitOfWork) -> NoReturn:
            context = Context(self.store.keyring, unit.now(), unit)
            raise Rehearsed(await operation.perform(context, ask))

        try:
            await self.store.of(caller).transact(work)
        except Rehearsed as rehearsed:
            answer = rehearsed.answer
            return answer if isinstance(answer, Made) else Made(answer, ())
        raise RuntimeError("a rehearsal always ends by being undone")

    def _read(self, caller: Caller, request: Request) -> tuple[Operation[Any, Any], Any]:
        """Give the operation that a request means, and what it is asked; raises Forbidden without the right."""
        route = self.server.routes.find(request.method, request.path)
        demand(caller, route.operation.endpoint.right)
        request = replace(request, params=route.params)
        return route.operation, route.operation.request.read(request, caller)


@contextmanager
def _as(caller: Caller) -> Iterator[None]:
    token = _asking.set(caller)
    try:
        yield
    finally:
        _asking.reset(token)


def request_of(
    method: str,
    path: str,
    members: Mapping[str, Any] | None = None,
    *,
    version: int = 0,
    once: str = "",
    peer: str = "",
) -> Request:
    """Make a request that changes something, on condition of a ``version``, and ``once`` however often it is sent."""
    headers: dict[str, str] = {"accept": JSON}
    if members is not None:
        headers["content-type"] = MERGE_PATCH if method == "PATCH" else JSON
    if version:
        headers["if-match"] = f'"{version}"'
    if once:
        headers["idempotency-key"] = once
    body = json.write(members) if members is not None else b""
    return Request(method=method, path=path, headers=headers, body=body, peer=peer)
