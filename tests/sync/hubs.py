"""Hubs that are each other's vendors: a book each, all dialects' faces over it, and a clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.core.customer import Customer, ShippingAccount, identity
from orderglot.core.order import Address, Line, Order, Reference, Shipping, Totals
from orderglot.core.ports import Book
from orderglot.core.product import Product, Tier
from orderglot.core.values import PaymentMethod
from orderglot.faces.client import Client
from orderglot.faces.server import Server
from orderglot.stores.memory import MemoryStore
from orderglot.sync.channel import Channel
from orderglot.sync.criteria import Criteria
from orderglot.sync.pages import RetryPolicy
from orderglot.sync.pull import Progress, pull
from orderglot.sync.vendor import Source, Vendor
from orderglot.wire.message import Request, Response, Send
from tests.credentials import issued

NOON = datetime(2024, 5, 21, 12, tzinfo=UTC)
QUICK = RetryPolicy(longest=5, pause=0.001, longest_pause=0.01)
RENO = Address(line_1="2 Sample Road", city="Reno", state="NV", postal_code="89501", country="US")


class Hub:
    """One book, and a way to every other hub in every dialect."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.now = NOON
        self.store = MemoryStore(lambda: self.now)
        self.made = 0
        self.keys: dict[str, dict[str, str]] = {}
        self.accounts: dict[str, dict[str, str]] = {}
        self.between: Callable[[Send], Send] = lambda send: send
        self.seller = 0
        self.book: Book
        self.all: Book
        self.customer: Customer

    async def open(self) -> Hub:
        """Make the book, with one customer and a key for each dialect."""
        seller = await self.store.add_seller(self.name)
        self.seller = seller.id
        self.reopen()
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

    def reopen(self) -> None:
        """Open the book anew, as the next process finds it; ``all`` has what was deleted as well."""
        self.book = self.store.of(Caller(seller=self.seller, name="orderglot"))
        self.all = self.store.of(replace(self.book.caller, deleted=True))

    async def order(self) -> Order:
        """Put an order of one's own into the book, like no other."""
        self.made += 1
        mark = f"{self.name}{self.made}"
        made = self.now + timedelta(minutes=self.made, seconds=ord(self.name[0]) % 60)
        return await self.book.place(
            Order(
                number=f"N-{mark}",
                po_number=f"PO-{mark}",
                customer=identity(self.customer),
                currency="USD",
                created=made,
                location="1",
                shipping=Shipping(carrier="UPS", service="Ground"),
                ship_to=replace(RENO, first_name="Sample", last_name="Person"),
                lines=(
                    Line(
                        number=1,
                        sku=f"{self.name}{self.made:04}",
                        quantity=24,
                        unit_price=Decimal("1.20"),
                        total=Decimal("28.80"),
                    ),
                ),
                totals=Totals(total=Decimal("28.80")),
            )
        )

    async def everything(self) -> list[Order]:
        """Give all orders of the book, and those that were deleted."""
        return [order async for order in self.all.walk()]

    async def stock(self, *skus: str) -> None:
        """Sell something of those SKUs."""
        for sku in skus:
            tiers = (Tier(price=Decimal("1.20")),)
            await self.book.keep_product(
                Product(sku=sku, title=f"Sample {sku}", tiers=tiers, currency="USD")
            )

    async def orders(self) -> list[Order]:
        """Give all orders of the book."""
        return [order async for order in self.book.walk()]

    async def buying(self, other: Hub, name: str) -> Vendor:
        """Give another hub as a vendor with whom orders are placed, as his customer."""
        if name == "komet":
            # Its orders say whose they are, and its customers may not.
            return self._vendor(other, name, other.keys[name], "")
        if name not in other.accounts:
            caller = Caller(seller=other.book.caller.seller, customer=other.customer.id)
            other.accounts[name] = await issued(other.store, dialects.dialect(name), caller)
        return self._vendor(other, name, other.accounts[name], str(other.customer.id))

    async def vendor(self, other: Hub, name: str, customer: str = "") -> Vendor:
        """Give another hub as a vendor that speaks a dialect."""
        return self._vendor(other, name, other.keys[name], customer)

    def _vendor(self, other: Hub, name: str, keys: dict[str, str], customer: str) -> Vendor:
        dialect = dialects.dialect(name)
        credentials = {**keys, **({dialect.customer: customer} if customer else {})}
        # Vendors know nothing of our keys; only another Orderglot would.
        client = Client(dialect, self.between(_keyless(Server(dialect, other.store))), credentials)
        client.session.now = lambda: other.now
        channel = Channel(name=other.name, dialect=name, url="https://hub.example", credentials={})
        return Vendor(channel, client, Source(channel.reference, dialect))

    async def pull(self, other: Hub, name: str, *, since_last: bool = False) -> list[Progress]:
        """Pull all of another hub's orders, of each of its customers where the dialect has it so."""
        customers = [""]
        if dialects.dialect(name).customer:
            customers = [str(one.id) for one in await other.book.customers()]
        done = []
        for customer in customers:
            vendor = await self.vendor(other, name, customer)
            asked = Criteria(url="https://hub.example", customer=customer, since_last=since_last)
            done.append(await pull(self.all, vendor, asked, retry_policy=QUICK))
        return done

    async def change(self, order: Order, **members: object) -> Order:
        """Change an order of the book."""
        return await self.book.change(replace(order, **members))

    async def trade(self, others: Sequence[Hub]) -> None:
        """Be somebody who can be sold to, and who is known to be a customer of the others."""
        channels = [f"{name}@{one.name}" for one in others for name in dialects.names()]
        ids = [str(one.customer.id) for one in others for _ in dialects.names()]
        self.customer = await self.book.keep_customer(
            replace(
                self.customer,
                references=tuple(map(Reference, channels, ids)),
                bill_to=Address(line_1="1 Example Street", city="Carson", state="CA", country="US"),
                payment_methods=(PaymentMethod.CARD,),
                shipping_accounts=(ShippingAccount(carrier="UPS", number="000001"),),
            )
        )
        location = {"id": "1", "name": "Example", "code": "EX"}
        seller = await self.book.seller()
        await self.store.change_seller(replace(seller, tables={"komet.locations": [location]}))


def _keyless(send: Send) -> Send:
    async def sent(request: Request) -> Response:
        headers = {n: v for n, v in request.headers.items() if n != "idempotency-key"}
        return await send(replace(request, headers=headers))

    return sent


async def hubs(*names: str) -> list[Hub]:
    """Open some hubs."""
    return [await Hub(name).open() for name in names]


def mark_of(order: Order) -> str:
    """Give what tells an order of ``Hub.order`` from all others, wherever it came to."""
    if order.po_number:
        return order.po_number.removeprefix("PO-")
    if not (order.lines and order.lines[0].sku):
        return f"order {order.id}, which nothing tells"
    sku = order.lines[0].sku
    return f"{sku[0]}{int(sku[1:])}"
