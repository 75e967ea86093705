"""A console over a book of two sellers, and a browser that does what browsers do, without scripts."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine, Iterator
from decimal import Decimal
from html import unescape
from typing import Any, TypeVar

import httpx2
import pytest
from argon2 import PasswordHasher

from orderglot.console.app import console
from orderglot.core.caller import Caller
from orderglot.core.order import Line, Order, Totals
from orderglot.core.users import Role
from orderglot.faces.addressing import Addressing
from orderglot.hub.faces import faces
from orderglot.stores.memory import MemoryStore
from tests.clock import Clock

T = TypeVar("T")

PASSWORD = "correct horse battery"
"""That of every user here."""

HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
"""Hashed as cheaply as can be, for there are many tests."""


class Desk:
    """A store with the sellers acme and north, served, and its users."""

    def __init__(self, runner: asyncio.Runner, public: str = "") -> None:
        self.runner = runner
        self.clock = Clock()
        self.store = MemoryStore(self.clock)
        self.acme = self.run(self.store.add_seller("acme", currency="GBP"))
        self.north = self.run(self.store.add_seller("north", currency="EUR"))
        self.app = faces(self.store, pages=console(self.store), addressing=Addressing(public))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def user(self, name: str, role: Role | str, seller: int = 0) -> None:
        self.run(self.store.users.add(name, HASHED, {seller: Role(role)}))

    def order(self, seller: str = "acme", **members: Any) -> Order:
        """Put an order with two lines into a seller's book."""
        whose = self.acme if seller == "acme" else self.north
        given: dict[str, Any] = {
            "number": "489435",
            "po_number": "PO-7731",
            "currency": "GBP",
            "created": self.clock(),
            "lines": (
                Line(number=1, sku="84406B", title="Hanger", quantity=24, total=Decimal(66)),
                Line(number=2, sku="82494L", title="Frame", quantity=12, total=Decimal("30.60")),
            ),
            "totals": Totals(total=Decimal("96.60")),
        }
        book = self.store.of(Caller(seller=whose.id, name="test", test=members.get("test", False)))
        return self.run(book.place(Order(**given | members)))

    def events(self, order: Order) -> tuple[Any, ...]:
        book = self.store.of(Caller(seller=self.acme.id))
        return self.run(book.events(order.id))

    def browser(self, secure: bool = False) -> Browser:
        return Browser(self, "https" if secure else "http")

    def signed_in(self, role: Role | str = Role.ADMIN, seller: int = 0) -> Browser:
        name = f"{role}-{seller}"
        self.user(name, role, seller)
        browser = self.browser()
        assert 303 == browser.sign_in(name).status_code
        return browser


class Browser:
    """Keeps its cookie, and sends forms with what is in them."""

    def __init__(self, desk: Desk, scheme: str) -> None:
        self.desk = desk
        self.client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(desk.app), base_url=f"{scheme}://orders.example"
        )

    def get(self, path: str, **headers: str) -> httpx2.Response:
        return self.desk.run(self.client.get(path, headers=headers))

    def post(self, path: str, form: dict[str, Any], **headers: str) -> httpx2.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.desk.run(self.client.post(path, data=form, headers=named))

    def send(self, page: str, **filled: Any) -> httpx2.Response:
        """Send the last form with the method post of a page to where it leads, filled in."""
        text = self.get(page).text
        form = re.findall(r'<form method="post"([^>]*)>(.*?)</form>', text, re.DOTALL)
        asked = [one for one in form if "/sign-out" not in one[0] and "/you" not in one[0]][-1]
        action = re.search(r'action="([^"]*)"', asked[0])
        return self.post(unescape(action[1]) if action else page, fields(asked[1]) | filled)

    def sign_in(self, name: str, password: str = PASSWORD, where: str = "") -> httpx2.Response:
        page = f"/orderglot/sign-in{where}"
        return self.send(page, name=name, password=password)

    @property
    def token(self) -> str:
        """What the forms of this browser's session show."""
        found = re.search(
            r'name="csrf" value="(\w+)"', self.get("/orderglot/live/acme/orders").text
        )
        assert found
        return found[1]


def fields(form: str) -> dict[str, Any]:
    """Read what stands in the fields of a form that have a value."""
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        members = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if members.get("type") != "checkbox" and "name" in members:
            found[members["name"]] = unescape(members.get("value", ""))
    return found


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Serve an empty book of two sellers."""
    with asyncio.Runner() as runner:
        yield Desk(runner)


@pytest.fixture
def secure_desk() -> Iterator[Desk]:
    """Serve the same under TLS."""
    with asyncio.Runner() as runner:
        yield Desk(runner, "https://orders.example")
