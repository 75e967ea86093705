"""Asking a dialect's server as anybody: with a new key, a wrong one, or none."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from inspect import Signature, signature
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.core.caller import CREATE, Caller
from orderglot.core.order import Order
from orderglot.faces.routes import Routes
from orderglot.faces.server import Server
from orderglot.hub.retrying import Retries
from orderglot.stores.memory import MemoryStore
from orderglot.stores.sqlite import SqliteStore
from orderglot.stores.store import BookStore
from orderglot.wire.dialect import Dialect, Session
from orderglot.wire.message import Pairs, Request, Response, pairs, query_of
from tests.clock import Clock
from tests.conformance.implementations import credentials_of, orderer
from tests.conformance.specimens import Specimen, book_of, placements_over, shelve, welcome

Credentials = Mapping[str, str]


def clock_of(dialect: Dialect) -> Clock:
    """Give a clock that stands at the time that the specimens speak of."""
    return Clock(book_of(dialect.name).now)


@dataclass
class Site:
    """A dialect's server over its book, and who its specimens' orders belong to."""

    dialect: Dialect
    store: BookStore
    server: Server
    owner: Caller
    drawn: int = field(default=0)

    async def ask(self, request: Request, credentials: Credentials | None) -> Response:
        """Ask with a caller's credentials in the place of those that the request has."""
        request = without_proof(self.dialect, request)
        if credentials is None:
            return await self.server(request)
        proven = await self.proven(request, credentials)
        return proven if isinstance(proven, Response) else await self.server(proven)

    async def proven(self, request: Request, credentials: Credentials) -> Request | Response:
        """Put the proof into a request; gives the answer to the login where that is a refusal."""
        session = Session(credentials, self.store.now)
        flow = self.dialect.auth.login(session, 0)
        try:
            asked = None if flow is None else next(flow)
            while flow is not None and asked is not None:
                response = await self.server(asked)
                if self.dialect.faults.read(response) is not None:
                    return response
                asked = flow.send(response)
        except StopIteration:
            pass
        return self.dialect.auth.authenticate(request, session)

    async def key(self, caller: Caller, expires: datetime | None = None) -> Credentials:
        """Hand a caller the next key; the same ones are drawn in every site."""
        self.drawn += 1
        auth, name = self.dialect.auth, self.dialect.name
        drawn = self.drawn.to_bytes(1) * 32
        key = await self.store.keyring.issue_key(
            name,
            caller,
            lambda _: auth.make_secret(drawn),
            lambda _: auth.make_key_id(drawn),
            expires,
        )
        return dict(zip(auth.fields, (key.id, key.secret), strict=True))

    def owners(self) -> Credentials:
        return credentials_of(self.dialect, self.owner)

    def wrong(self) -> Credentials:
        """Give the owner's credentials with a secret of the right form that is nobody's."""
        return {
            **self.owners(),
            self.dialect.auth.fields[1]: self.dialect.auth.make_secret(b"\xee" * 32),
        }

    async def orders(self) -> tuple[Order, ...]:
        """Give all that is in the seller's book."""
        whole = self.store.of(Caller(seller=self.owner.seller, test=True))
        return tuple([order async for order in whole.walk()])


SiteBehaviour = Callable[[Site, Clock], Awaitable[None]]
SiteCheck = Callable[[Specimen, SiteBehaviour], None]


def id_of(specimen: Specimen) -> str:
    """Name a specimen in a test's name."""
    return f"{specimen.dialect.name}-{specimen.name}"


