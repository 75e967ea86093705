"""A site for the tests of the faces: tiny over an empty memory book, with a key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.order import Order
from orderglot.faces.server import Server
from orderglot.stores.memory import MemoryStore
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Request, Response
from tests.clock import Clock
from tests.credentials import issued
from tests.faces.tiny import DIALECT

NEW = Request(method="POST", path="/tiny/orders", body=b'{"po": "PO-7"}')


@dataclass
class Site:
    """A server over a book, and a key to it."""

    store: MemoryStore
    server: Server
    caller: Caller
    proof: dict[str, str]

    def proven(self, request: Request) -> Request:
        """Put the key into a request."""
        headers = {f"x-{name}": value for name, value in self.proof.items()}
        return replace(request, headers={**request.headers, **headers})

    async def ask(self, request: Request) -> Response:
        return await self.server(self.proven(request))

    async def orders(self) -> list[Order]:
        whole = Caller(seller=self.caller.seller, test=True)
        return [order async for order in self.store.of(whole).walk()]

    async def other(self, **caller: Any) -> Site:
        """Give the same site as another caller of the same seller sees it."""
        who = Caller(seller=self.caller.seller, **caller)
        return Site(
            self.store, self.server, who, await issued(self.store, self.server.dialect, who)
        )

    async def customer(self) -> Site:
        """Give the same site as a new customer of the seller sees it."""
        whole = self.store.of(Caller(seller=self.caller.seller))
        return await self.other(customer=(await whole.keep_customer(Customer())).id)


async def site(
    dialect: Dialect = DIALECT, clock: Callable[[], datetime] | None = None, **caller: Any
) -> Site:
    store = MemoryStore(clock or Clock())
    seller = await store.add_seller("demo")
    who = Caller(seller=seller.id, **caller)
    return Site(store, Server(dialect, store), who, await issued(store, dialect, who))
