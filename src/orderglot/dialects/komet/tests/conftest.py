"""A Komet company over the book of the specimens, with settings and a clock that can be moved."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

import pytest
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.dialects.komet import DIALECT
from orderglot.faces.client import Client
from orderglot.faces.server import Server
from orderglot.stores.memory import MemoryStore
from orderglot.wire.message import Request, Response, query_of
from tests.conformance.specimens import book_of, shelve

T = TypeVar("T")

DETAILS = "web-order-details.list"


class Company:
    """A server over the specimens' book, and who has asked it for what."""

    def __init__(self) -> None:
        self.now = book_of(DIALECT.name).now
        self.store = MemoryStore(lambda: self.now)
        self.server = Server(DIALECT, self.store)
        self.asked: list[str] = []
        self.run(self._open())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run(work)

    async def _open(self) -> None:
        seller = await shelve(self.store, DIALECT)
        self.caller = Caller(seller=seller)

    def set(self, **settings: Any) -> None:
        """Change the seller's settings."""
        seller = self.run(self.store.seller("demo-flowers"))
        named = {f"komet.{name}": value for name, value in settings.items()}
        changed = replace(seller, tables={**seller.tables, **named})
        self.run(self.store.change_seller(changed))

    def token(self, number: int = 0) -> str:
        return book_of(DIALECT.name).credentials[number].secret

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
        members: dict[str, Any] = json.loads(response.body)
        assert "message" == next(iter(members))
        return members


@pytest.fixture
def company() -> Company:
    """Open a company that nobody has asked yet."""
    return Company()
