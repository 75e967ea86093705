"""The runner: each job when it is due, at one place at a time, and what is written down of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec
import pytest

from orderglot.core.errors import NotFound, Upstream
from orderglot.core.event_types import PULL_FAILED, PULL_OVERDUE, PULL_RECOVERED, type_of
from orderglot.core.jobs import MOST_RUNS, How, Run, change, job_named, with_run
from orderglot.jobs import states
from orderglot.jobs.leases import PATIENCE, Lease
from orderglot.jobs.runner import Runner
from orderglot.jobs.work import Outcome, Work
from tests.clock import NOON
from tests.jobs.processes import Ticking, leases_of, looked, planned, runs_of, state_of, work_of
from tests.stores.shops import Shop

MINUTE = timedelta(minutes=1)


class Vendor:
    """Something that a job asks; ``down`` is whether it fails."""

    def __init__(self) -> None:
        self.down = False
        self.asked = 0
        self.at_once = self.most_at_once = 0

    async def ask(self, _lease: Lease) -> Outcome:
        self.asked += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.01)
        self.at_once -= 1
        if self.down:
            raise Upstream("The vendor is away.")
        return Outcome(counts={"new": 2}, sentence="Whole.")


def test_a_job_runs_when_it_is_due_and_not_before(shop: Shop) -> None:
    vendor, leases = Vendor(), leases_of(shop, Ticking())
    runner = planned(shop, leases, work_of(shop, vendor.ask))

    for expected in (1, 1):
        shop.run(looked(runner))
        assert expected == vendor.asked
    shop.clock.forward(MINUTE)
    shop.run(looked(runner))

    assert 2 == vendor.asked
    assert [(How.DONE, {"new": 2}, "Whole.")] * 2 == [
        (run.how, run.counts, run.sentence) for run in runs_of(shop, leases)
    ]


def test_of_three_processes_one_runs_it_each_time(shop: Shop) -> None:
    vendor, clock = Vendor(), Ticking()
    work = work_of(shop, vendor.ask)
    runners = [planned(shop, leases_of(shop, clock), work) for _ in range(3)]

    for _ in range(4):
        shop.run(looked(*runners))
        shop.clock.forward(MINUTE)

    assert (4, 1) == (vendor.asked, vendor.most_at_once)


def test_a_vendor_who_is_down_is_asked_more_and_more_seldom_and_told_of_once(shop: Shop) -> None:
    vendor, leases = Vendor(), leases_of(shop, Ticking())
    runner = planned(shop, leases, work_of(shop, vendor.ask, every=300))
    vendor.down = True

    shop.run(looked(runner))
    assert (1, 1) == (vendor.asked, state_of(shop, leases).failing)
    assert "The vendor is away." == runs_of(shop, leases)[0].reason
    for seconds in (29, 1, 59, 1, 119, 1):
        shop.clock.forward(timedelta(seconds=seconds))
        shop.run(looked(runner))
    assert 4 == vendor.asked
    vendor.down = False
    shop.clock.forward(timedelta(seconds=300))
    shop.run(looked(runner))

    state = state_of(shop, leases)
    assert (0, How.DONE) == (state.failing, state.last and state.last.how)
    events = shop.run(shop.book.feed()).events
    assert [PULL_FAILED, PULL_RECOVERED] == [type_of(one) for one in events]
    assert {"job": "there.pull", "channel": "kole@there", "reason": "The vendor is away."} == (
        events[0].details
    )
    assert () == shop.run(shop.opened(customer=7).feed()).events


def test_a_pull_that_does_not_go_well_for_long_is_told_to_be_overdue_once(shop: Shop) -> None:
    vendor, clock = Vendor(), Ticking()
    vendor.down = True
    work = work_of(shop, vendor.ask, every=300)
    runners = [planned(shop, leases_of(shop, clock), work) for _ in range(2)]

    for _ in range(12):
        shop.run(looked(*runners))
        shop.clock.forward(timedelta(seconds=301))
    vendor.down = False
    shop.run(looked(*runners))

    types = [type_of(one) for one in shop.run(shop.book.feed()).events]
    assert [PULL_FAILED, PULL_OVERDUE, PULL_RECOVERED] == types


def test_a_paused_pull_is_never_overdue_nor_one_that_was_just_resumed(shop: Shop) -> None:
    vendor, leases = Vendor(), leases_of(shop, Ticking())
    work = work_of(shop, vendor.ask, every=300)
    runner, book = planned(shop, leases, work), leases.book(work.seller)
    shop.run(change(book, work.name, paused=True))

    shop.clock.forward(timedelta(hours=5))
    shop.run(looked(runner))
    shop.run(change(book, work.name, paused=False))
    shop.run(looked(runner))

    assert 1 == vendor.asked
    assert () == shop.run(shop.book.feed()).events


def test_a_run_whose_process_died_is_written_down_and_done_again(shop: Shop) -> None:
    vendor, clock = Vendor(), Ticking()
    dead, alive = leases_of(shop, clock), leases_of(shop, clock)
    work = work_of(shop, vendor.ask)
    runner = planned(shop, alive, work)
    lease = shop.run(dead.take(work.seller, work.name))
    assert lease is not None
    shop.run(states.begin(lease.book, work.name, "a machine that burnt"))

    shop.run(looked(runner))
    assert 0 == vendor.asked
    clock.time += PATIENCE
    shop.run(looked(runner))

    assert 1 == vendor.asked
    done, died = runs_of(shop, alive)
    assert (How.DONE, How.DIED, "a machine that burnt") == (done.how, died.how, died.where)


def test_a_paused_job_waits_until_it_is_resumed_and_one_that_is_asked_for_runs_at_once(
    shop: Shop,
) -> None:
    vendor, leases = Vendor(), leases_of(shop, Ticking())
    work = work_of(shop, vendor.ask)
    runner, book = planned(shop, leases, work), leases.book(work.seller)
    shop.run(change(book, work.name, paused=True))

    shop.run(looked(runner))
    assert 0 == vendor.asked
    assert shop.run(job_named(book, work.name)).setting.paused
    shop.run(change(book, work.name, paused=False))
    shop.run(looked(runner))
    assert 1 == vendor.asked
    shop.clock.forward(timedelta(seconds=1))
    shop.run(change(book, work.name, asked=shop.clock()))
    shop.run(looked(runner))
    assert 2 == vendor.asked
    with pytest.raises(NotFound):
        shop.run(change(book, "none", paused=True))


def test_a_process_that_ends_stops_its_runs_and_lets_go_of_their_leases(shop: Shop) -> None:
    began, clock = asyncio.Event(), Ticking()
    leases, other = leases_of(shop, clock), leases_of(shop, clock)

    async def endless(_lease: Lease) -> Outcome:
        began.set()
        await asyncio.Event().wait()
        return Outcome()

    runner = planned(shop, leases, work_of(shop, endless))

    async def ended() -> None:
        task = asyncio.create_task(runner.run())
        await began.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    shop.run(ended())

    assert [How.STOPPED] == [run.how for run in runs_of(shop, leases)]
    assert shop.run(other.take(shop.seller.id, "there.pull")) is not None


def test_a_fault_of_our_own_ends_one_run_and_no_process(shop: Shop) -> None:
    async def faulty(_lease: Lease) -> Outcome:
        raise ZeroDivisionError

    leases = leases_of(shop, Ticking())
    runner = planned(shop, leases, work_of(shop, faulty))

    shop.run(looked(runner))

    (run,) = runs_of(shop, leases)
    assert (How.FAILED, 1) == (run.how, run.code)
    assert "ZeroDivisionError" in run.reason


def test_what_knows_itself_when_it_is_due_leaves_no_runs_but_those_that_failed(shop: Shop) -> None:
    vendor, leases, left = Vendor(), leases_of(shop, Ticking()), [None, 5.0, 0.0, None, 0.0]

    async def due() -> float | None:
        return left[0]

    async def ask(lease: Lease) -> Outcome:
        return await vendor.ask(lease)

    work = Work(name="there.pull", what="deliver", run=ask, seller=shop.seller.id, due=due)
    runner: Runner = planned(shop, leases, work)

    while left:
        vendor.down = len(left) == 1
        shop.run(looked(runner))
        left.pop(0)

    assert 2 == vendor.asked
    assert [How.FAILED] == [run.how for run in runs_of(shop, leases)]


def test_so_many_runs_are_kept_and_no_more() -> None:
    runs: tuple[Run, ...] = ()
    for number in range(MOST_RUNS + 3):
        runs = msgspec.json.decode(
            with_run(runs, Run(began=NOON, code=number)), type=tuple[Run, ...]
        )

    assert [MOST_RUNS + 2, 3] == [runs[0].code, runs[-1].code]
    assert MOST_RUNS == len(runs)
