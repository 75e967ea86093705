"""A seller whose events are sent to a receiver, over every kind of store, by a clock that is put forward."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.core.acts import Person
from orderglot.core.caller import Caller
from orderglot.core.order import Order
from orderglot.core.webhook_addresses import Addresses
from orderglot.core.webhooks import Delivery, Endpoint, MadeEndpoint, Watched
from orderglot.stores.store import BookStore
from orderglot.webhooks.delivering import Deliverer
from orderglot.webhooks.sending import Limits
from tests.clock import Clock
from tests.conformance.implementations import STORES, Shop
from tests.webhooks.receiver import Receiver

LOOPBACK = Addresses([ip_network("127.0.0.0/8")])
QUICK = Limits(connect=0.5, whole=0.5)


class Street:
    """A seller's book, and a receiver."""

    def __init__(self, store: BookStore, clock: Clock, receiver: Receiver) -> None:
        self.store = store
        self.clock = clock
        self.receiver = receiver
        self.seller = 0
        self.made: MadeEndpoint
        self.deliverer = Deliverer(store, LOOPBACK, QUICK)

    @property
    def id(self) -> str:
        return self.made.watched.endpoint.id

    @property
    def book(self) -> Any:
        return self.store.of(Caller(seller=self.seller, name="test"))

    async def open(self, **members: Any) -> None:
        """Add the seller, and an endpoint at the receiver."""
        self.store.by(Person("tester"))
        self.store.webhooks.addresses = LOOPBACK
        self.seller = (await self.store.add_seller("acme")).id
        self.made = await self.hook(**members)

    async def hook(self, **members: Any) -> MadeEndpoint:
        wanted = Endpoint(**{"url": self.receiver.url, **members})
        return await self.store.webhooks.add(self.seller, wanted)

    async def place(self, count: int = 1) -> list[Order]:
        async with self.book.together() as unit:
            return [await unit.place(Order(currency="USD")) for _ in range(count)]

    async def touch(self, order: Order, times: int = 1) -> Order:
        for time in range(times):
            order = await self.book.change(replace(order, notes=f"{order.version} {time}"))
        return order

    async def deliver(self) -> None:
        await self.deliverer.settle()

    async def begin_anew(self) -> None:
        """Have another process deliver from here on, after the first one ended as it stood."""
        await self.deliverer.close()
        self.deliverer = Deliverer(self.store, LOOPBACK, QUICK)

    async def watched(self) -> Watched:
        return await self.store.webhooks.endpoint(self.seller, self.id)

    async def deliveries(self) -> list[Delivery]:
        """Give the deliveries, the oldest first."""
        found = await self.store.webhooks.deliveries(self.seller, self.id, "", 1_000)
        return list(found[::-1])

    async def states(self) -> list[str]:
        return [one.state for one in await self.deliveries()]


Play = Callable[[Street], Awaitable[None]]
Stage = Callable[..., None]


@pytest.fixture(params=STORES)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Stage:
    """Play something over a store of every kind; endpoints are made with ``members``."""
    shop, clock = Shop(request.param, tmp_path), Clock()

    async def played(play: Play, members: dict[str, Any]) -> None:
        async with Receiver().listening() as receiver:
            street = Street(shop.store(clock), clock, receiver)
            await street.open(**members)
            try:
                await play(street)
            finally:
                await street.deliverer.close()

    return lambda play, **members: shop.run(asyncio.wait_for(played(play, members), 60))
