"""What docs/databases.md has people say after pg_restore: no id is handed out again, on a cluster neither."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.order import Order
from orderglot.stores.backend import FIRST, Entity
from orderglot.stores.postgres import PostgresStore
from tests import citus
from tests.postgres import aside, new_database, ordered

PAGE = Path(__file__).parents[2] / "docs" / "databases.md"
SKIPPED = 1_000_000
PLACES: dict[str, Callable[[], str]] = {"postgres": new_database}
if citus.COORDINATOR:
    PLACES["citus"] = citus.new_book


def statements() -> list[str]:
    """Give the statements as they stand on the page."""
    found = re.search(r"(?m)^    INSERT INTO sequences(?:.*\n)+?\n", PAGE.read_text())
    assert found is not None
    return [one for one in found[0].split(";") if one.strip()]


@pytest.mark.parametrize("place", PLACES)
def test_what_the_page_says_skips_a_million_of_each_for_every_seller(place: str) -> None:
    url = PLACES[place]()

    async def more(*sellers: str) -> dict[str, tuple[int, int]]:
        """Add an order and a customer for each seller, and give their ids."""
        store = PostgresStore(url)
        known = {one.name: one.id for one in await store.sellers()}
        found = {}
        for name in sellers:
            seller = known.get(name) or (await store.add_seller(name)).id
            book = store.of(Caller(seller=seller))
            order = await book.place(Order())
            customer = await book.keep_customer(Customer())
            found[name] = (order.id, customer.id)
        if not sellers:
            # One for whom nothing was ever written.
            await store.add_seller("silent")
        await store.close()
        return found

    before = aside(more("one", "two"))
    aside(more())
    ordered(url, *statements())
    after = aside(more("one", "two", "silent"))

    for name, ids in before.items():
        assert all(new > old + SKIPPED for new, old in zip(after[name], ids, strict=True))
    assert all(
        new >= old + SKIPPED for new, old in zip(after["silent"], before["one"], strict=True)
    )


@pytest.mark.parametrize("place", PLACES)
def test_where_no_seller_is_left_those_to_come_skip_a_million_each_time(place: str) -> None:
    url = PLACES[place]()

    async def come_and_go() -> int:
        store = PostgresStore(url)
        seller = await store.add_seller("acme")
        ((id,),) = [await store._backend.numbers(seller.id, Entity.ORDER, 1)]
        await store.remove_seller("acme")
        await store.close()
        return id

    found = [aside(come_and_go())]
    for _ in range(2):
        ordered(url, *statements())
        found.append(aside(come_and_go()))

    first = FIRST[Entity.ORDER]
    assert [first, first + SKIPPED, first + 2 * SKIPPED] == found
