"""PostgreSQL: what the indexes of orders weigh, and which changes stay in the page of their order."""

from __future__ import annotations

import asyncio
import random
from decimal import Decimal

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.order import Identity, Order, Reference, Totals
from orderglot.stores.postgres import PostgresStore
from tests.clock import HOUR, NOON
from tests.postgres import asked, new_database, ordered

MANY = 1_500

WEIGHTS = "SELECT pg_indexes_size('orders'), pg_table_size('orders')"
CHANGED = "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'orders'"


def orders(customer: Identity) -> list[Order]:
    """Give orders whose documents have some 1.2 kB that cannot be pressed together."""
    chance = random.Random(1)
    return [
        Order(
            number=f"N{number}",
            name=f"Order {number}",
            customer=customer,
            created=NOON + number * HOUR,
            references=(Reference("kole", str(number)),),
            totals=Totals(total=Decimal(chance.randrange(1, 10_000))),
            notes=chance.randbytes(400).hex(),
        )
        for number in range(MANY)
    ]


def test_indexes_weigh_half_of_the_table_and_a_new_name_stays_in_the_pages_as_far_as_there_is_room() -> (
    None
):
    url = new_database()

    async def fill_and_rename() -> None:
        store = PostgresStore(url)
        try:
            book = store.of(Caller(seller=(await store.add_seller("acme")).id))
            customer = await book.keep_customer(Customer(number="C1", name="Glass"))
            made = orders(Identity(id=customer.id))
            for begin in range(0, MANY, 300):
                await book.keep(*made[begin : begin + 300])
            weights.extend(asked(url, WEIGHTS))
            ordered(url, "SELECT pg_stat_reset()")
            await book.keep_customer(replace(customer, references=(Reference("kole", "K1"),)))
        finally:
            await store.close()

    weights = list[tuple[object, ...]]()
    asyncio.run(fill_and_rename())
    ((indexes, table),) = weights
    ((changed, in_page),) = asked(url, CHANGED)

    # Before the narrower indexes it was four fifths.
    assert 0.2 < int(str(indexes)) / int(str(table)) < 0.6
    assert changed == MANY
    # Five orders fill a page, whose free space takes one new version.
    assert int(str(in_page)) / MANY > 0.1
