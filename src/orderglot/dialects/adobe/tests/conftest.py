"""Adobe's server over the book of the specimens, and how its tests ask it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.order import Order, Reference
from orderglot.core.ports import Book
from orderglot.core.product import Tier
from orderglot.dialects.adobe import DIALECT
from orderglot.faces.server import Server
from orderglot.stores.memory import MemoryStore
from orderglot.wire import json
from orderglot.wire.message import Request, Response
from tests.conformance.specimens import book_of, shelve

ORDERS = "/v3/customers/9876543210/orders"


class Context:
    """A server over the specimens' book, with a clock that stands still until it is put forward."""

    def __init__(self) -> None:
        self.specimens = book_of(DIALECT.name)
        self.time: datetime = self.specimens.now
        self.store = MemoryStore(lambda: self.time)
        self.server = Server(DIALECT, self.store)
        self.seller = asyncio.run(shelve(self.store, DIALECT))
        self.asked = 0

    @property
    def book(self) -> Book:
        """The seller's whole book."""
        return self.store.of(Caller(seller=self.seller))

    def forward(self, by: timedelta) -> None:
        """Put the clock forward."""
        self.time += by

    def headers(self, **headers: str | None) -> dict[str, str]:
        """Make the headers of a request: a new intent, unless something else is said or nothing."""
        self.asked += 1
        client, token = self.specimens.credentials[:2]
        given: dict[str, str | None] = {
            "x-api-key": client.id,
            "authorization": f"Bearer {token.secret}",
            "x-correlation-id": f"demo-{self.asked}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return {name: value for name, value in given.items() if value is not None}

    def request(self, method: str, target: str, body: Any = None, **headers: str | None) -> Request:
        """Make a request; underscores in header names stand for dashes."""
        path, _, query = target.partition("?")
        sent = b"" if body is None else body if isinstance(body, bytes) else json.write(body)
        return Request(
            method=method, path=path, query=query, headers=self.headers(**headers), body=sent
        )

    def ask(self, method: str, target: str, body: Any = None, **headers: str | None) -> Response:
        """Ask."""
        return self.answered(self.request(method, target, body, **headers))

    def answered(self, request: Request) -> Response:
        """Send a request."""
        return asyncio.run(self.server(request))

    def get(self, target: str, **headers: str | None) -> Any:
        """Get what must be there."""
        response = self.ask("GET", target, **headers)
        assert 200 == response.status, response.body
        return json.read(response.body)

    def post(self, body: Mapping[str, Any], query: str = "", **headers: str | None) -> Any:
        """Create what must be created."""
        response = self.ask("POST", ORDERS + query, body, **headers)
        assert 201 == response.status, response.body
        return json.read(response.body)

    def refused(self, method: str, target: str, body: Any = None, **headers: str | None) -> str:
        """Ask what must be refused, and give the code."""
        response = self.ask(method, target, body, **headers)
        assert 400 <= response.status < 500, response.body
        return str(json.read(response.body)["code"])

    def order(self, id: str) -> Order:
        """Give an order as it is in the book."""
        return asyncio.run(self.book.get(Reference(DIALECT.name, id)))

    def count(self) -> int:
        """Count the orders in the book."""
        return asyncio.run(self.store.counts(self.seller)).orders

    def set(self, **tables: Any) -> None:
        """Give the seller tables of its own."""
        asyncio.run(self._set(tables))

    def sell(self, sku: str, currency: str, price: str) -> None:
        """Sell a product at another price, in another currency."""
        asyncio.run(self._sell(sku, currency, (Tier(price=Decimal(price)),)))

    async def _sell(self, sku: str, currency: str, tiers: tuple[Tier, ...]) -> None:
        product = (await self.book.products([sku]))[sku]
        await self.book.keep_product(replace(product, currency=currency, tiers=tiers))

    async def _set(self, tables: Mapping[str, Any]) -> None:
        seller = await self.store.seller(self.specimens.seller.name)
        given = {name.replace("_", "."): value for name, value in tables.items()}
        await self.store.change_seller(replace(seller, tables={**seller.tables, **given}))


@pytest.fixture
def context() -> Context:
    """Open a context that nobody else is at."""
    return Context()
