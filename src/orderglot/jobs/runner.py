"""The runner: looks what is due, and runs it, each job at one place at a time."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence

from msgspec.structs import replace

from orderglot.core.errors import HubError
from orderglot.core.event_types import PULL_FAILED, PULL_OVERDUE, PULL_RECOVERED
from orderglot.core.jobs import How, Job, Run, State, job_named, jobs_of, seconds_until
from orderglot.core.ports import Book, UnitOfWork
from orderglot.jobs import states
from orderglot.jobs.leases import LOOK, Lease, Leases, Lost
from orderglot.jobs.work import Outcome, Work

log = logging.getLogger("orderglot.jobs")

PULL = "pull"
"""What a job does whose failures are events."""

AFTER_ERROR = 5.0
"""So many seconds nothing is tried where the book itself cannot be asked."""


class Runner:
    """Runs some jobs for as long as it is let, beside whoever else runs them."""

    def __init__(self, leases: Leases, jobs: Sequence[Work]) -> None:
        self._leases = leases
        self._jobs: dict[int, list[Work]] = defaultdict(list)
        for one in jobs:
            self._jobs[one.seller].append(one)
        self._running: dict[Work, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Plan the jobs, and run each when it is due, until this is cancelled; then all of them end."""
        try:
            await self.planned()
            while True:
                await self._leases.sleep(await self.look())
        finally:
            tasks = list(self._running.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def planned(self) -> None:
        """Write down what the jobs are, as soon as that can be done."""
        while True:
            try:
                for seller, works in self._jobs.items():
                    for work in works:
                        await states.plan(self._leases.book(seller), work)
            except HubError as error:
                log.warning("jobs cannot be planned", extra={"reason": error.message})
                await self._leases.sleep(AFTER_ERROR)
            else:
                return

    async def look(self) -> float:
        """Begin what is due; gives after how many seconds to look again."""
        try:
            for seller, works in self._jobs.items():
                await self._look(seller, works)
        except HubError as error:
            log.warning("the book cannot be asked for jobs", extra={"reason": error.message})
            return AFTER_ERROR
        return LOOK

    async def settled(self) -> None:
        """Wait until nothing runs here."""
        while self._running:
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _look(self, seller: int, works: Sequence[Work]) -> None:
        book = self._leases.book(seller)
        there = {job.name: job for job in await jobs_of(book)}
        for work in works:
            job = there.get(work.name)
            if job is None or work in self._running:
                continue
            if job.setting.paused:
                continue
            if work.what == PULL and states.is_overdue(job.setting, job.state, book.now()):
                await self._tell_overdue(work, job)
            if await self._is_due(work, job):
                self._running[work] = asyncio.create_task(self._begun(work))

    async def _is_due(self, work: Work, job: Job) -> bool:
        if work.due is not None:
            seconds = await work.due()
            return seconds is not None and seconds <= 0
        return seconds_until(job.setting, job.state, self._leases.store.now()) <= 0

    async def _begun(self, work: Work) -> None:
        """Run a job if its lease is to be had, and it is due still."""
        try:
            lease = await self._leases.take(work.seller, work.name)
            if lease is None:
                return
            try:
                job = await job_named(lease.book, work.name)
                if not job.setting.paused and await self._is_due(work, job):
                    await self.perform(work, lease)
            finally:
                await lease.release()
        except HubError as error:
            log.warning("a job was not run", extra={"job": work.name, "reason": error.message})
        finally:
            del self._running[work]

    async def perform(self, work: Work, lease: Lease) -> Run:
        """Run a job under its lease and write down what came of it; raises Lost where that is lost.

        Of work that knows by itself when it has to run only a failure is written down.
        """
        quiet = work.due is not None
        run = Run(began=self._leases.store.now(), where=self._leases.where)
        if not quiet:
            run = await states.begin(lease.book, work.name, self._leases.where)
            log.debug("a job begins", extra={"job": work.name})
        try:
            done = _ended(run, await lease.under(work.run(lease)))
        except asyncio.CancelledError:
            await self._end(work, lease, replace(run, how=How.STOPPED))
            raise
        except Lost as error:
            log.warning("a job was cut off", extra={"job": work.name, "reason": error.message})
            raise
        except HubError as error:
            done = replace(run, how=How.FAILED, code=1, reason=error.message)
        except Exception as error:
            log.exception("a job failed by a fault of its own", extra={"job": work.name})
            reason = f"A fault of Orderglot's own: {type(error).__name__}; see the log."
            done = replace(run, how=How.FAILED, code=1, reason=reason)
        if quiet and done.how is not How.FAILED:
            return done
        return await self._end(work, lease, done)

    async def _end(self, work: Work, lease: Lease, run: Run) -> Run:
        run = replace(run, ended=self._leases.store.now())
        before, after = await states.end(lease.book, work.name, run)
        members = {"job": work.name, "how": str(run.how), "reason": run.reason}
        log.log(logging.WARNING if run.reason else logging.DEBUG, "a job ended", extra=members)
        if work.what == PULL and (what := _turned(before, after)):
            await _tell(lease.book, what, work, run.reason)
        return run

    async def _tell_overdue(self, work: Work, job: Job) -> None:
        """Tell that a pull is overdue, once until one goes well, and by one process alone."""
        book = self._leases.book(work.seller)
        if not job.state.overdue and await states.tell_overdue(book, work.name):
            last = job.state.last
            await _tell(book, PULL_OVERDUE, work, last.reason if last is not None else "")


def _turned(before: State, after: State) -> str:
    """Give the type of the event that a job goes wrong from now on, or well again; "" for neither."""
    if after.failing and not before.failing:
        return PULL_FAILED
    return PULL_RECOVERED if not after.failing and (before.failing or before.overdue) else ""


async def _tell(book: Book, what: str, work: Work, reason: str) -> None:
    """Record an event of a job in its seller's feed."""
    details = {"job": work.name, "channel": work.channel, **({"reason": reason} if reason else {})}

    async def write(unit: UnitOfWork) -> None:
        unit.happened(what, details)

    await book.transact(write)


def _ended(run: Run, outcome: Outcome) -> Run:
    return replace(
        run,
        how=outcome.how,
        code=outcome.code,
        counts=outcome.counts,
        sentence=outcome.sentence,
    )
