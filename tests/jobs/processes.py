"""One process of several on a book: its leases, by a clock that is put forward."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from orderglot.core.jobs import Run, State
from orderglot.jobs import states
from orderglot.jobs.leases import Lease, Leases
from orderglot.jobs.runner import Runner
from orderglot.jobs.work import Outcome, Work
from tests.stores.shops import Shop

Do = Callable[[Lease], Awaitable[Outcome]]


class Ticking:
    """A monotonic clock that stands still until it is put forward, and lets nobody wait."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time

    async def sleep(self, _seconds: float) -> None:
        """Let the others come to their turns."""
        await asyncio.sleep(0.001)


def leases_of(shop: Shop, clock: Ticking) -> Leases:
    """Give the leases of a process of its own."""
    return Leases(shop.store, clock, clock.sleep)


def work_of(shop: Shop, do: Do, *, what: str = "pull", every: float = 60.0) -> Work:
    """Give a job of the shop's seller."""

    async def run(lease: Lease) -> Outcome:
        return await do(lease)

    return Work(
        name="there.pull",
        what=what,
        run=run,
        seller=shop.seller.id,
        channel="kole@there",
        every=every,
    )


def planned(shop: Shop, leases: Leases, work: Work) -> Runner:
    """Give a process that runs a job, which is written down."""
    shop.run(states.plan(leases.book(work.seller), work))
    return Runner(leases, [work])


async def looked(*runners: Runner) -> None:
    """Let processes look what is due, and wait until all of it has run."""
    await asyncio.gather(*(one.look() for one in runners))
    await asyncio.gather(*(one.settled() for one in runners))


def state_of(shop: Shop, leases: Leases) -> State:
    """Give how the job is doing."""
    from orderglot.core.jobs import job_named

    return shop.run(job_named(leases.book(shop.seller.id), "there.pull")).state


def runs_of(shop: Shop, leases: Leases) -> tuple[Run, ...]:
    """Give the runs of the job, the latest first."""
    from orderglot.core.jobs import runs_of as kept

    return shop.run(kept(leases.book(shop.seller.id), "there.pull"))
