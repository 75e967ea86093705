"""Catalyst's server over the book of the specimens, and how its tests ask it."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import pytest

from orderglot.core.caller import Caller
from orderglot.core.order import Order, Reference
from orderglot.dialects.catalyst import DIALECT
from orderglot.faces.server import Server
from orderglot.stores.memory import MemoryStore
from orderglot.wire import json
from orderglot.wire.message import Request, Response
from tests.conformance.specimens import book_of, shelve

SITE = "/webresources/api/v3/sites/current"
TOKEN = "0" * 63 + "1"


class Shop:
    """A server over the specimens' book."""

    def __init__(self) -> None:
        self.store = MemoryStore(lambda: book_of(DIALECT.name).now)
        self.server = Server(DIALECT, self.store)
        self.book = self.store.of(Caller(seller=asyncio.run(shelve(self.store, DIALECT))))

    def ask(
        self, method: str, target: str, body: Any = None, *, token: str = TOKEN, **headers: str
    ) -> Response:
        """Ask with a token in the header; a target that begins with / is taken below the site."""
        path, _, query = target.partition("?")
        sent = json.write(body) if body is not None else b""
        named = {"authorization": token, **headers} if token else headers
        request = Request(
            method=method,
            path=path if path.startswith("/api") else SITE + path,
            query=quote(query, safe="=&%'{}$:,()[]"),
            headers=named,
            body=sent,
        )
        return asyncio.run(self.server(request))

    def read(self, target: str, **more: Any) -> Any:
        """Ask for something that is there, and decode it."""
        response = self.ask("GET", target, **more)
        assert 200 == response.status, response.body
        return json.read(response.body)

    def order(self, id: str) -> Order:
        """Give an order as it is in the book."""
        return asyncio.run(self.book.get(Reference(DIALECT.name, id)))


@pytest.fixture
def shop() -> Shop:
    """Open a shop for one test."""
    return Shop()
