"""Test mode: whatever a key in test mode asks of any operation, it writes to test orders alone."""

from __future__ import annotations

import asyncio

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import Forbidden
from orderglot.wire.dialect import Dialect
from tests.conformance.callers import Site, clock_of, site
from tests.conformance.implementations import Shop
from tests.conformance.specimens import provoked
from tests.conformance.test_strangers import refusal_of


async def written(at: Site) -> list[object]:
    """Give all that a key in test mode must leave as it is: what is live, and what is no order."""
    whole = at.store.of(Caller(seller=at.owner.seller))
    orders = [order async for order in whole.walk()]
    events = [one for order in orders for one in await whole.events(order.id)]
    # Whoever reads the feed may be the one who gives the events their numbers.
    happened = [replace(one, sequence=0) for one in events]
    return [*orders, *happened, await whole.customers(), await whole.every_product()]


def test_a_key_in_test_mode_writes_to_test_orders_alone(dialect: Dialect, shop: Shop) -> None:
    async def ask() -> None:
        at = await site(dialect, shop.store(clock_of(dialect)))
        key, before = await at.key(replace(at.owner, test=True)), await written(at)
        for specimen in provoked(dialect.name):
            await at.ask(specimen.request, key)

            assert before == await written(at), specimen.name

    shop.run(ask())


def test_what_a_live_key_may_change_a_key_in_test_mode_is_forbidden(dialect: Dialect) -> None:
    async def ask() -> None:
        for specimen in provoked(dialect.name):
            live, test = await site(dialect), await site(dialect)
            before = await live.orders()
            await live.ask(specimen.request, live.owners())
            changed = not set(map(repr, before)) <= set(map(repr, await live.orders()))
            key = await test.key(replace(test.owner, test=True))
            refused = refusal_of(test, await test.ask(specimen.request, key))

            assert isinstance(refused, Forbidden) or not changed, specimen.name

    asyncio.run(ask())
