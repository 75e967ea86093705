"""Customers who are to be erased are, by the process that runs jobs, as the act of whoever asked."""

from __future__ import annotations

import pytest

from orderglot.core.acts import Person
from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.erasures import STEPS, ask, erasure_of, erasures_of
from orderglot.core.errors import NotFound
from orderglot.core.order import by_hub_id
from orderglot.core.ports import Book
from orderglot.hub.opening import Hub
from orderglot.jobs.erasing import erasing
from orderglot.jobs.leases import Leases
from orderglot.jobs.work import Outcome, Work
from orderglot.stores.sweeping import SWEPT
from tests.stores.shops import Shop

ANN = Person("orderglot:key-5", "192.0.2.9")
NAMED = Customer(number="C7", name="Zoe Markquist", email="zoe@markquist.example")


def whole(shop: Shop) -> Book:
    return shop.store.of(Caller(seller=shop.seller.id, tests=True, deleted=True))


async def ran(hub: Hub, work: Work) -> Outcome:
    lease = await Leases(hub.store).take(work.seller, work.name)
    assert lease is not None
    done = await work.run(lease)
    await lease.release()
    return done


async def due_in(work: Work) -> float:
    assert work.due is not None
    seconds = await work.due()
    assert seconds is not None
    return seconds


def test_the_steps_are_those_that_a_book_takes() -> None:
    assert ("customers", "orders", *(one.name for one in SWEPT), "journal", "compact") == STEPS


def test_who_is_asked_for_is_erased_once_and_it_is_an_act_of_who_asked(shop: Shop) -> None:
    mine = shop.run(shop.book.keep_customer(NAMED))
    hub = Hub(shop.store, url="memory:")
    work = erasing(hub)
    assert shop.run(due_in(work)) > 0

    first = shop.run(ask(whole(shop), mine, ANN))
    again = shop.run(ask(whole(shop), mine, Person("somebody else")))
    assert first == again
    assert 0 == shop.run(due_in(erasing(hub)))
    assert {"customers": 1} == shop.run(ran(hub, work)).counts

    assert () == shop.run(erasures_of(whole(shop)))
    with pytest.raises(NotFound, match=r"customer\.erased"):
        shop.run(erasure_of(whole(shop), mine.id))
    assert "Markquist" not in shop.run(whole(shop).customer(by_hub_id(mine.id))).name
    acts = shop.run(shop.store.acts(shop.seller.id))
    assert [("customer.erased", ANN.who), ("customer.erasing", ANN.who)] == [
        (one.what, one.who) for one in acts
    ]
    assert {} == shop.run(ran(hub, work)).counts


def test_a_customer_who_was_removed_meanwhile_is_looked_for_all_the_same(shop: Shop) -> None:
    mine = shop.run(shop.book.keep_customer(NAMED))
    shop.run(ask(whole(shop), mine, None))
    shop.run(whole(shop).transact(lambda unit: unit.drop_customer(mine)))

    assert {"customers": 1} == shop.run(
        ran(Hub(shop.store, url="memory:"), erasing(Hub(shop.store, url="memory:")))
    ).counts
    assert () == shop.run(erasures_of(whole(shop)))
