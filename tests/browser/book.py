"""A book on SQLite as a shop has it, which a real ``orderglot serve`` shows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar

import msgspec
from argon2 import PasswordHasher
from msgspec.structs import replace

from orderglot.cli.console import link_to
from orderglot.core.customer import Customer
from orderglot.core.order import Address, Identity, Line, Order, Reference, Totals, by_hub_id
from orderglot.core.users import EVERY_SELLER, IDLE, Role, Session
from orderglot.core.values import Status
from orderglot.hub.opening import Hub, opened
from orderglot.stores import writes
from orderglot.stores.backend import HUB_ITSELF
from orderglot.stores.users import SESSION

T = TypeVar("T")

PASSWORD = "correct horse battery"
HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
"""Hashed as cheaply as can be, for every test signs in."""

MANY = 24
"""So many orders are there from the beginning: as many as a screen has."""

SHOPS = ("Harbour & Finch", "Lantern Hill Gifts", "Brook Street Books", "The Copper Kettle")

STATUSES = (Status.RECEIVED, Status.PROCESSING, Status.PROCESSING, Status.SHIPPED, Status.ON_HOLD)


class OrderBook:
    """The book of the seller acme; each method opens it, as a command beside the server does."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._numbers = count(500_000)
        # The thread of the tests has an event loop already: that of the browser.
        self._thread = ThreadPoolExecutor(1)

    def with_hub(self, work: Callable[[Hub], Coroutine[Any, Any, T]]) -> T:
        """Do something with the opened book."""

        async def run() -> T:
            async with opened(self.url, create=True) as hub:
                return await work(hub)

        return self._thread.submit(lambda: asyncio.run(run())).result()

    def fill(self) -> None:
        """Put a seller, users of each role, customers and orders into the book."""

        async def work(hub: Hub) -> None:
            seller = await hub.store.add_seller("acme", currency="GBP")
            for role in Role:
                await hub.store.users.add(role, HASHED, {EVERY_SELLER: role})
            book = hub.book(seller)
            customers = [
                await book.keep_customer(Customer(number=f"C{number}", name=name))
                for number, name in enumerate(SHOPS, 1)
            ]
            for number in range(MANY):
                owner = customers[number % len(customers)]
                members = {
                    "number": str(489_000 + number),
                    "po_number": f"PO-{7000 + number}",
                    "customer": Identity(id=owner.id),
                    "source": ("kole", "kodaris", "komet")[number % 3],
                    "status": STATUSES[number % len(STATUSES)],
                    "created": datetime.now(UTC) - timedelta(minutes=37 * (MANY - number)),
                }
                await book.place(an_order(**members))

        self.with_hub(work)

    def order(self, buyer: str = "", **members: Any) -> Order:
        """Put one more order with two lines into the book, under a number of its own, perhaps of a new buyer."""
        number = str(next(self._numbers))

        async def work(hub: Hub) -> Order:
            book = hub.book(await hub.seller("acme"))
            given: dict[str, Any] = {"number": number, "po_number": f"PO-{number}"}
            given["created"] = datetime.now(UTC)
            if buyer:
                owner = await book.keep_customer(Customer(number=f"B{number}", name=buyer))
                given["customer"] = Identity(id=owner.id)
            return await book.place(an_order(**given | members))

        return self.with_hub(work)

    def now(self, order: Order) -> Order:
        """Give an order as it is by now."""

        async def work(hub: Hub) -> Order:
            return await hub.book(await hub.seller("acme")).get(by_hub_id(order.id))

        return self.with_hub(work)

    def link(self, base: str, user: str = "") -> str:
        """Make a link that signs in."""
        return self.with_hub(lambda hub: link_to(hub, base, user))

    def let_an_hour_pass(self) -> None:
        """Have it be as if nobody who is signed in had asked for anything for so long that it ends."""

        async def work(hub: Hub) -> None:
            backend = hub.store._backend
            for note in await backend.notes(HUB_ITSELF, SESSION, ()):
                one = msgspec.json.decode(note.document, type=Session)
                idle = replace(one, seen=one.seen - IDLE, version=note.version + 1)
                document = msgspec.json.encode(idle)
                put = writes.PutNote(replace(note, document=document, version=idle.version))
                await backend.commit(HUB_ITSELF, (put,))

        self.with_hub(work)


def an_order(**members: Any) -> Order:
    """Make an order with two lines."""
    whole: dict[str, Any] = {
        "currency": "GBP",
        "status": Status.PROCESSING,
        "ship_to": Address(
            company="Harbour & Finch", line_1="4 Quay Street", city="Whitby", country="GB"
        ),
        "lines": (
            Line(
                number=1,
                sku="84406B",
                title="Cream cupid hearts coat hanger",
                quantity=24,
                unit_price=Decimal("2.75"),
                total=Decimal("66.00"),
            ),
            Line(
                number=2,
                sku="82494L",
                title="Wooden frame, antique white",
                quantity=12,
                unit_price=Decimal("2.55"),
                total=Decimal("30.60"),
            ),
        ),
        "totals": Totals(subtotal=Decimal("96.60"), total=Decimal("96.60")),
    }
    return Order(**whole | members)


def known_to_kole(id: str) -> dict[str, Any]:
    """Give the members of an order that Kole knows by an id."""
    return {"references": (Reference("kole", id),), "source": "kole"}
