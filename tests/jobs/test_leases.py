"""Leases: one process at a time is at a job, and one that lost it writes no more."""

from __future__ import annotations

import asyncio

import pytest

from orderglot.core.errors import Conflict, NotFound
from orderglot.core.jobs import RUNS, STATE, forget, jobs_of
from orderglot.core.order import Order
from orderglot.jobs.leases import BEAT, LOOK, PATIENCE, TERM, Lease, Leases, Lost
from orderglot.jobs.work import Outcome
from tests.jobs.processes import Ticking, leases_of, looked, planned, work_of
from tests.stores.shops import Shop

NAME = "there.pull"


def take(shop: Shop, leases: Leases, seller: int | None = None) -> Lease | None:
    return shop.run(leases.take(shop.seller.id if seller is None else seller, NAME))


def taken(shop: Shop, leases: Leases) -> Lease:
    lease = take(shop, leases)
    assert lease is not None
    return lease


async def beat(lease: Lease, until: asyncio.Event) -> None:
    """Hold a lease until something has happened."""

    async def wait() -> None:
        await until.wait()

    await lease.under(wait())


def test_one_process_alone_has_a_lease_until_it_lets_go_of_it(shop: Shop) -> None:
    clock = Ticking()
    first, second = leases_of(shop, clock), leases_of(shop, clock)
    lease = taken(shop, first)

    assert take(shop, second) is None
    shop.run(lease.release())
    assert take(shop, second) is not None


def test_of_several_that_want_it_at_once_one_gets_it(shop: Shop) -> None:
    clock = Ticking()
    several = [leases_of(shop, clock) for _ in range(5)]

    got = shop.gathered(*(one.take(shop.seller.id, NAME) for one in several))

    assert [1, 4] == sorted((len([x for x in got if x]), len([x for x in got if x is None])))


def test_a_lease_without_a_sign_of_life_goes_to_whoever_has_watched_for_long_enough(
    shop: Shop,
) -> None:
    clock = Ticking()
    first, second, fresh = (leases_of(shop, clock) for _ in range(3))
    taken(shop, first)
    assert take(shop, second) is None

    clock.time += PATIENCE - 0.1
    assert take(shop, second) is None
    # Who begins to watch now knows of no silence.
    assert take(shop, fresh) is None
    clock.time += 0.1
    assert take(shop, fresh) is None
    assert take(shop, second) is not None


def test_nobody_waits_for_longer_than_the_term() -> None:
    # The last sign of life is seen at most a look after it was given, and its lack at most a look later.
    assert PATIENCE + 2 * LOOK < TERM
    assert 3 * BEAT < PATIENCE


def test_who_lost_a_lease_writes_no_more(shop: Shop) -> None:
    clock = Ticking()
    first, second = leases_of(shop, clock), leases_of(shop, clock)
    lease = taken(shop, first)
    before = shop.run(lease.book.place(Order(po_number="before")))
    take(shop, second)
    clock.time += PATIENCE
    later = taken(shop, second)

    with pytest.raises(Conflict):
        shop.run(lease.book.place(Order(po_number="after")))
    shop.run(lease.release())

    assert take(shop, first) is None
    assert [before.id] == [order.id for order in shop.walked()]
    shop.run(later.book.place(Order(po_number="after")))
    assert ["before", "after"] == [order.po_number for order in shop.walked()]


def test_a_hub_itself_has_leases_as_its_sellers_have(shop: Shop) -> None:
    clock = Ticking()
    first, second = leases_of(shop, clock), leases_of(shop, clock)
    lease = take(shop, first, 0)

    assert lease is not None
    assert take(shop, second, 0) is None
    assert take(shop, second) is not None


def test_a_lease_whose_holder_lives_is_kept_however_long_it_takes(shop: Shop) -> None:
    clock = Ticking()
    first, second = leases_of(shop, clock), leases_of(shop, clock)
    lease = taken(shop, first)

    async def watched() -> list[Lease | None]:
        until, seen = asyncio.Event(), list[Lease | None]()
        holding = asyncio.create_task(beat(lease, until))
        for _ in range(4):
            seen.append(await second.take(shop.seller.id, NAME))
            clock.time += PATIENCE / 2
            # Some signs of life go by.
            await asyncio.sleep(0.1)
        until.set()
        await holding
        return seen

    assert [None] * 4 == shop.run(watched())


def test_work_is_cut_off_where_its_lease_was_lost(shop: Shop) -> None:
    clock = Ticking()
    first, second = leases_of(shop, clock), leases_of(shop, clock)
    lease = taken(shop, first)
    take(shop, second)
    clock.time += PATIENCE
    taken(shop, second)
    clock.time = 0.0  # The first one hung, and knows of no time that went by.

    with pytest.raises(Lost):
        shop.run(beat(lease, asyncio.Event()))


def test_who_can_give_no_sign_of_life_for_long_stops_by_himself(shop: Shop) -> None:
    clock = Ticking()
    lease = taken(shop, leases_of(shop, clock))
    clock.time += PATIENCE

    with pytest.raises(Lost):
        shop.run(beat(lease, asyncio.Event()))


def test_a_job_is_forgotten_with_its_runs_and_no_lease_gets_an_earlier_number(shop: Shop) -> None:
    leases = leases_of(shop, Ticking())
    book = leases.book(shop.seller.id)

    async def nothing(_lease: Lease) -> Outcome:
        return Outcome()

    runner = planned(shop, leases, work_of(shop, nothing))
    shop.run(looked(runner))
    before = taken(shop, leases)
    shop.run(before.release())

    shop.run(forget(book, NAME))

    assert () == shop.run(jobs_of(book))
    assert [()] * 2 == [shop.run(book.notes(kind)) for kind in (STATE, RUNS)]
    assert before.fence.version < taken(shop, leases).fence.version
    with pytest.raises(NotFound):
        shop.run(forget(book, NAME))
