"""The job that sends webhooks: it runs while there are endpoints, under the lease of one machine."""

from __future__ import annotations

import asyncio
from ipaddress import ip_network

import pytest

from orderglot.core.caller import Caller
from orderglot.core.order import Order
from orderglot.core.webhook_addresses import Addresses
from orderglot.core.webhooks import Endpoint
from orderglot.hub.opening import Hub
from orderglot.jobs import webhooks
from orderglot.jobs.leases import Leases
from orderglot.jobs.runner import Runner
from tests.stores.shops import Shop
from tests.webhooks.receiver import Receiver


def test_what_happens_is_sent_by_whoever_has_the_lease(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "LONGEST", 0.5)

    async def play() -> None:
        store = shop.store
        store.webhooks.addresses = Addresses([ip_network("127.0.0.0/8")])
        (seller, *_) = await store.sellers()
        book = store.of(Caller(seller=seller.id))
        runners = [Runner(Leases(store), [webhooks.delivering(Hub(store))]) for _ in range(3)]
        async with Receiver().listening() as receiver:
            await store.webhooks.add(seller.id, Endpoint(url=receiver.url))
            running = [asyncio.create_task(one.run()) for one in runners]
            try:
                async with asyncio.timeout(30):
                    for count in range(1, 4):
                        await book.place(Order(currency="USD"))
                        await receiver.has(count)
            finally:
                for one in running:
                    one.cancel()
                await asyncio.gather(*running, return_exceptions=True)
            assert [1, 2, 3] == receiver.numbers

    shop.run(play())
