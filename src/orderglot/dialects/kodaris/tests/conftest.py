"""A Kodaris site over the book of the specimens, with a clock that can be moved."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.order import Reference
from orderglot.dialects.kodaris import DIALECT
from orderglot.faces.client import Client
from orderglot.faces.server import Server
from orderglot.stores.memory import MemoryStore
from orderglot.wire.message import Request, Response
from tests.conformance.specimens import book_of, shelve

T = TypeVar("T")


class Site:
    """A server over the specimens' book, and who has asked it for what."""

    def __init__(self) -> None:
        self.now = book_of(DIALECT.name).now
        self.store = MemoryStore(lambda: self.now)
        self.server = Server(DIALECT, self.store)
        self.asked: list[tuple[str, int]] = []
        self.run(self._open())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run(work)

    async def _open(self) -> None:
        seller = await shelve(self.store, DIALECT, credentials=False)
        self.caller = Caller(seller=seller)

    async def _key(self, company: str) -> str:
        caller = self.caller
        if company:
            found = await self.store.of(caller).customer(Reference("kodaris", company))
            caller = replace(caller, customer=found.id)
        auth = DIALECT.auth
        key = await self.store.keyring.issue_key(
            "kodaris", caller, auth.make_secret, auth.make_key_id
        )
        return key.secret

    def client(self, company: str = "473") -> Client:
        """Give a client with a new key of a company's, "" for the seller's own."""
        credentials = {"api_key": self.run(self._key(company))}
        return Client(DIALECT, self.send, credentials, lambda: self.now)

    async def send(self, request: Request) -> Response:
        response = await self.server(request)
        self.asked.append((request.path.rpartition("/")[2], response.status))
        return response

    def pass_time(self, time: timedelta) -> None:
        self.now += time
        self.asked.clear()

    def ask(self, method: str, target: str, body: Any = None, **headers: str) -> Response:
        """Ask by hand; underscores in header names stand for dashes."""
        path, _, query = target.partition("?")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = b"" if body is None else json.dumps(body).encode()
        request = Request(method=method, path=path, query=query, headers=named, body=sent)
        return self.run(self.server(request))


@pytest.fixture
def site() -> Site:
    """Open a site that nobody else has logged in to."""
    return Site()
