"""The job that sends webhooks: what the endpoints of all sellers are due."""

from __future__ import annotations

import asyncio
from time import monotonic

from orderglot.hub.opening import Hub
from orderglot.jobs.leases import Lease
from orderglot.jobs.work import Outcome, Work
from orderglot.webhooks.delivering import Deliverer

NAME = "webhooks"
WHAT = "deliver"

LONGEST = 60.0
"""For so many seconds a run goes on while there are endpoints: then a lease can be had by others."""


class Delivering:
    """Runs that send what is due, and when the next one is to be."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._next = 0.0

    async def due(self) -> float:
        """Give in how many seconds something may be due."""
        return self._next - monotonic()

    async def run(self, _lease: Lease) -> Outcome:
        """Send what is due, and what comes meanwhile; what is under way at the end is waited for."""
        deliverer, until = Deliverer(self._hub.store), monotonic() + LONGEST
        try:
            rest = await deliverer.run_due()
            while deliverer.endpoints and monotonic() < until:
                await asyncio.sleep(rest)
                rest = await deliverer.run_due()
            await deliverer.finish()
        finally:
            await deliverer.close()
        self._next = monotonic() + rest
        return Outcome()


def delivering(hub: Hub) -> Work:
    """Give the job that sends the webhooks of a book."""
    runs = Delivering(hub)
    return Work(name=NAME, what=WHAT, run=runs.run, due=runs.due)
