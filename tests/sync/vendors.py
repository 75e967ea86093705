"""Vendors to pull from and to place with: every dialect's two faces, back to back, and a book beside."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.core.order import Order, native
from orderglot.core.ports import Book, UnitOfWork
from orderglot.faces.client import Client
from orderglot.stores import document
from orderglot.stores.memory import MemoryStore
from orderglot.sync import notes
from orderglot.sync import vendor as sync
from orderglot.sync.channel import Channel
from orderglot.sync.criteria import Criteria
from orderglot.sync.notes import Placing, noted
from orderglot.sync.pages import RetryPolicy
from orderglot.sync.pull import OnProgress, Progress, pull
from orderglot.wire.dialect import Dialect
from orderglot.wire.loss import carried
from orderglot.wire.message import Request, Response, Send
from tests.conformance.implementations import Implementation, can, client_implementation

LISTING = [name for name in dialects.names() if can(name, "page")]
PLACING = [name for name in dialects.names() if can(name, "place")]
LONG = RetryPolicy(longest=30, pause=0.001, longest_pause=0.01)
SHORT = RetryPolicy(longest=0.2, pause=0.001, longest_pause=0.01)
"""For vendors that fail for good; what passes is waited for with LONG, on a busy machine too."""
URL = "https://vendor.example"


def noted_as_placed(unit: UnitOfWork, order: Order, channel: str, now: datetime) -> None:
    """Note that an order is on its way to a vendor."""
    dialect, _, _ = channel.partition("@")
    placing = Placing(
        dialect=dialect,
        channel=channel,
        key="demo-key",
        begun=now,
        sent=now,
        order=document.write(order),
    )
    unit.note(noted(notes.PLACING, f"{channel}/{order.id}", placing, None))


Between = Callable[[Request, Send], Awaitable[Response]]
"""What stands between a client and its vendor."""


@dataclass
class Vendor:
    """A vendor with its orders, a client of it, and an empty book for what comes from there."""

    implementation: Implementation
    client: Client
    store: MemoryStore
    book: Book
    asked: list[Request]
    at: str = "there"
    url: str = URL
    account: str = "here"
    retry_policy: RetryPolicy = SHORT

    @property
    def dialect(self) -> Dialect:
        """Give the dialect that is spoken."""
        return self.client.dialect

    @property
    def channel(self) -> Channel:
        """Give the account with the vendor."""
        credentials = {self.dialect.auth.fields[0]: self.account}
        return Channel(
            name=self.at, dialect=self.dialect.name, url=self.url, credentials=credentials
        )

    def vendor(self, *, idempotent: bool = False, continued: bool = True) -> sync.Vendor:
        """Give the vendor as pulling and placing know it."""
        channel = replace(self.channel, idempotent=idempotent)
        source = sync.Source(channel.reference, self.dialect, continued)
        return sync.Vendor(channel, self.client, source)

    async def pulled(
        self,
        on_progress: OnProgress = lambda _done: None,
        *,
        continued: bool = True,
        warn: Callable[[str], None] = lambda _text: None,
        **asked: Any,
    ) -> Progress:
        """Pull from the vendor."""
        question = Criteria(url=self.url, **asked)
        return await pull(
            self.book,
            self.vendor(continued=continued),
            question,
            retry_policy=self.retry_policy,
            on_progress=on_progress,
            warn=warn,
        )

    def between(self, stand: Between) -> None:
        """Put something between the client and the vendor."""
        inner = self.client.send

        async def send(request: Request) -> Response:
            return await stand(request, inner)

        self.client.send = send

    async def here(self) -> dict[str, Order]:
        """Give what the book has, as the vendor's wire carries it, by the vendor's ids."""
        return await self._all(self.book)

    async def there(self) -> dict[str, Order]:
        """Give what the vendor has, as its wire carries it, by its ids."""
        return await self._all(self.implementation.book)

    async def _all(self, book: Book) -> dict[str, Order]:
        found = [order async for order in book.walk()]
        shown = {native(order, self.dialect.name): self.shown(order) for order in found}
        assert len(shown) == len(found)
        return shown

    def shown(self, order: Order) -> Order:
        """Give an order as the vendor tells of it; what is not told is given when it arrives."""
        left = carried(order, self.dialect.name, self.dialect.can)
        loses = self.dialect.can.loses
        gone = {name: None for name in ("created", "modified") if name in loses}
        return replace(left, **gone)


@asynccontextmanager
async def vendor(name: str, count: int = 0) -> AsyncIterator[Vendor]:
    """Open a vendor of a dialect that has so many orders."""
    async with client_implementation(name)(Path()) as implementation:
        assert isinstance(implementation.orders, Client)
        if count:
            await implementation.filled(count)
        store = MemoryStore(implementation.book.now)
        seller = await store.add_seller("here")
        asked: list[Request] = []
        book = store.of(Caller(seller=seller.id, name="orderglot"))
        opened = Vendor(implementation, implementation.orders, store, book, asked)

        async def note(request: Request, send: Send) -> Response:
            asked.append(request)
            return await send(request)

        opened.between(note)
        yield opened