def with_specimens(
    specimens: list[Specimen],
) -> Callable[[Callable[..., Any]], Callable[..., None]]:
    """Make a test of a coroutine: for each specimen, at its dialect's server over every store.

    The coroutine takes the site, its clock and the specimen, and behind them what else is a
    parameter of the test.
    """

    def make(behaviour: Callable[..., Any]) -> Callable[..., None]:
        def test(check: SiteCheck, specimen: Specimen, **more: Any) -> None:
            check(specimen, lambda at, clock: behaviour(at, clock, specimen, **more))

        own = [*signature(test).parameters.values()][:2]
        others = [*signature(behaviour).parameters.values()][3:]
        test.__name__, test.__module__ = behaviour.__name__, behaviour.__module__
        test.__signature__ = Signature([*own, *others])  # type: ignore[attr-defined]
        each: Callable[..., None] = pytest.mark.parametrize("specimen", specimens, ids=id_of)(test)
        return each

    return make


@asynccontextmanager
async def two_servers(
    specimen: Specimen, file: Path, clock: Clock
) -> AsyncIterator[tuple[Site, list[Server]]]:
    """Open two servers, each with a store of its own, over one file without orders."""
    stores: list[BookStore] = [SqliteStore(file, clock) for _ in range(2)]
    at = await site(specimen.dialect, stores[0], orders=False)
    yield (
        at,
        [
            Server(
                specimen.dialect, store, retries=Retries(store), placements=placements_over(store)
            )
            for store in stores
        ],
    )
    for store in stores:
        await store.close()


async def site(dialect: Dialect, store: BookStore | None = None, *, orders: bool = True) -> Site:
    store = store or MemoryStore(clock_of(dialect))
    await shelve(store, dialect, orders=orders)
    return Site(
        dialect,
        store,
        Server(dialect, store, retries=Retries(store), placements=placements_over(store)),
        await orderer(dialect, store),
    )


def without_proof(dialect: Dialect, request: Request) -> Request:
    """Take out of a request whatever the dialect's clients prove themselves with."""
    headers, names = proof_of(dialect)
    return replace(
        request,
        headers={name: value for name, value in request.headers.items() if name not in headers},
        query=query_of(pair for pair in pairs(request.query) if pair[0] not in names)
        if names
        else request.query,
    )


def proof_of(dialect: Dialect) -> tuple[set[str], set[str]]:
    """Name the headers and the query's arguments that a proof stands in."""

    class Anything(dict[str, str]):
        def __missing__(self, name: str) -> str:
            return "demo"

    session = Session(Anything(), lambda: book_of(dialect.name).now, Anything())
    proven = dialect.auth.authenticate(Request(method="GET", path="/"), session)
    given: Pairs = pairs(proven.query)
    return set(proven.headers), {name for name, _ in given}


def creations(name: str) -> list[Specimen]:
    """Give the specimens in which the vendor creates an order that it keeps, out of nothing else."""
    return [
        one
        for one in welcome(name)
        if one.operation
        and one.operation.endpoint.idempotent
        and one.operation.endpoint.right == CREATE
        if one.orders and one.orders.id and not one.orders.links
    ]


def keyed(dialect: Dialect, request: Request, key: str = "demo-1") -> Request:
    """Give a request a key: the hub's own, and the vendor's where it has that."""
    request = replace(request, headers={**request.headers, "idempotency-key": key})
    if not has_vendors_key(dialect, request):
        return request
    assert dialect.idempotency is not None
    before = dialect.idempotency.key(request)
    changed = (replace(request, headers={**request.headers, name: key}) for name in request.headers)
    return next(
        (one for one in changed if dialect.idempotency.key(one) not in (None, before)), request
    )


def has_vendors_key(dialect: Dialect, request: Request) -> bool:
    """Tell whether a request says by the vendor's own means which one it is."""
    return dialect.idempotency is not None and dialect.idempotency.key(request) is not None


def addressed(dialect: Dialect, request: Request, customer: str) -> Request:
    """Ask the same of another customer, where the vendor's paths name one."""
    if not dialect.customer:
        return request
    own = Routes([(None, dialect)]).find(request.method, request.path).params[dialect.customer]
    return replace(request, path=request.path.replace(f"/{own}/", f"/{customer}/"))
