"""A Komet company over the book of the specimens, with settings and a clock that can be moved."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.order import Order, Reference
from orderglot.core.product import Product
from orderglot.dialects.komet import DIALECT
from orderglot.faces.client import Client
from orderglot.faces.server import Server
from orderglot.stores.memory import MemoryStore
from orderglot.wire.message import Request, Response, query_of

T = TypeVar("T")

BOOK: dict[str, Any] = json.loads((Path(__file__).parents[1] / "specimens/book.json").read_text())
DETAILS = "web-order-details.list"


class Company:
    """A server over the specimens' book, and who has asked it for what."""

    def __init__(self) -> None:
        self.now = datetime.fromisoformat(BOOK["now"])
        self.store = MemoryStore(lambda: self.now)
        self.server = Server(DIALECT, self.store)
        self.asked: list[str] = []
        self.run(self._open())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run(work)

    async def _open(self) -> None:
        seller = await self.store.add_seller(**BOOK["seller"])
        self.caller = Caller(seller=seller.id)
        book = self.store.of(self.caller)
        for customer in msgspec.convert(BOOK["customers"], list[Customer]):
            await book.keep_customer(customer)
        for product in msgspec.convert(BOOK["products"], list[Product]):
            await book.keep_product(product)
        await book.keep(*msgspec.convert(BOOK["orders"], list[Order]))
        for key in BOOK["credentials"]:
            caller = self.caller
            if "customer" in key:
                found = await book.customer(Reference("komet", key["customer"]))
                caller = replace(caller, customer=found.id)
            await self.store.keyring.plant_key("komet", caller, key["id"], key["secret"])

    def set(self, **settings: Any) -> None:
        """Change the seller's settings."""
        seller = self.run(self.store.seller("demo-flowers"))
        named = {f"komet.{name}": value for name, value in settings.items()}
        changed = replace(seller, tables={**seller.tables, **named})
        self.run(self.store.change_seller(changed))

    def token(self, number: int = 0) -> str:
        secret: str = BOOK["credentials"][number]["secret"]
        return secret

    def client(self, number: int = 0) -> Client:
        credentials = {"account": "7030", "authentication_token": self.token(number)}
        return Client(DIALECT, self.send, credentials, lambda: self.now)

    async def send(self, request: Request) -> Response:
        self.asked.append(request.path.rpartition("/")[2])
        return await self.server(request)

    def ask(
        self,
        method: str,
        body: Mapping[str, Any] | bytes = b"",
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Ask a method; without headers of its own as the company's user."""
        proof = {"x-account": "7030", "authenticationtoken": self.token()}
        request = Request(
            method="POST",
            path=f"/api/{method}",
            query=query_of((query or {}).items()),
            headers=proof if headers is None else headers,
            body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        )
        response = self.run(self.server(request))
        assert 200 == response.status
        said: dict[str, Any] = json.loads(response.body)
        assert "message" == next(iter(said))
        return said


@pytest.fixture
def company() -> Company:
    """Open a company that nobody has asked yet."""
    return Company()
