"""Hubs that are each other's vendors: a book each, all dialects' faces over it, and a clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.core.customer import Customer, identity
from orderglot.core.order import Address, Line, Order, Totals
from orderglot.core.ports import Book
from orderglot.faces.client import Client
from orderglot.faces.server import Server
from orderglot.stores.memory import MemoryStore
from orderglot.sync.channel import Channel
from orderglot.sync.criteria import Criteria
from orderglot.sync.pages import RetryPolicy
from orderglot.sync.pull import Progress, pull
from orderglot.sync.vendor import Source, Vendor

NOON = datetime(2024, 5, 21, 12, tzinfo=UTC)
QUICK = RetryPolicy(longest=5, pause=0.001, longest_pause=0.01)


class Hub:
    """One book, and a way to every other hub in every dialect."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.now = NOON
        self.store = MemoryStore(lambda: self.now)
        self.made = 0
        self.keys: dict[str, dict[str, str]] = {}
        self.book: Book
        self.customer: Customer

    async def open(self) -> Hub:
        """Make the book, with one customer and a key for each dialect."""
        seller = await self.store.add_seller(self.name)
        self.book = self.store.of(Caller(seller=seller.id, name="orderglot"))
        self.customer = await self.book.keep_customer(
            Customer(name="Sample Store", number=f"{self.name}-C1")
        )
        for name in dialects.names():
            dialect = dialects.dialect(name)
            key = await self.store.keyring.issue_key(
                name, self.book.caller, dialect.auth.make_secret, dialect.auth.make_key_id
            )
            self.keys[name] = dict(zip(dialect.auth.fields, (key.id, key.secret), strict=True))
        return self

    async def order(self) -> Order:
        """Put an order of one's own into the book, like no other."""
        self.made += 1
        mark = f"{self.name}{self.made}"
        made = self.now + timedelta(minutes=self.made)
        return await self.book.place(
            Order(
                number=f"N-{mark}",
                po_number=f"PO-{mark}",
                customer=identity(self.customer),
                currency="USD",
                created=made,
                ship_to=Address(line_1="2 Sample Road", city="Reno", state="NV", country="US"),
                lines=(
                    Line(
                        number=1,
                        sku=f"SKU-{mark}",
                        quantity=24,
                        unit_price=Decimal("1.20"),
                        total=Decimal("28.80"),
                    ),
                ),
                totals=Totals(total=Decimal("28.80")),
            )
        )

    async def orders(self) -> list[Order]:
        """Give all orders of the book."""
        return [order async for order in self.book.walk()]

    async def vendor(self, other: Hub, name: str, customer: str = "") -> Vendor:
        """Give another hub as a vendor that speaks a dialect."""
        dialect = dialects.dialect(name)
        credentials = {**other.keys[name], **({dialect.customer: customer} if customer else {})}
        client = Client(dialect, Server(dialect, other.store), credentials, lambda: other.now)
        channel = Channel(name=other.name, dialect=name, url="https://hub.example", credentials={})
        return Vendor(channel, client, Source(channel.reference, dialect))

    async def pull(self, other: Hub, name: str) -> list[Progress]:
        """Pull all of another hub's orders, of each of its customers where the dialect has it so."""
        customers = [""]
        if dialects.dialect(name).customer:
            customers = [str(one.id) for one in await other.book.customers()]
        done = []
        for customer in customers:
            vendor = await self.vendor(other, name, customer)
            asked = Criteria(url="https://hub.example", customer=customer)
            done.append(await pull(self.book, vendor, asked, retry_policy=QUICK))
        return done

    async def change(self, order: Order, **members: object) -> Order:
        """Change an order of the book."""
        return await self.book.change(replace(order, **members))


async def hubs(*names: str) -> list[Hub]:
    """Open some hubs."""
    return [await Hub(name).open() for name in names]
