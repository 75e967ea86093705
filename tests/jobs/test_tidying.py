"""Tidying up: what is over goes, in every seller's book, and nothing else."""

from __future__ import annotations

from datetime import timedelta

from orderglot.core.order import Line, Order
from orderglot.core.ports import Answered, UnitOfWork
from orderglot.hub.opening import Hub
from orderglot.jobs.assembly import works
from orderglot.jobs.leases import Leases
from orderglot.jobs.work import Outcome
from tests.clock import HOUR, NOON
from tests.stores.shops import Shop


def test_answers_and_counts_that_are_over_go_and_the_others_stay(shop: Shop) -> None:
    async def remember(unit: UnitOfWork) -> None:
        for key, expires in (("over", NOON + HOUR), ("kept", NOON + 3 * HOUR)):
            unit.remember(
                Answered(dialect="kole", key=key, asked="what", answer=b"{}", expires=expires)
            )

    shop.together(remember)
    for until in (NOON + HOUR, NOON + 3 * HOUR):
        shop.run(shop.book.tally("requests", until))
    assert 0 == shop.run(shop.store.tidy())["expired"]
    shop.clock.forward(HOUR + timedelta(seconds=1))

    assert 2 == shop.run(shop.store.tidy())["expired"]
    assert 0 == shop.run(shop.store.tidy())["expired"]
    caller = shop.book.caller
    assert shop.run(shop.store.answered(caller, "kole", "kept")) is not None
    assert 2 == shop.run(shop.book.tally("requests", NOON + 3 * HOUR))


def test_events_leave_the_feed_by_themselves_once_they_are_older_than_it_is_kept(
    shop: Shop,
) -> None:
    async def thinned() -> tuple[Outcome, Outcome]:
        (work,) = [one for one in await works(hub, {}) if one.name == "thin"]
        lease = await Leases(hub.store).take(work.seller, work.name)
        assert lease is not None
        return await work.run(lease), await work.run(lease)

    hub = Hub(shop.store, feed_days=30)
    assert "thin" not in [one.name for one in shop.run(works(Hub(shop.store), {}))]
    order = Order(lines=(Line(number=1, sku="AA124", quantity=2),))
    shop.run(shop.book.place(order))
    shop.clock.forward(timedelta(days=31))
    young = shop.run(shop.book.place(order))

    first, again = shop.run(thinned())

    assert first.counts["events"] >= 1
    assert {} == again.counts
    assert [young.id] == [one.order for one in shop.run(shop.book.feed(0, 10)).events if one.order]
