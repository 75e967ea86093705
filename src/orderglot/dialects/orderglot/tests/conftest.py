"""Our own API over the book of the specimens, asked by hand and by its client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from typing import Any, TypeVar
from urllib.parse import urlencode

import pytest
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.order import Order, by_hub_id
from orderglot.dialects.orderglot import DIALECT
from orderglot.faces.client import Client
from orderglot.faces.server import Server
from orderglot.hub.dialects import chosen_one
from orderglot.hub.retrying import Retries
from orderglot.stores.memory import MemoryStore
from orderglot.wire.message import Request, Response
from tests.conformance.specimens import book_of, placements_over, shelve

T = TypeVar("T")

ORDERS = "/orderglot/v1/orders"
CUSTOMER, SELLER = ("og_" + str(number).zfill(64) for number in (1, 3))
"""The keys of the specimens' book: a customer's, and the seller's own."""
ADMIN, OPERATOR = f"og_{'5'.zfill(64)}", f"ogop_{'7'.zfill(64)}"
"""The keys of who administers its seller, and of who stands above."""
SELLERS, KEYS = "/orderglot/v1/sellers", "/orderglot/v1/keys"
ORDER = f"{ORDERS}/1000000001"


class Api:
    """A server over the specimens' book, and the seller's whole book behind it."""

    def __init__(self) -> None:
        self.store = MemoryStore(lambda: book_of(DIALECT.name).now)
        self.server = Server(
            DIALECT, self.store, retries=Retries(self.store), placements=placements_over(self.store)
        )
        self.seller = self.run(shelve(self.store, DIALECT))
        self.book = self.store.of(Caller(seller=self.seller))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run(work)

    def client(self, key: str = SELLER) -> Client:
        return Client(DIALECT, self.server, {"api_key": key}, self.store.now)

    def ask(
        self, method: str, path: str, body: Any = None, key: str = SELLER, **headers: str
    ) -> Response:
        """Ask by hand; underscores in header names stand for dashes."""
        path, _, query = path.partition("?")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named |= {"authorization": f"Bearer {key}", "accept": "application/json"}
        sent = b"" if body is None else json.dumps(body).encode()
        request = Request(method=method, path=path, query=query, headers=named, body=sent)
        return self.run(self.server(request))

    def read(self, path: str = ORDERS, key: str = SELLER, **query: Any) -> Any:
        """Read what a request that only reads is answered."""
        response = self.ask("GET", f"{path}?{urlencode(query)}" if query else path, key=key)
        assert 200 == response.status, response.body
        return json.loads(response.body)

    def problem(self, response: Response, status: int = 400) -> dict[str, Any]:
        """Read the one problem of a refusal, and hold its status against what is expected."""
        assert status == response.status, response.body
        assert "application/problem+json" == response.headers["content-type"]
        document: dict[str, Any] = json.loads(response.body)
        (only,) = document.get("errors", [document])
        return dict(only)

    def change(self, number: int, **members: Any) -> Order:
        """Change an order of the book from behind."""

        async def change() -> Order:
            order = await self.book.get(by_hub_id(1_000_000_000 + number))
            return await self.book.change(replace(order, **members))

        return self.run(change())


def done(api: Api, method: str, path: str, body: Any = None, key: str = ADMIN, **more: str) -> Any:
    """Ask for something that is done, and read the answer."""
    response = api.ask(method, path, body, key, **more)
    assert response.status < 300, response.body
    return json.loads(response.body) if response.body else None


@pytest.fixture
def api() -> Api:
    """Open the specimens' book."""
    return Api()


@pytest.fixture
def whole(api: Api) -> Api:
    """Open the specimens' book with all dialects beside it."""
    api.server = Server(DIALECT, api.store, named=chosen_one)
    return api
