"""Kole's server over the book of the specimens, and how its tests ask it."""

from __future__ import annotations

import asyncio

import pytest

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.order import Order, Reference
from orderglot.dialects.kole import DIALECT
from orderglot.faces.server import Server
from orderglot.stores.memory import MemoryStore
from orderglot.wire.auth import write_basic
from orderglot.wire.message import Request, Response
from tests.conformance.specimens import book_of, shelve

BASE = "https://api.koleimports.com"


class Shop:
    """A server over the specimens' book."""

    def __init__(self) -> None:
        self.specimens = book_of(DIALECT.name)
        self.store = MemoryStore(lambda: self.specimens.now)
        self.server = Server(DIALECT, self.store)
        self.book = self.store.of(Caller(seller=asyncio.run(shelve(self.store, DIALECT))))

    def ask(
        self, method: str, target: str, body: bytes = b"", key: int = 0, **headers: str
    ) -> Response:
        """Ask with one of the book's keys; underscores in header names stand for dashes."""
        proof = self.specimens.credentials[key]
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        path, _, query = target.partition("?")
        request = Request(
            method=method,
            path=path,
            query=query,
            headers={"authorization": write_basic(proof.id, proof.secret), **named},
            body=body,
            base=BASE,
        )
        return asyncio.run(self.server(request))

    def order(self, id: str) -> Order:
        """Give an order as it is in the book."""
        return asyncio.run(self.book.get(Reference(DIALECT.name, id)))

    def customer(self, id: str) -> Customer:
        """Give a customer as it is in the book."""
        return asyncio.run(self.book.customer(Reference(DIALECT.name, id)))

    def change(self, customer: Customer) -> None:
        """Put a new version of a customer into the book."""
        asyncio.run(self.book.keep_customer(customer))


@pytest.fixture
def shop() -> Shop:
    """Open a shop that nobody else is in."""
    return Shop()
